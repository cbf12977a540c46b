"""Demand whose consumers differ in tastes, estimated from market shares by GMM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from lcresearch.columns import name_rows, numbers, refuse_repeated, require_columns
from lcresearch.errors import DataError
from lcresearch.pricing.random_coefficients_demand import (
    RandomCoefficientsLogitResults,
    RandomCoefficientsProducts,
)
from lcresearch.pricing.random_coefficients_markets import pad_markets

__all__ = ["RandomCoefficientsLogit"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


class _Point(NamedTuple):
    objective: float
    gradient: Floats
    beta: Floats
    delta: Floats
    xi: Floats
    slopes: Floats


class RandomCoefficientsLogit:
    r"""Random-coefficients logit of Berry, Levinsohn and Pakes (1995) and Nevo (2000).

    .. math:: u_{ijt} = \alpha p_{jt} + x_{jt}'\beta + \xi_{jt}
              + \sum_k x_{jtk} (\sigma_k \nu_{itk} + \sum_d \pi_{kd} D_{itd}) + \varepsilon_{ijt}

    Parameters
    ----------
    data
        One row for each product in each market.
    agents
        One row for each consumer drawn in each market.
    market, product, share, price
        Columns of `data`; the first also of `agents`. Shares count those who buy nothing.
    random
        Columns on which tastes differ, price among them if it should; ``"const"`` for one.
    nodes
        Columns of `agents` with the draws, one for each of `random`.
    weights
        Column of `agents` with weights that sum to one in each market.
    demographics
        Columns of `agents`.
    characteristics, instruments, effects
        As in `LogitDemand`.
    cluster
        Column within whose groups unobserved qualities may be correlated.

    Raises
    ------
    DataError
        If a column is missing or wrong, shares are not above zero or sum to one or more,
        weights do not sum to one, or instruments are fewer than parameters or collinear.
    """

    def __init__(
        self,
        data: pd.DataFrame,
        *,
        agents: pd.DataFrame,
        market: str,
        product: str,
        share: str,
        price: str,
        random: Sequence[str],
        nodes: Sequence[str],
        weights: str,
        demographics: Sequence[str] = (),
        characteristics: Sequence[str] = (),
        instruments: Sequence[str] = (),
        effects: str | None = None,
        cluster: str | None = None,
    ) -> None:
        taste = [name for name in random if name != "const"]
        groups = [name for name in (effects, cluster) if name]
        require_columns(
            data, [market, product, share, price, *characteristics, *instruments, *taste, *groups]
        )
        require_columns(agents, [market, weights, *nodes, *demographics])
        if not random or len(nodes) != len(random):
            raise DataError(f"nodes: give one column for each of {len(random)} random tastes.")
        for frame, name in [(agents, market), *[(data, n) for n in (market, product, *groups)]]:
            empty = frame[name].isna().to_numpy()
            if empty.any():
                raise DataError(f"column {name!r}: is empty in {name_rows(frame, empty)}: fill it.")
        refuse_repeated(data, unit=product, time=market)
        self._index, self._price, self._random = data.index, price, list(random)
        self._demographics = list(demographics)
        self._prices = numbers(data, price)
        if (self._prices < 0).any():
            bad = name_rows(data, self._prices < 0)
            raise DataError(f"column {price!r}: is below zero in {bad}: correct it.")
        one = np.ones(len(data))
        columns = [one if name == "const" else numbers(data, name) for name in random]
        self._markets = pad_markets(
            data, agents, market, share, np.stack(columns, 1), list(nodes), weights,
            self._demographics,
        )  # fmt: skip
        idle = int((~agents[market].isin(data[market])).sum())
        self._dropped = {"consumers of a market without products": idle} if idle else {}
        self._effects = pd.factorize(data[effects])[0] if effects else None
        self._clusters = pd.factorize(data[cluster])[0] if cluster else None
        exogenous = [] if effects else [one]
        exogenous += [numbers(data, name) for name in characteristics]
        excluded = [numbers(data, name) for name in instruments]
        self._names = [price, *([] if effects else ["const"]), *characteristics]
        self._x = self._centred(np.stack([self._prices, *exogenous], 1))
        z = self._centred(np.stack([*exogenous, *excluded], 1)) if exogenous + excluded else None
        if z is None or z.shape[1] < self._x.shape[1]:
            raise DataError("instruments: give at least one for the price.")
        q, r = np.linalg.qr(z)
        if (np.abs(np.diag(r)) < 1e-10 * np.linalg.norm(z, axis=0).max()).any():
            raise DataError(
                "instruments: the weighting matrix is singular; leave out those that the others, "
                "or the effects, already determine."
            )
        # In an orthonormal basis the first weighting matrix is the identity.
        self._z = q * np.sqrt(len(data))

    def _centred(self, columns: Floats) -> Floats:
        if self._effects is None:
            return columns
        sums = np.zeros((int(self._effects.max()) + 1, columns.shape[1]))
        np.add.at(sums, self._effects, columns)
        return np.asarray(columns - (sums / np.bincount(self._effects)[:, None])[self._effects])

    def _start(self) -> Floats:
        shares = np.where(self._markets.present, self._markets.shares, 0)
        return np.asarray(np.log(self._markets.shares) - np.log(1 - shares.sum(axis=1))[:, None])

    def _check(self, sigma: npt.ArrayLike, pi: npt.ArrayLike | None) -> tuple[Floats, Floats]:
        shape = (len(self._random), len(self._demographics))
        spread = np.asarray(sigma, dtype=float)
        slopes = np.zeros(shape) if pi is None else np.asarray(pi, dtype=float)
        if spread.shape != shape[:1] or slopes.shape != shape:
            raise DataError(f"sigma needs shape {shape[:1]} and pi {shape}: see random.")
        if not (np.isfinite(spread).all() and np.isfinite(slopes).all()):
            raise DataError("sigma and pi must hold finite numbers: zero leaves a term out.")
        if not (spread.any() or slopes.any()):
            raise DataError("sigma and pi are all zero: tastes do not differ; use LogitDemand.")
        return spread, slopes

    def _point(
        self,
        sigma: Floats,
        pi: Floats,
        free: list[tuple[int, int]],
        weighting: Floats,
        start: Floats,
        tolerance: float,
    ) -> _Point:
        m, n = self._markets, len(self._x)
        with np.errstate(all="ignore"):
            powers, outside = m.exponentials(sigma, pi)
        if not np.isfinite(powers).all():
            raise DataError("sigma and pi are so large that utilities overflow: start smaller.")
        delta = m.contraction(powers, outside, start, tolerance)
        slopes = self._centred(m.derivatives(m.probabilities(powers, outside, delta), free))
        own = self._centred(delta[m.rows, m.columns][:, None])[:, 0]
        zx = self._z.T @ self._x / n
        beta = np.linalg.solve(zx.T @ weighting @ zx, zx.T @ weighting @ (self._z.T @ own / n))
        xi = own - self._x @ beta
        moments = weighting @ (self._z.T @ xi / n)
        objective = float(n * (self._z.T @ xi / n) @ moments)
        return _Point(objective, 2 * slopes.T @ (self._z @ moments), beta, delta, xi, slopes)

    def objective(
        self, *, sigma: npt.ArrayLike, pi: npt.ArrayLike | None = None, tolerance: float = 1e-14
    ) -> tuple[float, Floats]:
        """Return the one-step GMM objective and its gradient by the sigma and pi that are not zero.

        Raises
        ------
        DataError
            If sigma or pi has a wrong shape, or the contraction does not converge.
        """
        spread, slopes = self._check(sigma, pi)
        weighting = np.eye(self._z.shape[1])
        point = self._point(
            spread, slopes, _free(spread, slopes), weighting, self._start(), tolerance
        )
        return point.objective, point.gradient

    def fit(
        self,
        *,
        sigma: npt.ArrayLike,
        pi: npt.ArrayLike | None = None,
        steps: Literal[1, 2] = 1,
        tolerance: float = 1e-14,
        gradient_tolerance: float = 1e-4,
    ) -> RandomCoefficientsLogitResults:
        """Estimate from starting values; a zero stays zero.

        Parameters
        ----------
        sigma, pi
            Starting values, (K,) and (K, D).
        steps
            One, or two with the weighting matrix that the first step makes efficient.
        tolerance
            Largest change of a mean utility at which the contraction stops.
        gradient_tolerance
            Largest element of the gradient at which the search stops.

        Raises
        ------
        DataError
            If parameters outnumber instruments, or contraction or search does not converge.
        """
        spread, slopes = self._check(sigma, pi)
        free = _free(spread, slopes)
        if self._z.shape[1] < len(free) + self._x.shape[1]:
            raise DataError(
                f"instruments: {self._z.shape[1]} do not identify "
                f"{len(free) + self._x.shape[1]} parameters: add some, or set a start to zero."
            )
        if steps not in (1, 2):
            raise DataError(f"steps must be 1 or 2, not {steps!r}.")
        theta = np.array([spread[k] if d < 0 else slopes[k, d] for k, d in free])
        weighting, start = np.eye(self._z.shape[1]), self._start()
        point = self._point(spread, slopes, free, weighting, start, tolerance)
        for step in range(steps):
            if step:
                weighting = _inverse(self._spread(point.xi, centre=True))
            theta, point = self._search(
                theta, point.delta, free, weighting, tolerance, gradient_tolerance
            )
        return self._results(theta, point, free, weighting, steps)

    def _unpack(self, theta: Floats, free: list[tuple[int, int]]) -> tuple[Floats, Floats]:
        sigma, pi = self._zeros()
        for value, (k, d) in zip(theta, free, strict=True):
            if d < 0:
                sigma[k] = value
            else:
                pi[k, d] = value
        return sigma, pi

    def _zeros(self) -> tuple[Floats, Floats]:
        return np.zeros(len(self._random)), np.zeros((len(self._random), len(self._demographics)))

    def _search(
        self,
        theta: Floats,
        start: Floats,
        free: list[tuple[int, int]],
        weighting: Floats,
        tolerance: float,
        gradient_tolerance: float,
    ) -> tuple[Floats, _Point]:
        last = start

        def evaluate(values: Floats) -> tuple[float, Floats]:
            nonlocal last
            try:
                point = self._point(*self._unpack(values, free), free, weighting, last, tolerance)
            except (DataError, np.linalg.LinAlgError):
                # Too long a step of the search: it comes back.
                return 1e10, np.zeros(len(values))
            last = point.delta
            return point.objective, point.gradient

        found = optimize.minimize(
            evaluate, theta, jac=True, method="BFGS", options={"gtol": gradient_tolerance}
        )
        point = self._point(*self._unpack(found.x, free), free, weighting, last, tolerance)
        if np.abs(point.gradient).max() > gradient_tolerance * 10:
            raise DataError(
                f"the search did not converge in {found.nit} steps (largest element of the "
                f"gradient {np.abs(point.gradient).max():.2g}): try other starting values."
            )
        return found.x, point

    def _spread(self, xi: Floats, *, centre: bool) -> Floats:
        moments = self._z * xi[:, None]
        if centre:
            moments = moments - moments.mean(axis=0)
        if self._clusters is not None:
            sums = np.zeros((int(self._clusters.max()) + 1, moments.shape[1]))
            np.add.at(sums, self._clusters, moments)
            moments = sums
        return np.asarray(moments.T @ moments / len(xi))

    def _results(
        self,
        theta: Floats,
        point: _Point,
        free: list[tuple[int, int]],
        weighting: Floats,
        steps: int,
    ) -> RandomCoefficientsLogitResults:
        m, n = self._markets, len(self._x)
        sigma, pi = self._unpack(theta, free)
        g = self._z.T @ np.hstack([-self._x, point.slopes]) / n
        bread = _inverse(g.T @ weighting @ g)
        half = bread @ g.T @ weighting
        covariance = half @ self._spread(point.xi, centre=False) @ half.T / n
        tastes = [
            f"sigma[{self._random[k]}]"
            if d < 0
            else f"pi[{self._random[k]}, {self._demographics[d]}]"
            for k, d in free
        ]
        names = [*self._names, *tastes]
        delta = point.delta[m.rows, m.columns]
        alpha, place = float(point.beta[0]), np.zeros(len(self._random))
        if self._price in self._random:
            place[self._random.index(self._price)] = 1.0
        deviations = m.deviations(sigma, pi)
        demands, prices = {}, {}
        for t, name in enumerate(m.names):
            own, there = m.rows == t, m.weights[t] > 0
            alphas = alpha + (place @ deviations[t])[there]
            utilities = (
                delta[own][:, None] + (m.tastes[t] @ deviations[t])[m.columns[own]][:, there]
            )
            utilities = utilities - self._prices[own][:, None] * alphas
            demands[name] = RandomCoefficientsProducts(alphas, utilities, m.weights[t, there])
            prices[name] = self._prices[own]
        return RandomCoefficientsLogitResults(
            title="Random-coefficients logit demand, GMM in "
            + ("one step", "two steps")[steps - 1],
            params=pd.Series(np.append(point.beta, theta), index=names, name="estimate"),
            covariance=pd.DataFrame(covariance, index=names, columns=names),
            nobs=n,
            dropped=self._dropped,
            objective=point.objective,
            gradient=pd.Series(point.gradient, index=tastes),
            sigma=pd.Series(sigma, index=self._random),
            pi=pd.DataFrame(pi, index=self._random, columns=self._demographics),
            delta=pd.Series(delta, index=self._index),
            xi=pd.Series(point.xi, index=self._index),
            demands=demands,
            observed_prices=prices,
        )


def _free(sigma: Floats, pi: Floats) -> list[tuple[int, int]]:
    spread = [(int(k), -1) for k in np.flatnonzero(sigma)]
    return spread + [(int(k), int(d)) for k, d in np.argwhere(pi)]


def _inverse(matrix: Floats) -> Floats:
    if np.linalg.cond(matrix) > 1e15:
        raise DataError("the weighting matrix is singular: use fewer instruments or parameters.")
    return np.asarray(np.linalg.inv(matrix))
