"""Interval arithmetic for figures of which only a bound, or a range, is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Protocol

from lcresearch.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Bounded", "Interval", "tails"]


class Bounded(Protocol):
    """Anything with a key, a number and bounds."""

    @property
    def key(self) -> str:
        """Dotted name."""

    @property
    def value(self) -> float | None:
        """The number, if there is one."""

    @property
    def low(self) -> float | None:
        """Lower bound, if there is one."""

    @property
    def high(self) -> float | None:
        """Upper bound, if there is one."""


@dataclass(frozen=True)
class Interval:
    """A central value with the lowest and the highest value that the evidence allows.

    The bounds of a product, quotient, sum or difference are the extremes over the corners of
    its operands' box (Moore 1966, section 2), which is exact when no operand occurs twice.

    Parameters
    ----------
    value
        The central value.
    low, high
        The bounds; infinite where the evidence gives none on that side.

    Raises
    ------
    DataError
        If the value does not lie between the bounds.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise DataError(
                f"An interval needs low <= value <= high, not {self.low} <= {self.value} <= "
                f"{self.high}: mend the bounds."
            )

    @classmethod
    def of(cls, figure: Bounded | float) -> Interval:
        """Return the interval of a figure, or of a bare number.

        Parameters
        ----------
        figure
            Anything with `value`, `low` and `high`. Both bounds absent: the value is exact; one
            absent: the figure is "at least" or "at most", and that side is open.

        Raises
        ------
        DataError
            If the figure has no number.
        """
        if isinstance(figure, int | float):
            return cls(float(figure), float(figure), float(figure))
        if figure.value is None:
            raise DataError(f"Figure {figure.key!r} has no number: it cannot enter a computation.")
        if figure.low is None and figure.high is None:
            return cls(figure.value, figure.value, figure.value)
        low = -math.inf if figure.low is None else figure.low
        high = math.inf if figure.high is None else figure.high
        return cls(figure.value, low, high)

    def draw(self, generator: np.random.Generator, draws: int) -> npt.NDArray[np.float64]:
        """Return draws from a triangle with its ends at the bounds and its peak at the value.

        An exact value is repeated, and takes nothing from the generator.

        Raises
        ------
        DataError
            If the interval is open on a side.
        """
        import numpy as np

        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise DataError(f"{self} is open on a side: give both bounds to draw from it.")
        if self.low == self.high:
            return np.full(draws, self.value)
        return generator.triangular(self.low, self.value, self.high, draws)

    def __add__(self, other: Interval | float) -> Interval:
        return _corners(lambda a, b: a + b, self, other)

    def __sub__(self, other: Interval | float) -> Interval:
        return _corners(lambda a, b: a - b, self, other)

    def __mul__(self, other: Interval | float) -> Interval:
        return _corners(_times, self, other)

    def __truediv__(self, other: Interval | float) -> Interval:
        divisor = _as_interval(other)
        if divisor.low <= 0 <= divisor.high:
            raise DataError(
                f"Cannot divide by an interval that holds zero ({divisor.low} to {divisor.high})."
            )
        return _corners(
            _times, self, Interval(1 / divisor.value, 1 / divisor.high, 1 / divisor.low)
        )


def _as_interval(x: Interval | float) -> Interval:
    return x if isinstance(x, Interval) else Interval.of(x)


def _times(a: float, b: float) -> float:
    # 0 * inf is taken as 0: a quantity that is exactly nothing stays nothing.
    return 0.0 if a == 0 or b == 0 else a * b


def _corners(
    operation: Callable[[float, float], float], left: Interval | float, right: Interval | float
) -> Interval:
    left, right = _as_interval(left), _as_interval(right)
    corners: Iterable[float] = [
        operation(a, b) for a, b in product((left.low, left.high), (right.low, right.high))
    ]
    corners = list(corners)
    return Interval(operation(left.value, right.value), min(corners), max(corners))


def tails(level: float) -> list[float]:
    """Return the orders of the quantiles that bound a share of draws, with the median between.

    Raises
    ------
    DataError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise DataError(f"level is {level}: give a share between 0 and 1, such as 0.9.")
    return [(1 - level) / 2, 0.5, (1 + level) / 2]
