"""House prices and clean air in Boston: a hedonic price curved in rooms (Wooldridge, 6.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from lcresearch.pricing.hedonic import HedonicPrice, HedonicResults

__all__ = ["ATTRIBUTES", "fit", "recipe"]

ATTRIBUTES: Final = ["lnox", "ldist", "rooms", "rooms_squared", "stratio"]


def fit(path: Path) -> HedonicResults:
    """Regress log price on pollution, distance, rooms and their square, and pupils a teacher."""
    data = pd.read_csv(path)
    data = data.assign(ldist=np.log(data["dist"]), rooms_squared=data["rooms"] ** 2)
    return HedonicPrice(data, price="price", attributes=ATTRIBUTES).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return estimates, usual standard errors and R squared."""
    result = fit(path)
    errors = {f"{name}_se": value for name, value in result.std_errors.items()}
    return {**result.params.to_dict(), **errors, "r_squared": result.r_squared}
