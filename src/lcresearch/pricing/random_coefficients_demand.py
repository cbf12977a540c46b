"""Demand of one market whose consumers differ, and the results that give it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.pricing.demand import Demand, Slopes
from lcresearch.results import Results

__all__ = ["RandomCoefficientsLogitResults", "RandomCoefficientsProducts"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RandomCoefficientsProducts(Demand):
    """Products among which consumers of several kinds choose, each by a logit.

    Parameters
    ----------
    alphas
        Utility of a unit of money spent, one for each consumer, (I,).
    utilities
        Utility net of price, (J, I); buying nothing has zero.
    weights
        Weight of each consumer, (I,).
    """

    alphas: Floats
    utilities: Floats
    weights: Floats

    @property
    def products(self) -> int:
        """How many products there are."""
        return len(self.utilities)

    def _values(self, prices: npt.ArrayLike) -> Floats:
        return self.utilities + self.check_prices(prices)[:, None] * self.alphas

    def _chosen(self, prices: npt.ArrayLike) -> Floats:
        values = self._values(prices)
        top = np.maximum(values.max(axis=0), 0.0)
        powers = np.exp(values - top)
        return np.asarray(powers / (np.exp(-top) + powers.sum(axis=0)))

    def shares(self, prices: npt.ArrayLike) -> Floats:
        """Return market shares at prices, (J,)."""
        return np.asarray(self._chosen(prices) @ self.weights)

    def slopes(self, prices: npt.ArrayLike) -> Slopes:
        """Return shares and the parts of their derivatives by price."""
        chosen = self._chosen(prices)
        slopes = self.weights * self.alphas
        return Slopes(chosen @ self.weights, chosen @ slopes, chosen, slopes)

    def consumer_surplus(self, prices: npt.ArrayLike) -> float:
        """Return the expected gain of a consumer from these products, in money.

        Raises
        ------
        DataError
            If a consumer's utility rises with the price, so that no sum of money measures it.
        """
        if (self.alphas >= 0).any():
            raise DataError(
                f"{int((self.alphas >= 0).sum())} of {len(self.alphas)} consumers like a higher "
                f"price: consumer surplus is not defined; leave price out of the random tastes."
            )
        values = np.vstack([self._values(prices), np.zeros(len(self.alphas))])
        return float(self.weights @ (np.logaddexp.reduce(values, axis=0) / -self.alphas))


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomCoefficientsLogitResults(Results):
    """Estimated demand whose consumers differ.

    Parameters
    ----------
    objective
        GMM objective: rows times the weighted square of the mean moments.
    gradient
        Its gradient by the free sigma and pi.
    sigma, pi
        Spread of tastes, and their slopes on demographics.
    delta, xi
        Mean utility and unobserved quality, one for each row of the data.
    costs, omega
        Marginal cost in money, and what of it, or of its logarithm, characteristics do not
        explain; empty without a supply side.
    demands, observed_prices
        Demand and prices of each market, by its name.
    converged
        Always true: a search that fails raises an error.
    """

    objective: float
    gradient: pd.Series = field(repr=False)
    sigma: pd.Series
    pi: pd.DataFrame
    delta: pd.Series = field(repr=False)
    xi: pd.Series = field(repr=False)
    costs: pd.Series = field(repr=False)
    omega: pd.Series = field(repr=False)
    demands: dict[object, RandomCoefficientsProducts] = field(repr=False)
    observed_prices: dict[object, Floats] = field(repr=False)
    converged: bool = True

    def demand(self, market: object) -> RandomCoefficientsProducts:
        """Return the demand of one market, its products in the order of the data's rows.

        Raises
        ------
        DataError
            If there is no such market.
        """
        if market not in self.demands:
            known = ", ".join(map(repr, list(self.demands)[:5]))
            raise DataError(f"there is no market {market!r}: the first are {known}.")
        return self.demands[market]

    def elasticities(self, market: object) -> Floats:
        """Return the elasticity of share j by price k at observed prices, (J, J)."""
        return self.demand(market).elasticities(self.observed_prices[market])

    def consumer_surplus(self, market: object) -> float:
        """Return consumer surplus at observed prices, in money for each consumer."""
        return self.demand(market).consumer_surplus(self.observed_prices[market])
