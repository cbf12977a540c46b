"""A researcher's own table, read from a file whatever program has written it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.cells import TEXT_FILES, WORKBOOKS, Cells, read_cells
from lcresearch.errors import DataError, did_you_mean

__all__ = ["read_table"]

_MOST_DIGITS: Final = 15
"""Of a whole number that a float holds exactly."""

# A number with zeros in front, or with more digits than a float holds, is a name.
_IDENTIFIER: Final = re.compile(rf" *(?:0\d+|\d{{{_MOST_DIGITS + 1},}}) *")


def read_table(path: str | Path, *, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table from a CSV file, in UTF-8 or GB18030, or from an Excel workbook.

    Chinese editions of spreadsheet programs save CSV in GB18030; text that is valid UTF-8 is
    taken as UTF-8. The separator is a comma, a semicolon or a tab, whichever the first line has
    most of. Of a workbook the first sheet is read, if the others are empty. Nothing is guessed
    beyond that: dates stay text, and so does a column in which a number has zeros in front
    (``0071``) or sixteen digits or more, since it holds names. Rows without any value are left
    out, and so are columns with neither a name nor a value.

    Parameters
    ----------
    path
        The file; its first row holds the names of the columns.
    columns
        Names of columns that it must have; it may have more.

    Returns
    -------
    pandas.DataFrame
        The rows, in the order of the file.

    Raises
    ------
    DataError
        If there is no such file, it is of another kind, its text is in another encoding, a row
        has more or fewer cells than there are columns, a column has no name or that of another,
        it holds no row, it lacks a column, or a workbook is not one plain table.
    """
    path = Path(path)
    if not path.is_file():
        there = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        raise DataError(f"There is no file {path}.{did_you_mean(path.name, there)}")
    kind = path.suffix.lower()
    if kind not in TEXT_FILES + WORKBOOKS:
        raise DataError(
            f"{path.name}: files that end in {kind or 'nothing'} are not read: save it as CSV or "
            f".xlsx."
        )
    faults: list[str] = []
    cells = read_cells(path, faults)
    if cells is None:
        raise DataError(faults[0])
    if not cells.rows:
        raise DataError(f"{path.name}: holds no row below the names of its columns.")
    for name in columns:
        if name not in cells.header:
            raise DataError(
                f"{path.name}: has no column {name!r}; it has "
                f"{', '.join(map(repr, cells.header))}.{did_you_mean(name, cells.header)}"
            )
    return _typed(cells)


def _is_identifier(cell: str) -> bool:
    # Most cells are told apart by their first character; the pattern costs ten times as much.
    doubtful = cell[:1] in ("0", " ") or len(cell) > _MOST_DIGITS
    return doubtful and _IDENTIFIER.fullmatch(cell) is not None


def _typed(cells: Cells) -> pd.DataFrame:
    """Return the cells as pandas reads them from CSV, identifiers as text."""
    columns = zip(cells.header, zip(*cells.rows, strict=True), strict=True)
    names = {name: str for name, column in columns if any(map(_is_identifier, column))}
    # By way of CSV, so that every form of a file is turned into numbers by one rule.
    plain = io.StringIO(newline="")
    csv.writer(plain).writerows([cells.header, *cells.rows])
    plain.seek(0)
    return pd.read_csv(plain, dtype=names, index_col=False, low_memory=False)
