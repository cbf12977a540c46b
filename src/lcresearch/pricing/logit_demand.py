"""Logit demand for differentiated products: its estimation from market shares, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import name_rows, numbers, refuse_repeated, require_columns
from lcresearch.errors import DataError
from lcresearch.pricing.demand import Demand, Slopes, as_numbers
from lcresearch.pricing.two_stage import TwoStage, two_stage_least_squares
from lcresearch.results import Results

__all__ = ["LogitDemand", "LogitDemandResults", "LogitProducts"]

Floats = npt.NDArray[np.float64]

# Staiger and Stock's rule of thumb for the first-stage F statistic.
_WEAK = 10.0
# A share of consumers that is none.
_NOBODY = 1e-12


def check_parameters(alpha: float, delta: npt.ArrayLike) -> Floats:
    """Return mean utilities as numbers if they, and the price coefficient, make a demand.

    Raises
    ------
    DataError
        If the price coefficient is not below zero, or a mean utility is not a number.
    """
    if not (np.isfinite(alpha) and alpha < 0):
        raise DataError(
            f"alpha must be below zero, not {alpha}: demand would rise with price, and no price "
            f"would be best."
        )
    found = np.atleast_1d(as_numbers("delta", delta))
    if found.ndim != 1 or not found.size:
        raise DataError(f"delta has shape {found.shape}: give one number for each product.")
    if not np.isfinite(found).all():
        place = int(np.argmin(np.isfinite(found))) + 1
        raise DataError(f"delta: that of product {place} is not finite: leave the product out.")
    return found


@dataclass(frozen=True, eq=False)
class LogitProducts(Demand):
    r"""Products among which consumers choose by a logit.

    .. math:: s_j = e^{\delta_j + \alpha p_j} / (1 + \sum_k e^{\delta_k + \alpha p_k})

    Parameters
    ----------
    alpha
        Utility of a unit of money spent, below zero.
    delta
        Mean utility net of price, (J,); buying nothing has zero.
    """

    alpha: float
    delta: Floats

    @property
    def products(self) -> int:
        """How many products there are."""
        return len(self.delta)

    def shares(self, prices: npt.ArrayLike) -> Floats:
        """Return market shares at prices, (J,)."""
        utility = self.delta + self.alpha * self.check_prices(prices)
        top = max(float(utility.max()), 0.0)
        weights = np.exp(utility - top)
        return np.asarray(weights / (np.exp(-top) + weights.sum()))

    def slopes(self, prices: npt.ArrayLike) -> Slopes:
        """Return shares and the parts of their derivatives by price."""
        shares = self.shares(prices)
        return Slopes(shares, self.alpha * shares, shares[:, None], np.array([self.alpha]))

    def consumer_surplus(self, prices: npt.ArrayLike) -> float:
        """Return the expected gain of a consumer from these products, in money."""
        utility = self.delta + self.alpha * self.check_prices(prices)
        return float(np.logaddexp.reduce(np.append(utility, 0.0)) / -self.alpha)


@dataclass(frozen=True, kw_only=True, eq=False)
class LogitDemandResults(Results):
    """Estimated demand.

    Parameters
    ----------
    price
        Name of the price coefficient.
    delta
        Mean utility net of price, one for each row of the data: what characteristics, effects
        and unobserved quality add up to.
    first_stage
        Strength of the instruments, one row for each endogenous regressor.
    markets
        Market of each row.
    """

    price: str
    delta: pd.Series = field(repr=False)
    first_stage: pd.DataFrame
    markets: pd.Series = field(repr=False)

    @property
    def alpha(self) -> float:
        """Utility of a unit of money spent: the price coefficient."""
        return float(self.params[self.price])

    def demand(self, market: object) -> Demand:
        """Return the demand of one market, its products in the order of the data's rows.

        Raises
        ------
        DataError
            If there is no such market, or the estimated demand rises with price.
        """
        return LogitDemand.from_parameters(
            alpha=self.check_slope(), delta=self.delta[self.rows(market)].to_numpy()
        )

    def check_slope(self) -> float:
        """Return alpha if estimated demand falls with price, and refuse it otherwise."""
        if self.alpha >= 0:
            raise DataError(
                f"estimated demand rises with price (alpha {self.alpha:.4g}): no surplus or "
                f"equilibrium follows from it; look for better instruments."
            )
        return self.alpha

    def rows(self, market: object) -> npt.NDArray[np.bool_]:
        """Return which rows are those of a market."""
        found = (self.markets == market).to_numpy()
        if not found.any():
            known = ", ".join(map(repr, self.markets.unique()[:5].tolist()))
            raise DataError(f"there is no market {market!r}: the first are {known}.")
        return np.asarray(found)

    def summary(self, alpha: float = 0.05) -> str:
        """Return a table in words, with the strength of the instruments below it."""
        table = self.first_stage.to_string(float_format=lambda x: f"{x:.4g}")
        return f"{super().summary(alpha)}\n\nFirst stage\n{table}"


class LogitDemand:
    r"""Logit demand, estimated by two-stage least squares.

    .. math:: \ln s_{jt} - \ln s_{0t} = \alpha p_{jt} + x_{jt}'\beta + \xi_{jt}

    Berry (1994): the share of product j less that of buying nothing, in logs, is linear in
    price, characteristics and unobserved quality. Sellers know the last when they set prices,
    which is why price needs instruments.

    Parameters
    ----------
    data
        One row for each product in each market.
    market, product
        Columns that name them.
    share
        Column with the share of the market's consumers, those who buy nothing counted: above
        zero, and less than one in sum.
    price
        Column with the price, in units of money.
    characteristics
        Columns of characteristics; a constant is added where there are no effects.
    instruments
        Columns that move price and do not belong into utility; the price itself, given as its
        own instrument, makes this least squares.
    effects
        Column whose groups have an intercept each, for example the product.

    Raises
    ------
    DataError
        If a column is missing or wrong, a product stands twice in a market, a share is not
        above zero, shares of a market sum to one or more, or a price is below zero.
    """

    def __init__(
        self,
        data: pd.DataFrame,
        *,
        market: str,
        product: str,
        share: str,
        price: str,
        characteristics: Sequence[str] = (),
        instruments: Sequence[str] = (),
        effects: str | None = None,
    ) -> None:
        columns = [market, product, share, price, *characteristics, *instruments]
        require_columns(data, columns + ([effects] if effects else []))
        for name in (market, product, *([effects] if effects else [])):
            _refuse_empty(data, name)
        refuse_repeated(data, unit=product, time=market)
        self._data, self._market, self._price, self._effects = data, market, price, effects
        self._log_shares, self._log_outside = _log_shares(data, market=market, share=share)
        prices = numbers(data, price)
        if (prices < 0).any():
            raise DataError(
                f"column {price!r}: is below zero in {name_rows(data, prices < 0)}: correct it."
            )
        self._prices = prices
        self._exogenous = {} if effects else {"const": np.ones(len(data))}
        self._exogenous |= {name: numbers(data, name) for name in characteristics}
        self._instruments = {name: numbers(data, name) for name in instruments}

    @staticmethod
    def from_parameters(*, alpha: float, delta: npt.ArrayLike) -> LogitProducts:
        """Return a demand with given parameters.

        Parameters
        ----------
        alpha
            Utility of a unit of money spent, below zero.
        delta
            Mean utility net of price, (J,): utility is ``delta + alpha * price``, and zero for
            buying nothing.

        Raises
        ------
        DataError
            If `alpha` is not below zero, or a mean utility is not finite.
        """
        return LogitProducts(float(alpha), check_parameters(alpha, delta))

    def fit(self, *, cluster: str | None = None) -> LogitDemandResults:
        """Estimate by two-stage least squares.

        Parameters
        ----------
        cluster
            Column whose groups may depend within; ``None`` gives standard errors that are
            robust to heteroskedasticity alone.

        Returns
        -------
        LogitDemandResults
            With `alpha`, `delta`, `first_stage` and `demand(market)`.

        Raises
        ------
        DataError
            If there are fewer instruments than endogenous regressors, a column repeats others,
            or there are too few rows or clusters.
        """
        found = self._estimate(cluster, {})
        delta = self._outcome() - found.params[self._price] * self._prices
        return LogitDemandResults(
            title="Logit demand by two-stage least squares",
            delta=pd.Series(delta, self._data.index, name="delta"),
            **self._parts(found, cluster),
        )

    def _outcome(self) -> Floats:
        return self._log_shares - self._log_outside

    def _estimate(self, cluster: str | None, endogenous: dict[str, Floats]) -> TwoStage:
        if cluster is not None:
            require_columns(self._data, [cluster])
            _refuse_empty(self._data, cluster)
        codes = [
            None if name is None else pd.factorize(self._data[name])[0]
            for name in (self._effects, cluster)
        ]
        return two_stage_least_squares(
            self._outcome(),
            exogenous=self._exogenous,
            endogenous={self._price: self._prices, **endogenous},
            instruments=self._instruments,
            effects=codes[0],
            clusters=codes[1],
        )

    def _parts(self, found: TwoStage, cluster: str | None) -> dict[str, Any]:
        count = self._data[cluster].nunique() if cluster else 0
        notes = [
            f"Standard errors allow for dependence within {count} groups of {cluster!r}."
            if cluster
            else "Standard errors are robust to heteroskedasticity."
        ]
        if self._effects:
            groups = self._data[self._effects].nunique()
            notes.append(f"{groups} effects of {self._effects!r} are taken out.")
        least = found.first_stage.min().min()
        if least < _WEAK:
            notes.append(f"Instruments are weak: an F statistic of the first stage is {least:.3g}.")
        if found.params[self._price] >= 0:
            notes.append("Demand rises with price: it is no demand to set prices by.")
        return {
            "params": found.params,
            "covariance": found.covariance,
            "nobs": len(self._data),
            "notes": tuple(notes),
            "degrees_of_freedom": count - 1 if cluster else np.inf,
            "price": self._price,
            "first_stage": found.first_stage,
            "markets": self._data[self._market],
        }


def _refuse_empty(data: pd.DataFrame, name: str) -> None:
    empty = data[name].isna().to_numpy()
    if empty.any():
        raise DataError(f"column {name!r}: is empty in {name_rows(data, empty)}: fill it.")


def _log_shares(data: pd.DataFrame, *, market: str, share: str) -> tuple[Floats, Floats]:
    shares = numbers(data, share)
    if (shares <= 0).any():
        raise DataError(
            f"column {share!r}: is zero or negative in {name_rows(data, shares <= 0)}: a product "
            f"that nobody buys tells the logit nothing; leave it out, or use longer periods."
        )
    outside = 1 - pd.Series(shares).groupby(data[market].to_numpy()).transform("sum").to_numpy()
    # Shares that sum to one by construction leave a remainder of rounding.
    full = outside < _NOBODY
    if full.any():
        row = int(np.argmax(full))
        raise DataError(
            f"column {share!r}: sums to {1 - outside[row]:.4g} in market "
            f"{data[market].iloc[row]}: shares must leave some consumers who buy nothing; "
            f"divide sales by the number of possible buyers."
        )
    return np.log(shares), np.log(outside)
