"""What others printed: data sets, results with their sources, and what was found here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.county_files import read_validated
from lcresearch.errors import DataError
from lcresearch.replications.schemas import TABLES

__all__ = ["FOUND", "Published", "load_published"]

FOUND: Final = "reproduced.csv"


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
        has to be found: half of its last digit, or more where the source is coarser than it
        prints or where an input was not seen.
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
        If a table is missing or not as its schema has it, or a row names a data set or a source
        that is not listed; the message tells the first fault.
    """
    home = Path(folder) if folder is not None else _home()
    tables = {name: _read(home, name) for name in ("datasets", "results", "sources")}
    results = tables["results"]
    for column, table in (("dataset", "datasets"), ("source", "sources")):
        unknown = ~results[column].isin(tables[table][column])
        if unknown.any():
            row = results[unknown].iloc[0]
            raise DataError(
                f"results.csv: {row['key']} names the {column} {row[column]!r}, which is not in "
                f"{table}.csv: add it there."
            )
    found = (
        _read(home, "reproduced")
        if (home / FOUND).is_file()
        else pd.DataFrame(columns=list(TABLES["reproduced"].columns))
    )
    return Published(
        folder=home,
        datasets=tables["datasets"].set_index("dataset"),
        results=results.set_index("key"),
        sources=tables["sources"].set_index("source"),
        found=found.set_index("key"),
    )


def _read(folder: Path, table: str) -> pd.DataFrame:
    faults: list[str] = []
    frame, _ = read_validated(folder / f"{table}.csv", TABLES[table], faults)
    if frame is None:
        raise DataError(faults[0])
    return frame


def _home() -> Path:
    package = Path(__file__).resolve().parents[1]
    # An installed package carries the tables inside; in a checkout they lie at the top.
    for home in (package / "data" / "published", package.parents[1] / "data" / "published"):
        if home.is_dir():
            return home
    raise DataError("The tables of published results did not come with this library: install anew.")
