"""Houses in Boston: what size, bedrooms and style are worth (Wooldridge, example 7.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.pricing.hedonic import HedonicPrice, HedonicResults

__all__ = ["ATTRIBUTES", "fit", "recipe"]

ATTRIBUTES: Final = ["llotsize", "lsqrft", "bdrms", "colonial"]


def fit(path: Path) -> HedonicResults:
    """Regress log price on logs of lot and house size, bedrooms, and the colonial style."""
    return HedonicPrice(pd.read_csv(path), price="price", attributes=ATTRIBUTES).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return estimates, usual standard errors and R squared."""
    result = fit(path)
    errors = {f"{name}_se": value for name, value in result.std_errors.items()}
    return {**result.params.to_dict(), **errors, "r_squared": result.r_squared}
