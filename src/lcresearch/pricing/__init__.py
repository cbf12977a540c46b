"""Prices that cooperatives set, and what they are made of."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "build_up": ["PriceBuildUp", "price_build_up"],
        "cointegration": ["Cointegration"],
        "engle_granger": ["engle_granger"],
        "nardl": ["NARDL"],
        "threshold_ecm": ["ThresholdECM"],
    },
)
