"""The ledger as CSV files: claims, figures, assumptions and sources, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from lcresearch.workflow.sphinx_ext.results import Entry, Results
from lcresearch.workflow.sphinx_ext.table import rows_of

__all__ = ["csv_tables"]

_FIGURE: Final = ("key", "value", "low", "high", "unit", "grade", "source", "note", "files")
_CLAIM: Final = (*_FIGURE, "computed_from", "notebook", "cell")
_SOURCE: Final = ("source", "citation", "url", "licence", "note")
# A cell that begins so is a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_tables(results: Results) -> dict[str, bytes]:
    """Return each table as a CSV file, by name.

    The files are UTF-8 with a byte order mark, by which Excel tells them from the code page of
    the machine. Keys that a claim was computed from, and files, are divided by spaces. A text
    that a spreadsheet would take for a formula has an apostrophe put before it.
    """
    tables = {
        kind: _table(_FIGURE, (_figure(entry) for entry in rows_of(kind, results).values()))
        for kind in ("figures", "assumptions")
    }
    tables["claims"] = _table(_CLAIM, (_claim(entry) for entry in results.claims.values()))
    tables["sources"] = _table(
        _SOURCE,
        ([getattr(source, name) for name in _SOURCE] for source in results.sources),
    )
    return tables


def _figure(entry: Entry) -> list[object]:
    figure = entry.figure
    numbers = [figure.value, figure.low, figure.high]
    words = [figure.unit, figure.grade.value, figure.source, figure.note, " ".join(entry.files)]
    return [figure.key, *numbers, *words]


def _claim(entry: Entry) -> list[object]:
    return [*_figure(entry), " ".join(entry.inputs), entry.notebook, entry.cell]


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
