"""Checks of the numbers that a simulation takes."""

from __future__ import annotations

import math
import numbers
from typing import Any

from lcresearch.errors import DataError

__all__ = ["check_number"]


def check_number(
    function: str,
    name: str,
    value: Any,
    *,
    whole: bool = False,
    low: float = -math.inf,
    high: float = math.inf,
) -> None:
    """Refuse a parameter that is not a finite number between its bounds.

    Parameters
    ----------
    function, name
        What takes the parameter, and its name.
    value
        What the user gave.
    whole
        Whether it must be a whole number.
    low, high
        Bounds, themselves allowed.

    Raises
    ------
    DataError
        If it is not; the message names function, parameter and bounds.
    """
    kind = numbers.Integral if whole else numbers.Real
    right = isinstance(value, kind) and not isinstance(value, bool)
    if right and math.isfinite(value) and low <= value <= high:
        return
    bounds = f" from {low:g}" if low > -math.inf else ""
    bounds += f" to {high:g}" if high < math.inf else (" on" if bounds else "")
    raise DataError(
        f"{function}: {name} must be a {'whole ' if whole else ''}number{bounds}, not {value!r}."
    )
