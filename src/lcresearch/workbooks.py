"""The cells of an Excel workbook as text, as its reader sees them, or a sentence on why not."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcresearch.errors import DataError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell  # type: ignore[import-untyped]
    from openpyxl.workbook.workbook import Workbook  # type: ignore[import-untyped]
    from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = ["read_workbook"]


def read_workbook(path: Path) -> list[list[str]]:
    """Return the cells of a workbook's first sheet as text.

    Whole numbers lose the point that Excel stores with them, dates become ISO 8601, and a number
    shown with zeros in front keeps them. A formula counts by the value that was stored with it.

    Parameters
    ----------
    path
        A file in the format ``.xlsx``.

    Raises
    ------
    DataError
        If openpyxl is missing, the file is no workbook, another sheet than the first is filled,
        cells are merged, rows or columns hidden, or a cell holds an error or a formula without a
        stored value. The message names sheet and cells.
    """
    stored = _open(path, values=True)
    sheet = _only_sheet(path.name, stored)
    formulas = _open(path, values=False)[sheet.title]
    _refuse_merged(path.name, formulas)
    _refuse_hidden(path.name, formulas)
    rows = []
    for cells, sources in zip(sheet.iter_rows(), formulas.iter_rows(), strict=True):
        for cell, source in zip(cells, sources, strict=True):
            _refuse_cell(path.name, cell, source)
        rows.append([_text(cell) for cell in cells])
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _open(path: Path, *, values: bool) -> Workbook:
    try:
        import openpyxl  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise DataError(
            f"{path.name}: Excel files need the package openpyxl: install lcresearch[book], or "
            f"save the sheet as CSV UTF-8."
        ) from None
    from openpyxl.utils.exceptions import (  # type: ignore[import-untyped]
        InvalidFileException,
    )

    try:
        return openpyxl.load_workbook(path, data_only=values)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        # ElementTree's error for broken XML is a SyntaxError.
        raise DataError(
            f"{path.name} is no Excel workbook, is damaged, or is protected by a password: save it "
            f"again as .xlsx without one, or as CSV UTF-8."
        ) from error


def _only_sheet(file: str, book: Workbook) -> Worksheet:
    filled = [sheet for sheet in book.worksheets if any(_values(sheet))]
    if len(filled) > 1 or (filled and filled[0] is not book.worksheets[0]):
        named = " and ".join(repr(sheet.title) for sheet in filled)
        raise DataError(
            f"{file}: the first sheet is read, and only if the others are empty, but there are "
            f"values on {named}: keep one table in one file."
        )
    if not book.worksheets:
        raise DataError(f"{file} holds no sheet with cells: save the table on a plain sheet.")
    return book.worksheets[0]


def _values(sheet: Worksheet) -> Iterator[bool]:
    return (value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _refuse_merged(file: str, sheet: Worksheet) -> None:
    if merged := sorted(map(str, sheet.merged_cells.ranges)):
        raise DataError(
            f"{file}: cells {merged[0]} are merged{_and_more(merged)}: unmerge them and fill in "
            f"every cell."
        )


def _refuse_hidden(file: str, sheet: Worksheet) -> None:
    """Refuse what the reader of the sheet does not see, as a filter leaves it."""
    for kind, dimensions in (("row", sheet.row_dimensions), ("column", sheet.column_dimensions)):
        if hidden := [str(name) for name, item in dimensions.items() if item.hidden]:
            raise DataError(
                f"{file}: {kind} {hidden[0]} is hidden{_and_more(hidden)}: show or delete it; a "
                f"filter hides rows too."
            )


def _and_more(found: list[str]) -> str:
    return f", and {len(found) - 1} more" if len(found) > 1 else ""


def _refuse_cell(file: str, cell: Cell, source: Cell) -> None:
    if cell.data_type == "e":
        raise DataError(
            f"{file}, cell {cell.coordinate}: holds the error {cell.value}: correct it."
        )
    if source.data_type == "f" and cell.value is None:
        raise DataError(
            f"{file}, cell {cell.coordinate}: is a formula whose value is not stored: open the "
            f"file in a spreadsheet program and save it, or put the value in its place."
        )


def _text(cell: Cell) -> str:
    value: Any = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown = cell.number_format
    # A code such as 0071, stored as a number, is shown by the format 0000.
    if isinstance(value, int) and len(shown) > 1 and set(shown) == {"0"}:
        return str(value).zfill(len(shown))
    return str(value)
