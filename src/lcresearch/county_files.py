"""The files of a county's folder, read and validated; every fault is told at once."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from lcresearch.errors import CountyError
from lcresearch.schemas import SCHEMAS

__all__ = ["read_folder", "read_validated"]

_ABOUT: Final = ("name", "name_zh", "code", "prefecture", "province")


def read_folder(
    folder: Path,
) -> tuple[dict[str, str], dict[str, pd.DataFrame], dict[str, str]]:
    """Read and validate every file of a county's folder.

    Parameters
    ----------
    folder
        The folder, which holds ``county.toml``.

    Returns
    -------
    about, frames, hashes
        What ``county.toml`` says; one frame for each table; the SHA-256 of each table's file.

    Raises
    ------
    CountyError
        If anything is wrong: the message lists every fault with file, row, column and remedy.
    """
    faults: list[str] = []
    about = _read_about(folder, faults)
    frames: dict[str, pd.DataFrame] = {}
    hashes: dict[str, str] = {}
    for table, schema in SCHEMAS.items():
        frame, digest = read_validated(folder / f"{table}.csv", schema, faults)
        if frame is not None:
            frames[table], hashes[table] = frame, digest
    _check_sources(frames, faults)
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise CountyError(f"{folder}: {count}.\n" + "\n".join(f"- {fault}" for fault in faults))
    return about, frames, hashes


def _read_text(file: str, content: bytes, faults: list[str]) -> pd.DataFrame | None:
    """Return a table as text; pandera then turns it into numbers and names the rows that fail."""
    before = len(faults)
    try:
        # Not pandas: it shifts or drops values where a row has more of them than the header.
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        faults.append(f"{file} is not UTF-8 text: save it again as CSV UTF-8.")
        return None
    except csv.Error as error:
        faults.append(f"{file} is not a table of comma-separated values: {error}.")
        return None
    if not rows:
        faults.append(f"{file} is empty: add a header and rows.")
        return None
    header, *body = rows
    for number, row in enumerate(body, start=2):
        if row and len(row) != len(header):
            faults.append(
                f"{file}, row {number}: has {len(row)} values for {len(header)} columns: put "
                f"values that hold a comma in double quotes."
            )
    if doubled := sorted({name for name in header if header.count(name) > 1}):
        faults.append(f"{file}: column {doubled[0]!r} stands there twice: remove one.")
    if len(faults) > before:
        return None
    table = pd.DataFrame([row or [""] * len(header) for row in body], columns=header, dtype=str)
    return table[(table != "").any(axis=1)].mask(lambda cells: cells == "")


def _read_about(folder: Path, faults: list[str]) -> dict[str, str]:
    try:
        about = tomllib.loads((folder / "county.toml").read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"county.toml cannot be read: {error}.")
        return {}
    for name in sorted({*_ABOUT} | {*about}):
        if name not in _ABOUT:
            faults.append(f"county.toml: {name!r} is not known: remove it.")
        elif not isinstance(about.get(name), str) or not about[name].strip():
            faults.append(f'county.toml: {name} is missing or not text: write {name} = "...".')
    return about


def read_validated(
    path: Path, schema: pa.DataFrameSchema, faults: list[str]
) -> tuple[pd.DataFrame | None, str]:
    """Return a table that follows its schema and its SHA-256, or note every fault of it."""
    if not path.is_file():
        faults.append(
            f"{path.name} is missing: add it, with the columns {', '.join(schema.columns)}."
        )
        return None, ""
    content = path.read_bytes()
    raw = _read_text(path.name, content, faults)
    if raw is None:
        return None, ""
    before = len(faults)
    for column in raw.columns.difference(list(schema.columns)):
        near = difflib.get_close_matches(column, schema.columns, n=1)
        hint = f"rename it to {near[0]!r}" if near else "remove it"
        faults.append(f"{path.name}: column {column!r} is not known: {hint}.")
    for column in [name for name in schema.columns if name not in raw.columns]:
        faults.append(f"{path.name}: column {column!r} is missing: add it.")
    if len(faults) > before:
        return None, ""
    for column in [name for name, spec in schema.columns.items() if not spec.nullable]:
        for row in raw.index[raw[column].isna()]:
            faults.append(f"{path.name}, row {row + 2}, column {column}: is empty: fill it in.")
    for column in [name for name, spec in schema.columns.items() if spec.coerce]:
        bad = raw[column].notna() & pd.to_numeric(raw[column], errors="coerce").isna()
        for row in raw.index[bad]:
            faults.append(
                f"{path.name}, row {row + 2}, column {column}: {raw.at[row, column]!r} is not a "
                f"number: write digits with a point, without thousands separators."
            )
    if len(faults) > before:
        return None, ""
    try:
        frame = schema.validate(raw, lazy=True)
    except pandera.errors.SchemaErrors as error:
        faults.extend(_words_of(path.name, error.failure_cases))
        return None, ""
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.fillna(dict.fromkeys(texts, "")), hashlib.sha256(content).hexdigest()


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


def _check_sources(frames: Mapping[str, pd.DataFrame], faults: list[str]) -> None:
    """Note every row whose source is not a row of sources.csv."""
    if "sources" not in frames:
        return
    known = set(frames["sources"]["source"])
    for table, frame in frames.items():
        if table == "sources":
            continue
        for row, source in frame["source"].items():
            if source and source not in known:
                faults.append(
                    f"{table}.csv, row {int(row) + 2}, column source: {source!r} is not in "
                    f"sources.csv: add it there, or correct the name."
                )
