"""What others printed: data sets, results with their sources, and what was found here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.errors import DataError
from lcresearch.tables import read_table
from lcresearch.units import check_unit

__all__ = ["FOUND", "Published", "load_published"]

FOUND: Final = "reproduced.csv"
_TABLES: Final = {
    "datasets": ("dataset", "name", "what", "file", "sha256", "licence", "where"),
    "results": ("key", "dataset", "what", "estimate", "tolerance", "unit", "source", "locator"),
    "sources": ("source", "citation", "url", "licence"),
}
_FOUND_COLUMNS: Final = ("key", "value", "library")


@dataclass(frozen=True, eq=False)
class Published:
    """Tables of published results.

    Parameters
    ----------
    folder
        The folder that they were read from.
    datasets
        One row for each data set, indexed by its key: its name, what it holds, its file, the
        file's SHA-256 and licence, and where to get it.
    results
        One row for each printed number, indexed by its key, with the tolerance within which it
        has to be found: half of its last digit, or what the source's own precision allows.
    sources
        Where the numbers were read.
    found
        What this library last found, by key, with its version; empty if nothing is stored.
    """

    folder: Path
    datasets: pd.DataFrame = field(repr=False)
    results: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    found: pd.DataFrame = field(repr=False)


def load_published(folder: str | Path | None = None) -> Published:
    """Read and check the tables of published results.

    Parameters
    ----------
    folder
        The folder; by default the one that came with the library.

    Raises
    ------
    DataError
        If a table is missing or lacks a column, a key stands twice, a row names a data set or a
        source that is not listed, or a number, a unit or a tolerance is none.
    """
    home = Path(folder) if folder is not None else _home()
    tables = {
        name: read_table(home / f"{name}.csv", columns=columns) for name, columns in _TABLES.items()
    }
    for name, columns in _TABLES.items():
        twice = tables[name][columns[0]].duplicated()
        if twice.any():
            key = tables[name].loc[twice, columns[0]].iloc[0]
            raise DataError(f"{name}.csv: {columns[0]} {key!r} stands twice: remove one row.")
    results = tables["results"]
    for column, table in (("dataset", "datasets"), ("source", "sources")):
        unknown = ~results[column].isin(tables[table][column])
        if unknown.any():
            row = results[unknown].iloc[0]
            raise DataError(
                f"results.csv: {row['key']} names the {column} {row[column]!r}, which is not in "
                f"{table}.csv: add it there."
            )
    for column in ("estimate", "tolerance"):
        if not pd.api.types.is_numeric_dtype(results[column]) or results[column].isna().any():
            raise DataError(f"results.csv, column {column}: must hold a number in every row.")
    for unit in results["unit"].unique():
        check_unit(unit)
    path = home / FOUND
    found = (
        read_table(path, columns=_FOUND_COLUMNS)
        if path.is_file()
        else pd.DataFrame(columns=list(_FOUND_COLUMNS))
    )
    return Published(
        folder=home,
        datasets=tables["datasets"].set_index("dataset"),
        results=results.set_index("key"),
        sources=tables["sources"].set_index("source"),
        found=found.set_index("key"),
    )


def _home() -> Path:
    package = Path(__file__).resolve().parents[1]
    # An installed package carries the tables inside; in a checkout they lie at the top.
    for home in (package / "data" / "published", package.parents[1] / "data" / "published"):
        if home.is_dir():
            return home
    raise DataError("The tables of published results did not come with this library: install anew.")
