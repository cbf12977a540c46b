"""Whether any group of carriers does better alone: the core of a game of shared cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.logistics.coalitions import (
    MOST_ENUMERATED,
    Floats,
    VolumeGrid,
    check_players,
    coalition_costs,
    costs_at,
    members,
    pooled_volumes,
    volume_grid,
)

__all__ = ["CoreTest", "in_core", "most_aggrieved"]

Flags = npt.NDArray[np.bool_]

_TOLERANCE: Final = 1e-9  # of the largest cost: rounding is no grievance


@dataclass(frozen=True, kw_only=True)
class CoreTest:
    """Whether an allocation of a common cost is in the core; true or false as it stands.

    Parameters
    ----------
    stable
        Whether no group of players would pay less alone.
    efficient
        Whether the shares add up to the cost of all.
    coalition
        The most aggrieved group: that with the largest excess among all but nobody and everybody.
        Empty if there is a single player.
    excess
        What that group pays above what it would cost alone; negative if even it gains by staying.
    shortfall
        Cost of all less the sum of the shares.
    """

    stable: bool
    efficient: bool
    coalition: tuple[int, ...]
    excess: float
    shortfall: float

    def __bool__(self) -> bool:
        return self.stable and self.efficient

    def summary(self) -> str:
        """Return the finding in a sentence or two."""
        group = f"players {', '.join(map(str, self.coalition))}"
        if not self.coalition:
            grievance = "A single player has no group to leave with."
        elif self.stable:
            grievance = f"No group pays less alone; {group} gain least, {-self.excess:,.6g}."
        else:
            grievance = f"Apart from the others, {group} would save {self.excess:,.6g}."
        if self.efficient:
            return grievance
        return f"{grievance} The shares differ from the cost of all by {self.shortfall:,.6g}."


def in_core(
    allocation: npt.ArrayLike,
    sizes: npt.ArrayLike | None = None,
    *,
    cost: Callable[..., Any],
) -> CoreTest:
    """Return whether an allocation is in the core (Gillies 1959): no group pays less alone.

    With `sizes`, the cost depends on the pooled volume, and the group that pays most at each
    volume is found by dynamic programming, which is exact for many carriers. Without, every
    coalition of up to 20 players is looked at.

    Parameters
    ----------
    allocation
        What each player pays.
    sizes
        Volume of each player.
    cost
        Function of the pooled volume if `sizes` are given, else of a coalition, a frozenset of
        players numbered from zero. Nobody, and the volume zero, must cost zero.

    Returns
    -------
    CoreTest
        True or false, with the most aggrieved group.

    Raises
    ------
    DataError
        If shares, sizes or costs are not finite, differ in number, or there are too many players.
    """
    paid = check_players("allocation", allocation, negative=True)
    if sizes is None:
        costs = coalition_costs(len(paid), cost)
        group, excess = _enumerated(paid, costs)
    else:
        volume = check_players("sizes", sizes)
        if len(volume) != len(paid):
            raise DataError(
                f"allocation has {len(paid)} numbers and sizes {len(volume)}: give one of each for "
                f"every player."
            )
        grid = volume_grid(volume)
        if grid is not None:
            costs = costs_at(cost, grid.volumes)
            group, excess = most_aggrieved(paid, grid, costs)
        elif len(paid) <= MOST_ENUMERATED:
            costs = costs_at(cost, pooled_volumes(volume))
            group, excess = _enumerated(paid, costs)
        else:
            raise DataError(
                f"The {len(paid)} sizes have no common unit that is coarse enough for an exact "
                f"result: round them, for example to whole parcels."
            )
    tolerance = _TOLERANCE * max(np.abs(costs).max(), np.abs(paid).max())
    shortfall = float(costs[-1] - paid.sum())
    return CoreTest(
        stable=bool(excess <= tolerance),
        efficient=bool(abs(shortfall) <= tolerance),
        coalition=group,
        excess=excess,
        shortfall=shortfall,
    )


def most_aggrieved(paid: Floats, grid: VolumeGrid, costs: Floats) -> tuple[tuple[int, ...], float]:
    """Return the group that pays most above its cost alone, and how much that is.

    The largest sum paid by a group of each pooled volume obeys the recursion of the knapsack
    problem (Bellman 1957), player by player. It is kept apart by whether someone is in and
    whether someone is out, for neither nobody nor everybody counts as a group.

    Parameters
    ----------
    paid
        What each player pays, shape (players,).
    grid
        Sizes and volumes.
    costs
        Cost at each volume of the grid.
    """
    if len(paid) == 1:
        return (), -np.inf
    # best[someone in, someone out, volume]
    best = np.full((2, 2, len(costs)), -np.inf)
    best[0, 0, 0] = 0.0
    chosen: list[tuple[Flags, Flags, Flags]] = []
    for step, share in zip(grid.steps.tolist(), paid.tolist(), strict=True):
        stay = np.full_like(best, -np.inf)
        # Who stays out sets the second flag, who joins the first; joining shifts the volume.
        stay[:, 1] = np.maximum(best[:, 0], best[:, 1])
        join = np.full_like(best, -np.inf)
        join[1, :, step:] = np.maximum(best[0], best[1])[:, : len(costs) - step] + share
        chosen.append((join > stay, best[:, 0] < best[:, 1], best[0] < best[1]))
        best = np.maximum(stay, join)
    excess = best[1, 1] - costs
    volume = int(np.argmax(excess))
    return _traced(chosen, grid.steps.tolist(), volume), float(excess[volume])


def _traced(
    chosen: list[tuple[Flags, Flags, Flags]], steps: list[int], volume: int
) -> tuple[int, ...]:
    """Return the group behind the best sum at a volume with someone in and someone out."""
    group = []
    some_in, some_out = 1, 1
    for player in range(len(steps) - 1, -1, -1):
        joined, out_before, in_before = chosen[player]
        if joined[some_in, some_out, volume]:
            group.append(player)
            volume -= steps[player]
            some_in = int(in_before[some_out, volume])
        else:
            some_out = int(out_before[some_in, volume])
    return tuple(reversed(group))


def _enumerated(paid: Floats, costs: Floats) -> tuple[tuple[int, ...], float]:
    if len(paid) == 1:
        return (), -np.inf
    excess = pooled_volumes(paid) - costs
    code = int(np.argmax(excess[1:-1])) + 1
    return members(code), float(excess[code])
