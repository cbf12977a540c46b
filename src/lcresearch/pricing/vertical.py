"""Two stages of sellers: a margin on a margin, or a contract that removes one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import optimize

from lcresearch.errors import DataError
from lcresearch.pricing.conduct import Conduct, owner_codes
from lcresearch.pricing.demand import Demand
from lcresearch.pricing.market import Equilibrium, Market

__all__ = ["VerticalChain", "vertical_chain"]

Floats = npt.NDArray[np.float64]

# Pass-through is differentiated numerically, which bounds what first-order conditions can reach.
_RESIDUAL = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class VerticalChain:
    """The same products sold through two stages, with and without a contract.

    Parameters
    ----------
    double_margin
        Retail equilibrium when producers set wholesale prices; `profits` are the retailers'.
    wholesale_prices
        In money, (J,).
    producer_profits
        Of each product under wholesale prices, for each consumer of the market, in money, (J,).
    contract
        Retail equilibrium when products change hands at cost and a fixed sum settles how the
        profit is shared; `profits` are those of both stages.
    """

    double_margin: Equilibrium
    wholesale_prices: Floats
    producer_profits: Floats = field(repr=False)
    contract: Equilibrium

    @property
    def consumer_gain(self) -> float:
        """What a consumer gains by the contract, in money."""
        return self.contract.consumer_surplus - self.double_margin.consumer_surplus

    @property
    def chain_gain(self) -> float:
        """What producers and retailers gain by it together, for each consumer, in money.

        It can be below zero where retailers compete: wholesale margins soften their rivalry.
        """
        before = self.double_margin.profits.sum() + self.producer_profits.sum()
        return float(self.contract.profits.sum() - before)


def vertical_chain(
    demand: Demand,
    costs: npt.ArrayLike,
    *,
    producers: npt.ArrayLike | None,
    retailers: npt.ArrayLike | None,
    retail_costs: npt.ArrayLike = 0.0,
) -> VerticalChain:
    r"""Return prices of a chain in which producers move first, and of one with a contract.

    Retailers set prices in a Bertrand equilibrium given wholesale prices w; producers set w
    and foresee the answer:

    .. math:: s_j + \sum_k h_{jk}\,(w_k - c_k)\,\partial s_k/\partial w_j = 0,\qquad
              \partial s/\partial w = (\partial s/\partial p)(\partial p/\partial w)

    (Villas-Boas 2007, the model of sequential linear prices).

    Parameters
    ----------
    demand
        Of one market, a few dozen products at most: each step solves for pass-through.
    costs
        Of production, in money per unit, (J,) or one number.
    producers, retailers
        Who makes and who sells each product; ``None`` gives each product its own.
    retail_costs
        Of selling, in money per unit.

    Returns
    -------
    VerticalChain
        Both equilibria, wholesale prices and profits.

    Raises
    ------
    DataError
        If an argument is refused by `Market`, or no wholesale prices are found.
    """
    selling = Market(demand, retail_costs, owners=retailers).costs
    making = Market(demand, costs, owners=producers).costs
    rule = Conduct(owner_codes(producers, demand.products)[0])
    contract = Market(demand, making + selling, owners=retailers).equilibrium()

    def retail(wholesale: Floats) -> Equilibrium:
        return Market(demand, wholesale + selling, owners=retailers).equilibrium()

    def excess(wholesale: Floats) -> Floats:
        """Return by how much wholesale prices exceed what producers ask for."""
        found = retail(wholesale)
        slopes = demand.jacobian(found.prices) @ found.pass_through()
        margins = np.linalg.solve(rule.weights() * slopes.T, -found.shares)
        return np.asarray(wholesale - making - margins)

    start = making + (contract.prices - making - selling)
    answer = optimize.root(excess, start, options={"eps": 1e-6, "xtol": 1e-10})
    wholesale = np.asarray(answer.x)
    left = np.max(np.abs(excess(wholesale)) / np.abs(wholesale - making))
    if not left < _RESIDUAL:
        raise DataError(
            f"no wholesale prices were found: producers' first-order conditions are off by "
            f"{left:.2g} of their margins."
        )
    double = retail(wholesale)
    return VerticalChain(
        double_margin=double,
        wholesale_prices=wholesale,
        producer_profits=(wholesale - making) * double.shares,
        contract=contract,
    )
