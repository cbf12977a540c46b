"""Published results computed again: data by others, estimators of this library."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "published": ["Published", "load_published"],
        "replicate": ["RECIPES", "compare", "replicate"],
    },
)
