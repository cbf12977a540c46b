"""A researcher's own table, read from a file whatever program has written it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lcresearch.encodings import decode
from lcresearch.errors import DataError, did_you_mean

__all__ = ["read_table"]


def read_table(path: str | Path, *, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table from a CSV file, in UTF-8 or GB18030.

    Chinese editions of spreadsheet programs save CSV in GB18030; text that is valid UTF-8 is
    taken as UTF-8. The separator is a comma, a semicolon or a tab, whichever the first line has
    most of. Nothing is guessed beyond that: dates stay text.

    Parameters
    ----------
    path
        The file; its first line holds the names of the columns.
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
        has more or fewer cells than there are columns, it holds no row, or it lacks a column.
    """
    path = Path(path)
    if not path.is_file():
        there = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        raise DataError(f"There is no file {path}.{did_you_mean(path.name, there)}")
    kind = path.suffix.lower()
    if kind not in (".csv", ".tsv", ".txt"):
        raise DataError(
            f"{path.name}: files that end in {kind or 'nothing'} are not read: save it as CSV."
        )
    text = decode(path.read_bytes(), path.name)
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    _refuse_ragged(path, text, separator)
    frame = pd.read_csv(io.StringIO(text), sep=separator)
    for name in columns:
        if name not in frame.columns:
            raise DataError(
                f"{path.name}: has no column {name!r}; it has "
                f"{', '.join(map(repr, frame.columns))}.{did_you_mean(name, frame.columns)}"
            )
    return frame


def _refuse_ragged(path: Path, text: str, separator: str) -> None:
    """Refuse rows with more or fewer cells than the header, which pandas would shift or fill."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    width = len(next(reader, []))
    rows = 0
    for cells in reader:
        rows += bool(cells)
        if cells and len(cells) != width:
            raise DataError(
                f"{path.name}, line {reader.line_num}: has {len(cells)} cells, the first line "
                f"{width}: put text that holds {separator!r} in quotation marks."
            )
    if not rows:
        raise DataError(f"{path.name}: holds no row below the names of its columns.")
