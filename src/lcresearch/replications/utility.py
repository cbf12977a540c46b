"""Power utilities of the United States: cost frontiers whose inefficiency regulation moves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from lcresearch.logistics.frontier import Frontier
from lcresearch.logistics.frontier_results import FrontierResults

__all__ = ["QUANTILES", "fit", "recipe"]

QUANTILES: Final[Mapping[str, str]] = MappingProxyType(
    {"min": "min", "25%": "q25", "50%": "median", "mean": "mean", "75%": "q75", "max": "max"}
)
"""Statistics of efficiencies, as pandas names them and as keys do."""

_PRINTED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "half_normal": ("inefficiency", "efficiency", "conf_low", "conf_high"),
        "truncated_normal": ("efficiency", "conf_low"),
    }
)


def fit(path: Path, **model: Any) -> FrontierResults:
    """Fit cost over the price of fuel on output and two relative prices, moved by regulation."""
    data = pd.read_csv(path)
    logs = {
        "cost": np.log(data["tc"] / data["wf"]),
        "output": np.log(data["y"]),
        "wage": np.log(data["wl"] / data["wf"]),
        "capital": np.log(data["wk"] / data["wf"]),
    }
    return Frontier(
        data.assign(**logs),
        dependent="cost",
        regressors=["output", "wage", "capital"],
        kind="cost",
        inefficiency_drivers=["regu"],
        **model,
    ).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return estimates, standard errors, likelihoods and the spread of efficiencies."""
    found: dict[str, float] = {}
    for name, columns in _PRINTED.items():
        result = fit(path, inefficiency=name)
        # The other program gives the truncated normal's variances as logs, without errors here.
        names = [key for key in result.params.index if key not in ("sigma2", "gamma")]
        for key in names:
            word = f"{name}_{key.lower().replace(':', '_')}"
            found |= {word: result.params[key], f"{word}_se": result.std_errors[key]}
        if name == "truncated_normal":
            found[f"{name}_ln_sigma_u2"] = float(np.log(result.sigma_u**2))
            found[f"{name}_ln_sigma_v2"] = float(np.log(result.sigma_v**2))
        found[f"{name}_loglik"] = result.loglik
        spread = result.efficiency().describe()
        for column in columns:
            found |= {
                f"{name}_{column}_{word}": spread.loc[statistic, column]
                for statistic, word in QUANTILES.items()
            }
    return found
