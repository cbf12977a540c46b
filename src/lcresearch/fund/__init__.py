"""What an e-commerce fund buys: unit costs, the gap in skilled people, effects."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "adoption_curve": ["AdoptionCurve"],
        "benefit_cost": ["BenefitCost"],
        "group_time": ["GroupTimeATT"],
        "honest": ["honest_bounds"],
        "imputation": ["ImputationDiD"],
        "meta": ["meta_analysis"],
        "park_subsidy": ["ParkSubsidy"],
        "power": ["minimum_detectable_effect"],
        "randomization": ["randomization_test"],
        "synthetic_control": ["SyntheticControl"],
        "synthetic_did": ["SyntheticDiD"],
        "talent_gap": ["TalentGap", "TalentGapResult"],
        "triple_difference": ["TripleDifference"],
        "two_way": ["TwoWayFixedEffects"],
        "wild": ["wild_bootstrap"],
    },
)
