"""Prices in equilibrium among sellers of differentiated products."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.pricing.conduct import Conduct, ConductName, owner_codes
from lcresearch.pricing.demand import Demand, Slopes, as_numbers

__all__ = ["Equilibrium", "Market"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# First-order conditions hold to this, or there is no answer.
_RESIDUAL = 1e-10
# Below this they are off by no more than rounding.
_ROUNDING = 1e-14
_ITERATIONS = 10_000
# Step of a numerical derivative, in units of price by which utility changes by one.
_STEP = 1e-5


@dataclass(frozen=True, eq=False)
class _Terms:
    """What sellers face: conduct, costs a commission has raised, and the weight of revenue."""

    conduct: Conduct
    costs: Floats
    revenue_weight: float

    def gap(self, known: Slopes, prices: Floats) -> Floats:
        """Return by how much each price exceeds what its first-order condition asks for."""
        margins = prices - self.costs
        asked = self.conduct.weigh(known, margins) - self.revenue_weight * known.shares
        return np.asarray(margins - asked / known.diagonal)


@dataclass(frozen=True, kw_only=True, eq=False)
class Equilibrium:
    """Prices at which no seller gains by a small change of price.

    Parameters
    ----------
    prices
        In money, commission and fee included, (J,).
    shares
        Shares of consumers, (J,).
    profits
        Of each product, for each consumer of the market, in money: after costs, commission and
        fee, (J,).
    consumer_surplus
        In money for each consumer.
    platform_income
        Commissions and fees, in money for each consumer.
    residual
        Largest first-order condition, divided by the share of its product.
    iterations
        Steps of the fixed point.
    owners
        Seller of each product.
    movable
        Which prices were set; the others were held.
    """

    prices: Floats
    shares: Floats
    profits: Floats
    consumer_surplus: float
    platform_income: float
    residual: float
    iterations: int
    owners: tuple[object, ...] = field(repr=False)
    movable: Flags = field(repr=False)
    _demand: Demand = field(repr=False)
    _terms: _Terms = field(repr=False)
    _commission: float = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each product: owner, price, share, profit."""
        return pd.DataFrame(
            {
                "owner": self.owners,
                "price": self.prices,
                "share": self.shares,
                "profit": self.profits,
            }
        )

    def pass_through(
        self, of: Literal["cost", "unit_fee", "commission"] = "cost"
    ) -> npt.NDArray[np.float64]:
        """Return how equilibrium prices move with a cost, a fee or the commission.

        By the implicit function theorem on the first-order conditions, whose derivatives by
        price are central differences (seven digits or more).

        Parameters
        ----------
        of
            ``"cost"``: the derivative of price j by the unit cost of k, (J, J), without a
            dimension. ``"unit_fee"``: by a fee, for example freight, that rises for all
            products at once, (J,). ``"commission"``: by the commission as a share of price,
            in money, (J,). Prices that were held have zeros.

        Raises
        ------
        DataError
            If `of` is none of these.
        """
        if of not in ("cost", "unit_fee", "commission"):
            raise DataError(
                f"pass_through is of 'cost', 'unit_fee' or 'commission', not {of!r}."
                f"{did_you_mean(of, ('cost', 'unit_fee', 'commission'))}"
            )
        terms, known = self._terms, self._demand.slopes(self.prices)
        free = np.flatnonzero(self.movable)
        step = _STEP / float(np.max(-known.diagonal / known.shares))
        by_price = np.empty((len(free), len(free)))
        for column, product in enumerate(free):
            above, below = self.prices.copy(), self.prices.copy()
            above[product] += step
            below[product] -= step
            higher = terms.gap(self._demand.slopes(above), above)[free]
            lower = terms.gap(self._demand.slopes(below), below)[free]
            by_price[:, column] = (higher - lower) / (above[product] - below[product])
        counted = terms.conduct.weights() * known.gamma() / known.diagonal[:, None]
        keep = 1 - self._commission
        push = np.eye(len(self.prices)) - counted
        if of == "commission":
            # It raises costs as seen net of it, and the weight of consumers against revenue.
            weight = terms.conduct.consumer_weight / keep**2
            right = push @ terms.costs / keep + weight * known.shares / known.diagonal
        else:
            right = push / keep if of == "cost" else push.sum(axis=1) / keep
        moved = np.zeros(right.shape)
        moved[free] = np.linalg.solve(by_price, right[free])
        return moved


