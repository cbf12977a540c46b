"""Coalitions of carriers: who pools what, what that costs, and every coalition of a few."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = [
    "MOST_ENUMERATED",
    "VolumeGrid",
    "check_players",
    "coalition_costs",
    "costs_at",
    "members",
    "pooled_volumes",
    "volume_grid",
]

Floats = npt.NDArray[np.float64]
PooledCost = Callable[..., object]
CoalitionCost = Callable[[frozenset[int]], float]

MOST_ENUMERATED: Final = 20
"""Players up to whom all coalitions, two to the number of players, are looked at one by one."""

_FINEST: Final = 1_000_000  # parts of a parcel, the largest denominator of a size
_MOST_CELLS: Final = 20_000_000  # players times volumes of a grid: 160 MB, about a second


@dataclass(frozen=True, eq=False)
class VolumeGrid:
    """Sizes as whole numbers of a common unit.

    Parameters
    ----------
    steps
        Size of each player in units, whole numbers, shape (players,).
    volumes
        Volumes 0, 1, 2, ... units up to the sum of all sizes, in the unit of the sizes.
    """

    steps: npt.NDArray[np.int64]
    volumes: Floats


def check_players(name: str, values: npt.ArrayLike, *, negative: bool = False) -> Floats:
    """Return one finite number for each player.

    Parameters
    ----------
    name
        What the numbers are called in a message.
    values
        One number for each player.
    negative
        Whether numbers below zero are allowed.

    Raises
    ------
    DataError
        If there is no player, a number is missing, infinite or, unless allowed, negative.
    """
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{name} must be numbers, one for each player.") from None
    if numbers.ndim != 1 or not len(numbers):
        raise DataError(
            f"{name} has the shape {numbers.shape}: give a list with one number for each player."
        )
    wrong = ~np.isfinite(numbers) | (False if negative else numbers < 0)
    if wrong.any():
        at = int(np.argmax(wrong))
        bound = "" if negative else ", zero or more"
        raise DataError(f"{name}: {numbers[at]} at position {at}: give a finite number{bound}.")
    return numbers


def volume_grid(sizes: Floats) -> VolumeGrid | None:
    """Return sizes as multiples of the largest unit that measures them all exactly.

    Parameters
    ----------
    sizes
        Size of each player, shape (players,).

    Returns
    -------
    VolumeGrid or None
        None if a size is no fraction with a denominator up to one million, or if the sum of the
        sizes holds so many units that a table over them would not fit.
    """
    fractions = [Fraction(size).limit_denominator(_FINEST) for size in sizes.tolist()]
    if any(float(part) != size for part, size in zip(fractions, sizes.tolist(), strict=True)):
        return None
    denominator = math.lcm(*(part.denominator for part in fractions))
    whole = [int(part * denominator) for part in fractions]
    common = math.gcd(*whole) or 1
    steps = [number // common for number in whole]
    total = sum(steps)
    if len(steps) * (total + 1) > _MOST_CELLS:
        return None
    return VolumeGrid(
        np.array(steps, dtype=np.int64), np.arange(total + 1) * float(common) / denominator
    )


def costs_at(cost: PooledCost, volumes: Floats) -> Floats:
    """Return the cost at each volume, in one call where the function takes arrays.

    Parameters
    ----------
    cost
        Function of a pooled volume.
    volumes
        Pooled volumes, the first of them zero.

    Raises
    ------
    DataError
        If a cost is not finite, or nothing does not cost zero.
    """
    try:
        costs = np.asarray(cost(volumes), dtype=float)
    except (TypeError, ValueError):
        costs = np.empty(0)
    if costs.shape != volumes.shape:
        # The function takes numbers only; a fault of its own is raised by this second call.
        costs = np.array([cost(volume) for volume in volumes.tolist()], dtype=float)
    wrong = ~np.isfinite(costs)
    if wrong.any():
        raise DataError(
            f"cost({volumes[np.argmax(wrong)]:g}) is {costs[np.argmax(wrong)]}: a cost must be a "
            f"finite number."
        )
    if costs[0] != 0:
        raise DataError(
            f"cost(0) is {costs[0]:g}: without a parcel nothing is spent, so return zero there, or "
            f"share what is fixed for all separately."
        )
    return costs


def pooled_volumes(sizes: Floats) -> Floats:
    """Return the pooled volume of every coalition; player i belongs to those with bit i set."""
    volumes = np.zeros(1)
    for size in sizes:
        volumes = np.concatenate([volumes, volumes + size])
    return volumes


def coalition_costs(players: int, cost: CoalitionCost) -> Floats:
    """Return what every coalition costs; player i belongs to those with bit i set.

    Raises
    ------
    DataError
        If there are too many players, a cost is not finite, or nobody does not cost zero.
    """
    if players > MOST_ENUMERATED:
        raise DataError(
            f"{players} players have too many coalitions to look at each: give `sizes` and a cost "
            f"of pooled volume, or use shapley_sample."
        )
    costs = np.array([cost(frozenset(members(code))) for code in range(1 << players)], dtype=float)
    wrong = ~np.isfinite(costs)
    if wrong.any():
        group = members(int(np.argmax(wrong)))
        raise DataError(f"The cost of {group} is {costs[np.argmax(wrong)]}: give a finite number.")
    if costs[0] != 0:
        raise DataError(f"The cost of nobody is {costs[0]:g}: it must be zero.")
    return costs


def members(code: int) -> tuple[int, ...]:
    """Return the players of a coalition from the bits of its number."""
    return tuple(player for player in range(code.bit_length()) if code >> player & 1)
