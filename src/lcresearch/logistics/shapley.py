"""Shapley shares of a common cost: exact when it depends on the pooled volume."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.logistics.coalitions import (
    MOST_ENUMERATED,
    Floats,
    PooledCost,
    VolumeGrid,
    check_players,
    costs_at,
    pooled_volumes,
    volume_grid,
)

__all__ = ["airport_shares", "enumerated_shares", "shapley_shares"]


def shapley_shares(sizes: npt.ArrayLike, cost: PooledCost) -> Floats:
    r"""Return what each carrier pays of the cost of all, by the Shapley value.

    A coalition that pools the volume :math:`v` costs :math:`c(v)`. A carrier's share is its
    marginal cost on joining, averaged over all orders of joining (Shapley 1953, "A value for
    n-person games"). With Owen (1972), "Multilinear extensions of games", *Management Science*
    18(5-2):64-79, this average is

    .. math::

        \phi_i = \int_0^1 E\left[c(V_{-i}(t) + s_i) - c(V_{-i}(t))\right] dt,

    where each other carrier is present with probability :math:`t`, independently, and
    :math:`V_{-i}(t)` is what they pool. The distribution of the pooled volume is the generating
    function :math:`\prod_j (1 - t + t x^{s_j})`, multiplied out over whole volumes; all carriers'
    expectations come from one pass forward and one backward. The integrand is a polynomial of
    degree :math:`n - 1` in :math:`t`, so that Gauss and Legendre's rule with
    :math:`\lceil n / 2 \rceil` nodes integrates it exactly. Nothing is subtracted that could
    cancel, hence the result is exact but for rounding with any number of carriers.

    Parameters
    ----------
    sizes
        Volume of each carrier, such as parcels per day; zero for a carrier with no parcels. Sizes
        need not be whole: they are measured in the largest unit that gives each exactly. Sizes
        without a common unit are allowed for up to 20 carriers, by looking at every coalition.
    cost
        Function of the pooled volume, zero at zero. It is called once with an array of volumes
        where it takes one, else with one number at a time.

    Returns
    -------
    numpy.ndarray
        Share of each carrier in the unit of `cost`, in the order of `sizes`, shape (carriers,).
        They add up to the cost of all. Equal carriers pay the same, and one without parcels
        nothing.

    Raises
    ------
    DataError
        If a size is negative or not finite, a cost is not finite or not zero at zero, or many
        carriers have no common unit.
    """
    given = check_players("sizes", sizes)
    grid = volume_grid(given)
    if grid is not None:
        shares = _grid_shares(grid, costs_at(cost, grid.volumes))
    elif len(given) <= MOST_ENUMERATED:
        shares = enumerated_shares(costs_at(cost, pooled_volumes(given)))
    else:
        raise DataError(
            f"The {len(given)} sizes have no common unit that is coarse enough for an exact "
            f"result: round them, for example to whole parcels, or use shapley_sample."
        )
    # Equal carriers may differ in the last digit, as they were added in some order.
    _, group, count = np.unique(given, return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(group, shares) / count)[group])


def airport_shares(costs: npt.ArrayLike) -> Floats:
    """Return the Shapley shares when a coalition costs what its dearest member alone costs.

    Each step from one cost to the next higher is shared equally by those who need it
    (Littlechild and Owen 1973, "A simple expression for the Shapley value in a special case",
    *Management Science* 20(3):370-372).

    Parameters
    ----------
    costs
        What each player alone would cost, such as the runway that its aircraft needs.

    Returns
    -------
    numpy.ndarray
        Share of each player, in the order and unit of `costs`.

    Raises
    ------
    DataError
        If a cost is negative or not finite.
    """
    given = check_players("costs", costs)
    order = np.argsort(given, kind="stable")
    steps = np.diff(given[order], prepend=0.0)
    shares = np.empty(len(given))
    shares[order] = np.cumsum(steps / np.arange(len(given), 0, -1))
    return shares


def enumerated_shares(costs: Floats) -> Floats:
    """Return the Shapley shares from the cost of every coalition.

    Parameters
    ----------
    costs
        Cost of each coalition; player i belongs to those with bit i set. Shape (2^players,).
    """
    players = len(costs).bit_length() - 1
    count = np.zeros(1, dtype=np.int64)
    for _ in range(players):
        count = np.concatenate([count, count + 1])
    weights = np.array([1 / (players * math.comb(players - 1, k)) for k in range(players)])
    shares = np.empty(players)
    for player in range(players):
        without, joined = costs.reshape(-1, 2, 1 << player).transpose(1, 0, 2)
        others = count.reshape(-1, 2, 1 << player)[:, 0]
        shares[player] = (weights[others] * (joined - without)).sum()
    return shares


def _grid_shares(grid: VolumeGrid, costs: Floats) -> Floats:
    # The smallest first, so that most passes run over few volumes.
    order = np.argsort(grid.steps, kind="stable")
    steps = grid.steps[order].tolist()
    nodes, weights = np.polynomial.legendre.leggauss((len(steps) + 1) // 2)
    shares = np.zeros(len(steps))
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        shares += weight * _marginal_costs(steps, costs, float(node))
    in_order = np.empty(len(steps))
    in_order[order] = shares
    return in_order


def _marginal_costs(steps: list[int], costs: Floats, present: float) -> Floats:
    """Return each player's expected marginal cost when others are present with a probability."""
    chance = np.ones(1)
    before = []
    for step in steps:
        before.append(chance)
        longer = np.zeros(len(chance) + step)
        longer[: len(chance)] = (1 - present) * chance
        longer[step:] += present * chance
        chance = longer
    # What is expected when the players so far pool a volume and the later ones come by chance.
    expected = costs
    marginal = np.empty(len(steps))
    for player in range(len(steps) - 1, -1, -1):
        chance, step = before[player], steps[player]
        joined = expected[step : step + len(chance)] - expected[: len(chance)]
        marginal[player] = chance @ joined
        expected = expected[: len(chance)] + present * joined
    return marginal
