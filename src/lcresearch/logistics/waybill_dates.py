"""Dates of a file, read only if they are all written in one way and can mean one day each."""

from __future__ import annotations

from typing import Final

import pandas as pd

from lcresearch.errors import DataError

__all__ = ["read_dates"]

# A time of day may follow, and is left aside.
_TIME: Final = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_YEAR_FIRST: Final = (
    r"(?P<year>\d{4})(?:[-/.年])(?P<month>\d{1,2})(?:[-/.月])(?P<day>\d{1,2})日?" + _TIME
)
_DIGITS: Final = r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
_YEAR_LAST: Final = r"(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4})" + _TIME
_REMEDY: Final = "write all dates as YYYY-MM-DD"


def read_dates(texts: pd.Series, *, where: str) -> pd.Series:
    """Return the days of a column of dates.

    The year stands first, or last. Where it stands last, the column as a whole must tell whether
    day or month comes first: some date must have a number above twelve, and none the other way.

    Parameters
    ----------
    texts
        Dates as text; its index holds the numbers of the file's lines.
    where
        File and column, for messages.

    Returns
    -------
    pandas.Series
        Days, ``datetime64``.

    Raises
    ------
    DataError
        If a date is missing, is none, or does not exist, the year stands first in some and last in
        others, or the order of day and month cannot be told.
    """
    first = texts.str.extract(f"^{_YEAR_FIRST}$").combine_first(texts.str.extract(f"^{_DIGITS}$"))
    last = texts.str.extract(f"^{_YEAR_LAST}$")
    is_first, is_last = first["year"].notna(), last["year"].notna()
    neither = ~(is_first | is_last)
    if neither.any():
        line = texts.index[neither][0]
        raise DataError(f"{where}: line {line}: {texts[line]!r} is no date: {_REMEDY}.")
    if is_first.any() and is_last.any():
        one, other = texts.index[is_first][0], texts.index[is_last][0]
        raise DataError(
            f"{where}: dates are written in two ways, {texts[one]!r} in line {one} and "
            f"{texts[other]!r} in line {other}: {_REMEDY}."
        )
    parts = first if is_first.any() else _ordered(last, texts, where)
    numbers = parts[["year", "month", "day"]].astype(int)
    days = pd.to_datetime(numbers, errors="coerce")
    if days.isna().any():
        line = texts.index[days.isna()][0]
        raise DataError(f"{where}: line {line}: there is no day {texts[line]!r}: correct it.")
    return days


def _ordered(last: pd.DataFrame, texts: pd.Series, where: str) -> pd.DataFrame:
    """Return day and month of dates that end in the year, if their order can be told."""
    one, two = last["one"].astype(int), last["two"].astype(int)
    if (one > 12).any() and (two > 12).any():
        line, other = texts.index[one > 12][0], texts.index[two > 12][0]
        raise DataError(
            f"{where}: the day comes first in line {line} ({texts[line]!r}) and the month in line "
            f"{other} ({texts[other]!r}): {_REMEDY}."
        )
    if not ((one > 12) | (two > 12)).any():
        line = texts.index[0]
        raise DataError(
            f"{where}: {texts[line]!r} in line {line} may put day or month first, and no other "
            f"date tells which: {_REMEDY}."
        )
    names = ("day", "month") if (one > 12).any() else ("month", "day")
    return last.rename(columns=dict(zip(("one", "two"), names, strict=True)))
