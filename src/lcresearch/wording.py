"""How a figure reads: its number, bound, range and unit in words."""

from __future__ import annotations

import math
from typing import Protocol

from lcresearch.errors import EvidenceError
from lcresearch.intervals import Bounded
from lcresearch.units import describe_unit

__all__ = ["describe_range", "describe_value", "format_number"]


class Measured(Bounded, Protocol):
    """Anything with a key, a number, bounds and a unit."""

    @property
    def unit(self) -> str:
        """Unit of measurement."""


def format_number(value: float, spec: str = "") -> str:
    """Return a number as a reader wants it: grouped thousands, three or four digits that count.

    Parameters
    ----------
    value
        The number.
    spec
        A format specification such as ``,.1f``; empty chooses one by the number's size.

    Raises
    ------
    EvidenceError
        If the specification is not one that Python accepts for a number.
    """
    if spec:
        try:
            return format(value, spec)
        except ValueError:
            raise EvidenceError(
                f"Format {spec!r} is not a number format: use one such as ',.1f' or '.0%'."
            ) from None
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    if 0 < size < 0.1:
        return f"{value:.3g}"
    # Zeros at the end are kept only where digits were cut off: 20.0 for 19.96, but 20 for 20.
    while decimals and math.isclose(round(value, decimals - 1), value, rel_tol=1e-9):
        decimals -= 1
    return f"{value:,.{decimals}f}"


def describe_value(figure: Measured, spec: str = "", *, unit: bool = True) -> str:
    """Return value, bound and unit of a figure in words, such as ``at least 90 service centres``.

    Parameters
    ----------
    figure
        The figure or claim.
    spec
        Number format; empty chooses one.
    unit
        Whether the unit follows the number.
    """
    if figure.value is None:
        return "no number"
    number = _number(figure, figure.value, spec)
    low, high = figure.low, figure.high
    if low == figure.value and high != low:
        number = f"at least {number}"
    elif high == figure.value and low != high:
        number = f"at most {number}"
    elif low is not None and high is None:
        number = f"{number} (at least {_number(figure, low, spec)})"
    elif high is not None and low is None:
        number = f"{number} (at most {_number(figure, high, spec)})"
    name = describe_unit(figure.unit, figure.value) if unit else ""
    return f"{number} {name}".strip()


def describe_range(figure: Measured, spec: str = "", *, unit: bool = True) -> str:
    """Return the bounds of a figure in words, such as ``2 to 5 yuan per km``.

    Raises
    ------
    EvidenceError
        If the figure does not have both bounds.
    """
    if figure.low is None or figure.high is None:
        raise EvidenceError(f"{figure.key!r} has no range: it lacks a lower or an upper bound.")
    words = f"{_number(figure, figure.low, spec)} to {_number(figure, figure.high, spec)}"
    name = describe_unit(figure.unit) if unit else ""
    return f"{words} {name}".strip()


def _number(figure: Measured, value: float, spec: str) -> str:
    if figure.unit == "share" and not spec:
        # Rounded first: 100 * 0.07 is not 7 in binary.
        return f"{format_number(round(100 * value, 10))}%"
    if figure.unit == "calendar year" and not spec:
        return f"{value:.0f}"
    return format_number(value, spec)
