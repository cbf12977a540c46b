"""Columns that a table of waybills must have, whatever engine holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.waybills import WAYBILLS

if TYPE_CHECKING:
    import ibis

__all__ = ["need_columns", "need_kinds"]


def need_columns(names: Sequence[str], *, where: str) -> None:
    """Refuse columns that lack one of the form `WAYBILLS`.

    Parameters
    ----------
    names
        Names of the columns that are there.
    where
        Name of the table, for the message.

    Raises
    ------
    DataError
        If one is lacking.
    """
    for name in WAYBILLS.columns:
        if name not in names:
            raise DataError(
                f"{where}: has no column {name!r}; it has {', '.join(map(repr, names))}."
                f"{did_you_mean(name, names)}"
            )


def need_kinds(table: ibis.Table, *, where: str) -> None:
    """Refuse columns of kinds that cannot be read, or that may mean several things.

    Parameters
    ----------
    table
        Table with the columns of `WAYBILLS`.
    where
        Its name, for the message.

    Raises
    ------
    DataError
        If a column holds another kind.
    """
    for name in WAYBILLS.columns:
        kind = table.schema()[name]
        if name == "date":
            # The day of a time with a zone depends on the place where it is asked for.
            is_time = kind.is_timestamp() and kind.timezone is None
            right = kind.is_string() or kind.is_date() or is_time
            wanted = "dates, times without a time zone or text"
        elif name in ("weight", "fee"):
            right, wanted = kind.is_string() or kind.is_numeric(), "numbers or text"
        else:
            right = kind.is_string() or (name == "waybill" and kind.is_integer())
            wanted = "text"
        if not right:
            raise DataError(f"{where}, column {name}: holds {kind}: give {wanted}, as by a cast.")
