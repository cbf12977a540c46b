"""What an e-commerce fund buys: unit costs, the gap in skilled people, effects."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={"talent_gap": ["TalentGap", "TalentGapResult"]},
)
