"""The form of the tables of published results: one pandera schema for each."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandera.pandas as pa

from lcresearch.schemas import KNOWN_UNIT, optional_text, text

__all__ = ["TABLES"]

# The text of a check is what the user reads: it says what to do.
_FINITE = pa.Check(lambda s: np.isfinite(s), error="must be finite")
_TOLERANCE = pa.Check(
    lambda s: (s > 0) & np.isfinite(s), error="must be greater than zero and finite"
)
_WORD = pa.Check.str_matches(r"^[a-z0-9_]+$", error="must be small letters, digits or _")
_KEY = pa.Check.str_matches(
    r"^[a-z0-9_]+\.[a-z0-9_]+$", error="must be a data set and a name, joined by a dot"
)
_SHA256 = pa.Check.str_matches(
    r"^[0-9a-f]{64}(;[0-9a-f]{64})*$", error="must be 64 hexadecimal digits for each file"
)
_ONE_HASH_A_FILE = pa.Check(
    lambda frame: frame["file"].str.count(";") == frame["sha256"].str.count(";"),
    error="sha256 must hold one hash for each file",
)
_OWN_DATASET = pa.Check(
    lambda frame: frame["key"].str.split(".").str[0] == frame["dataset"],
    error="key must begin with the row's data set",
)


def _name(description: str, check: pa.Check) -> pa.Column:
    return pa.Column(str, check, unique=True, description=description)


def _number(description: str, check: pa.Check) -> pa.Column:
    return pa.Column(float, check, coerce=True, description=description)


TABLES: Final[dict[str, pa.DataFrameSchema]] = {
    "datasets": pa.DataFrameSchema(
        {
            "dataset": _name("short name that other files refer to", _WORD),
            "name": text("name in words, as tables and charts show it"),
            "what": text("what the data set holds: units and years"),
            "file": text("name of its file; several are joined by semicolons"),
            "sha256": pa.Column(
                str, _SHA256, description="SHA-256 of each file that the numbers belong to"
            ),
            "licence": text("licence of the data set, and of whom"),
            "where": text("where to get it"),
        },
        checks=_ONE_HASH_A_FILE,
        strict=True,
    ),
    "results": pa.DataFrameSchema(
        {
            "key": _name("data set and name of the number, joined by a dot", _KEY),
            "dataset": text("key of a row in datasets.csv"),
            "what": text("what was estimated, in words"),
            "estimate": _number("the number as printed", _FINITE),
            "tolerance": _number("how far from it the number found here may lie", _TOLERANCE),
            "unit": pa.Column(str, KNOWN_UNIT, description="unit of measurement"),
            "source": text("key of a row in sources.csv"),
            "locator": text("where in the source"),
        },
        checks=_OWN_DATASET,
        strict=True,
    ),
    "sources": pa.DataFrameSchema(
        {
            "source": _name("short name that other files refer to", _WORD),
            "citation": text("how to cite it, in words"),
            "url": optional_text("where to find it; empty where no address is known"),
            "licence": text("terms of use, or 'facts only' where only facts were taken"),
        },
        strict=True,
    ),
    "reproduced": pa.DataFrameSchema(
        {
            "key": _name("key of a row in results.csv", _KEY),
            "value": _number("the number found here", _FINITE),
            "library": text("version of this library that found it"),
        },
        strict=True,
    ),
}
"""Schema of each table of published results, by the file's name without ``.csv``."""
