"""A county: a folder of data, each row with its source, validated when it is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from lcresearch.county_figures import figures_of, honest_grade
from lcresearch.county_files import TableFile, read_folder
from lcresearch.errors import CountyError, NotAvailable, did_you_mean
from lcresearch.evidence import Figure, Grade, ledger

__all__ = ["County", "find_county", "load_county", "shipped_county"]


@dataclass(frozen=True)
class County:
    """The figures of one county, as frames and by key.

    Frames are handed out as copies, so that nothing can change a county once it is loaded.

    Parameters
    ----------
    path
        The folder that it was read from.
    about
        Name, code, prefecture and province, the names in Chinese as well.
    """

    path: Path
    about: Mapping[str, str]
    _frames: Mapping[str, pd.DataFrame] = field(repr=False)
    _files: Mapping[str, TableFile] = field(repr=False)
    _overrides: Mapping[str, Figure] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Name in Latin letters."""
        return self.about["name"]

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        found: dict[str, Figure] = {}
        for figure in figures_of(self.path.name, self._frames, self._files):
            if figure.key in found:
                raise CountyError(
                    f"{self.path}: key {figure.key!r} stands in two files: rename one of them."
                )
            found[figure.key] = figure
        return found | dict(self._overrides)

    @property
    def keys(self) -> tuple[str, ...]:
        """Key of every figure of the county."""
        return tuple(self._figures)

    def figure(self, key: str) -> Figure:
        """Return the figure of that key.

        Raises
        ------
        NotAvailable
            If the county has no such figure; the message offers the nearest keys.
        """
        try:
            return self._figures[key]
        except KeyError:
            hint = did_you_mean(key, self._figures, most=3)
            raise NotAvailable(f"{self.name} has no figure {key!r}.{hint}") from None

    def value(self, key: str) -> float:
        """Return the number of the figure of that key.

        Raises
        ------
        NotAvailable
            If there is no such figure, or its source gives no number.
        """
        value = self.figure(key).value
        if value is None:
            raise NotAvailable(f"{key!r} has no number: its source gives a direction only.")
        return value

    @property
    def figures(self) -> pd.DataFrame:
        """Figures of the study (table ``reported``) and of others (``published``), with grades."""
        frames = []
        for table, grade in (("reported", Grade.REPORTED), ("published", Grade.PUBLISHED)):
            frame = self._frames[table]
            grades = [str(honest_grade(source, grade)) for source in frame["source"]]
            frames.append(frame.assign(grade=grades, table=table))
        return pd.concat(frames, ignore_index=True).fillna({"confidence": ""})

    @property
    def townships(self) -> pd.DataFrame:
        """Townships: codes, names, points, villages; areas, populations and roads where known."""
        return self._frames["townships"].copy()

    @property
    def census(self) -> pd.DataFrame:
        """Census counts of the county and its neighbours."""
        return self._frames["census"].copy()

    @property
    def literature(self) -> pd.DataFrame:
        """Published estimates, each seen in its source or marked as second-hand."""
        return self._frames["literature"].copy()

    @property
    def assumptions(self) -> pd.DataFrame:
        """Assumptions: low, mode, high, and the reason for them."""
        return self._frames["assumptions"].copy()

    @property
    def sources(self) -> pd.DataFrame:
        """Sources that the other files refer to."""
        return self._frames["sources"].copy()

    def assuming(self, values: Mapping[str, float | None]) -> County:
        """Return the county with some figures replaced by a user's own, graded as assumed.

        Parameters
        ----------
        values
            New value by key; ``None`` keeps the county's figure.

        Raises
        ------
        NotAvailable
            If a key is unknown.
        """
        chosen = {
            key: Figure(
                key=key,
                value=value,
                unit=self.figure(key).unit,
                grade=Grade.ASSUMED,
                source="set by a parameter of this run",
                note=f"replaces the county's {self.figure(key).value}",
            )
            for key, value in values.items()
            if value is not None
        }
        if not chosen:
            return self
        changed = County(
            self.path, self.about, self._frames, self._files, {**self._overrides, **chosen}
        )
        ledger.know(changed._figures.values())
        return changed


def load_county(name: str | Path = "liancheng") -> County:
    """Read a county's folder, validate every file and make its figures known to the ledger.

    Parameters
    ----------
    name
        Name of a county that comes with the library, or path of a folder of the same form.

    Returns
    -------
    County
        The county, frozen.

    Raises
    ------
    CountyError
        If the folder or a file is missing, or any file is wrong: every fault is listed with its
        file, row, column and remedy.
    """
    folder = find_county(name)
    about, frames, files = read_folder(folder)
    county = County(folder, about, frames, files)
    ledger.know(county._figures.values())
    return county


def find_county(name: str | Path) -> Path:
    """Return the folder of a county, given its name or a path.

    Raises
    ------
    CountyError
        If there is no such folder.
    """
    candidates = [Path(name), *(home / str(name) for home in _homes())]
    for folder in candidates:
        if _is_county(folder):
            return folder.resolve()
    if os.path.isdir(name):  # noqa: PTH112
        read_folder(Path(name))  # raises, as county.toml is missing, and lists what else is wrong
    known = sorted({p.parent.name for home in _homes() for p in home.glob("*/county.toml")})
    raise CountyError(
        f"There is no county {str(name)!r}: give the path of a folder, or one of "
        f"{', '.join(known) or 'none that came with the library'}."
    )


def shipped_county(name: str) -> Path | None:
    """Return the folder of a county that came with the library, or nothing if none has the name."""
    found = [home / name for home in _homes() if _is_county(home / name)]
    return found[0] if found else None


def _is_county(folder: Path) -> bool:
    # Unlike Path.is_file this is false, and no error, where a name is too long for a file.
    return os.path.isfile(folder / "county.toml")  # noqa: PTH113


def _homes() -> tuple[Path, Path]:
    # An installed package carries the data inside; in a checkout they lie at the top.
    package = Path(__file__).resolve().parent
    return package / "data", package.parents[1] / "data"
