"""Files of waybills as one table of DuckDB, none of them read into memory."""

from __future__ import annotations

import csv
import glob
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lcresearch.encodings import decode
from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.waybill_columns import need_columns
from lcresearch.logistics.waybills import WAYBILLS

if TYPE_CHECKING:
    import ibis
    from ibis.backends.duckdb import Backend

__all__ = ["open_files"]

_TEXT: Final = (".csv", ".tsv", ".txt")
_PARQUET: Final = (".parquet", ".pq")
_BLOCK: Final = 2**23
_CHINESE: Final = "\u2e80"


def open_files(source: str | Path, database: Backend, *, scratch: Path) -> ibis.Table:
    """Return the rows of all files as one table.

    Parquet keeps its kinds; CSV is text throughout, so that a waybill keeps its zeros. A CSV file
    in GB18030, which DuckDB does not read, is first copied as UTF-8 into the scratch folder. Files
    may hold their columns in different orders.

    Parameters
    ----------
    source
        A file, a folder that is searched with all below it, or a pattern such as ``2023-*.csv``.
    database
        Connection that reads.
    scratch
        Folder for copies.

    Raises
    ------
    DataError
        If there are no files, of two kinds or of another kind, mix encodings, or lack a column.
    """
    paths = _found(source)
    kinds = {path.suffix.lower() in _PARQUET for path in paths}
    if len(kinds) > 1:
        raise DataError(f"{source}: holds Parquet and CSV files: give a pattern for one kind.")
    if kinds == {True}:
        return database.read_parquet([str(path) for path in paths], union_by_name=True)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for number, path in enumerate(paths):
        form, is_utf8 = _form(path)
        # Under its own name, which messages tell.
        kept = path if is_utf8 else _as_utf8(path, scratch / str(number) / path.name)
        alike[form].append(str(kept))
    tables = [
        database.read_csv(
            files,
            auto_detect=False,
            header=True,
            delim=separator,
            quote='"',
            escape='"',
            columns=dict.fromkeys(header, "VARCHAR"),
        ).select(list(WAYBILLS.columns))
        for (separator, header), files in alike.items()
    ]
    return tables[0].union(*tables[1:]) if len(tables) > 1 else tables[0]


def _found(source: str | Path) -> list[Path]:
    """Return the files, sorted by name; those that begin with a point or `_` are marks."""
    path = Path(source)
    if path.is_file():
        paths = [path]
    elif path.is_dir():
        inside = (item for item in path.rglob("*") if item.is_file())
        paths = sorted(item for item in inside if not item.name.startswith((".", "_")))
    else:
        # Path.glob takes no pattern that begins at the root.
        names = glob.glob(str(source), recursive=True)  # noqa: PTH207
        paths = sorted(Path(name) for name in names)
    if not paths:
        there = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        what = "no file in the folder" if path.is_dir() else "no file"
        raise DataError(f"There is {what} {source}.{did_you_mean(path.name, there)}")
    for item in paths:
        if item.suffix.lower() not in (*_TEXT, *_PARQUET):
            raise DataError(
                f"{source}: {item.name} is not read: give files that end in "
                f"{', '.join((*_TEXT, *_PARQUET))}, or a pattern that leaves it aside."
            )
    return paths


def _form(path: Path) -> tuple[tuple[str, tuple[str, ...]], bool]:
    """Return separator and columns of a CSV file, and whether it begins as UTF-8."""
    with path.open("rb") as file:
        start = file.read(_BLOCK) + file.readline()
    first = decode(start, path.name).partition("\n")[0]
    separator = max(",;\t", key=first.count)
    header = tuple(name.strip() for name in next(csv.reader([first], delimiter=separator), []))
    if doubled := [name for name in header if header.count(name) > 1]:
        raise DataError(f"{path.name}: column {doubled[0]!r} stands there twice: remove one.")
    need_columns(header, where=path.name)
    try:
        start.decode("utf-8")
    except UnicodeDecodeError:
        return (separator, header), False
    return (separator, header), True


def _as_utf8(path: Path, target: Path) -> Path:
    """Copy a file that begins in GB18030 as UTF-8, block by block, and return the copy."""
    target.parent.mkdir()
    line = 1
    with path.open("rb") as old, target.open("w", encoding="utf-8", newline="") as new:
        # In GB18030 no character holds the byte of a line's end, so blocks of lines are whole.
        while block := old.read(_BLOCK) + old.readline():
            where = f"{path.name}, counting lines from its line {line}"
            text = decode(block, where)
            if not block.isascii() and text.encode("utf-8") == block and max(text) >= _CHINESE:
                raise DataError(
                    f"{path.name}: is UTF-8 text from line {line} on and GB18030 before: save all "
                    f"of it in one encoding, as CSV UTF-8."
                )
            new.write(text)
            line += block.count(b"\n")
    return target
