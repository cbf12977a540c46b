"""Checks of a tidy frame's columns that every strand makes: each refusal names column and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError, did_you_mean

__all__ = [
    "complete_rows",
    "name_rows",
    "numbers",
    "positive",
    "refuse_repeated",
    "require_columns",
]

Floats = npt.NDArray[np.float64]


def require_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a frame that lacks a column, has it twice, or has no rows.

    Parameters
    ----------
    data
        What the user gave.
    names
        Columns that are needed.

    Raises
    ------
    DataError
        If it is not a frame, is empty, or a column is missing or stands there twice.
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data must be a pandas DataFrame, not {type(data).__name__}.")
    for name in names:
        if name not in data.columns:
            raise DataError(
                f"data has no column {name!r}: it has {', '.join(map(repr, data.columns))}."
                f"{did_you_mean(name, data.columns)}"
            )
    repeated = data.columns[data.columns.duplicated()].intersection(list(names))
    if len(repeated):
        raise DataError(f"data has two columns named {repeated[0]!r}: rename one of them.")
    if data.empty:
        raise DataError("data has no rows.")


def complete_rows(data: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the rows in which no column is empty, and how many the others are, by reason.

    Parameters
    ----------
    data
        A frame that has the columns.
    names
        Columns; a row is counted for the first of them that is empty.

    Raises
    ------
    DataError
        If no row is left.
    """
    columns = list(dict.fromkeys(names))
    gaps = data[columns].isna().to_numpy()
    if not gaps.any():
        return data, {}
    keep = ~gaps.any(axis=1)
    if not keep.any():
        raise DataError(f"no row has a value in all of {', '.join(map(repr, columns))}.")
    first = gaps[~keep].argmax(axis=1)
    counts = np.bincount(first, minlength=len(columns))
    dropped = {f"no {name}": int(n) for name, n in zip(columns, counts, strict=True) if n}
    return data[keep], dropped


def numbers(data: pd.DataFrame, name: str) -> Floats:
    """Return a column as finite numbers.

    Raises
    ------
    DataError
        If it holds text, is empty somewhere, or is infinite; the message names the rows.
    """
    values = data[name]
    if not pd.api.types.is_numeric_dtype(values):
        kind = pd.api.types.infer_dtype(values, skipna=True)
        if kind not in {"integer", "floating", "mixed-integer-float", "decimal", "boolean"}:
            raise DataError(f"column {name!r}: holds text or dates; make it numbers.")
        values = pd.to_numeric(values)
    found: Any = values.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(found).all():
        mask = np.isnan(found)
        word = "empty" if mask.any() else "infinite"
        rows = name_rows(data, mask if mask.any() else np.isinf(found))
        raise DataError(f"column {name!r}: is {word} in {rows}: correct it.")
    return np.asarray(found)


def positive(data: pd.DataFrame, name: str) -> Floats:
    """Return a column as numbers above zero, of which a logarithm can be taken.

    Raises
    ------
    DataError
        If a number is zero or negative, or `numbers` refuses the column.
    """
    found = numbers(data, name)
    wrong = found <= 0
    if wrong.any():
        raise DataError(
            f"column {name!r}: is zero or negative in {name_rows(data, wrong)}, and has no "
            f"logarithm: correct or leave out such rows."
        )
    return found


def refuse_repeated(data: pd.DataFrame, *, unit: str, time: str) -> None:
    """Refuse a frame with two rows for one unit in one period.

    Raises
    ------
    DataError
        If there is one; the message names the unit, the period and the rows.
    """
    twice = data.duplicated([unit, time], keep=False).to_numpy()
    if twice.any():
        first = data.loc[:, [unit, time]].iloc[int(np.argmax(twice))]
        same = ((data[unit] == first[unit]) & (data[time] == first[time])).to_numpy()
        raise DataError(
            f"{unit} {first[unit]} has more than one row in {time} {first[time]} "
            f"({name_rows(data, same)}): keep one row for each unit and period."
        )


def name_rows(data: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> str:
    """Return the rows of a mask by label, and by place counted from one.

    Labels are those of the frame's index, which a filtered frame keeps; places are what a
    spreadsheet shows, less its line of headers.

    Returns
    -------
    str
        For example ``"rows 20, 61 (the 21st, 62nd)"``; at most five rows are named.
    """
    rows = np.flatnonzero(mask)
    shown = rows[:5]
    labels = ", ".join(str(data.index[row]) for row in shown)
    places = ", ".join(_ordinal(int(row) + 1) for row in shown)
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return f"row{'s' if len(rows) > 1 else ''} {labels} (the {places}){more}"


def _ordinal(place: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{'th' if place % 100 in (11, 12, 13) else ending}"
