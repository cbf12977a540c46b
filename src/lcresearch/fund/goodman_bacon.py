"""The two-by-two comparisons in a two-way fixed-effects estimate (Goodman-Bacon 2021)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.panel import Panel

__all__ = ["decompose"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Group:
    """Units that share a first treated period: ``share`` of all units, ``dose`` of all periods."""

    label: float
    start: int
    share: float
    dose: float
    means: Floats


def decompose(panel: Panel) -> pd.DataFrame:
    """Return the comparisons of pairs of cohorts, with their weights.

    For cohorts ``k`` before ``l`` with shares ``n`` of units and shares ``D`` of treated periods,
    ``k`` against ``l`` while ``l`` is untreated has the weight

        n_k n_l (D_k - D_l) (1 - D_k) / V,

    and ``l`` against ``k`` once ``k`` is treated has the weight ``n_k n_l D_l (D_k - D_l) / V``,
    where ``V`` is the sum of all numerators: equations 7 to 10 of Goodman-Bacon, Journal of
    Econometrics 225 (2021), with the sample shares multiplied out. Units that are never treated
    have ``D = 0``, and those treated from the first period on ``D = 1``.

    Parameters
    ----------
    panel
        A balanced panel.

    Returns
    -------
    pandas.DataFrame
        Columns ``treated_cohort``, ``control_cohort`` (NaN: never treated in the panel), ``kind``,
        ``weight``, ``estimate``; an always-treated control shows the first period.

    Raises
    ------
    DataError
        If the panel is not balanced.
    """
    if not panel.balanced:
        missing = len(panel.units) * len(panel.times) - len(panel.outcome)
        raise DataError(
            f"the decomposition needs a balanced panel, and {missing:,} rows of it are missing: "
            f"keep the units that have every period, or the periods that every unit has."
        )
    groups = _groups(panel)
    rows = []
    for i, early in enumerate(groups):
        for late in groups[i + 1 :]:
            rows += _pair(early, late, len(panel.times))
    table = pd.DataFrame(
        rows, columns=["treated_cohort", "control_cohort", "kind", "weight", "estimate"]
    )
    table["weight"] /= table["weight"].sum()
    return table


def _groups(panel: Panel) -> list[_Group]:
    """Return the cohorts, the earliest first, those never treated in the panel last."""
    periods = len(panel.times)
    # A cohort after the last period is untreated throughout, as the never treated are.
    start = np.where(panel.cohort < 0, periods, panel.cohort)
    outcome = panel.wide()
    groups = []
    for code in np.unique(start):
        mine = start == code
        groups.append(
            _Group(
                label=float(panel.times[code]) if code < periods else np.nan,
                start=int(code),
                share=float(mine.mean()),
                dose=1 - code / periods,
                means=outcome[mine].mean(axis=0),
            )
        )
    return groups


def _pair(
    early: _Group, late: _Group, periods: int
) -> list[tuple[float, float, str, float, float]]:
    both = early.share * late.share * (early.dose - late.dose)
    gap = early.means - late.means
    before, middle, after = (
        slice(0, early.start),
        slice(early.start, late.start),
        slice(late.start, periods),
    )
    rows = []
    if early.dose < 1:
        kind = "treated vs never treated" if late.dose == 0 else "earlier vs later treated"
        change = float(gap[middle].mean() - gap[before].mean())
        rows.append((early.label, late.label, kind, both * (1 - early.dose), change))
    if late.dose > 0:
        kind = "treated vs always treated" if early.dose == 1 else "later vs earlier treated"
        change = float(gap[middle].mean() - gap[after].mean())
        rows.append((late.label, early.label, kind, both * late.dose, change))
    return rows
