"""What a mountain county can expect from an e-commerce fund, parcels both ways and joint pricing.

The strands `fund`, `logistics` and `pricing` load on first use, so that importing this package
costs almost nothing.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules={"figures", "fund", "logistics", "pricing", "simulate"},
    submod_attrs={
        "county": ["County", "load_county"],
        "errors": ["LcresearchError"],
        "evidence": ["Claim", "Figure", "Grade", "Ledger", "ledger", "record"],
        "intervals": ["Interval"],
        "tables": ["read_table"],
    },
)
