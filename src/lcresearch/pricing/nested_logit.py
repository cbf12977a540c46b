"""Nested logit demand: products of one nest are closer substitutes than others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import name_rows, require_columns
from lcresearch.errors import DataError
from lcresearch.pricing.demand import Demand, Slopes
from lcresearch.pricing.logit_demand import LogitDemand, LogitDemandResults, check_parameters

__all__ = ["NestedLogitDemand", "NestedLogitDemandResults", "NestedLogitProducts"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_WITHIN = "within_nest"


@dataclass(frozen=True, eq=False)
class NestedLogitProducts(Demand):
    r"""Products in nests, among which consumers choose by a nested logit.

    With :math:`D_g = \sum_{k \in g} e^{(\delta_k + \alpha p_k)/(1 - \sigma)}`, the share of a
    product within its nest is its part of :math:`D_g`, and the nest's share is
    :math:`D_g^{1-\sigma} / (1 + \sum_h D_h^{1-\sigma})`.

    Parameters
    ----------
    alpha
        Utility of a unit of money spent, below zero.
    sigma
        Likeness within a nest, from 0 (the logit) to less than 1.
    delta
        Mean utility net of price, (J,).
    nests
        Number of each product's nest, counted from zero, (J,).
    """

    alpha: float
    sigma: float
    delta: Floats
    nests: Codes

    @property
    def products(self) -> int:
        """How many products there are."""
        return len(self.delta)

    def shares(self, prices: npt.ArrayLike) -> Floats:
        """Return market shares at prices, (J,)."""
        within, nest = self._split(prices)[:2]
        return np.asarray(within * nest[self.nests])

    def slopes(self, prices: npt.ArrayLike) -> Slopes:
        """Return shares and the parts of their derivatives by price."""
        within, nest, _ = self._split(prices)
        shares = within * nest[self.nests]
        factor = np.zeros((self.products, 1 + len(nest)))
        factor[:, 0] = shares
        factor[np.arange(self.products), 1 + self.nests] = within
        closeness = self.sigma / (1 - self.sigma)
        weights = self.alpha * np.append(1.0, closeness * nest)
        return Slopes(shares, self.alpha / (1 - self.sigma) * shares, factor, weights)

    def consumer_surplus(self, prices: npt.ArrayLike) -> float:
        """Return the expected gain of a consumer from these products, in money."""
        return self._split(prices)[2] / -self.alpha

    def _split(self, prices: npt.ArrayLike) -> tuple[Floats, Floats, float]:
        scaled = (self.delta + self.alpha * self.check_prices(prices)) / (1 - self.sigma)
        # Each nest is measured from its best product, so that no exponential overflows.
        top = np.full(int(self.nests.max()) + 1, -np.inf)
        np.maximum.at(top, self.nests, scaled)
        weights = np.exp(scaled - top[self.nests])
        sums = np.bincount(self.nests, weights)
        values = (1 - self.sigma) * (top + np.log(sums))
        total = float(np.logaddexp.reduce(np.append(values, 0.0)))
        return weights / sums[self.nests], np.exp(values - total), total


@dataclass(frozen=True, kw_only=True, eq=False)
class NestedLogitDemandResults(LogitDemandResults):
    """Estimated nested logit demand.

    Parameters
    ----------
    nests
        Nest of each row.
    """

    nests: pd.Series = field(repr=False)

    @property
    def sigma(self) -> float:
        """Likeness of products within a nest: the coefficient of the share within the nest."""
        return float(self.params[_WITHIN])

    def demand(self, market: object) -> NestedLogitProducts:
        """Return the demand of one market, its products in the order of the data's rows.

        Raises
        ------
        DataError
            If there is no such market, estimated demand rises with price, or the estimated
            sigma does not lie between 0 and 1.
        """
        rows = self.rows(market)
        return NestedLogitDemand.from_parameters(
            alpha=self.check_slope(),
            sigma=self.sigma,
            delta=self.delta[rows].to_numpy(),
            nests=self.nests[rows].to_numpy(),
        )


class NestedLogitDemand(LogitDemand):
    r"""Nested logit demand, estimated by two-stage least squares.

    .. math:: \ln s_{jt} - \ln s_{0t} = \alpha p_{jt} + x_{jt}'\beta
              + \sigma \ln s_{j|g,t} + \xi_{jt}

    Berry (1994). The share within the nest is endogenous as price is: instruments
    must move both, for example the number of products in the nest.

    Parameters
    ----------
    data
        One row for each product in each market.
    nest
        Column that names the nest.
    market, product, share, price, characteristics, instruments, effects
        As for `LogitDemand`.

    Raises
    ------
    DataError
        As for `LogitDemand`.
    """

    def __init__(
        self,
        data: pd.DataFrame,
        *,
        market: str,
        product: str,
        nest: str,
        share: str,
        price: str,
        characteristics: Sequence[str] = (),
        instruments: Sequence[str] = (),
        effects: str | None = None,
    ) -> None:
        super().__init__(
            data,
            market=market,
            product=product,
            share=share,
            price=price,
            characteristics=characteristics,
            instruments=instruments,
            effects=effects,
        )
        require_columns(data, [nest])
        empty = data[nest].isna().to_numpy()
        if empty.any():
            raise DataError(f"column {nest!r}: is empty in {name_rows(data, empty)}: fill it.")
        self._nests = data[nest]
        shares = pd.Series(np.exp(self._log_shares))
        sums = shares.groupby([data[market].to_numpy(), data[nest].to_numpy()]).transform("sum")
        self._within = self._log_shares - np.log(sums.to_numpy())
        if not self._within.any():
            raise DataError(
                f"column {nest!r}: every nest holds one product in each market, so likeness "
                f"within nests cannot be told: use LogitDemand."
            )

    @staticmethod
    def from_parameters(  # type: ignore[override]
        *, alpha: float, sigma: float, delta: npt.ArrayLike, nests: npt.ArrayLike
    ) -> NestedLogitProducts:
        """Return a demand with given parameters.

        Parameters
        ----------
        alpha
            Utility of a unit of money spent, below zero.
        sigma
            Likeness within a nest, from 0 to less than 1.
        delta
            Mean utility net of price, (J,).
        nests
            Nest of each product, by any name, (J,).

        Raises
        ------
        DataError
            If `alpha` is not below zero, `sigma` outside its range, or `nests` of another
            length than `delta`.
        """
        found = check_parameters(alpha, delta)
        if not 0 <= sigma < 1:
            raise DataError(f"sigma must lie from 0 to less than 1, not {sigma}.")
        named = np.atleast_1d(np.asarray(nests))
        if named.shape != found.shape:
            raise DataError(
                f"nests have shape {named.shape}: give one for each of {len(found)} products."
            )
        codes = np.asarray(pd.factorize(named, use_na_sentinel=False)[0], dtype=np.int64)
        return NestedLogitProducts(float(alpha), float(sigma), found, codes)

    def fit(self, *, cluster: str | None = None) -> NestedLogitDemandResults:
        """Estimate by two-stage least squares; see `LogitDemand.fit`.

        The coefficient ``within_nest`` is sigma.
        """
        found = self._estimate(cluster, {_WITHIN: self._within})
        used = found.params[self._price] * self._prices + found.params[_WITHIN] * self._within
        return NestedLogitDemandResults(
            title="Nested logit demand by two-stage least squares",
            delta=pd.Series(self._outcome() - used, self._data.index, name="delta"),
            nests=self._nests,
            **self._parts(found, cluster),
        )
