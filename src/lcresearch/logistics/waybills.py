"""A researcher's own parcels: waybills from a file, and their sums by township and day."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from lcresearch.encodings import decode
from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.waybill_dates import read_dates

__all__ = ["WAYBILLS", "read_waybills", "township_days"]

_HEAVIEST_KG: Final = 200.0
"""A parcel above this is taken for one in grams, unless the reader is told otherwise."""

_MOST_NAMED: Final = 5

_FILLED = pa.Check(lambda s: s.str.strip() != "", error="is empty: fill it in")


def _text(description: str) -> pa.Column:
    return pa.Column(str, _FILLED, description=description)


WAYBILLS: Final = pa.DataFrameSchema(
    {
        "waybill": pa.Column(
            str, _FILLED, unique=True, description="number of the waybill, kept as text"
        ),
        "date": pa.Column("datetime64[ns]", coerce=True, description="day of the parcel"),
        "carrier": _text("firm that carries the parcel"),
        "direction": pa.Column(
            str,
            pa.Check.isin(["down", "up"], error="must be down (brought) or up (fetched)"),
            description="down: brought to the township; up: fetched from it",
        ),
        "township": _text("name of the township"),
        "point": _text("name of the delivery point, within the township"),
        "weight": pa.Column(
            float,
            pa.Check.gt(0, error="must be above zero: give kg"),
            coerce=True,
            description="weight of the parcel",
            metadata={"unit": "kg"},
        ),
        "fee": pa.Column(
            float,
            pa.Check.ge(0, error="must not be negative: give yuan"),
            coerce=True,
            description="what was charged for the parcel",
            metadata={"unit": "CNY"},
        ),
    },
    strict="filter",
)
"""Form of a table of waybills, one row for each parcel; other columns are left aside."""


def read_waybills(path: str | Path, *, heaviest: float = _HEAVIEST_KG) -> pd.DataFrame:
    """Read waybills from a CSV file in UTF-8 or GB18030.

    Parameters
    ----------
    path
        The file. Its first line names the columns `waybill`, `date`, `carrier`, `direction`,
        `township`, `point`, `weight` and `fee`, in any order; others are left aside.
    heaviest
        Weight in kg above which a parcel is refused, as probably written in grams.

    Returns
    -------
    pandas.DataFrame
        The columns of `WAYBILLS` in the order of that schema, one row for each parcel, with the
        number of the file's line as the index.

    Raises
    ------
    DataError
        If the file is missing, mixes encodings, is no table, lacks a column, or a value is empty,
        of the wrong kind, out of its range, or a waybill that stands there twice. The message
        names lines and remedy.
    """
    path = Path(path)
    if not path.is_file():
        there = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        raise DataError(f"There is no file {path}.{did_you_mean(path.name, there)}")
    raw = _cells(path)
    for name in WAYBILLS.columns:
        if name not in raw.columns:
            raise DataError(
                f"{path.name}: has no column {name!r}; it has "
                f"{', '.join(map(repr, raw.columns))}.{did_you_mean(name, raw.columns)}"
            )
    raw = raw[list(WAYBILLS.columns)].apply(lambda cells: cells.str.strip())
    for name in WAYBILLS.columns:
        _refuse(path, name, raw.index[raw[name] == ""], "is empty: fill it in")
    table = raw.assign(date=read_dates(raw["date"], where=f"{path.name}, column date"))
    for name in ("weight", "fee"):
        table[name] = pd.to_numeric(raw[name], errors="coerce").astype(float)
        wrong = ~np.isfinite(table[name])
        _refuse(
            path, name, raw.index[wrong], "is no number: write digits with a point", raw.loc[wrong]
        )
    _refuse_grams(path, table["weight"], heaviest)
    twice = table["waybill"].duplicated(keep=False)
    if twice.any():
        _, lines = next(iter(table.index[twice].groupby(table.loc[twice, "waybill"]).items()))
        count = int(table["waybill"].duplicated().sum())
        raise DataError(
            f"{path.name}, column waybill: {table.at[lines[0], 'waybill']!r} stands in lines "
            f"{_listed(lines)}, and {count} rows in all repeat an earlier waybill: keep one row "
            f"for each parcel."
        )
    return _validated(path, table)


def township_days(waybills: pd.DataFrame) -> pd.DataFrame:
    """Return the parcels of each township and day.

    Parameters
    ----------
    waybills
        As `read_waybills` returns it, or any table of the form `WAYBILLS`.

    Returns
    -------
    pandas.DataFrame
        One row for each township and day on which a parcel moved, in this order, with `township`,
        `date`, `down` and `up` (parcels), `stops` (points with a parcel), `carriers` (firms with
        a parcel), `kg` and `fee` (yuan). A day without parcels has no row.

    Raises
    ------
    DataError
        If the table is not of the form `WAYBILLS`.
    """
    checked = _validated(None, waybills)
    return (
        checked.assign(down=checked["direction"] == "down", up=checked["direction"] == "up")
        .groupby(["township", "date"], as_index=False)
        .agg(
            down=("down", "sum"),
            up=("up", "sum"),
            stops=("point", "nunique"),
            carriers=("carrier", "nunique"),
            kg=("weight", "sum"),
            fee=("fee", "sum"),
        )
    )


def _cells(path: Path) -> pd.DataFrame:
    """Return the cells as text, so that a waybill keeps its zeros; the index holds lines."""
    text = decode(path.read_bytes(), path.name)
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [name.strip() for name in next(reader, [])]
    if doubled := [name for name in header if header.count(name) > 1]:
        raise DataError(f"{path.name}: column {doubled[0]!r} stands there twice: remove one.")
    lines, rows = [], []
    for cells in reader:
        if cells and len(cells) != len(header):
            raise DataError(
                f"{path.name}, line {reader.line_num}: has {len(cells)} cells, the first line "
                f"{len(header)}: put text that holds {separator!r} in quotation marks."
            )
        if any(cell.strip() for cell in cells):
            lines.append(reader.line_num)
            rows.append(cells)
    if not rows:
        raise DataError(f"{path.name}: holds no row below the names of its columns.")
    return pd.DataFrame(rows, columns=header, index=pd.Index(lines, name="line"), dtype=str)


def _refuse_grams(path: Path, weight: pd.Series, heaviest: float) -> None:
    heavy = weight > heaviest
    if not heavy.any():
        return
    if weight.median() > heaviest / 2:
        raise DataError(
            f"{path.name}, column weight: half of the parcels weigh more than "
            f"{weight.median():,.0f} kg: these look like grams, so divide them by 1,000."
        )
    raise DataError(
        f"{path.name}, column weight: {weight[heavy].iloc[0]:g} kg and more in lines "
        f"{_listed(weight.index[heavy])}: if these are grams divide them by 1,000, if they are kg "
        f"read the file with a larger `heaviest`."
    )


def _refuse(
    path: Path, column: str, lines: pd.Index, words: str, raw: pd.DataFrame | None = None
) -> None:
    if len(lines):
        value = "" if raw is None else f"{raw[column].iloc[0]!r} "
        raise DataError(
            f"{path.name}, column {column}, line{'s' if len(lines) > 1 else ''} {_listed(lines)}: "
            f"{value}{words}."
        )


def _listed(lines: pd.Index) -> str:
    more = f" and {len(lines) - _MOST_NAMED} more" if len(lines) > _MOST_NAMED else ""
    return ", ".join(map(str, lines[:_MOST_NAMED])) + more


def _validated(path: Path | None, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table if it has the form `WAYBILLS`."""
    place, row = ("waybills", "row") if path is None else (path.name, "line")
    try:
        return WAYBILLS.validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    case = cases.iloc[0]
    if case["check"] == "column_in_dataframe":
        hint = did_you_mean(case["failure_case"], table.columns)
        raise DataError(f"{place} lacks the column {case['failure_case']!r}.{hint}")
    alike = cases[(cases["column"] == case["column"]) & (cases["check"] == case["check"])]
    lines = pd.Index(alike["index"].dropna())
    words = {
        "field_uniqueness": "stands there twice: keep one row for each parcel",
        "not_nullable": "is empty: fill it in",
    }.get(str(case["check"]), str(case["check"]))
    raise DataError(
        f"{place}, column {case['column']}, {row}{'s' if len(lines) > 1 else ''} {_listed(lines)}: "
        f"{case['failure_case']!r} {words}."
    )
