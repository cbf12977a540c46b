"""Philippine rice farms over eight years: frontiers of a panel (Battese and Coelli 1992, 1995)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from lcresearch.logistics.frontier import Frontier
from lcresearch.logistics.frontier_results import FrontierResults

__all__ = ["DECAY", "MODELS", "PANEL", "TRUNCATED", "farms", "fit", "recipe"]

PANEL: Final[dict[str, Any]] = {"unit": "FMERCODE", "time": "YEARDUM"}
DECAY: Final = PANEL | {"time_varying": True}
TRUNCATED: Final[dict[str, Any]] = {"inefficiency": "truncated_normal"}
MODELS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "invariant": PANEL,
        "invariant_truncated": PANEL | TRUNCATED,
        "decay": DECAY,
        "decay_truncated": DECAY | TRUNCATED,
        "drivers": PANEL | TRUNCATED | {"inefficiency_drivers": ["EDYRS", "BANRAT"]},
        "no_panel": {},
    }
)
"""Models of inefficiency, by the name under which their results are kept."""

_FARMS: Final = 8  # whose efficiencies are compared, from the first on
_BY_YEAR: Final = ("decay", "decay_truncated", "drivers")


def farms(path: Path) -> pd.DataFrame:
    """Return logs of output, area, labour and fertiliser, beside the columns as they stand."""
    data = pd.read_csv(path)
    logs = np.log(data[["PROD", "AREA", "LABOR", "NPK"]])
    return data.assign(**{f"l{name}": logs[name] for name in logs})


def fit(data: pd.DataFrame, **model: Any) -> FrontierResults:
    """Fit output on area, labour and fertiliser."""
    regressors = ["lAREA", "lLABOR", "lNPK"]
    return Frontier(data, dependent="lPROD", regressors=regressors, **model).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return estimates, likelihoods, tests and efficiencies of every model that was printed."""
    data = farms(path)
    results = {name: fit(data, **model) for name, model in MODELS.items()}
    found: dict[str, float] = {}
    for name, result in results.items():
        found |= {f"{name}_{_word(key)}": value for key, value in result.params.items()}
        if name != "no_panel":
            found[f"{name}_loglik"] = result.loglik
            found[f"{name}_lr"] = result.lr_test.statistic
    found["loglik_least_squares"] = results["no_panel"].loglik_least_squares
    by_farm = results["invariant"].efficiency().groupby("FMERCODE")["efficiency"].first()
    found |= {f"efficiency_farm_{farm}": by_farm[farm] for farm in by_farm.index[:_FARMS]}
    for name in _BY_YEAR:
        by_year = results[name].efficiency().groupby("YEARDUM")["efficiency"].mean()
        found |= {f"{name}_efficiency_{year}": value for year, value in by_year.items()}
    return found


def _word(name: object) -> str:
    """Return a parameter's name as keys have it: ``mu:EDYRS`` becomes ``mu_edyrs``."""
    return str(name).lower().replace(":", "_")
