"""Everything that the runs of a sweep claim, as tables."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.sweep.folder import run_name

__all__ = ["claims_table", "runs_table", "write_tables"]

_OF_CLAIM: Final = ("key", "value", "low", "high", "unit", "grade")


def claims_table(records: Sequence[Mapping[str, Any]], varied: Sequence[str]) -> pd.DataFrame:
    """Return one row for each run and claim.

    Parameters
    ----------
    records
        What is recorded of each run, in order; failed ones have no claims.
    varied
        Names of the parameters that differ between runs.

    Returns
    -------
    pandas.DataFrame
        ``run`` (from 1), ``parameter.NAME`` for each of `varied`, and ``key``, ``value``,
        ``low``, ``high``, ``unit`` and ``grade`` of the claim.
    """
    rows = [
        {"run": number, **_varied(record, varied), **{part: claim[part] for part in _OF_CLAIM}}
        for number, record in enumerate(records, start=1)
        for claim in record["claims"]
    ]
    columns = ["run", *(f"parameter.{name}" for name in varied), *_OF_CLAIM]
    return _typed(pd.DataFrame(rows, columns=columns)).astype(
        dict.fromkeys(("value", "low", "high"), float)
    )


def runs_table(records: Sequence[Mapping[str, Any]], varied: Sequence[str]) -> pd.DataFrame:
    """Return one row for each run: parameters, outcome, message, seconds."""
    rows = [
        {
            "run": number,
            **_varied(record, varied),
            "outcome": "failed" if record["message"] else "done",
            "message": record["message"],
            "seconds": round(record["seconds"], 3),
            "folder": run_name(record["state"]),
        }
        for number, record in enumerate(records, start=1)
    ]
    return _typed(pd.DataFrame(rows))


def write_tables(folder: Path, claims: pd.DataFrame, runs: pd.DataFrame) -> None:
    """Write ``claims.csv``, ``claims.parquet`` and ``runs.csv``."""
    write_bytes(folder / "claims.csv", claims.to_csv(index=False).encode())
    buffer = io.BytesIO()
    claims.to_parquet(buffer, index=False)
    write_bytes(folder / "claims.parquet", buffer.getvalue())
    write_bytes(folder / "runs.csv", runs.to_csv(index=False).encode())


def _varied(record: Mapping[str, Any], varied: Sequence[str]) -> dict[str, Any]:
    return {f"parameter.{name}": record["parameters"][name] for name in varied}


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Write out parameters of which no column of one type can be made, such as lists."""
    for name in table.columns:
        if name.startswith("parameter.") and table[name].dtype == object:
            table[name] = table[name].map(json.dumps).astype(str)
    return table
