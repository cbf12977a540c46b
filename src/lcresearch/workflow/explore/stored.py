"""What the runs of a plan came to, stored as a tidy table beside a note of what made it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, Final

from lcresearch.errors import BookError, LcresearchError
from lcresearch.evidence import Figure
from lcresearch.workflow.explore.plan import Plan
from lcresearch.workflow.files import write_bytes, write_json

__all__ = ["TABLES", "Stored", "read_stored", "write_stored"]

TABLES: Final = Path("data/explore")
"""Where the tables lie in a checkout."""

_OF_CLAIM: Final = ("key", "value", "low", "high", "unit", "grade")
_NUMBERS: Final = ("value", "low", "high")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The claims of every run of a plan.

    Parameters
    ----------
    points
        For each combination of values, in the order of the grid with the last parameter running
        fastest, the claims by key.
    county
        Code and name of the county that they are about.
    made
        Hashes of what made them: notebook, library, lock file and the county's data.
    """

    points: tuple[Mapping[str, Figure], ...]
    county: Mapping[str, str]
    made: Mapping[str, Any]


def write_stored(
    folder: Path,
    plan: Plan,
    records: Sequence[Mapping[str, Any]],
    *,
    county: Mapping[str, str],
    made: Mapping[str, Any],
) -> Path:
    """Write ``NAME.csv``, one row for each run and claim, and ``NAME.json``, what made it.

    Parameters
    ----------
    folder
        Where to write.
    plan
        The plan.
    records
        What the sweep recorded of each run, in order.
    county
        Code and name of the county.
    made
        Hashes of what made the claims.

    Returns
    -------
    Path
        The table.
    """
    names = [knob.name for knob in plan.knobs]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*names, *_OF_CLAIM])
    for record in records:
        chosen = ["" if x is None else json.dumps(x) for x in map(record["parameters"].get, names)]
        claims = {claim["key"]: claim for claim in record["claims"]}
        for key in plan.keys:
            if key in claims:
                writer.writerow([*chosen, *(_plain(claims[key][part]) for part in _OF_CLAIM)])
    table = buffer.getvalue().encode()
    write_bytes(folder / f"{plan.name}.csv", table)
    note = {"county": dict(county), "made": dict(made), "table": sha256(table).hexdigest()}
    write_json(folder / f"{plan.name}.json", note)
    return folder / f"{plan.name}.csv"


def _plain(value: Any) -> str:
    """Write a number to twelve digits, which is above what differs between machines."""
    if value is None:
        return ""
    return repr(float(f"{value:.12g}")) if isinstance(value, int | float) else str(value)


def read_stored(folder: Path, plan: Plan) -> Stored | None:
    """Read the table of a plan; nothing if it has none.

    Raises
    ------
    BookError
        If the table is not the one that was written, or does not hold the plan's grid and claims.
    """
    table, note = folder / f"{plan.name}.csv", folder / f"{plan.name}.json"
    again = f"run 'lcresearch explore --only {plan.name}'"
    if not table.is_file():
        return None
    content = table.read_bytes()
    try:
        known = json.loads(note.read_text("utf-8"))
        county, made, mark = dict(known["county"]), dict(known["made"]), known["table"]
    except (OSError, ValueError, LookupError, TypeError):
        raise BookError(
            f"{note.name} is missing beside {table.name}, or is damaged: {again}."
        ) from None
    if sha256(content.replace(b"\r\n", b"\n")).hexdigest() != mark:
        raise BookError(f"{table.name} is not what was stored, as {note.name} tells: {again}.")
    grid = product(*(knob.values for knob in plan.knobs))
    try:
        points = _points(content.decode(), [knob.name for knob in plan.knobs])
        found = tuple(points.pop(json.dumps(list(values))) for values in grid)
        if points or any(key not in claims for claims in found for key in plan.keys):
            raise LookupError
    except (LcresearchError, ValueError, LookupError):
        raise BookError(
            f"{table.name} does not hold the grid and the claims of {plan.name}.yml: {again}."
        ) from None
    return Stored(points=found, county=county, made=made)


def _points(text: str, names: Iterable[str]) -> dict[str, dict[str, Figure]]:
    """Return claims by key, by the values of the parameters written as JSON."""
    points: dict[str, dict[str, Figure]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        values = [json.loads(row[name]) if row[name] else None for name in names]
        numbers = {part: float(row[part]) if row[part] else None for part in _NUMBERS}
        claim = Figure(
            key=row["key"],
            unit=row["unit"],
            grade=row["grade"],  # type: ignore[arg-type]
            source="a run with other parameters",
            **numbers,  # type: ignore[arg-type]
        )
        points.setdefault(json.dumps(values), {})[claim.key] = claim
    return points
