"""Predictors of a synthetic control: averages of columns over windows, one row for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_panel import shown

__all__ = ["predictor_table", "standardise"]

Floats = npt.NDArray[np.float64]
_OPERATIONS = ("mean", "median", "sum", "min", "max", "last")


def predictor_table(
    predictors: pd.DataFrame | Sequence[tuple[Any, ...]],
    data: pd.DataFrame,
    *,
    unit: str,
    time: str,
    units: pd.Index,
    before: Any,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return units by predictors, and notes on values that were missing inside windows.

    Parameters
    ----------
    predictors
        A ready frame indexed by unit; or a list of ``(column, first, last)`` or ``(column, first,
        last, op)``: the mean (or median, sum, min, max, last) of the values that a unit has from
        period `first` to `last`, both included.
    data, unit, time
        The tidy frame and its columns.
    units
        Labels of the units that need predictors.
    before
        First treated period: windows end before it.

    Raises
    ------
    DataError
        If a column is missing or text, a window is empty for some unit or reaches into treated
        periods, or a ready frame lacks a unit or a number.
    """
    if isinstance(predictors, pd.DataFrame):
        return _ready(predictors, units), ()
    columns: dict[str, pd.Series] = {}
    notes: list[str] = []
    for entry in predictors:
        name, values, note = _window(entry, data, unit, time, units, before)
        if name in columns:
            raise DataError(f"predictors: {name} is named twice: name it once.")
        columns[name] = values
        notes += [note] if note else []
    if not columns:
        raise DataError("predictors: is empty: name one, or give None to match outcomes alone.")
    return pd.DataFrame(columns, index=units), tuple(notes)


def standardise(table: pd.DataFrame) -> Floats:
    """Return predictors over their standard deviation across all units.

    Raises
    ------
    DataError
        If a predictor is the same for every unit.
    """
    values = table.to_numpy(dtype=float)
    spread = values.std(axis=0, ddof=1)
    flat = spread <= 1e-12 * np.abs(values).max(axis=0)
    if flat.any():
        name = table.columns[int(np.argmax(flat))]
        raise DataError(f"predictors: {name!r} is the same for every unit: leave it out.")
    return np.asarray((values - values.mean(axis=0)) / spread)


def _window(
    entry: tuple[Any, ...], data: pd.DataFrame, unit: str, time: str, units: pd.Index, before: Any
) -> tuple[str, pd.Series, str]:
    if isinstance(entry, str) or len(entry) not in (3, 4):
        raise DataError(
            f"predictors: {entry!r} is not (column, first, last) or (column, first, last, op)."
        )
    column, first, last = entry[:3]
    operation = entry[3] if len(entry) == 4 else "mean"
    if operation not in _OPERATIONS:
        raise DataError(
            f"predictors: {operation!r} is none of {', '.join(_OPERATIONS)}: choose one."
        )
    if column not in data.columns:
        raise DataError(f"predictors: data has no column {column!r}: correct the name.")
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise DataError(f"column {column!r}: holds text; make it numbers.")
    if not last < before:
        raise DataError(
            f"predictors: {column!r} is taken until {last!r} but treatment starts in "
            f"{shown(before)}: end the window before it."
        )
    inside = data[time].between(first, last) & data[unit].isin(units)
    values = data.loc[inside].sort_values(time).groupby(unit)[column]
    table = values.agg("last" if operation == "last" else operation).where(values.count() > 0)
    table = table.reindex(units).astype(float)
    name = f"{column} {first}" if first == last else f"{column} {first}-{last}"
    name = name if operation == "mean" else f"{name} {operation}"
    if not np.isfinite(table.to_numpy()).all():
        empty = units[~np.isfinite(table.to_numpy())]
        raise DataError(
            f"column {column!r}: has no finite value from {first!r} to {last!r} for "
            f"{', '.join(shown(label) for label in empty[:5])}: widen the window, or drop them."
        )
    counts = values.count().reindex(units)
    note = ""
    if counts.nunique() > 1:
        note = (
            f"Predictor {name}: units have {counts.min()} to {counts.max()} values in the window; "
            f"each is summarised over those it has."
        )
    return name, table, note


def _ready(table: pd.DataFrame, units: pd.Index) -> pd.DataFrame:
    without = units.difference(table.index)
    if len(without):
        raise DataError(
            f"predictors: no row for unit {shown(without[0])}: add it to the frame's index."
        )
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()][0]
        raise DataError(f"predictors: unit {shown(twice)} has two rows: keep one.")
    if not table.shape[1]:
        raise DataError("predictors: has no columns: add one, or give None.")
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise DataError(f"predictors: column {name!r} holds text; make it numbers.")
    chosen = table.loc[units].astype(float)
    bad = np.argwhere(~np.isfinite(chosen.to_numpy()))
    if len(bad):
        row, column = bad[0]
        raise DataError(
            f"predictors: {chosen.columns[column]!r} of unit {shown(units[row])} is missing or "
            f"infinite: fill it in."
        )
    return chosen
