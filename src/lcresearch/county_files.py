"""The files of a county's folder, read and validated; every fault is told at once."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from lcresearch.cells import WORKBOOKS, read_cells
from lcresearch.encodings import decode
from lcresearch.errors import CountyError, DataError
from lcresearch.schemas import ABOUT, SCHEMAS, SIX_DIGITS

__all__ = ["TableFile", "read_folder", "read_validated"]


@dataclass(frozen=True)
class TableFile:
    """The file that a table was read from.

    Parameters
    ----------
    name
        Its name, such as ``townships.xlsx``.
    sha256
        Hash of its bytes.
    """

    name: str
    sha256: str


def read_folder(
    folder: Path,
) -> tuple[dict[str, str], dict[str, pd.DataFrame], dict[str, TableFile]]:
    """Read and validate every file of a county's folder.

    Parameters
    ----------
    folder
        The folder, which holds ``county.toml``, and each table as CSV, in UTF-8 or GB18030, or as
        an Excel workbook.

    Returns
    -------
    about, frames, files
        What ``county.toml`` says; one frame for each table; the file of each table.

    Raises
    ------
    CountyError
        If anything is wrong: the message lists every fault with file, row, column and remedy.
    """
    faults: list[str] = []
    about = _read_about(folder, faults)
    raws: dict[str, pd.DataFrame] = {}
    frames: dict[str, pd.DataFrame] = {}
    files: dict[str, TableFile] = {}
    for table, schema in SCHEMAS.items():
        path = _file_of(folder, table, faults)
        frame, digest = read_validated(path, schema, faults)
        files[table] = TableFile(path.name, digest)
        # Of a table with faults, keys and sources are looked at all the same.
        raw = _read_raw(path, schema, []) if frame is None else frame
        if raw is not None:
            raws[table] = raw
        if frame is not None:
            frames[table] = frame
    _check_sources(raws, files, faults)
    _check_keys(raws, files, faults)
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise CountyError(f"{folder}: {count}.\n" + "\n".join(f"- {fault}" for fault in faults))
    plain = {table: frame.reset_index(drop=True) for table, frame in frames.items()}
    return about, plain, files


def _file_of(folder: Path, table: str, faults: list[str]) -> Path:
    """Return the file that holds a table: a CSV file, or a workbook in its place."""
    text = folder / f"{table}.csv"
    books = [path for path in (folder / f"{table}{kind}" for kind in WORKBOOKS) if path.is_file()]
    if books and text.is_file():
        faults.append(f"{text.name} and {books[0].name} are both there: remove one.")
    return books[0] if books and not text.is_file() else text


def _read_about(folder: Path, faults: list[str]) -> dict[str, str]:
    path = folder / "county.toml"
    if not path.is_file():
        faults.append(
            "county.toml is missing: add it, or let lcresearch new-county write a folder and "
            "fill in its files."
        )
        return {}
    try:
        about = tomllib.loads(decode(path.read_bytes(), path.name))
    except (tomllib.TOMLDecodeError, DataError) as error:
        faults.append(f"county.toml cannot be read: {str(error).rstrip('.')}.")
        return {}
    for name in (*ABOUT, *(name for name in about if name not in ABOUT)):
        value = about.get(name)
        if name not in ABOUT:
            faults.append(f"county.toml: {name!r} is not known: remove it.")
        elif not isinstance(value, str) or not value.strip():
            faults.append(f'county.toml: {name} is missing or not text: write {name} = "...".')
        elif any(unicodedata.category(character) == "Cc" for character in value):
            faults.append(f"county.toml: {name} holds a line break or another control character.")
        elif name == "code" and not re.match(SIX_DIGITS, value):
            faults.append(f"county.toml: code {value!r} must be the six digits of the NBS code.")
    return about


def read_validated(
    path: Path, schema: pa.DataFrameSchema, faults: list[str]
) -> tuple[pd.DataFrame | None, str]:
    """Return a table that follows its schema and its SHA-256, or note every fault of it."""
    before = len(faults)
    raw = _read_raw(path, schema, faults)
    frame = None if raw is None else _validated(path.name, raw, schema, faults)
    if frame is None or len(faults) > before:
        return None, ""
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.fillna(dict.fromkeys(texts, "")), hashlib.sha256(path.read_bytes()).hexdigest()


def _read_raw(path: Path, schema: pa.DataFrameSchema, faults: list[str]) -> pd.DataFrame | None:
    """Return a table as text, empty cells as missing, or note why it is none."""
    if not path.is_file():
        faults.append(
            f"{path.name} is missing: add it, with the columns {', '.join(schema.columns)}."
        )
        return None
    cells = read_cells(path, faults)
    if cells is None:
        return None
    # A row's label is two less than its number, as pandas counts from zero and below the header.
    rows = pd.Index([number - 2 for number in cells.numbers], dtype="int64")
    return pd.DataFrame(cells.rows, rows, cells.header, dtype=str).replace("", pd.NA)


def _validated(
    file: str, raw: pd.DataFrame, schema: pa.DataFrameSchema, faults: list[str]
) -> pd.DataFrame | None:
    """Return the table with numbers as numbers, or note every fault, each cell's once."""
    for column in raw.columns.difference(list(schema.columns)):
        near = difflib.get_close_matches(column, schema.columns, n=1)
        hint = f"rename it to {near[0]!r}" if near else "remove it"
        faults.append(f"{file}: column {column!r} is not known: {hint}.")
    for column in [name for name in schema.columns if name not in raw.columns]:
        faults.append(f"{file}: column {column!r} is missing: add it.")
    present = {name: spec for name, spec in schema.columns.items() if name in raw.columns}
    if len(present) < len(schema.columns):
        schema = pa.DataFrameSchema(present)  # what is there is checked all the same
    told: set[int] = set()
    clean = raw.loc[:, list(present)].copy()
    for column, spec in present.items():
        if not spec.nullable:
            for row in raw.index[raw[column].isna()]:
                faults.append(f"{file}, row {row + 2}, column {column}: is empty: fill it in.")
                told.add(row)
        if not spec.coerce:
            continue
        found = pd.to_numeric(raw[column], errors="coerce").astype(float)
        bad = raw[column].notna() & ~np.isfinite(found)
        for row in raw.index[bad]:
            cell = raw.at[row, column]
            words = (
                f"{cell!r} is not a number: write digits with a point, without thousands separators"
                if pd.isna(found[row])
                else f"{cell} must be finite: write a number"
            )
            faults.append(f"{file}, row {row + 2}, column {column}: {words}.")
            told.add(row)
        clean[column] = found.mask(bad)
    try:
        return schema.validate(clean, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    # A row with an empty or unreadable cell fails comparisons between its columns as well.
    again = (cases["schema_context"] == "DataFrameSchema") & cases["index"].isin(told)
    faults.extend(_words_of(file, cases[~again & (cases["check"] != "not_nullable")]))
    return None


def _words_of(file: str, cases: pd.DataFrame) -> Iterator[str]:
    """Yield one sentence for each row that fails a check."""
    seen: set[tuple[Any, ...]] = set()
    for case in cases.itertuples():
        whole_table = case.schema_context == "DataFrameSchema"
        row = None if pd.isna(case.index) else int(case.index)
        place = (row, case.check, None if whole_table else case.column)
        if place in seen:
            continue
        seen.add(place)
        where = file if row is None else f"{file}, row {row + 2}"
        if whole_table:
            yield f"{where}: {case.check}."
        elif str(case.check).startswith("field_uniqueness"):
            yield (
                f"{where}, column {case.column}: {case.failure_case!r} stands there twice: "
                f"each row needs its own."
            )
        else:
            yield f"{where}, column {case.column}: {case.failure_case!r} {case.check}."


def _check_sources(
    frames: Mapping[str, pd.DataFrame], files: Mapping[str, TableFile], faults: list[str]
) -> None:
    """Note every row whose source is not a row of the table of sources."""
    if "source" not in frames.get("sources", ()):
        return
    known = {"", *frames["sources"]["source"].dropna()}
    for table, frame in frames.items():
        if table == "sources" or "source" not in frame:
            continue
        for row, source in frame["source"].dropna().items():
            if source not in known:
                faults.append(
                    f"{files[table].name}, row {int(row) + 2}, column source: {source!r} is not in "
                    f"{files['sources'].name}: add it there, or correct the name."
                )


def _check_keys(
    frames: Mapping[str, pd.DataFrame], files: Mapping[str, TableFile], faults: list[str]
) -> None:
    """Note every key that stands in two files; within a file its schema sees to it."""
    seen: dict[str, str] = {}
    for table in ("reported", "published", "assumptions"):
        if "key" not in frames.get(table, ()):
            continue
        here = {
            key: f"{files[table].name}, row {int(row) + 2}"
            for row, key in frames[table]["key"].dropna().items()
        }
        faults.extend(
            f"{place}, column key: key {key!r} stands in two files, also in {seen[key]}: rename or "
            f"remove one of them."
            for key, place in here.items()
            if key in seen
        )
        seen |= here
