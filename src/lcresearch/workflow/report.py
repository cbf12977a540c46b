"""Claims as a table in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lcresearch.evidence import Claim
from lcresearch.wording import describe_range, describe_value

__all__ = ["read_claims", "show_claims"]


def read_claims(path: Path) -> list[Claim]:
    """Return the claims that a ``claims.json`` holds."""
    names = Claim.__dataclass_fields__
    return [
        Claim(**{name: plain[name] for name in names if name in plain})
        for plain in json.loads(path.read_text("utf-8"))["claims"].values()
    ]


def show_claims(path: Path) -> None:
    """Print the claims that a ``claims.json`` holds: key, value with unit, range and grade."""
    table = Table("claim", "value", "range", "grade", title="What the notebook claims")
    for claim in read_claims(path):
        both = claim.low is not None and claim.high is not None
        table.add_row(
            claim.key, describe_value(claim), describe_range(claim) if both else "", claim.grade
        )
    Console().print(table)
