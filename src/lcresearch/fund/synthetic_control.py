"""Synthetic control: the weighted mean of donors that follows the treated unit before treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_control_results import SyntheticControlResults, build_results
from lcresearch.fund.synthetic_matching import Matching
from lcresearch.fund.synthetic_panel import SyntheticPanel, shown
from lcresearch.fund.synthetic_predictors import predictor_table, standardise

__all__ = ["SyntheticControl", "SyntheticControlResults"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SyntheticControl:
    """Synthetic control of Abadie & Gardeazabal (2003) and Abadie, Diamond & Hainmueller (2010).

    The donor weights W are non-negative, add to one and minimise ``(x - XW)' V (x - XW)`` exactly,
    where x holds the outcomes before the start (without `predictors`) or the predictors of the
    treated unit, and X those of the donors.

    Parameters
    ----------
    data
        One row for each unit and period; every unit must have an outcome in every period.
    outcome, unit, time
        Names of columns.
    treated
        Label of the treated unit; several labels are averaged into one.
    start
        First treated period.
    predictors
        ``None`` matches the outcomes before the start; a list of ``(column, first, last)`` or
        ``(column, first, last, op)`` matches means (or ``op``) over windows; a frame indexed by
        unit is taken as it is. Predictors are divided by their standard deviation over all units.
    v
        Weights of the predictors (or, without predictors, of the periods of the window): ``None``
        for equal ones, "nested" for those whose control follows the outcome best over the window,
        or an array in the order of the predictors.
    window
        First and last period whose outcomes are fitted; ``None``: all before the start.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    unit: str
    time: str
    treated: Any
    start: Any
    predictors: pd.DataFrame | Sequence[tuple[Any, ...]] | None = field(default=None, repr=False)
    v: Literal["nested"] | npt.ArrayLike | None = None
    window: tuple[Any, Any] | None = None

    def fit(self) -> SyntheticControlResults:
        """Choose the weights.

        Returns
        -------
        SyntheticControlResults
            Weights, gaps and effect, in the unit of the outcome.

        Raises
        ------
        DataError
            If the panel has gaps, a label or column is unknown, predictors are missing or reach
            into treated periods, or `v` does not fit them; the message says where and what to do.
        """
        panel = SyntheticPanel.read(
            self.data,
            outcome=self.outcome,
            unit=self.unit,
            time=self.time,
            treated=self.treated,
            start=self.start,
        )
        if len(np.unique(panel.starts)) > 1:
            raise DataError("start: differs between units: use SyntheticDiD, which takes cohorts.")
        begin = int(panel.starts[0])
        treated, donors = panel.treated, panel.donors
        name = panel.units[treated[0]] if len(treated) == 1 else f"mean of {len(treated)} units"
        labels = pd.Index([name, *panel.units[donors]], dtype=object, name=self.unit)
        notes = ["No standard error: the interval is conformal, for an effect that is constant."]
        table: pd.DataFrame | None = None
        if self.predictors is not None:
            table, missing = predictor_table(
                self.predictors,
                self.data,
                unit=self.unit,
                time=self.time,
                units=panel.units,
                before=panel.times[begin],
            )
            table, notes = _averaged(table, treated, donors, labels), [*notes, *missing]
        window = _window(self.window, panel.times, begin)
        matching = Matching(
            labels=labels,
            times=panel.times,
            outcomes=np.vstack([panel.outcomes[treated].mean(axis=0), panel.outcomes[donors]]),
            start=begin,
            window=window,
            predictors=None if table is None else standardise(table),
            averaged=len(treated),
            v=_checked_v(self.v, len(window) if table is None else table.shape[1], table is None),
        )
        return build_results(self, matching, table, panel, notes)


def _averaged(
    table: pd.DataFrame, treated: npt.NDArray[np.int64], donors: Any, labels: pd.Index
) -> pd.DataFrame:
    values = table.to_numpy()
    stacked = np.vstack([values[treated].mean(axis=0), values[donors]])
    return pd.DataFrame(stacked, index=labels, columns=table.columns)


def _window(window: tuple[Any, Any] | None, times: pd.Index, begin: int) -> npt.NDArray[np.int64]:
    if window is None:
        return np.arange(begin)
    first, last = window
    inside = np.flatnonzero((times >= first) & (times <= last))
    if not len(inside):
        raise DataError(f"window: no period from {first!r} to {last!r}: correct it.")
    if inside[-1] >= begin:
        raise DataError(
            f"window: reaches to {shown(times[inside[-1]])}, but treatment starts in "
            f"{shown(times[begin])}: end it before."
        )
    return inside


def _checked_v(v: Any, size: int, outcomes_only: bool) -> Floats | Literal["nested"] | None:
    if v is None:
        return None
    if isinstance(v, str):
        if v != "nested":
            raise DataError(f"v: {v!r} is neither 'nested' nor an array: choose one.")
        if outcomes_only:
            raise DataError(
                "v: 'nested' weighs predictors, and none are given: without them the outcomes are "
                "matched directly, which no V can better."
            )
        return "nested"
    given = np.asarray(v, dtype=float)
    if given.shape != (size,):
        raise DataError(f"v: has shape {given.shape}, but {size} weights are needed, one for each.")
    if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
        raise DataError("v: weights must be finite and not negative, and not all zero.")
    return np.asarray(given / given.sum())
