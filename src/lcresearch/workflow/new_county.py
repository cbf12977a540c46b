"""A folder for a new county: every file with its header, what holds elsewhere, a dictionary."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.county import County, shipped_county
from lcresearch.county_needs import ASKED, model_county
from lcresearch.county_warnings import DICTIONARY
from lcresearch.dictionary import describe_schema, markdown_table
from lcresearch.errors import CountyError
from lcresearch.schemas import ABOUT, SCHEMAS
from lcresearch.units import UNIT_WORDS
from lcresearch.workflow.optional_inputs import OPTIONAL

__all__ = ["TAKEN_OVER", "describe_folder", "is_general", "write_new_county"]

TAKEN_OVER: Final = "Taken over, not looked at for this county: "
"""How the reason of an assumption begins that was chosen for another county."""

# First words of published figures that are about the model county itself.
_ITS_OWN: Final = (
    "area",
    "association",
    "communities",
    "gdp",
    "population",
    "station",
    "sweet_potato",
    "taobao",
    "townships",
    "villages",
)
# Assumptions that rest on the model county's roads, townships, products, posts or rents.
_CHOSEN_FOR_IT: Final = (
    "awareness.fund_share",
    "brand.",
    "logistics.centre_cost",
    "logistics.detour",
    "logistics.groups_today",
    "logistics.missing_area_factor",
    "logistics.seat_share",
    "logistics.uplink_share",
    "park.area_logistics",
    "park.rent",
    "pricing.market.cooperatives",
    "pricing.sweet_potato.",
    "talent.fund_share",
    "talent.yearly_inflow",
)
_HOLDS: Final = {
    "sources": "Every source that the other files name, once.",
    "reported": "Figures printed in the study at hand.",
    "published": "Figures from other sources, with how well each is attested.",
    "townships": "The county's townships, one row each.",
    "census": "Census counts of the county and, to compare, of its neighbours.",
    "literature": "Estimates of other studies.",
    "assumptions": "Values chosen because no source gives them.",
}
# Windows refuses most of these in names, and others would make a path of the name.
_LONGEST: Final = 200  # most systems take 255 bytes
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')


def write_new_county(name: str, parent: Path) -> Path:
    """Write the folder of a new county, whole or not at all.

    Parameters
    ----------
    name
        Name of the folder: no path; it may be Chinese and hold spaces.
    parent
        The folder that it is put into.

    Returns
    -------
    Path
        The folder. Its tables hold what is not about one county: estimates of the literature,
        figures of the country and of other places, and assumptions that do not rest on one
        county, marked as taken over.

    Raises
    ------
    CountyError
        If the name is a path, empty, hidden, that of a county of the library, holds a character
        that cannot be seen or that some system refuses, or is taken; or if the folder cannot be
        written.
    """
    _refuse_name(name)
    target = parent / name
    if os.path.lexists(target):
        raise CountyError(f"{target} is there already: choose another name, or remove it first.")
    files = _files(name)
    try:
        fresh = Path(tempfile.mkdtemp(dir=parent, prefix=".new-county-"))
    except OSError as error:
        raise CountyError(f"{parent} cannot be written to: {error.strerror}.") from None
    try:
        for place, content in files.items():
            (fresh / place).parent.mkdir(exist_ok=True)
            (fresh / place).write_bytes(content)
        fresh.chmod(0o755)
        fresh.rename(target)
    except OSError as error:
        raise CountyError(f"{target} cannot be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def is_general(table: str, key: str) -> bool:
    """Return whether a row of the model county's tables says something beyond that county."""
    if table == "published":
        return key.split(".")[0] not in _ITS_OWN
    if table == "assumptions":
        return not key.startswith(_CHOSEN_FOR_IT)
    return table == "literature"


