"""Prices of Bertrand firms that sell several products: markups and how they move with tastes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.pricing.random_coefficients_markets import PaddedMarkets

__all__ = ["BertrandMarkups"]

Floats = npt.NDArray[np.float64]


class BertrandMarkups:
    r"""Markups at which no firm gains by a small change of its prices (Berry et al. 1995).

    .. math:: s_j + \sum_{k \in f(j)} \eta_k\, \partial s_k / \partial p_j = 0

    With the slopes of demand split into a diagonal Lambda less Gamma this reads
    :math:`[\Omega \circ \Gamma - \Lambda]\, \eta = s`, where Omega is one for two products of a
    firm and else zero.

    Parameters
    ----------
    markets
        T markets.
    chosen
        Probability that a consumer buys a product, (T, J, I).
    alphas
        Utility of a unit of money spent, one for each consumer, (T, I).

    Attributes
    ----------
    values
        Price less marginal cost, (T, J); zero where there is no product.

    Raises
    ------
    DataError
        If no consumer minds a price.
    """

    def __init__(self, markets: PaddedMarkets, chosen: Floats, alphas: Floats) -> None:
        firms, places = markets.firms, np.arange(chosen.shape[1])
        self._weights, self._chosen = markets.weights, chosen
        # Lambda, and Omega times Gamma element by element.
        self._pull = chosen * (markets.weights * alphas)[:, None, :]
        self._own = self._pull.sum(axis=2)
        self._shared = self._pull @ chosen.transpose(0, 2, 1)
        self._shared *= firms[:, :, None] == firms[:, None, :]
        self._sellers = (firms[:, :, None] == np.arange(firms.max() + 1)).astype(float)
        self._matrix = self._shared.copy()
        self._matrix[:, places, places] -= np.where(markets.present, self._own, -1.0)
        shares = np.where(markets.present, markets.shares, 0.0)
        try:
            self.values = np.linalg.solve(self._matrix, shares[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError as error:
            raise DataError(
                "markups do not follow from shares, as no consumer minds a price: start from an "
                "alpha or pi of the price further below zero."
            ) from error

    def _of_seller(self, values: Floats) -> Floats:
        """Return sums over the products of the same seller, (T, J, I)."""
        return np.asarray(self._sellers @ (self._sellers.transpose(0, 2, 1) @ values))

    def derivatives(self, x: Floats, v: Floats, by_alpha: Floats, delta: Floats) -> Floats:
        """Return the derivative of markups by each parameter, shares held, (T, J, M).

        By the implicit function theorem (Conlon and Gortmaker 2020): the matrix of the
        first-order conditions moves with the parameter directly, and through mean utilities that
        keep shares as observed. What a parameter adds to a choice probability is that
        probability times ``delta + x v`` less the mean of this over what the consumer chooses,
        so that no derivative of each probability by each parameter is filled.

        Parameters
        ----------
        x, v
            Factors of the derivative of utility, (T, J, M) and (T, I, M).
        by_alpha
            Derivative of each consumer's utility of money, (T, I, M).
        delta
            Derivative of mean utilities, (T, J, M).
        """
        turned = self._chosen.transpose(0, 2, 1)
        earned = self._chosen * self.values[:, :, None]
        of_seller = self._of_seller(earned)
        pulled = self._pull * of_seller
        mean = (turned @ x) * v + turned @ delta
        money = self._weights[:, :, None] * by_alpha
        own = self._chosen @ money + self._own[:, :, None] * delta
        own += x * (self._pull @ v) - self._pull @ mean
        moved = (self._chosen * of_seller) @ money + pulled.sum(axis=2)[:, :, None] * delta
        moved += x * (pulled @ v) - 2 * (pulled @ mean)
        moved += self._shared @ (self.values[:, :, None] * delta)
        for m in np.flatnonzero(v.any(axis=(0, 1))):
            weighted = self._pull * self._of_seller(earned * x[:, :, m, None])
            moved[:, :, m] += (weighted @ v[:, :, m, None])[:, :, 0]
        moved -= own * self.values[:, :, None]
        return np.asarray(-np.linalg.solve(self._matrix, moved))
