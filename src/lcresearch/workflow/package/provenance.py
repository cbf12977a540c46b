"""Where data come from: files, sources and licences, read from the tables of the data folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.county_files import read_folder, read_validated
from lcresearch.errors import CountyError
from lcresearch.replications.schemas import TABLES
from lcresearch.workflow.project import Project

__all__ = ["DataFile", "Dataset", "Provenance", "Source", "read_provenance"]

_PUBLISHED: Final = "published"


@dataclass(frozen=True)
class Source:
    """A source that data or printed numbers were taken from, and the files that name it."""

    key: str
    citation: str
    url: str
    licence: str
    note: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """A data set of others, and whether its files lie in ``data/published``."""

    key: str
    name: str
    what: str
    file: str
    sha256: str
    licence: str
    where: str
    provided: bool


@dataclass(frozen=True)
class DataFile:
    """A file of the archive that holds data."""

    path: str
    rows: int | None
    columns: int | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Provenance:
    """All data of a project.

    Parameters
    ----------
    places
        What each county's ``county.toml`` says, by the name of its folder.
    sources
        Sources of the counties' data, and those of the published results.
    datasets
        Data sets of others.
    files
        The files under ``data/``.
    """

    places: Mapping[str, Mapping[str, str]]
    sources: tuple[Source, ...]
    datasets: tuple[Dataset, ...]
    files: tuple[DataFile, ...]


def read_provenance(project: Project) -> tuple[Provenance, list[str]]:
    """Return the provenance of a project's data, and a sentence for each fault.

    The tables' schemas ask for a licence in every row of a source or data set.
    """
    home = project.root / "data"
    places: dict[str, Mapping[str, str]] = {}
    sources: list[Source] = []
    datasets: list[Dataset] = []
    files: list[DataFile] = []
    faults: list[str] = []
    for folder in sorted(path for path in home.glob("*") if path.is_dir()):
        if (folder / "county.toml").is_file():
            try:
                places[folder.name], tables, read = read_folder(folder)
            except CountyError as error:
                faults += _each_fault(error, folder)
                continue
            frames = {read[table].name: frame for table, frame in tables.items()}
            listed = tables["sources"]
        elif folder.name == _PUBLISHED:
            tables = _read_published(folder, faults)
            datasets += _datasets_of(folder, tables)
            frames = {f"{table}.csv": frame for table, frame in tables.items()}
            listed = tables.get("sources")
        else:
            faults.append(
                f"{_name(folder)} is neither a county's folder (it has no county.toml) nor "
                f"data/{_PUBLISHED}, so nothing says where its data come from."
            )
            continue
        if listed is not None:
            sources += _sources_of(folder, listed, frames)
        files += _files_of(folder, frames)
    if not files and not faults:
        faults.append("data holds no folder with data, so there is no provenance to state.")
    return Provenance(places, tuple(_merged(sources)), tuple(datasets), tuple(files)), faults


def _merged(sources: list[Source]) -> list[Source]:
    """Make one of a source that several folders describe in the same words."""
    files: dict[Source, list[str]] = {}
    for source in sources:
        files.setdefault(replace(source, files=()), []).extend(source.files)
    return [replace(source, files=tuple(named)) for source, named in files.items()]


def _each_fault(error: CountyError, folder: Path) -> list[str]:
    lines = [line.removeprefix("- ") for line in str(error).splitlines() if line.startswith("- ")]
    return [f"{_name(folder)}: {line}" for line in lines] or [str(error)]


def _read_published(folder: Path, faults: list[str]) -> dict[str, pd.DataFrame]:
    found: list[str] = []
    frames = {}
    for table, schema in TABLES.items():
        frame, _ = read_validated(folder / f"{table}.csv", schema, found)
        if frame is not None:
            frames[table] = frame
    faults += [f"{_name(folder)}: {fault}" for fault in found]
    return frames


def _datasets_of(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[Dataset]:
    if "datasets" in tables:
        for row in tables["datasets"].fillna("").to_dict(orient="records"):
            here = all((folder / name).is_file() for name in row["file"].split(";"))
            yield Dataset(row.pop("dataset"), **row, provided=here)


def _sources_of(
    folder: Path, listed: pd.DataFrame, frames: Mapping[str, pd.DataFrame]
) -> Iterator[Source]:
    for row in listed.fillna("").to_dict(orient="records"):
        users = tuple(
            f"{_name(folder)}/{file}"
            for file, frame in frames.items()
            if frame is not listed and row["source"] in _named(frame)
        )
        yield Source(
            row["source"], row["citation"], row["url"], row["licence"], row.get("note", ""), users
        )


def _files_of(folder: Path, frames: Mapping[str, pd.DataFrame]) -> Iterator[DataFile]:
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        if path.name.startswith("."):
            continue
        frame = frames.get(path.name)
        if frame is None and path.suffix == ".csv":
            frame = pd.read_csv(path, dtype=str)
        yield DataFile(
            f"{_name(folder)}/{path.name}",
            None if frame is None else len(frame),
            None if frame is None else len(frame.columns),
            () if frame is None or path.stem == "sources" else _named(frame),
        )


def _named(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the sources that rows name, each once."""
    named = frame["source"].fillna("") if "source" in frame else ()
    return tuple(dict.fromkeys(str(key) for key in named if key))


def _name(folder: Path) -> str:
    return f"data/{folder.name}"
