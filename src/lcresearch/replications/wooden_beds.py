"""Wooden beds from Vietnam and China: prices that return faster from one side (Sun 2011)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import pandas as pd

from lcresearch.pricing.threshold_ecm import ThresholdECM
from lcresearch.pricing.threshold_results import ThresholdECMResults

__all__ = ["THRESHOLD", "fit", "recipe"]

THRESHOLD: Final = -0.451
"""The published threshold of momentum. It is an observation cut to three decimals, so that the
month it comes from counts as below it."""


def fit(
    path: Path, kind: Literal["tar", "mtar"], threshold: float | None = None
) -> ThresholdECMResults:
    """Fit the price from Vietnam on that from China with three lags; None finds the threshold."""
    return ThresholdECM(
        pd.read_csv(path),
        dependent="price.Vietnam",
        driver="price.China",
        kind=kind,
        threshold=threshold,
        lags=3,
    ).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return both thresholds found, and the speeds of return at the published one."""
    result = fit(path, "mtar", THRESHOLD)
    t_values = result.params / result.std_errors
    return {
        "threshold_level": fit(path, "tar").threshold,
        "threshold_momentum": fit(path, "mtar").threshold,
        "positive": result.params["positive"],
        "positive_t": t_values["positive"],
        "negative": result.params["negative"],
        "negative_t": t_values["negative"],
        "phi": result.phi,
    }
