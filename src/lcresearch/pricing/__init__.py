"""Prices that cooperatives set, and what they are made of."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "aids": ["AIDS"],
        "brand_dynamics": ["cooperation_threshold", "slow_reputation_effort", "sustainable_effort"],
        "brand_game": ["BrandGame", "BrandOutcome", "BrandSolution"],
        "build_up": ["PriceBuildUp", "price_build_up"],
        "build_up_draws": ["BuildUpDraws", "build_up_draws"],
        "cointegration": ["Cointegration"],
        "demand": ["Demand", "Slopes"],
        "engle_granger": ["engle_granger"],
        "equal_sellers": ["EqualSellers", "EqualSellersOutcome"],
        "hedonic": ["HedonicPrice", "HedonicResults"],
        "instruments": ["blp_instruments", "differentiation_instruments"],
        "logit_demand": ["LogitDemand", "LogitDemandResults", "LogitProducts"],
        "market": ["Equilibrium", "Market"],
        "nardl": ["NARDL"],
        "nested_logit": ["NestedLogitDemand", "NestedLogitDemandResults", "NestedLogitProducts"],
        "oaxaca": ["OaxacaBlinder"],
        "parcel_frontier": ["ParcelFrontier", "express_fee", "parcel_frontier"],
        "product_weeks": ["PRODUCT_WEEKS", "read_product_weeks"],
        "random_coefficients": ["RandomCoefficientsLogit"],
        "threshold_ecm": ["ThresholdECM"],
        "vertical": ["VerticalChain", "vertical_chain"],
    },
)
