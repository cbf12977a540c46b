"""A panel of units over time, checked once, as arrays that estimators share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import require_columns
from lcresearch.errors import DataError

__all__ = ["Panel"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Panel:
    """Rows of a panel, sorted by unit and then time, with units and times as codes.

    Parameters
    ----------
    units, times
        The labels, sorted; codes point into them.
    unit, time
        Codes of each row.
    outcome
        Outcome of each row, finite.
    cohort
        First treated period of each unit, as a code into `times` (``len(times)`` if it is after
        the last one); -1 if the unit is never treated.
    columns
        Further columns by name, finite, one value for each row.
    dropped
        Rows left out, by reason.
    """

    units: pd.Index
    times: pd.Index
    unit: Ints
    time: Ints
    outcome: Floats
    cohort: Ints
    columns: Mapping[str, Floats]
    dropped: Mapping[str, int]

    @property
    def balanced(self) -> bool:
        """Whether every unit has a row in every period."""
        return len(self.outcome) == len(self.units) * len(self.times)

    def wide(self, values: Floats | None = None) -> Floats:
        """Return values (by default the outcome) as units by times, NaN where there is no row."""
        values = self.outcome if values is None else values
        if self.balanced:
            return values.reshape(len(self.units), len(self.times))
        table = np.full((len(self.units), len(self.times)), np.nan)
        table[self.unit, self.time] = values
        return table

    @classmethod
    def read(
        cls,
        data: pd.DataFrame,
        *,
        outcome: str,
        unit: str,
        time: str,
        cohort: str | None = None,
        columns: Sequence[str] = (),
        needs_pre_period: bool = True,
    ) -> Panel:
        """Check a tidy frame and return it as a panel.

        Parameters
        ----------
        data
            One row for each unit and period.
        outcome, unit, time
            Names of columns. The outcome may have gaps: such rows are dropped and counted.
        cohort
            Name of the column with the first treated period; missing, 0 or infinite for a unit
            that is never treated.
        columns
            Names of further numeric columns: covariates, weights.
        needs_pre_period
            Whether a unit treated in the first period is refused.

        Raises
        ------
        DataError
            If a column is missing or not numeric, a unit has two rows in one period, its cohort
            changes, or it is treated from the first period on; the message names the column, the
            rows and the remedy.
        """
        needed = [outcome, unit, time, *([cohort] if cohort else []), *columns]
        require_columns(data, needed)
        y = _numbers(data, outcome, gaps=True)
        keep = ~np.isnan(y)
        dropped = {f"no {outcome}": int((~keep).sum())}
        extra = {}
        for name in columns:
            extra[name] = _numbers(data, name, gaps=True)
            gaps = keep & np.isnan(extra[name])
            dropped[f"no {name}"] = int(gaps.sum())
            keep &= ~gaps
        if not keep.any():
            raise DataError(f"No row has both {outcome!r} and every other column: nothing is left.")
        rows = np.flatnonzero(keep)
        for name in (unit, time):
            empty = data[name].isna().to_numpy()
            if empty.any():
                raise DataError(f"column {name!r}: is empty in rows {_list(empty)}: fill it in.")
        times_given = _period_labels(data, time)
        if cohort is not None and not np.issubdtype(times_given.dtype, np.number):
            raise DataError(
                f"column {time!r}: holds text or dates; number the periods (years, for example), "
                f"as {cohort!r} does."
            )
        unit_code, units = pd.factorize(data[unit].to_numpy()[rows], sort=True)
        time_code, times = pd.factorize(times_given[rows], sort=True)
        cell = unit_code.astype(np.int64) * len(times) + time_code
        order = np.argsort(cell, kind="stable")
        twice = np.flatnonzero(np.diff(cell[order]) == 0)
        if len(twice):
            first = order[twice[0]]
            raise DataError(
                f"{unit} {_show(units[unit_code[first]])} has two rows in {time} "
                f"{_show(times[time_code[first]])} ({len(twice)} such pair"
                f"{'s' if len(twice) > 1 else ''}): keep one row for each unit and period."
            )
        rows, unit_code, time_code = rows[order], unit_code[order], time_code[order]
        panel = cls(
            units=pd.Index(units, name=unit),
            times=pd.Index(times, name=time),
            unit=unit_code.astype(np.int64),
            time=time_code.astype(np.int64),
            outcome=y[rows],
            cohort=np.full(len(units), -1, dtype=np.int64),
            columns={name: values[rows] for name, values in extra.items()},
            dropped={reason: count for reason, count in dropped.items() if count},
        )
        if cohort is None:
            return panel
        codes = _cohorts(panel, data[cohort].iloc[rows], cohort, needs_pre_period)
        return cls(**{**panel.__dict__, "cohort": codes})


def _cohorts(panel: Panel, given: pd.Series, name: str, needs_pre_period: bool) -> Ints:
    if not _holds_numbers(given):
        raise DataError(
            f"column {name!r}: holds text; give the first treated period as a number, and leave it "
            f"empty (or 0) for units that are never treated."
        )
    first = pd.to_numeric(given).to_numpy(dtype=float, na_value=np.nan)
    first = np.where(np.isnan(first) | (first == 0) | np.isinf(first), np.inf, first)
    starts = np.flatnonzero(np.r_[True, np.diff(panel.unit) != 0])
    of_unit = first[starts]
    changes = first != of_unit[panel.unit]
    if changes.any():
        unit = panel.units[panel.unit[np.argmax(changes)]]
        raise DataError(
            f"column {name!r}: changes within {panel.units.name} {_show(unit)}: a unit has one "
            f"first treated period, and treatment does not switch off; split or drop such units."
        )
    times = panel.times.to_numpy(dtype=float)
    codes = np.searchsorted(times, of_unit, side="left").astype(np.int64)
    codes[np.isinf(of_unit)] = -1
    early = codes == 0
    if needs_pre_period and early.any():
        shown = ", ".join(_show(label) for label in panel.units[early][:5])
        raise DataError(
            f"column {name!r}: {int(early.sum())} {panel.units.name} ({shown}) are treated in the "
            f"first period on and have none before it: drop them, or add earlier periods."
        )
    return codes


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _holds_numbers(values: pd.Series) -> bool:
    """Return whether a column is numeric, empty, or numbers beside ``None`` as plain objects."""
    if _is_numeric(values):
        return True
    kinds = pd.api.types.infer_dtype(values, skipna=True)
    return values.isna().all() or kinds in {"integer", "floating", "mixed-integer-float", "decimal"}


def _period_labels(data: pd.DataFrame, name: str) -> npt.NDArray[Any]:
    """Return the labels of periods: whole numbers as such, so that 2003 is not shown as 2003.0."""
    if not _holds_numbers(data[name]):
        return np.asarray(data[name].to_numpy())
    numbers = _numbers(data, name, gaps=False)
    whole = numbers.astype(np.int64)
    return whole if (whole == numbers).all() else numbers


def _show(label: Any) -> str:
    """Return a label as it would be typed, without the type that numpy adds."""
    return repr(label.item() if isinstance(label, np.generic) else label)


def _numbers(data: pd.DataFrame, name: str, *, gaps: bool) -> Floats:
    values = data[name]
    if not (_holds_numbers(values) or pd.api.types.is_bool_dtype(values)):
        raise DataError(f"column {name!r}: holds text; make it numbers.")
    numbers: Any = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    infinite = np.isinf(numbers)
    if infinite.any():
        raise DataError(
            f"column {name!r}: is infinite in rows {_list(infinite)}: correct them, or leave them "
            f"empty."
        )
    if not gaps and np.isnan(numbers).any():
        raise DataError(
            f"column {name!r}: is empty in rows {_list(np.isnan(numbers))}: fill it in."
        )
    return np.asarray(numbers)


def _list(mask: npt.NDArray[np.bool_]) -> str:
    """Return the first rows of a mask, counted from zero as pandas does."""
    rows = np.flatnonzero(mask)
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return ", ".join(map(str, rows[:5])) + more
