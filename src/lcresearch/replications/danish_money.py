"""Danish money demand, the classic example of cointegration (Johansen and Juselius 1990)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.pricing.cointegration import Cointegration
from lcresearch.pricing.cointegration_results import CointegrationResults

__all__ = ["SERIES", "fit", "recipe"]

SERIES: Final = ["LRM", "LRY", "IBO", "IDE"]
"""Real money and real income in logs, bond rate, deposit rate."""


def fit(path: Path) -> CointegrationResults:
    """Fit two lags in levels, quarterly dummies, and a constant in the relations alone."""
    return Cointegration(
        pd.read_csv(path), columns=SERIES, lags=2, deterministic="restricted_constant", seasons=4
    ).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return eigenvalues, maximum-eigenvalue statistics, the first relation and its loadings."""
    result = fit(path)
    relation, loadings = result.vectors["relation 1"], result.loadings["relation 1"]
    return {
        **{f"eigenvalue_{k}": value for k, value in enumerate(result.eigenvalues, start=1)},
        **{f"max_eigen_{rank}": value for rank, value in enumerate(result.max_eigen["statistic"])},
        **{
            f"relation_{name.lower()}": value
            for name, value in zip([*SERIES[1:], "constant"], relation.iloc[1:], strict=True)
        },
        **{f"loading_{name.lower()}": value for name, value in zip(SERIES, loadings, strict=True)},
    }
