"""Sixty firms, the example of the program FRONTIER 4.1: a production frontier (Coelli 1996)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from lcresearch.logistics.frontier import Frontier
from lcresearch.logistics.frontier_results import FrontierResults

__all__ = ["FIRMS", "firms", "fit", "recipe"]

FIRMS: Final = 10
"""How many firms' efficiencies are compared, from the first on."""


def firms(path: Path) -> pd.DataFrame:
    """Return logs of output, capital and labour, by firm."""
    return np.log(pd.read_csv(path, index_col="firm"))


def fit(data: pd.DataFrame, **model: Any) -> FrontierResults:
    """Fit output on capital and labour; by default inefficiency is half-normal."""
    return Frontier(data, dependent="output", regressors=["capital", "labour"], **model).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return estimates, likelihoods, the test against no inefficiency, and efficiencies."""
    result = fit(firms(path))
    efficiency = result.efficiency()["efficiency"]
    return {
        **result.params.to_dict(),
        "loglik": result.loglik,
        "loglik_least_squares": result.loglik_least_squares,
        "lr": result.lr_test.statistic,
        "lr_p_value": result.lr_test.p_value,
        "efficiency_mean": efficiency.mean(),
        **{f"efficiency_{firm}": efficiency[firm] for firm in efficiency.index[:FIRMS]},
    }
