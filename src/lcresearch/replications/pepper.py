"""Black and white pepper: two prices tied in the long run (Franses 1998; Kleiber and Zeileis)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lcresearch.pricing.cointegration import Cointegration
from lcresearch.pricing.cointegration_results import CointegrationResults

__all__ = ["fit", "recipe"]


def fit(path: Path) -> CointegrationResults:
    """Fit log prices with two lags in levels and a constant in the relation alone."""
    prices = np.log(pd.read_csv(path)[["black", "white"]])
    return Cointegration(prices, lags=2, deterministic="restricted_constant").fit()


def recipe(path: Path) -> dict[str, float]:
    """Return eigenvalues, trace statistics, the relation and its loadings."""
    result = fit(path)
    relation, loadings = result.vectors["relation 1"], result.loadings["relation 1"]
    return {
        **{f"eigenvalue_{k}": value for k, value in enumerate(result.eigenvalues, start=1)},
        **{f"trace_{rank}": value for rank, value in enumerate(result.trace["statistic"])},
        "relation_white": relation.iloc[1],
        "relation_constant": relation.iloc[2],
        "loading_black": loadings.iloc[0],
        "loading_white": loadings.iloc[1],
    }
