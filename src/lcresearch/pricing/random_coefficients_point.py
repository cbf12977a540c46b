"""The GMM objective of random-coefficients demand, and costs if given, at trial parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import name_rows
from lcresearch.errors import DataError
from lcresearch.pricing.random_coefficients_markets import PaddedMarkets
from lcresearch.pricing.random_coefficients_moments import Moments
from lcresearch.pricing.supply import BertrandMarkups

__all__ = ["ALPHA", "Free", "Objective", "Point", "centred"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
# A parameter that is searched for: a taste and its source, -1 for the draw, else a demographic.
Free = list[tuple[int, int]]
ALPHA = (-1, -1)


class Point(NamedTuple):
    """What follows from a trial of the parameters.

    Slopes are derivatives of mean utilities and of each equation's residuals by the parameters,
    (N, M); costs are empty without a supply side.
    """

    theta: Floats
    objective: float
    gradient: Floats
    coefficients: Floats
    residuals: list[Floats]
    delta: Floats
    delta_slopes: Floats
    slopes: list[Floats]
    costs: Floats

    def near(self, theta: Floats) -> Floats:
        """Return mean utilities expected at other parameters: where the contraction starts."""
        move = self.delta_slopes @ (theta - self.theta)
        # A straight line does not lead far.
        return self.delta + (move if np.abs(move).max(initial=0) < 1 else 0)


@dataclass(frozen=True, eq=False)
class Objective:
    """The data in the form in which the objective is evaluated.

    Parameters
    ----------
    prices
        In money, the only column, (N, 1); its index names rows.
    markets
        All markets, in batches.
    moments
        Of demand, and of costs if there is a supply side.
    shape
        How many random tastes and demographics there are.
    price
        Place of the price among random tastes, if it is there.
    supply
        Whether costs are explained, and whether by their logarithm.
    effects
        Absorbed group of each row, if any, (N,).
    """

    prices: pd.DataFrame
    markets: list[PaddedMarkets]
    moments: Moments
    shape: tuple[int, int]
    price: int | None
    supply: str | None
    effects: Codes | None

    def unpack(self, theta: Floats, free: Free) -> tuple[float, Floats, Floats]:
        """Return alpha (zero if it is not searched for), sigma and pi."""
        alpha, sigma, pi = 0.0, np.zeros(self.shape[0]), np.zeros(self.shape)
        for value, (k, d) in zip(theta, free, strict=True):
            if k < 0:
                alpha = float(value)
            elif d < 0:
                sigma[k] = value
            else:
                pi[k, d] = value
        return alpha, sigma, pi

    def start(self) -> Floats:
        """Return mean utilities of consumers who do not differ, (N,)."""
        delta = np.empty(self.moments.rows)
        for m in self.markets:
            outside = 1 - np.where(m.present, m.shares, 0).sum(axis=1)
            delta[m.rows] = (np.log(m.shares) - np.log(outside)[:, None])[m.places]
        return delta

    def alphas(self, m: PaddedMarkets, alpha: float, deviations: Floats) -> Floats:
        """Return each consumer's utility of money, (T, I)."""
        none = np.zeros_like(m.weights)
        return alpha + (none if self.price is None else deviations[:, self.price])

    def point(
        self, theta: Floats, free: Free, weighting: Floats, start: Floats, tolerance: float
    ) -> Point:
        """Return the objective and what else follows from parameters.

        Raises
        ------
        DataError
            If utilities overflow, the contraction does not converge, or a cost whose logarithm
            is taken is not above zero.
        """
        alpha, sigma, pi = self.unpack(theta, free)
        delta, slopes = np.empty(len(start)), np.empty((len(start), len(free)))
        margins, margin_slopes = np.empty(len(start)), np.empty(slopes.shape)
        for m in self.markets:
            with np.errstate(all="ignore"):
                deviations = m.deviations(sigma, pi)
                powers, outside = m.exponentials(deviations)
            if not np.isfinite(powers).all():
                raise DataError("sigma and pi are so large that utilities overflow: start smaller.")
            own = m.contraction(powers, outside, m.pack(start), tolerance)
            chosen = m.probabilities(powers, outside, own)
            x, v = m.directions(free)
            by_delta = m.derivatives(chosen, x, v)
            delta[m.rows], slopes[m.rows] = own[m.places], by_delta[m.places]
            if self.supply:
                markups = BertrandMarkups(m, chosen, self.alphas(m, alpha, deviations))
                of_price = [float(k == self.price) for k, _ in free]
                by_alpha = v * of_price + [float(k < 0) for k, _ in free]
                margins[m.rows] = markups.values[m.places]
                moved = markups.derivatives(x, v, by_alpha, by_delta)
                margin_slopes[m.rows] = moved[m.places]
        prices = self.prices.iloc[:, 0].to_numpy()
        by_theta = slopes.copy()
        by_theta[:, [k < 0 for k, _ in free]] = -prices[:, None]
        outcomes = [centred((delta - alpha * prices)[:, None], self.effects)[:, 0]]
        gradients = [centred(by_theta, self.effects)]
        costs = np.empty(0)
        if self.supply:
            costs = prices - margins
            outcomes.append(self._explained(costs))
            gradients.append(-margin_slopes / (costs[:, None] if self.supply == "log" else 1.0))
        found = self.moments.fit(outcomes, weighting)
        return Point(
            theta=theta,
            objective=found.objective,
            gradient=self.moments.gradient(gradients, found.weighted),
            coefficients=found.coefficients,
            residuals=found.residuals,
            delta=delta,
            delta_slopes=slopes,
            slopes=gradients,
            costs=costs,
        )

    def _explained(self, costs: Floats) -> Floats:
        if self.supply != "log":
            return costs
        if (costs <= 0).any():
            raise DataError(
                f"log_costs: the marginal cost is zero or negative in "
                f"{name_rows(self.prices, costs <= 0)}, and has no logarithm: start from an alpha "
                f"or pi of the price further below zero, or leave log_costs out."
            )
        return np.log(costs)


def centred(columns: Floats, effects: Codes | None) -> Floats:
    """Return columns, (N, K), less their means by group."""
    if effects is None:
        return columns
    sums = np.zeros((int(effects.max()) + 1, columns.shape[1]))
    np.add.at(sums, effects, columns)
    return np.asarray(columns - (sums / np.bincount(effects)[:, None])[effects])
