"""Price series as a test of transmission needs them: whole, in order, and not constant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import name_rows, numbers, require_columns
from lcresearch.errors import DataError

__all__ = [
    "Floats",
    "check_whole",
    "differences",
    "first_row_lags",
    "read_series",
    "seasonal_dummies",
]

Floats = npt.NDArray[np.float64]


def read_series(data: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Return the named series side by side, one row for each period.

    Parameters
    ----------
    data
        One row for each period, in order. An index of dates, periods or numbers is read as time,
        and must have no holes; any other index is not.
    names
        Columns; each once.

    Returns
    -------
    numpy.ndarray
        Shape ``(periods, len(names))``, in the columns' own units.

    Raises
    ------
    DataError
        If a column is missing, not numeric, has a gap, ends before another or does not change,
        or if the index runs backwards or leaves periods out.
    """
    for name in names:
        if list(names).count(name) > 1:
            raise DataError(f"column {name!r} is named twice: a relation needs different series.")
    require_columns(data, names)
    _check_time(data)
    for name in names:
        _check_gaps(data, name)
    values = np.column_stack([numbers(data, name) for name in names])
    for place, name in enumerate(names):
        if np.ptp(values[:, place]) == 0:
            raise DataError(
                f"column {name!r} is constant at {values[0, place]:g}: leave it out, a series that "
                f"does not change has no relation to others."
            )
    return values


def differences(values: Floats) -> Floats:
    """Return changes from one row to the next; one row fewer than `values`."""
    return np.asarray(np.diff(values, axis=0))


def first_row_lags(values: Floats, *, lags: int, first: int) -> Floats:
    """Return lags 1 to `lags` of `values` beside each other, from row `first` on.

    Parameters
    ----------
    values
        Shape ``(periods,)`` or ``(periods, series)``.
    lags
        How many; none gives a frame without columns.
    first
        The first row that is explained; at least `lags`.

    Returns
    -------
    numpy.ndarray
        Shape ``(periods - first, lags * series)``: all series at lag one, then at lag two.
    """
    wide = values[:, None] if values.ndim == 1 else values
    rows = len(wide)
    blocks = [wide[first - lag : rows - lag] for lag in range(1, lags + 1)]
    return np.hstack([np.empty((rows - first, 0)), *blocks])


def seasonal_dummies(rows: int, seasons: int) -> Floats:
    """Return dummies of all seasons but the last, each less its mean over a year.

    Centred dummies leave the constant, and so the distribution of the tests, as it is without
    them (Johansen 1995).

    Returns
    -------
    numpy.ndarray
        Shape ``(rows, seasons - 1)``; no columns where `seasons` is 0 or 1.
    """
    if seasons < 2:
        return np.empty((rows, 0))
    centred = np.eye(seasons)[:, :-1] - 1 / seasons
    return np.asarray(centred[np.arange(rows) % seasons])


def check_whole(name: str, value: int, *, least: int) -> int:
    """Return a whole number of at least `least`.

    Raises
    ------
    DataError
        If it is not one.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise DataError(f"{name} is {value!r}: give a whole number, {least} or more.")
    return int(value)


def _check_gaps(data: pd.DataFrame, name: str) -> None:
    empty = data[name].isna().to_numpy()
    if not empty.any():
        return
    if empty.all():
        raise DataError(f"column {name!r} is empty.")
    present = np.flatnonzero(~empty)
    outside = empty.copy()
    outside[present[0] : present[-1] + 1] = False
    if outside.any():
        raise DataError(
            f"column {name!r} is empty at its start or end, in {name_rows(data, outside)}: the "
            f"series are of two lengths; cut the frame to the periods that all of them have."
        )
    raise DataError(
        f"column {name!r} has a gap in {name_rows(data, empty)}: lags need every period; fill it "
        f"from the source, or use the longer part."
    )


def _check_time(data: pd.DataFrame) -> None:
    index = data.index
    if isinstance(index, pd.PeriodIndex):
        steps = np.diff(index.asi8).astype(float)
        even = bool((steps == 1).all())
    elif isinstance(index, pd.DatetimeIndex):
        steps = np.diff(index.asi8).astype(float)
        even = _even_dates(index, steps)
    elif pd.api.types.is_numeric_dtype(index):
        steps = np.diff(index.to_numpy(dtype=float))
        even = bool(np.allclose(steps, steps[0])) if len(steps) else True
    else:
        return
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0))
        raise DataError(
            f"the index runs from {index[row]} to {index[row + 1]}: sort the rows by time, one row "
            f"for each period (sort_index())."
        )
    if not even:
        row = int(np.argmax(steps))
        raise DataError(
            f"the index has a gap between {index[row]} and {index[row + 1]}: lags need every "
            f"period; fill it from the source, or use the longer part."
        )


def _even_dates(index: pd.DatetimeIndex, steps: Floats) -> bool:
    """Return whether dates follow each other evenly, in time, months or working days."""
    if len(steps) < 2 or steps.max() < 1.5 * np.median(steps):
        return True
    days = index.tz_localize(None).to_numpy().astype("datetime64[D]")
    months = np.diff(days.astype("datetime64[M]").astype(int))
    working = np.busday_count(days[:-1], days[1:])
    return bool((months > 0).all() and np.ptp(months) == 0) or bool((working == 1).all())
