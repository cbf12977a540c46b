"""What every demand for differentiated products answers, and how its slopes are laid out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = ["Demand", "Slopes", "as_numbers"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Slopes:
    r"""Shares and their derivatives by price, as a diagonal less a sum of few outer products.

    .. math:: \partial s_j/\partial p_k = \lambda_j 1\{j = k\} - \sum_r w_r f_{jr} f_{kr}

    Every demand with utility linear in price has this form, which Morrow and Skerlos (2011)
    write as Lambda less Gamma: the logit with one term, the nested logit with one more for
    each nest, random coefficients with one for each consumer. Nobody has to fill a matrix of
    J by J to price a thousand products.

    Parameters
    ----------
    shares
        Market shares, (J,).
    diagonal
        lambda, (J,); negative.
    factor
        f, (J, R).
    weights
        w, (R,); negative.
    """

    shares: Floats
    diagonal: Floats
    factor: Floats
    weights: Floats

    def gamma(self) -> Floats:
        """Return the sum of outer products, (J, J)."""
        return np.asarray((self.factor * self.weights) @ self.factor.T)

    def jacobian(self) -> Floats:
        """Return the derivative of share j by price k, (J, J)."""
        slopes = -self.gamma()
        slopes[np.diag_indices(len(self.shares))] += self.diagonal
        return slopes


def as_numbers(name: str, given: npt.ArrayLike) -> Floats:
    """Return an argument as an array of numbers.

    Raises
    ------
    DataError
        If it holds text, or rows of different length.
    """
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} must be numbers: {error}.") from error


class Demand(ABC):
    """Demand for J products of one market whose consumers buy one unit, or none."""

    @property
    @abstractmethod
    def products(self) -> int:
        """How many products there are, J."""

    @abstractmethod
    def shares(self, prices: npt.ArrayLike) -> Floats:
        """Return the share of consumers who buy each product at prices in money, (J,)."""

    @abstractmethod
    def slopes(self, prices: npt.ArrayLike) -> Slopes:
        """Return shares and the parts of their derivatives by price."""

    @abstractmethod
    def consumer_surplus(self, prices: npt.ArrayLike) -> float:
        """Return consumer surplus in money for each consumer, buyers and others.

        It is counted from a world without these products.
        """

    def jacobian(self, prices: npt.ArrayLike) -> Floats:
        """Return the derivative of share j by price k, (J, J), per unit of money."""
        return self.slopes(prices).jacobian()

    def elasticities(self, prices: npt.ArrayLike) -> Floats:
        """Return the elasticity of share j by price k, (J, J)."""
        known = self.slopes(prices)
        return known.jacobian() * self.check_prices(prices) / known.shares[:, None]

    def diversion(self, prices: npt.ArrayLike) -> Floats:
        """Return the part of sales that j loses to k as the price of j rises, (J, J).

        The diagonal holds the part that goes to buying nothing; each row sums to one.
        """
        slopes = self.jacobian(prices)
        own = np.diag(slopes)
        ratios = -slopes.T / own[:, None]
        np.fill_diagonal(ratios, slopes.sum(axis=0) / own)
        return np.asarray(ratios)

    def check_prices(self, prices: npt.ArrayLike) -> Floats:
        """Return prices as J finite numbers.

        A price below zero is allowed here: a search for an equilibrium may pass through one.

        Raises
        ------
        DataError
            If there are not as many prices as products, or one is not finite.
        """
        found = as_numbers("prices", prices)
        if found.shape != (self.products,):
            raise DataError(
                f"prices have shape {found.shape}: give one for each of {self.products} products."
            )
        if not np.isfinite(found).all():
            raise DataError(
                f"prices: that of product {int(np.argmin(np.isfinite(found))) + 1} is not finite."
            )
        return found
