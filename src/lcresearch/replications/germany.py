"""West Germany after reunification: a synthetic control on predictors (Abadie and others 2015)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from lcresearch.fund.synthetic_control import SyntheticControl
from lcresearch.fund.synthetic_control_results import SyntheticControlResults

__all__ = ["fit", "recipe"]

_PREDICTORS: Final = [
    ("gdp", 1981, 1990),
    ("trade", 1981, 1990),
    ("infrate", 1981, 1990),
    ("industry", 1981, 1990),
    ("schooling", 1980, 1985),
    ("invest80", 1980, 1980),
]
# The paper's own weights of predictors were not seen: these are some under which its weights of
# countries come out.
_V: Final = [0.442, 0.134, 0.072, 0.001, 0.107, 0.245]
_COUNTRIES: Final = ("USA", "Austria", "Netherlands", "Switzerland", "Japan")


def fit(path: Path, **options: Any) -> SyntheticControlResults:
    """Fit West Germany until 1990; options replace the predictors and their weights."""
    given: dict[str, Any] = {"predictors": _PREDICTORS, "v": _V} | options
    return SyntheticControl(
        pd.read_csv(path),
        outcome="gdp",
        unit="country",
        time="year",
        treated="West Germany",
        start=1991,
        **given,
    ).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return the weights of the five countries."""
    weights = fit(path).weights
    return {name.lower(): weights[name] for name in _COUNTRIES}
