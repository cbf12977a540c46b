"""Demand whose consumers differ in tastes, estimated from market shares by GMM, and costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

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
from lcresearch.pricing.random_coefficients_markets import Agents, Products, pad_markets
from lcresearch.pricing.random_coefficients_moments import Equation, Moments, inverse
from lcresearch.pricing.random_coefficients_point import ALPHA, Free, Objective, Point, centred

__all__ = ["RandomCoefficientsLogit"]

Floats = npt.NDArray[np.float64]


class RandomCoefficientsLogit:
    r"""Random-coefficients logit of Berry, Levinsohn and Pakes (1995) and Nevo (2000).

    .. math:: u_{ijt} = \alpha p_{jt} + x_{jt}'\beta + \xi_{jt}
              + \sum_k x_{jtk} (\sigma_k \nu_{itk} + \sum_d \pi_{kd} D_{itd}) + \varepsilon_{ijt}

    With `firm`, marginal costs :math:`c_{jt} = w_{jt}'\gamma + \omega_{jt}`, or their logarithm,
    are those at which firms that set prices of all their products against each other gain by no
    change; moments of costs join those of demand (Conlon and Gortmaker 2020).

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
        Columns of `agents` with the draws, one for each of `random`; ``None`` for a taste that
        differs by demographics alone.
    weights
        Column of `agents` with weights above zero that sum to one in each market. Where those of
        importance sampling sum to less, as others never buy, divide weights and shares by it.
    demographics
        Columns of `agents`.
    characteristics, instruments, effects
        As in `LogitDemand`.
    mean_price
        Whether there is an alpha; without it utility of money is what sigma and pi give it, as
        where the price is divided by income (Berry, Levinsohn and Pakes 1999).
    cluster
        Column within whose groups unobserved qualities and costs may be correlated.
    firm
        Column that names the seller: adds the supply side.
    costs
        Columns that explain marginal costs; a constant is added.
    cost_instruments
        Columns that move markups but not costs; `costs` are their own instruments.
    log_costs
        Whether the logarithm of costs is explained.

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
        nodes: Sequence[str | None],
        weights: str,
        demographics: Sequence[str] = (),
        characteristics: Sequence[str] = (),
        instruments: Sequence[str] = (),
        effects: str | None = None,
        mean_price: bool = True,
        cluster: str | None = None,
        firm: str | None = None,
        costs: Sequence[str] = (),
        cost_instruments: Sequence[str] = (),
        log_costs: bool = False,
    ) -> None:
        taste = [name for name in random if name != "const"]
        groups = [name for name in (effects, cluster, firm) if name]
        columns = [*characteristics, *instruments, *costs, *cost_instruments, *taste, *groups]
        require_columns(data, [market, product, share, price, *columns])
        require_columns(agents, [market, weights, *filter(None, nodes), *demographics])
        if not random or len(nodes) != len(random):
            raise DataError(f"nodes: give one column for each of {len(random)} random tastes.")
        if not mean_price and price not in random:
            raise DataError(f"mean_price: without it {price!r} must be one of the random tastes.")
        if firm is None and (costs or cost_instruments or log_costs):
            raise DataError("costs: name the seller of each product too, as firm.")
        for frame, name in [(agents, market), *[(data, n) for n in (market, product, *groups)]]:
            empty = frame[name].isna().to_numpy()
            if empty.any():
                raise DataError(f"column {name!r}: is empty in {name_rows(frame, empty)}: fill it.")
        refuse_repeated(data, unit=product, time=market)
        prices = numbers(data, price)
        if (prices < 0).any():
            bad = name_rows(data, prices < 0)
            raise DataError(f"column {price!r}: is below zero in {bad}: correct it.")
        self._random, self._demographics = list(random), list(demographics)
        self._drawn = np.array([node is not None for node in nodes])
        one = np.ones(len(data))
        tastes = np.stack([one if n == "const" else numbers(data, n) for n in random], axis=1)
        absorbed = pd.factorize(data[effects])[0] if effects else None
        exogenous = [] if effects else [one]
        exogenous += [numbers(data, name) for name in characteristics]
        # With costs alpha moves markups, so that it cannot be solved for as linear.
        self._mean, self._searched = mean_price, mean_price and firm is not None
        solved = mean_price and firm is None
        self._price, self._names = price, [price] if solved else []
        self._names += [*([] if effects else ["const"]), *characteristics]
        equations = [
            Equation(
                centred(_stack([prices, *exogenous] if solved else exogenous, one), absorbed),
                centred(
                    _stack([*exogenous, *(numbers(data, n) for n in instruments)], one), absorbed
                ),
            )
        ]
        if firm:
            w = [one, *(numbers(data, name) for name in costs)]
            z = [*w, *(numbers(data, name) for name in cost_instruments)]
            equations.append(Equation(_stack(w, one), _stack(z, one)))
            self._names += [f"cost[{name}]" for name in ("const", *costs)]
        self._objective = Objective(
            prices=pd.DataFrame({price: prices}, data.index),
            markets=pad_markets(
                Products(
                    data, market, share, tastes, pd.factorize(data[firm])[0] if firm else None
                ),
                Agents(agents, list(nodes), weights, self._demographics),
            ),
            moments=Moments(
                equations,
                ["instruments", "cost_instruments"][: len(equations)],
                pd.factorize(data[cluster])[0] if cluster else None,
            ),
            shape=(len(self._random), len(self._demographics)),
            price=self._random.index(price) if price in random else None,
            supply=("log" if log_costs else "linear") if firm else None,
            effects=absorbed,
        )
        idle = int((~agents[market].isin(data[market])).sum())
        self._dropped = {"consumers of a market without products": idle} if idle else {}

    def _check(
        self, alpha: float | None, sigma: npt.ArrayLike, pi: npt.ArrayLike | None
    ) -> tuple[Floats, Free]:
        """Return the parameters that are searched for, and which they are."""
        shape = self._objective.shape
        spread = np.asarray(sigma, dtype=float)
        slopes = np.zeros(shape) if pi is None else np.asarray(pi, dtype=float)
        if spread.shape != shape[:1] or slopes.shape != shape:
            raise DataError(f"sigma needs shape {shape[:1]} and pi {shape}: see random.")
        if not (np.isfinite(spread).all() and np.isfinite(slopes).all()):
            raise DataError("sigma and pi must hold finite numbers: zero leaves a term out.")
        if not (spread.any() or slopes.any()):
            raise DataError("sigma and pi are all zero: tastes do not differ; use LogitDemand.")
        if spread[~self._drawn].any():
            raise DataError("sigma must be zero where nodes has none: give draws, or leave it out.")
        place = self._objective.price
        if not (self._mean or spread[place] or slopes[place].any()):
            raise DataError("sigma and pi of the price are zero: nobody would mind a price.")
        free = [(int(k), -1) for k in np.flatnonzero(spread)]
        free += [(int(k), int(d)) for k, d in np.argwhere(slopes)]
        values = [spread[k] if d < 0 else slopes[k, d] for k, d in free]
        if self._searched:
            if alpha is None or not np.isfinite(alpha):
                raise DataError("alpha: give a start for it, as costs make it one to search for.")
            return np.array([alpha, *values]), [ALPHA, *free]
        if alpha is not None:
            raise DataError("alpha needs no start here: leave it out.")
        return np.array(values), free

    def objective(
        self,
        *,
        sigma: npt.ArrayLike,
        pi: npt.ArrayLike | None = None,
        alpha: float | None = None,
        tolerance: float = 1e-14,
    ) -> tuple[float, Floats]:
        """Return the one-step GMM objective and its gradient.

        The gradient is by alpha, if that is searched for, then by the sigma and pi that are not
        zero.

        Raises
        ------
        DataError
            If sigma or pi has a wrong shape, or the contraction does not converge.
        """
        theta, free = self._check(alpha, sigma, pi)
        model = self._objective
        point = model.point(theta, free, np.eye(model.moments.count), model.start(), tolerance)
        return point.objective, point.gradient

    def fit(
        self,
        *,
        sigma: npt.ArrayLike,
        pi: npt.ArrayLike | None = None,
        alpha: float | None = None,
        steps: Literal[1, 2] = 1,
        weigh_at_start: bool = False,
        tolerance: float = 1e-14,
        gradient_tolerance: float = 1e-4,
    ) -> RandomCoefficientsLogitResults:
        """Estimate from starting values; a zero stays zero.

        Parameters
        ----------
        sigma, pi
            Starting values, (K,) and (K, D).
        alpha
            Starting value, with a supply side.
        steps
            One, or two with the weighting matrix that the first step makes efficient. One step
            sets demand against costs by their size, so that with costs that are not logarithms
            its estimates depend on the unit of money.
        weigh_at_start
            Whether the first weighting matrix is the one that starting values make efficient,
            not that of two-stage least squares.
        tolerance
            Largest change of a mean utility at which the contraction stops.
        gradient_tolerance
            Largest element of the gradient at which the search stops, in directions and units
            in which the curvature of the objective is about one where the search starts.

        Raises
        ------
        DataError
            If parameters outnumber instruments, or contraction or search does not converge.
        """
        theta, free = self._check(alpha, sigma, pi)
        model, moments = self._objective, self._objective.moments
        if moments.count < len(free) + moments.linear:
            raise DataError(
                f"instruments: {moments.count} do not identify {len(free) + moments.linear} "
                f"parameters: add some, or set a start to zero."
            )
        if steps not in (1, 2):
            raise DataError(f"steps must be 1 or 2, not {steps!r}.")
        weighting = np.eye(moments.count)
        point = model.point(theta, free, weighting, model.start(), tolerance)
        for step in range(steps):
            if step or weigh_at_start:
                weighting = inverse(moments.spread(point.residuals))
            point = self._search(point, free, weighting, tolerance, gradient_tolerance)
        return self._results(point, free, weighting, steps)

    def _search(
        self,
        last: Point,
        free: Free,
        weighting: Floats,
        tolerance: float,
        gradient_tolerance: float,
    ) -> Point:
        # In coordinates in which the curvature is about one, units of a column mean nothing.
        units = self._objective.moments.units(last.slopes, weighting)
        first, most = last.theta, 0.0

        def at(steps: Floats) -> Point:
            theta = first + units @ steps
            return self._objective.point(theta, free, weighting, last.near(theta), tolerance)

        def evaluate(steps: Floats) -> tuple[float, Floats]:
            nonlocal last, most
            try:
                last = at(steps)
            except (DataError, np.linalg.LinAlgError):
                # Too long a step of the search: it comes back, and far if this were much more.
                return 2 * most + 1, np.zeros(len(steps))
            most = max(most, last.objective)
            return last.objective, units.T @ last.gradient

        found = optimize.minimize(
            evaluate,
            np.zeros(len(free)),
            jac=True,
            method="BFGS",
            options={"gtol": gradient_tolerance},
        )
        point = at(found.x)
        steepest = np.abs(units.T @ point.gradient).max()
        if not steepest <= gradient_tolerance * 10:
            raise DataError(
                f"the search did not converge in {found.nit} steps (largest element of the "
                f"scaled gradient {steepest:.2g}): try other starting values."
            )
        return point

    def _results(
        self, point: Point, free: Free, weighting: Floats, steps: int
    ) -> RandomCoefficientsLogitResults:
        model = self._objective
        alpha, sigma, pi = model.unpack(point.theta, free)
        tastes = [
            self._price
            if k < 0
            else f"sigma[{self._random[k]}]"
            if d < 0
            else f"pi[{self._random[k]}, {self._demographics[d]}]"
            for k, d in free
        ]
        names = [*self._names, *tastes]
        params = pd.Series(np.append(point.coefficients, point.theta), names, name="estimate")
        covariance = model.moments.covariance(point.residuals, point.slopes, weighting)
        spread = pd.DataFrame(covariance, index=names, columns=names)
        if self._searched:
            names = [self._price, *(name for name in names if name != self._price)]
        if self._mean:
            alpha = float(params[self._price])
        index, supply = model.prices.index, model.supply is not None
        demands, prices = self._demands(point, alpha, sigma, pi)
        return RandomCoefficientsLogitResults(
            title=f"Random-coefficients logit demand{' and costs' if supply else ''}, GMM in "
            + ("one step", "two steps")[steps - 1],
            params=params[names],
            covariance=spread.loc[names, names],
            nobs=len(index),
            dropped=self._dropped,
            objective=point.objective,
            gradient=pd.Series(point.gradient, index=tastes),
            sigma=pd.Series(sigma, index=self._random),
            pi=pd.DataFrame(pi, index=self._random, columns=self._demographics),
            delta=pd.Series(point.delta, index),
            xi=pd.Series(point.residuals[0], index),
            costs=pd.Series(point.costs, index[: len(point.costs)]),
            omega=pd.Series(
                point.residuals[1] if supply else point.costs, index[: len(point.costs)]
            ),
            demands=demands,
            observed_prices=prices,
        )

    def _demands(
        self, point: Point, alpha: float, sigma: Floats, pi: Floats
    ) -> tuple[dict[object, RandomCoefficientsProducts], dict[object, Floats]]:
        demands, prices = {}, {}
        observed = self._objective.prices[self._price].to_numpy()
        for m in self._objective.markets:
            deviations = m.deviations(sigma, pi)
            every = self._objective.alphas(m, alpha, deviations)
            for t, name in enumerate(m.names):
                own, there = m.places[0] == t, m.weights[t] > 0
                rows, alphas = m.rows[own], every[t, there]
                utilities = (m.tastes[t] @ deviations[t])[m.places[1][own]][:, there]
                utilities += point.delta[rows, None] - observed[rows, None] * alphas
                demands[name] = RandomCoefficientsProducts(alphas, utilities, m.weights[t, there])
                prices[name] = observed[rows]
        return demands, prices


def _stack(columns: Sequence[Floats], one: Floats) -> Floats:
    return np.stack(columns, axis=1) if columns else np.empty((len(one), 0))
