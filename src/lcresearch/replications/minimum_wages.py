"""Minimum wages and teenage employment: effects by cohort and year (Callaway and Sant'Anna)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

import pandas as pd

from lcresearch.fund.aggregate import Aggregate
from lcresearch.fund.group_time import GroupTimeATT

__all__ = ["COLUMNS", "recipe"]

COLUMNS: Final[dict[str, Any]] = {
    "outcome": "lemp",
    "unit": "countyreal",
    "time": "year",
    "cohort": "first.treat",
}


def recipe(path: Path) -> dict[str, float]:
    """Return effects, averages and standard errors, without and with population."""
    data = pd.read_csv(path)
    plain = GroupTimeATT(data, **COLUMNS).fit()
    found = {
        f"att_{cohort}_{time}": value
        for (cohort, time), value in plain.params.items()
        if time >= cohort
    }
    for kind in get_args(Aggregate):
        mean = plain.aggregate(kind)
        found |= {kind: mean.estimate, f"{kind}_se": mean.std_error}
    population = GroupTimeATT(data, **COLUMNS, covariates=["lpop"]).fit()
    kinds: tuple[Aggregate, ...] = ("simple", "dynamic")
    for kind in kinds:
        mean = population.aggregate(kind)
        found |= {f"{kind}_lpop": mean.estimate, f"{kind}_lpop_se": mean.std_error}
    return found
