"""An insurance programme in Jiangxi: a triple difference (Cai; Ortiz-Villavicencio and Sant'Anna).

The printed numbers take the covariates of each later year, which the programme may have changed;
this library takes those of the earlier year. The recipe gives it the later year's values as if
they were the earlier one's, to see whether the printed numbers follow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from lcresearch.fund.triple_difference import TripleDifference

__all__ = ["households", "model", "recipe"]

_START: Final = 2003
_COVARIATES: Final = ["hhsize", "age"]


def households(path: Path) -> pd.DataFrame:
    """Return the panel with the first year of the programme in each household's county."""
    data = pd.read_csv(path)
    return data.assign(start=np.where(data["treatment"] == 1, _START, 0))


def model(data: pd.DataFrame, **options: Any) -> TripleDifference:
    """Return the model of the saving ratio, in which tobacco growers are eligible."""
    return TripleDifference(
        data,
        outcome="checksaving_ratio",
        unit="hhno",
        time="year",
        cohort="start",
        eligible="sector",
        covariates=_COVARIATES,
        **options,
    )


def recipe(path: Path) -> dict[str, float]:
    """Return the effect of each year against the last one before, and the mean from 2003 on."""
    data = households(path)
    before = _START - 1
    found: dict[str, float] = {}
    for year in sorted(set(data["year"]) - {before}):
        pair = data[data["year"].isin([before, year])]
        later = pair[pair["year"] == year].set_index("hhno")[_COVARIATES]
        both = pair[pair["hhno"].isin(later.index)].drop(columns=_COVARIATES)
        start = np.where(both["treatment"] == 1, max(year, before), 0)
        both = both.join(later, on="hhno").assign(start=start)
        # Before the programme the earlier year's change is counted backwards.
        sign = 1 if year > before else -1
        found[f"effect_{year}"] = sign * float(model(both).fit().params.iloc[0])
    after = [value for key, value in found.items() if int(key.split("_")[1]) > before]
    return found | {"mean": float(np.mean(after))}
