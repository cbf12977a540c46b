"""Choices and equilibrium prices in a simulated market, from their definitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

__all__ = ["Tastes"]

Floats = npt.NDArray[np.float64]

# First-order conditions, divided by shares, hold to this, or there are no prices.
_RESIDUAL = 1e-9


@dataclass(frozen=True, eq=False)
class Tastes:
    """What the consumers of one week think of its products.

    Each consumer chooses by a nested logit; with `nesting` zero that is the logit, and with
    consumers that differ their average is the random-coefficients logit. Nothing here is shared
    with `lcresearch.pricing`, so that one may be checked against the other.

    Parameters
    ----------
    alpha
        Utility of a unit of money spent, below zero.
    nesting
        Likeness within a nest, from 0 to less than 1.
    utility
        Utility net of price, by product and consumer, (J, I); buying nothing has zero.
    same_nest
        Whether two products are of one nest, (J, J).
    """

    alpha: float
    nesting: float
    utility: Floats
    same_nest: npt.NDArray[np.bool_]

    def respond(self, prices: Floats) -> tuple[Floats, Floats]:
        """Return shares, (J,), and the derivative of share j by price k, (J, J)."""
        spread = 1 - self.nesting
        scaled = (self.utility + self.alpha * prices[:, None]) / spread
        top = scaled.max(axis=0)
        powers = np.exp(scaled - top)
        sums = self.same_nest @ powers
        within = powers / sums
        # The log of a nest's sum, times `spread`, is what the nest is worth to a consumer.
        worth = spread * (top + np.log(sums))
        best = np.maximum(worth.max(axis=0), 0.0)
        shown = np.exp(worth - best)
        # Each nest is counted once: the parts of its products add to one.
        chosen = within * shown / (np.exp(-best) + (within * shown).sum(axis=0))
        count = self.utility.shape[1]
        shares = chosen.mean(axis=1)
        apart = chosen @ chosen.T + self.nesting / spread * self.same_nest * (within @ chosen.T)
        return shares, self.alpha * (np.diag(shares) / spread - apart / count)

    def prices(self, costs: Floats, weights: Floats) -> Floats | None:
        """Return prices at which no seller gains by a small change, (J,); ``None`` if not found.

        Parameters
        ----------
        costs
            Of a unit of each product, (J,).
        weights
            What the seller of product j counts of the profit of k, (J, J).
        """

        def conditions(prices: Floats) -> Floats:
            shares, slopes = self.respond(prices)
            return np.asarray(1 + (weights * slopes) @ (prices - costs) / shares)

        # Powell's hybrid of Newton's method, from the prices of sellers that hardly sell.
        with np.errstate(all="ignore"):
            start = costs - (1 - self.nesting) / self.alpha
            found = optimize.root(conditions, start, options={"xtol": 1e-13})
            left = np.abs(conditions(found.x)).max()
        return np.asarray(found.x) if left < _RESIDUAL else None
