"""Every recipe whose data are at hand, and what it finds beside what was printed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from lcresearch.errors import DataError
from lcresearch.replications import (
    basque,
    bcg,
    cereal,
    clean_air,
    danish_money,
    front41,
    germany,
    houses,
    insurance,
    medicaid,
    minimum_wages,
    pepper,
    prop99,
    rice,
    utility,
    wooden_beds,
)
from lcresearch.replications.published import Published

__all__ = ["RECIPES", "compare", "replicate"]

RECIPES: Final[Mapping[str, Callable[[Path], dict[str, float]]]] = MappingProxyType(
    {
        "mpdta": minimum_wages.recipe,
        "prop99": prop99.recipe,
        "basque": basque.recipe,
        "germany": germany.recipe,
        "medicaid": medicaid.recipe,
        "insurance": insurance.recipe,
        "bcg": bcg.recipe,
        "front41": front41.recipe,
        "rice": rice.recipe,
        "utility": utility.recipe,
        "cereal": cereal.recipe,
        "houses": houses.recipe,
        "clean_air": clean_air.recipe,
        "pepper": pepper.recipe,
        "danish_money": danish_money.recipe,
        "wooden_beds": wooden_beds.recipe,
    }
)


def replicate(
    published: Published,
    folder: str | Path | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Compute every published result again whose data set is at hand.

    Parameters
    ----------
    published
        The tables of published results.
    folder
        Folder with the data sets of others; without it, only those that came with the library.
    progress
        Called with the name of each data set before it is used.

    Returns
    -------
    dict of str to float
        What was found, by key of the published result.

    Raises
    ------
    DataError
        If the folder is missing, a file is not the one that the results were printed for, or the
        tables and the recipes do not name the same data sets and results.
    """
    if folder is not None and not Path(folder).is_dir():
        raise DataError(f"There is no folder {folder}: give the one that holds the data sets.")
    _refuse_unknown(RECIPES, published.datasets.index, "the recipes of lcresearch.replications")
    found: dict[str, float] = {}
    for dataset, recipe in RECIPES.items():
        row = published.datasets.loc[dataset]
        homes = [published.folder, *([] if folder is None else [Path(folder)])]
        files = row["file"].split(";")
        home = next((home for home in homes if all((home / f).is_file() for f in files)), None)
        if home is None:
            continue
        for file, sha256 in zip(files, row["sha256"].split(";"), strict=True):
            _refuse_other(home / file, sha256)
        if progress is not None:
            progress(dataset)
        found_now = recipe(home / files[0])
        values = {f"{dataset}.{name}": float(value) for name, value in found_now.items()}
        printed = published.results.index[published.results["dataset"] == dataset]
        _refuse_unknown(values, printed, f"what the recipe of {dataset} finds")
        found |= values
    return found


def compare(published: Published, found: Mapping[str, float]) -> pd.DataFrame:
    """Return what was found beside what was printed.

    Parameters
    ----------
    published
        The tables of published results.
    found
        Values by key.

    Returns
    -------
    pandas.DataFrame
        One row for each printed result that was found, indexed by key: ``dataset``, ``what``,
        ``printed``, ``found``, ``difference``, ``tolerance``, ``agrees``, ``unit``, ``source``.

    Raises
    ------
    DataError
        If a value has no printed result to be compared with.
    """
    unknown = [key for key in found if key not in published.results.index]
    if unknown:
        raise DataError(f"{unknown[0]!r} is not in results.csv: add its row, or leave it out.")
    table = published.results[published.results.index.isin(list(found))].copy()
    table = table.rename(columns={"estimate": "printed"})
    table["found"] = [found[key] for key in table.index]
    table["difference"] = table["found"] - table["printed"]
    table["agrees"] = table["difference"].abs() <= table["tolerance"]
    names = ["dataset", "what", "printed", "found", "difference", "tolerance", "agrees"]
    return table[[*names, "unit", "source"]]


def _refuse_unknown(found: Iterable[str], listed: Iterable[str], whose: str) -> None:
    """Refuse what is found but not listed, and what is listed but nobody finds."""
    ours, theirs = set(found), set(listed)
    for name in sorted(ours ^ theirs):
        where, lacking = ("the tables", whose) if name in theirs else (whose, "the tables")
        raise DataError(f"{name!r} is in {where} but not in {lacking}: add it, or take it out.")


def _refuse_other(path: Path, expected: str) -> None:
    if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        raise DataError(
            f"{path.name}: is not the file that the printed results belong to (its SHA-256 "
            f"differs): get it from the place that datasets.csv names."
        )
