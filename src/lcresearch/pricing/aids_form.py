"""The equations of the almost ideal demand system: parameters, price index, slopes of shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["INDEXES", "RESTRICTIONS", "Form", "Slopes"]

Floats = npt.NDArray[np.float64]

INDEXES: Final = ("translog", "laspeyres", "stone")
RESTRICTIONS: Final = ("none", "homogeneity", "symmetry")  # each implies those before it


class Slopes(NamedTuple):
    """Shares at points, and how they move.

    Parameters
    ----------
    shares
        Points by goods.
    prices
        Derivatives with respect to log prices, points by goods by prices.
    expenditure
        Derivatives with respect to log expenditure, points by goods.
    """

    shares: Any
    prices: Any
    expenditure: Any


@dataclass(frozen=True, eq=False)
class Form:
    r"""A system of `goods` shares in log prices ``p`` and log expenditure ``x``.

    With ``m = x - P``, share ``i`` is :math:`\alpha_i + \sum_j \gamma_{ij} p_j + \beta_i m`,
    and in the quadratic system :math:`\lambda_i m^2 / b` more, with
    :math:`\ln b = \sum_k \beta_k p_k`. Parameters ``theta`` stand in the order ``alpha``,
    ``beta``, ``lambda`` (if quadratic), ``gamma`` by rows. They are linear in the free parameters
    ``c``: ``theta = start + lift @ c``, which makes every share add up and holds the restrictions.

    Parameters
    ----------
    shares, prices
        Names of the goods and of their prices.
    index
        One of `INDEXES`.
    quadratic
        Whether there are terms in ``m`` squared.
    restrictions
        One of `RESTRICTIONS`.
    alpha_0
        Level of the translog index.
    base_shares
        Weights of the Laspeyres index.
    """

    shares: Sequence[str]
    prices: Sequence[str]
    index: str
    quadratic: bool
    restrictions: str
    alpha_0: float
    base_shares: Floats = field(repr=False)

    @property
    def goods(self) -> int:
        """How many goods there are."""
        return len(self.shares)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the parameters that each good has one of."""
        return ("alpha", "beta", "lambda") if self.quadratic else ("alpha", "beta")

    @property
    def names(self) -> list[str]:
        """Names of all parameters."""
        own = [f"{kind}[{s}]" for kind in self.kinds for s in self.shares]
        return own + [f"gamma[{s},{p}]" for s in self.shares for p in self.prices]

    @property
    def start(self) -> Floats:
        """All parameters where the free ones are zero: the constants add up to one."""
        found = np.zeros(len(self.names))
        found[self.goods - 1] = 1.0
        return found

    def lift(self) -> tuple[Floats, list[str]]:
        """Return the matrix from free parameters to all, and the names of the free ones."""
        n, last = self.goods, self.goods - 1
        adding = np.vstack([np.eye(last), -np.ones(last)])  # the last good has what is left over
        columns, free = [], []
        for place, kind in enumerate(self.kinds):
            for i in range(last):
                column = np.zeros(len(self.names))
                column[place * n : (place + 1) * n] = adding[:, i]
                columns.append(column)
                free.append(f"{kind}[{self.shares[i]}]")
        across = np.eye(n) if self.restrictions == "none" else adding
        for i in range(last):
            for j in range(i + 1 if self.restrictions == "symmetry" else across.shape[1]):
                gamma = np.outer(adding[:, i], across[:, j])
                if self.restrictions == "symmetry" and i != j:
                    gamma = gamma + gamma.T
                column = np.zeros(len(self.names))
                column[-n * n :] = gamma.ravel()
                columns.append(column)
                free.append(f"gamma[{self.shares[i]},{self.prices[j]}]")
        return np.column_stack(columns), free

    def rows(self, good: int) -> list[int]:
        """Return where the parameters of one good stand, in the order of `design`'s columns."""
        n, kinds = self.goods, len(self.kinds)
        gamma = [kinds * n + good * n + j for j in range(n)]
        return [good, *gamma, *(place * n + good for place in range(1, kinds))]

    def split(self, theta: Any) -> tuple[Any, Any, Any, Any]:
        """Return ``alpha``, ``beta``, ``lambda`` (zero if not quadratic) and ``gamma``."""
        n = self.goods
        squares = theta[2 * n : 3 * n] if self.quadratic else np.zeros(n)
        return theta[:n], theta[n : 2 * n], squares, theta[-n * n :].reshape(n, n)

    def known_index(self, p: Floats, shares: Floats) -> Floats:
        """Return the linear index at observed shares, of which the translog one starts."""
        weights = shares if self.index == "stone" else self.base_shares
        return np.asarray((p * weights).sum(axis=1))

    def translog(self, theta: Any, p: Floats) -> Any:
        """Return the log of the translog index."""
        alpha, _, _, gamma = self.split(theta)
        return self.alpha_0 + p @ alpha + 0.5 * ((p @ gamma) * p).sum(axis=1)

    def design(self, theta: Floats, p: Floats, m: Floats) -> Floats:
        """Return what the shares are linear in at a known index: constant, prices, ``m``."""
        columns = [np.ones(len(p)), *p.T, m]
        if self.quadratic:
            columns.append(m**2 / np.exp(p @ self.split(theta)[1]))
        return np.column_stack(columns)

    def index_slopes(self, theta: Floats, p: Floats, m: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what moves shares by way of the indexes.

        Returns
        -------
        tuple
            Derivatives of the shares with respect to the log index and to ``ln b``, each rows by
            goods, and of both indexes with respect to all parameters, 2 by rows by parameters.
        """
        n = self.goods
        _, beta, squares, _ = self.split(theta)
        over = m / np.exp(p @ beta)
        moves = np.zeros((2, len(p), len(theta)))
        moves[0, :, :n] = p
        moves[0, :, -n * n :] = 0.5 * (p[:, :, None] * p[:, None, :]).reshape(len(p), n * n)
        moves[1, :, n : 2 * n] = p
        return -beta - 2 * np.outer(over, squares), -np.outer(over * m, squares), moves

    def slopes(self, theta: Any, p: Floats, x: Floats) -> Slopes:
        """Return the shares that the system predicts, and their slopes.

        In the linear approximation the index is the one that the model used. Stone's holds the
        predicted shares themselves: ``w`` solves ``w = alpha + gamma p + beta (x - p'w)``, and
        its slopes are those of the solution (Green and Alston 1990; Buse 1994 for the closed
        form).

        Parameters
        ----------
        theta
            All parameters; complex ones give derivatives by complex steps.
        p, x
            Log prices, points by goods, and log expenditure.
        """
        alpha, beta, squares, gamma = self.split(theta)
        if self.index == "translog":
            m = x - self.translog(theta, p)
            b = np.exp(p @ beta)
            curve = (m / b)[:, None] * squares
            shares = alpha + p @ gamma.T + m[:, None] * (beta + curve)
            real = beta + 2 * curve
            rise = alpha + 0.5 * (p @ (gamma + gamma.T))  # of the index
            prices = gamma - real[:, :, None] * rise[:, None, :]
            prices = prices - (m[:, None] * curve)[:, :, None] * beta
            return Slopes(shares, prices, real)
        linear = alpha + p @ gamma.T
        if self.index == "laspeyres":
            index, factor = p @ self.base_shares, np.ones(len(p))
        else:
            factor = 1 + p @ beta
            index = ((p * linear).sum(axis=1) + (factor - 1) * x) / factor
        shares = linear + (x - index)[:, None] * beta
        rise = (
            np.tile(self.base_shares, (len(p), 1))
            if self.index == "laspeyres"
            else (shares + p @ gamma) / factor[:, None]
        )
        real = beta / factor[:, None]
        return Slopes(shares, gamma - beta[:, None] * rise[:, None, :], real)
