"""Trials of a vaccine against tuberculosis: a meta-analysis of thirteen log risk ratios."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.fund.meta import meta_analysis

__all__ = ["log_risk_ratios", "recipe"]

Floats = npt.NDArray[np.float64]


def log_risk_ratios(path: Path) -> tuple[Floats, Floats]:
    """Return the trials' log risk ratios and standard errors."""
    trials = pd.read_csv(path)
    treated, control = (
        trials["ill"] + trials["well"],
        trials["ill_control"] + trials["well_control"],
    )
    variance = 1 / trials["ill"] - 1 / treated + 1 / trials["ill_control"] - 1 / control
    ratio = np.log(trials["ill"] / treated / (trials["ill_control"] / control))
    return ratio.to_numpy(), np.sqrt(variance).to_numpy()


def recipe(path: Path) -> dict[str, float]:
    """Return the pooled ratio, its standard error and the variance between trials."""
    found: dict[str, float] = {}
    for method in ("DL", "REML"):
        pooled = meta_analysis(*log_risk_ratios(path), method=method)
        name = method.lower()
        found |= {
            name: pooled.estimate,
            f"{name}_se": pooled.std_error,
            f"{name}_tau2": pooled.tau2,
        }
    return found
