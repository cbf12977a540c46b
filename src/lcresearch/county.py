"""A county: a folder of data, each row with its source, validated when it is read."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from lcresearch.errors import CountyError, EvidenceError
from lcresearch.evidence import DataFigure, Figure, Grade, ledger
from lcresearch.schemas import SCHEMAS

__all__ = ["County", "load_county"]

_ABOUT: Final = {"name": str, "name_zh": str, "code": str, "prefecture": str, "province": str}
_STANDARD_NORMAL_975: Final = 1.959963984540054


@dataclass(frozen=True)
class County:
    """The figures of one county, as frames and by key.

    Frames are handed out as copies, so that nothing can change a county once it is loaded.

    Parameters
    ----------
    path
        The folder that it was read from.
    about
        Name, Chinese name, code, prefecture and province.
    """

    path: Path
    about: Mapping[str, str]
    _frames: Mapping[str, pd.DataFrame] = field(repr=False)
    _hashes: Mapping[str, str] = field(repr=False)
    _overrides: Mapping[str, Figure] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Name in Latin letters."""
        return self.about["name"]

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        found: dict[str, Figure] = {}
        for figure in _all_figures(self):
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
        EvidenceError
            If the county has no such figure; the message offers the nearest keys.
        """
        try:
            return self._figures[key]
        except KeyError:
            near = difflib.get_close_matches(key, self._figures, n=3)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise EvidenceError(f"{self.name} has no figure {key!r}.{hint}") from None

    def value(self, key: str) -> float:
        """Return the number of the figure of that key.

        Raises
        ------
        EvidenceError
            If there is no such figure, or its source gives no number.
        """
        value = self.figure(key).value
        if value is None:
            raise EvidenceError(f"{key!r} has no number: its source gives a direction only.")
        return value

    @property
    def figures(self) -> pd.DataFrame:
        """Reported and published figures, with their grade: one row each."""
        reported = self._frames["reported"].assign(grade=str(Grade.REPORTED), confidence="")
        published = self._frames["published"].assign(grade=str(Grade.PUBLISHED))
        return pd.concat([reported, published], ignore_index=True)

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
        EvidenceError
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
            self.path, self.about, self._frames, self._hashes, {**self._overrides, **chosen}
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
    faults: list[str] = []
    about = _read_about(folder, faults)
    frames: dict[str, pd.DataFrame] = {}
    hashes: dict[str, str] = {}
    for table, schema in SCHEMAS.items():
        frame, digest = _read_table(folder / f"{table}.csv", schema, faults)
        if frame is not None:
            frames[table], hashes[table] = frame, digest
    _check_sources(frames, faults)
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise CountyError(f"{folder}: {count}.\n" + "\n".join(f"- {fault}" for fault in faults))
    county = County(folder, about, frames, hashes)
    ledger.know(county._figures.values())
    return county


def find_county(name: str | Path) -> Path:
    """Return the folder of a county, given its name or a path.

    Raises
    ------
    CountyError
        If there is no such folder.
    """
    package = Path(__file__).resolve().parent
    # An installed package carries the data inside; in a checkout they lie at the top.
    homes = [package / "data", package.parents[1] / "data"]
    candidates = [Path(name), *(home / str(name) for home in homes)]
    for folder in candidates:
        if (folder / "county.toml").is_file():
            return folder.resolve()
    if Path(name).is_dir():
        raise CountyError(
            f"{name}: county.toml is missing: copy the one of data/liancheng and change it."
        )
    known = sorted({p.parent.name for home in homes for p in home.glob("*/county.toml")})
    raise CountyError(
        f"There is no county {str(name)!r}: give the path of a folder, or one of "
        f"{', '.join(known) or 'none that came with the library'}."
    )


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
            faults.append(f"county.toml: {name} is missing or not text: write {name} = \"...\".")
    return about


def _read_table(
    path: Path, schema: pa.DataFrameSchema, faults: list[str]
) -> tuple[pd.DataFrame | None, str]:
    if not path.is_file():
        faults.append(f"{path.name} is missing: add it, with the columns {', '.join(schema.columns)}.")
        return None, ""
    content = path.read_bytes()
    try:
        # Text first: pandera turns columns into numbers and can then name the rows that fail.
        raw = pd.read_csv(
            BytesIO(content), dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""]
        )
    except UnicodeDecodeError:
        faults.append(f"{path.name} is not UTF-8 text: save it again as CSV UTF-8.")
        return None, ""
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        faults.append(f"{path.name} is not a table of comma-separated values: {error}".strip() + ".")
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
        faults.extend(_words_of(path.name, raw, error.failure_cases))
        return None, ""
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.fillna({name: "" for name in texts}), hashlib.sha256(content).hexdigest()


def _words_of(file: str, raw: pd.DataFrame, cases: pd.DataFrame) -> Iterator[str]:
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
                    f"{table}.csv, row {int(row) + 2}, column source: {source!r} is not in "  # type: ignore[call-overload]
                    f"sources.csv: add it there, or correct the name."
                )


def _all_figures(county: County) -> Iterator[Figure]:
    """Yield every number of the county's files as a figure."""
    citations = dict(
        county._frames["sources"][["source", "citation"]].itertuples(index=False, name=None)
    )

    def cite(row: Any) -> str:
        return f"{citations[row.source]}, {row.locator}"

    def origin(table: str) -> dict[str, str]:
        return {"file": f"{county.path.name}/{table}.csv", "sha256": county._hashes[table]}

    for table, grade in (("reported", Grade.REPORTED), ("published", Grade.PUBLISHED)):
        for row in county._frames[table].itertuples():
            value = None if pd.isna(row.value) else row.value
            yield DataFigure(
                key=row.key,
                value=value,
                unit=row.unit,
                grade=grade,
                source=cite(row),
                low=value if row.bound == "at_least" else None,
                high=value if row.bound == "at_most" else None,
                note=row.note,
                **origin(table),
            )
    for row in county._frames["assumptions"].itertuples():
        yield DataFigure(
            key=row.key,
            value=row.mode,
            unit=row.unit,
            grade=Grade.ASSUMED,
            source=f"assumption: {row.reason}",
            low=row.low,
            high=row.high,
            **origin("assumptions"),
        )

    def township_grade(row: Any, column: str) -> Grade:
        placed_here = row.point == "approximate" and column in ("lat", "lon")
        return Grade.ASSUMED if placed_here else Grade.PUBLISHED

    def always_published(_row: Any, _column: str) -> Grade:
        return Grade.PUBLISHED

    wide: tuple[tuple[str, str, Callable[[Any, str], Grade]], ...] = (
        ("townships", "township", township_grade),
        ("census", "census", always_published),
    )
    for table, prefix, grade_of in wide:
        units = {
            name: column.metadata["unit"]
            for name, column in SCHEMAS[table].columns.items()
            if column.metadata
        }
        for row in county._frames[table].itertuples():
            for column, unit in units.items():
                value = getattr(row, column)
                if pd.notna(value):
                    yield DataFigure(
                        key=f"{prefix}.{row.code}.{column}",
                        value=value,
                        unit=unit,
                        grade=grade_of(row, column),
                        source=cite(row),
                        note=f"{SCHEMAS[table].columns[column].description}, {row.name}",
                        **origin(table),
                    )
    for row in county._frames["literature"].itertuples():
        if pd.isna(row.estimate):
            continue
        margin = None if pd.isna(row.std_error) else _STANDARD_NORMAL_975 * row.std_error
        yield DataFigure(
            key=f"literature.{row.id}",
            value=row.estimate,
            unit=row.unit,
            grade=Grade.PUBLISHED,
            source=cite(row) + (" (second-hand)" if row.verification == "secondary" else ""),
            low=None if margin is None else row.estimate - margin,
            high=None if margin is None else row.estimate + margin,
            note="; ".join(filter(None, [row.outcome, row.note])),
            **origin("literature"),
        )
