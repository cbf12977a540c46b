import numpy as np
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.logit_demand import LogitDemand
from lcresearch.pricing.market import Market
from lcresearch.pricing.nested_logit import NestedLogitDemand
from lcresearch.pricing.vertical import vertical_chain

COSTS = np.array([1.0, 1.5, 0.8])
DEMAND = NestedLogitDemand.from_parameters(
    alpha=-1.1, sigma=0.4, delta=[1.0, 2.0, 0.5], nests=[0, 0, 1]
)
FIRMS = {"producers": ["a", "a", "b"], "retailers": ["x", "y", "y"], "retail_costs": 0.2}


def test_one_product_has_the_two_margins_of_the_logit():
    """Retail margin 1/(a(1-s)), wholesale margin 1/(a(1-s)^2), by hand."""
    demand = LogitDemand.from_parameters(alpha=-0.9, delta=[2.0])
    found = vertical_chain(demand, 1.0, producers=None, retailers=None)
    s = found.double_margin.shares
    assert found.wholesale_prices - 1.0 == pytest.approx(1 / (0.9 * (1 - s) ** 2), rel=1e-7)
    retail = found.double_margin.prices - found.wholesale_prices
    assert retail == pytest.approx(1 / (0.9 * (1 - s)), rel=1e-9)


def test_no_producer_gains_by_another_wholesale_price():
    """With retail prices solved anew, producers' profits are flat in their wholesale prices."""
    found = vertical_chain(DEMAND, COSTS, **FIRMS)
    own = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]])

    def profit(wholesale, product):
        market = Market(DEMAND, wholesale + 0.2, owners=FIRMS["retailers"])
        return own[product] @ ((wholesale - COSTS) * market.equilibrium().shares)

    for product in range(3):
        step = 1e-4 * np.eye(3)[product]
        above = profit(found.wholesale_prices + step, product)
        below = profit(found.wholesale_prices - step, product)
        assert (above - below) / 2e-4 == pytest.approx(0, abs=1e-7)


def test_a_contract_lowers_prices_and_serves_both_sides_of_one_chain():
    """With one producer and one retailer, a contract helps consumers and the chain."""
    one = {"producers": ["a"] * 3, "retailers": ["x"] * 3}
    found = vertical_chain(DEMAND, COSTS, **one)
    assert (found.contract.prices < found.double_margin.prices).all()
    assert found.consumer_gain > 0
    assert found.chain_gain > 0


def test_units_of_money_change_nothing_but_units():
    """In cents, wholesale prices are a hundred times what they are in yuan."""
    base = vertical_chain(DEMAND, COSTS, **FIRMS)
    cents = NestedLogitDemand.from_parameters(
        alpha=-0.011, sigma=0.4, delta=[1.0, 2.0, 0.5], nests=[0, 0, 1]
    )
    scaled = vertical_chain(cents, 100 * COSTS, **{**FIRMS, "retail_costs": 20.0})
    assert scaled.wholesale_prices == pytest.approx(100 * base.wholesale_prices, rel=1e-7)


def test_arguments_of_another_length_are_refused():
    """Producers and costs are one for each product."""
    with pytest.raises(DataError, match="one seller for each of 3"):
        vertical_chain(DEMAND, COSTS, producers=["a"], retailers=None)
    with pytest.raises(DataError, match="costs has shape"):
        vertical_chain(DEMAND, [1.0, 2.0], producers=None, retailers=None)
