"""The cells of a file as text, row by row, from CSV or from an Excel workbook."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lcresearch.encodings import decode
from lcresearch.errors import DataError

__all__ = ["TEXT_FILES", "WORKBOOKS", "Cells", "read_cells"]

TEXT_FILES: Final = (".csv", ".tsv", ".txt")
WORKBOOKS: Final = (".xlsx",)


@dataclass(frozen=True)
class Cells:
    """A table as it stands in a file, before anything is made of its text.

    Parameters
    ----------
    header
        Names of the columns, each once.
    rows
        Text of the cells, one for each column; rows without any are left out.
    numbers
        Number of each row as a spreadsheet program shows it.
    """

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read_cells(path: Path, faults: list[str]) -> Cells | None:
    """Return the cells of a file, or note every fault of its form and return nothing.

    Parameters
    ----------
    path
        A file that is there and ends in one of `TEXT_FILES` or `WORKBOOKS`. The separator of a
        text file is a comma, a semicolon or a tab, whichever its first line has most of.
    faults
        Takes one sentence for each fault.
    """
    before = len(faults)
    separator = ","
    try:
        if path.suffix.lower() in WORKBOOKS:
            from lcresearch.workbooks import read_workbook

            lines = read_workbook(path)
        else:
            lines, separator = _read_text(path)
    except DataError as error:
        faults.append(str(error))
        return None
    table = [(number, row) for number, row in enumerate(lines, start=1) if _is_filled(row)]
    if not table:
        faults.append(f"{path.name} is empty and holds no row: add a header and rows.")
        return None
    header = [name.strip() for name in table[0][1]]
    for number, row in table[1:]:
        if len(row) != len(header):
            faults.append(
                f"{path.name}, row {number}: has {len(row)} values for {len(header)} columns: put "
                f"text that holds {separator!r} in double quotes."
            )
    if len(faults) > before:
        return None
    kept = _columns(path.name, header, [row for _, row in table], faults)
    if len(faults) > before:
        return None
    rows = [row for _, row in table[1:]]
    if len(kept) < len(header):
        rows = [[row[place] for place in kept] for row in rows]
    return Cells([header[place] for place in kept], rows, [number for number, _ in table[1:]])


def _is_filled(row: list[str]) -> bool:
    return any(row) and any(map(str.strip, row))


def _read_text(path: Path) -> tuple[list[list[str]], str]:
    text = decode(path.read_bytes(), path.name)
    if "\n" not in text:  # line ends of a Macintosh
        text = text.replace("\r", "\n")
    separator = max(",;\t", key=text.lstrip("\r\n").split("\n", 1)[0].count)
    # Not pandas: it shifts or drops values where a row has more of them than the header.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(reader), separator
    except csv.Error as error:
        raise DataError(
            f"{path.name}, line {reader.line_num}: is no row of a table ({error}): look for a "
            f"quotation mark that is not closed."
        ) from None


def _columns(file: str, header: list[str], rows: list[list[str]], faults: list[str]) -> list[int]:
    """Return the places of the columns that hold something, or note what is wrong with names."""
    kept = []
    for place, name in enumerate(header):
        if name:
            kept.append(place)
        elif any(row[place].strip() for row in rows):
            faults.append(f"{file}: column {place + 1} has no name: write one in the first row.")
    for name, count in Counter(header).items():
        if name and count > 1:
            faults.append(f"{file}: column {name!r} stands there twice: remove or rename one.")
    return kept
