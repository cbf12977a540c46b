"""Shapley shares of any cost of a coalition, from random orders of joining."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.logistics.coalitions import CoalitionCost, Floats

__all__ = ["SampledShares", "shapley_sample"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SampledShares:
    """Shapley shares with the error of their simulation.

    Parameters
    ----------
    shares
        Share of each player, shape (players,); they add up to the cost of all in every draw.
    std_errors
        Standard error of each share that is due to sampling orders, in the same unit.
    pairs
        Pairs of orders that were drawn.
    """

    shares: Floats
    std_errors: Floats
    pairs: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each player: `share` and `std_error`, in the unit of cost."""
        index = pd.RangeIndex(len(self.shares), name="player")
        return pd.DataFrame({"share": self.shares, "std_error": self.std_errors}, index=index)


def shapley_sample(
    players: int, cost: CoalitionCost, *, pairs: int = 500, seed: int | None
) -> SampledShares:
    """Return Shapley shares from random orders in which the players join.

    Each order is drawn together with its reverse: who joins early in the one joins late in the
    other, which takes out most of what the position in the order contributes (Mitchell, Cooper,
    Frank and Holmes 2022, "Sampling permutations for Shapley value estimation", *Journal of
    Machine Learning Research* 23(43)). The standard error is that of the mean over pairs.

    Parameters
    ----------
    players
        Number of players, who are called 0, 1, 2 and so on.
    cost
        Function of a coalition, a frozenset of players; that of nobody is taken as zero. It is
        called once for each coalition that occurs.
    pairs
        Orders drawn, each used forward and backward; two or more.
    seed
        Seed of the draws.

    Raises
    ------
    DataError
        If there is no player, fewer than two pairs are asked for, or a cost is not finite.
    """
    if players < 1:
        raise DataError(f"players is {players}: there must be at least one.")
    if pairs < 2:
        raise DataError(f"pairs is {pairs}: a standard error takes two or more.")
    known: dict[frozenset[int], float] = {frozenset(): 0.0}

    def cost_of(group: frozenset[int]) -> float:
        if group not in known:
            found = float(cost(group))
            if not np.isfinite(found):
                raise DataError(f"The cost of {sorted(group)} is {found}: give a finite number.")
            known[group] = found
        return known[group]

    draw = np.random.default_rng(seed)
    sums = np.zeros((pairs, players))
    for pair in range(pairs):
        order = draw.permutation(players).tolist()
        for direction in (order, order[::-1]):
            group: frozenset[int] = frozenset()
            for player in direction:
                joined = group | {player}
                sums[pair, player] += cost_of(joined) - cost_of(group)
                group = joined
    means = sums / 2
    return SampledShares(
        shares=means.mean(axis=0),
        std_errors=means.std(axis=0, ddof=1) / np.sqrt(pairs),
        pairs=pairs,
    )