def describe_folder(name: str) -> str:
    """Return the data dictionary of a county's folder, in Markdown."""
    model = model_county()
    asked = [
        (f"`{key}`", f"`{unit}`", f"{table}.csv", words)
        for table, keys in ASKED.items()
        for key, (unit, words) in keys.items()
    ]
    chosen = model.assumptions.itertuples()
    parts = [
        f"# Data dictionary: {name}",
        "Fill in `county.toml` first, then `sources.csv`: every row of the other tables names a "
        "source and the place in it. Tables are CSV files in UTF-8 or GB18030, or Excel workbooks "
        "of the same name (`townships.xlsx` in place of `townships.csv`). Write numbers with a "
        "point and without thousands separators, one fact a row, and leave a cell empty where "
        "nothing is known. `lcresearch check` lists every fault and what is still missing; "
        "`lcresearch run NOTEBOOK -p county=FOLDER` runs a notebook.",
        "What does not depend on the county was filled in already: estimates of the literature, "
        "figures of other places and of the country, and assumptions. A reason that begins with "
        f"“{TAKEN_OVER.strip()}” waits for you: keep the row or choose your own.",
        "## county.toml",
        markdown_table(
            ("line", "what it holds"), [(f"`{key}`", words) for key, words in ABOUT.items()]
        ),
    ]
    for table, schema in SCHEMAS.items():
        parts += [f"## {table}.csv", _HOLDS[table], describe_schema(schema)]
    parts += [
        "## Figures that notebooks ask for",
        "Without one of these a notebook stops and names it.",
        markdown_table(("key", "unit", "file", "what it is"), asked),
        "## Assumptions that notebooks ask for",
        "The reason is that of the county for which the value was first chosen. Those that are not "
        "filled in rest on that county's own roads, products or rents: choose low, mode and high "
        "anew.",
        markdown_table(
            ("key", "unit", "filled in", "reason"),
            [
                (
                    f"`{row.key}`",
                    f"`{row.unit}`",
                    "yes" if is_general("assumptions", row.key) else "no",
                    row.reason,
                )
                for row in chosen
            ],
        ),
    ]
    for table, given in OPTIONAL.items():
        parts += [f"## optional/{table}.csv", given.words, f"`{given.command}`"]
        parts.append(describe_schema(given.schema))
    parts += [
        "## Units",
        "A unit is one of these, or several divided from left to right: `CNY/person/year` is yuan "
        "per person and year.",
        ", ".join(f"`{unit}`" for unit in UNIT_WORDS) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def _refuse_name(name: str) -> None:
    unseen = [char for char in name if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    if unseen:
        raise CountyError(f"The name {name!r} holds a character that cannot be seen: type it anew.")
    if found := sorted(_FORBIDDEN.intersection(name)):
        raise CountyError(
            f"The name {name!r} holds {found[0]!r}: give a name and no path; the folder is put "
            f"where you are, so change into another folder first if it belongs there."
        )
    if not name or name != name.strip() or name.startswith((".", "-")) or name.endswith("."):
        raise CountyError(
            f"The name {name!r} is empty, hidden, or begins or ends with a space, a dot or a dash: "
            f"give a plain name."
        )
    if len(name.encode()) > _LONGEST:
        raise CountyError(f"The name {name[:20]!r}… is too long: use at most {_LONGEST} bytes.")
    if shipped_county(name):
        raise CountyError(
            f"A county {name!r} came with the library, and a folder of that name would hide it: "
            f"choose another name."
        )


def _files(name: str) -> dict[str, bytes]:
    """Return the content of each file of the folder."""
    model = model_county()
    tables = {table: _general_rows(model, table) for table in SCHEMAS if table != "sources"}
    cited = {source for frame in tables.values() for source in frame["source"]}
    tables["sources"] = model.sources[model.sources["source"].isin(cited)]
    return {
        "county.toml": _about(name).encode(),
        DICTIONARY: describe_folder(name).encode(),
        **{f"{table}.csv": _csv(tables[table]) for table in SCHEMAS},
        **{
            f"optional/{table}.csv": _csv(pd.DataFrame(columns=list(given.header)))
            for table, given in OPTIONAL.items()
        },
    }


def _general_rows(model: County, table: str) -> pd.DataFrame:
    frames = {
        "published": model.figures.query("table == 'published'"),
        "literature": model.literature,
        "assumptions": model.assumptions,
    }
    columns = list(SCHEMAS[table].columns)
    if table not in frames:
        return pd.DataFrame(columns=columns)
    frame = frames[table]
    keys = frame["id" if table == "literature" else "key"]
    frame = frame.loc[[is_general(table, key) for key in keys], columns]
    if table == "assumptions":
        frame["reason"] = TAKEN_OVER + frame["reason"]
    return frame


def _about(name: str) -> str:
    """Return ``county.toml``, with the name where its letters allow."""
    given = {"name" if name.isascii() else "name_zh": name}
    lines = [f"# {words}\n{key} = {_quoted(given.get(key, ''))}" for key, words in ABOUT.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV that spreadsheet programs take for UTF-8; whole numbers are plain."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows([[_cell(value) for value in row] for row in frame.itertuples(index=False)])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if pd.isna(value) else int(value) if value.is_integer() else value
    return value
