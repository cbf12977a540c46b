"""What in a county's folder is no fault, but may not be what its author meant."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lcresearch.cells import WORKBOOKS, read_cells
from lcresearch.errors import did_you_mean
from lcresearch.schemas import FILES, SCHEMAS

__all__ = ["DICTIONARY", "warnings_of"]

DICTIONARY: Final = "DICTIONARY.md"
"""Name of the file that describes every column to the folder's author."""

# Spreadsheet programs take text that begins so for a formula when they open a CSV file.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def warnings_of(folder: Path) -> list[str]:
    """Return one sentence for each thing in a county's folder that deserves a look.

    Parameters
    ----------
    folder
        The folder; it may have faults.

    Returns
    -------
    list of str
        Files that nothing reads, and texts that a spreadsheet program would run as a formula.
    """
    return [*_strangers(folder), *_formulas(folder)]


def _strangers(folder: Path) -> list[str]:
    tables = {f"{table}{kind}" for table in SCHEMAS for kind in WORKBOOKS}
    known = {*FILES, *tables, "county.toml", DICTIONARY, "README.md"}
    return [
        f"{path.name}: nothing reads this file.{did_you_mean(path.name, FILES, cutoff=0.75)}"
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in known and not path.name.startswith((".", "~$"))
    ]


def _formulas(folder: Path) -> list[str]:
    found = []
    for table, schema in SCHEMAS.items():
        path = folder / f"{table}.csv"
        cells = read_cells(path, []) if path.is_file() else None
        if cells is None:
            continue
        texts = [
            (place, name)
            for place, name in enumerate(cells.header)
            if name in schema.columns and not schema.columns[name].coerce
        ]
        found += [
            f"{path.name}, row {number}, column {name}: begins with {row[place][0]!r}, so that a "
            f"spreadsheet program takes it for a formula: begin with a word."
            for number, row in zip(cells.numbers, cells.rows, strict=True)
            for place, name in texts
            if row[place].startswith(_FORMULA)
        ]
    return found