class Market:
    """Sellers of differentiated products who set prices.

    Joint pricing alone raises prices: sellers who stop competing charge more, and consumers
    lose. If a cooperative is to leave consumers better off, that must come from something else:
    a pooled cost, a margin that falls away between two stages, or a brand that is worth more to
    them; or from members who instruct it to weigh consumers (``conduct="welfare"``).
    Agreements on prices are also a matter of competition law, which this model does not judge.

    Parameters
    ----------
    demand
        Of one market, for example from `LogitDemand.from_parameters`.
    costs
        Marginal cost of each product in money per unit, constant, (J,) or one number for all.
    owners
        Seller of each product, by any name, (J,); ``None`` gives each product its own.

    Raises
    ------
    DataError
        If costs or owners are not one for each product.
    """

    def __init__(
        self, demand: Demand, costs: npt.ArrayLike, *, owners: npt.ArrayLike | None = None
    ) -> None:
        self.demand = demand
        self.costs = _amounts("costs", costs, demand.products)
        self._codes, self._names = owner_codes(owners, demand.products)

    def equilibrium(
        self,
        conduct: ConductName | npt.ArrayLike = "bertrand",
        *,
        commission: float = 0.0,
        unit_fee: npt.ArrayLike = 0.0,
        kappa: float = 0.0,
        consumer_weight: float = 1.0,
        farmer_income: npt.ArrayLike = 0.0,
        movable: npt.ArrayLike | None = None,
        prices: npt.ArrayLike | None = None,
    ) -> Equilibrium:
        r"""Return equilibrium prices by the fixed point of Morrow and Skerlos (2011).

        A seller of j keeps :math:`(1 - \tau) p_j - \phi_j - c_j` of a price and gives product
        k the weight :math:`h_{jk}`. With :math:`\hat c = (c + \phi)/(1 - \tau)` the condition
        for the price of j is

        .. math:: s_j + \sum_k h_{jk}\,(p_k - \hat c_k)\,\partial s_k/\partial p_j = 0,

        and with the slopes split into Lambda less Gamma it reads
        :math:`p = \hat c + \Lambda^{-1}[(H \circ \Gamma)(p - \hat c) - s]`, which is iterated.

        Parameters
        ----------
        conduct
            ``"bertrand"``: each owner maximises its own profit. ``"joint"``: one seller for
            all. ``"welfare"``: one seller that maximises profit, plus `consumer_weight` times
            consumer surplus, plus `farmer_income` on what is sold. Or weights
            :math:`h_{jk}`, (J, J), with ones on the diagonal.
        commission
            Share of the price that a platform keeps, from 0 to less than 1.
        unit_fee
            Fee or freight per unit sold, in money, paid by the seller.
        kappa
            With ``"bertrand"``, the weight on profits of other owners, from 0 to 1.
        consumer_weight
            With ``"welfare"``, the weight of consumers' money against the sellers', 0 to 1.
        farmer_income
            With ``"welfare"``, the part of costs per unit that is income of the members.
        movable
            Which products' prices are set; the others stay at `prices`.
        prices
            Where the search starts, and the prices that are held.

        Returns
        -------
        Equilibrium
            Its first-order conditions hold to 1e-10 of each share.

        Raises
        ------
        DataError
            If an argument is out of range, a product is never bought, or the fixed point is
            not reached.
        """
        count = self.demand.products
        rule = Conduct.of(conduct, owners=self._codes, kappa=kappa, consumer_weight=consumer_weight)
        fee = _amounts("unit_fee", unit_fee, count)
        income = _amounts("farmer_income", farmer_income, count)
        if income.any() and conduct != "welfare":
            raise DataError("farmer_income is for conduct 'welfare': other sellers pay it as cost.")
        keep = _kept(commission)
        terms = _Terms(rule, (self.costs + fee - income) / keep, 1 - rule.consumer_weight / keep)
        free = np.ones(count, bool) if movable is None else _mask(movable, count)
        if prices is None and not free.all():
            raise DataError("movable leaves prices as they are: give them as prices.")
        start = terms.costs if prices is None else _prices(self.demand, prices)
        found, known, residual, iterations = _solve(self.demand, terms, start, free)
        return Equilibrium(
            prices=found,
            shares=known.shares,
            profits=(keep * found - fee - self.costs) * known.shares,
            consumer_surplus=self.demand.consumer_surplus(found),
            platform_income=float((commission * found + fee) @ known.shares),
            residual=residual,
            iterations=iterations,
            owners=tuple(self._names[code] for code in self._codes),
            movable=free,
            _demand=self.demand,
            _terms=terms,
            _commission=commission,
        )

    @staticmethod
    def costs_from_prices(
        demand: Demand,
        prices: npt.ArrayLike,
        *,
        owners: npt.ArrayLike | None = None,
        conduct: ConductName | npt.ArrayLike = "bertrand",
        commission: float = 0.0,
        unit_fee: npt.ArrayLike = 0.0,
        kappa: float = 0.0,
    ) -> Floats:
        """Return the marginal costs at which observed prices are an equilibrium, (J,).

        Parameters
        ----------
        demand
            Of one market.
        prices
            Observed, in money, (J,).
        owners
            Seller of each product; ``None`` gives each product its own.
        conduct, commission, unit_fee, kappa
            As for `equilibrium`; ``"welfare"`` takes consumers and sellers alike.

        Returns
        -------
        numpy.ndarray
            In money per unit; a cost below zero says that demand or conduct is not as assumed.

        Raises
        ------
        DataError
            If an argument is out of range, or costs do not follow from prices.
        """
        found = _prices(demand, prices)
        rule = Conduct.of(conduct, owners=owner_codes(owners, demand.products)[0], kappa=kappa)
        keep = _kept(commission)
        known = demand.slopes(found)
        matrix = np.diag(known.diagonal) - rule.weights() * known.gamma()
        weight = 1 - rule.consumer_weight / keep
        try:
            margins = np.linalg.solve(matrix, -weight * known.shares)
        except np.linalg.LinAlgError as error:
            raise DataError(
                "costs do not follow from these prices: a product is never bought at its price, "
                "or everybody buys; leave such products out."
            ) from error
        return np.asarray(
            keep * (found - margins) - _amounts("unit_fee", unit_fee, demand.products)
        )


