"""Prices that cooperatives set, and what they are made of."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "build_up": ["PriceBuildUp", "price_build_up"],
        "cointegration": ["Cointegration"],
        "demand": ["Demand", "Slopes"],
        "engle_granger": ["engle_granger"],
        "instruments": ["blp_instruments", "differentiation_instruments"],
        "logit_demand": ["LogitDemand", "LogitDemandResults", "LogitProducts"],
        "market": ["Equilibrium", "Market"],
        "nardl": ["NARDL"],
        "nested_logit": ["NestedLogitDemand", "NestedLogitDemandResults", "NestedLogitProducts"],
        "threshold_ecm": ["ThresholdECM"],
        "vertical": ["VerticalChain", "vertical_chain"],
    },
)
