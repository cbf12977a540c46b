"""Recorded claims against found ones: numbers within a tolerance, everything else exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["ABSOLUTE", "RELATIVE", "Difference", "compare"]

# Libraries for linear algebra sum in another order on another processor, so the last digits of a
# result differ between machines. Rounding errors of about 1e-16 grow in iterations and in
# differences of near equals; what an optimiser finds is exact to some 1e-8. A millionth is above
# all that and far below what a reader sees.
RELATIVE: Final = 1e-6
# What remains of a difference that ought to be zero: nothing in any unit of the book.
ABSOLUTE: Final = 1e-12

_NUMBERS: Final = ("value", "low", "high")
_WORDS: Final = ("unit", "grade", "inputs")


@dataclass(frozen=True)
class Difference:
    """One thing in which a rerun departs from the record.

    Parameters
    ----------
    key
        Key of the claim or chart.
    what
        ``value``, ``low``, ``high``, ``unit``, ``grade`` or ``inputs``; ``claim`` or ``chart``
        where one side lacks it altogether.
    recorded, found
        Both sides; ``None`` where there is nothing.
    """

    key: str
    what: str
    recorded: Any
    found: Any

    def __str__(self) -> str:
        if self.what in ("claim", "chart"):
            if self.found is None:
                return f"{self.what} {self.key} is recorded, but the run does not make it"
            return f"{self.what} {self.key} is made by the run, but it is not recorded"
        return f"{self.what} of {self.key}: {self.recorded!r} recorded, {self.found!r} found"


def compare(
    recorded: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]
) -> list[Difference]:
    """Return every difference between two sets of claims and charts.

    Two numbers agree if they are no further apart than a millionth of the largest of the claim's
    recorded numbers: a bound that is zero but for rounding has no digits of its own.

    Parameters
    ----------
    recorded, found
        ``claims`` and ``charts`` by key, as `lcresearch.workflow.claims.gather` returns them.
        Charts are compared by key alone: pictures depend on fonts.

    Returns
    -------
    list of Difference
        By key, claims first; empty if both agree.
    """
    differences: list[Difference] = []
    claims, again = recorded["claims"], found["claims"]
    for key in sorted({*claims, *again}):
        if key in claims and key in again:
            differences += _between(claims[key], again[key])
        else:
            sides = (_number_of(side.get(key)) for side in (claims, again))
            differences.append(Difference(key, "claim", *sides))
    for key in sorted({*recorded["charts"]} ^ {*found["charts"]}):
        here = key in recorded["charts"]
        differences.append(
            Difference(key, "chart", "chart" if here else None, None if here else "chart")
        )
    return differences


def _number_of(claim: Mapping[str, Any] | None) -> Any:
    if claim is None:
        return None
    return "no number" if claim["value"] is None else claim["value"]


def _between(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    key = one["key"]
    scale = max((abs(one[name]) for name in _NUMBERS if one[name] is not None), default=0.0)
    margin = max(RELATIVE * scale, ABSOLUTE)
    for name in _NUMBERS:
        a, b = one[name], other[name]
        if (a is None) != (b is None) or (a is not None and not abs(a - b) <= margin):
            yield Difference(key, name, a, b)
    for name in _WORDS:
        if one[name] != other[name]:
            yield Difference(key, name, one[name], other[name])