# A share of zero leaves a residual that is no number, which `_not_found` explains.
@np.errstate(divide="ignore", invalid="ignore")
def _solve(
    demand: Demand, terms: _Terms, start: Floats, free: Flags
) -> tuple[Floats, Slopes, float, int]:
    prices, last = start.copy(), np.inf
    known = demand.slopes(prices)
    if not free.any():
        return prices, known, 0.0, 0
    steps = 0
    while True:
        steps += 1
        gap = np.where(free, terms.gap(known, prices), 0.0)
        residual = float(np.abs(gap * known.diagonal / known.shares).max())
        # Below the goal it goes on for as long as rounding lets it come nearer.
        if residual < _RESIDUAL and (
            residual < _ROUNDING or residual >= last or steps == _ITERATIONS
        ):
            return prices, known, residual, steps
        if not math.isfinite(residual) or steps == _ITERATIONS:
            raise _not_found(known, prices, residual, steps)
        last = residual
        prices = prices - gap
        known = demand.slopes(prices)


def _not_found(known: Slopes, prices: Floats, residual: float, steps: int) -> DataError:
    if not known.shares.all():
        product = int(np.argmin(known.shares)) + 1
        return DataError(
            f"product {product} is never bought at a price of {prices[product - 1]:.6g}, so "
            f"its price cannot be told: leave it out."
        )
    return DataError(
        f"no equilibrium was found: after {steps} steps the first-order conditions are off by "
        f"{residual:.2g}; start from other prices, or look at the demand's parameters."
    )


def _kept(commission: float) -> float:
    if not 0 <= commission < 1:
        raise DataError(
            f"commission must be a share of the price from 0 to less than 1, not {commission}: "
            f"a seller must keep something."
        )
    return 1 - commission


def _amounts(name: str, given: npt.ArrayLike, products: int) -> Floats:
    found = as_numbers(name, given)
    if found.ndim and found.shape != (products,):
        raise DataError(
            f"{name} has shape {found.shape}: give one number, or one for each of {products} "
            f"products."
        )
    if not np.isfinite(found).all():
        raise DataError(f"{name} must be finite numbers.")
    return np.broadcast_to(found, (products,)).copy()


def _prices(demand: Demand, prices: npt.ArrayLike) -> Floats:
    found = demand.check_prices(prices)
    if (found < 0).any():
        raise DataError(
            f"prices: that of product {int(np.argmax(found < 0)) + 1} is below zero: correct it."
        )
    return found


def _mask(movable: npt.ArrayLike, products: int) -> Flags:
    found = np.asarray(movable)
    if found.shape != (products,) or found.dtype != bool:
        raise DataError(f"movable must be true or false for each of {products} products.")
    return found
