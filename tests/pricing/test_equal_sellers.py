"""Equal sellers: the general solvers give the same, closed forms, limits, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing import EqualSellers, Market, NestedLogitDemand, vertical_chain

PRICE = 10.0
ANSWERS = {"sellers": 3, "elasticity": 6.0, "outside_share": 0.7, "likeness": 0.4}


def market(**changed: object) -> EqualSellers:
    """Return a market whose buyers answer as given at the price of ten, or otherwise."""
    return EqualSellers.at_price(PRICE, **ANSWERS | changed)  # type: ignore[arg-type]


def demand_of(found: EqualSellers) -> NestedLogitDemand:
    """Return the same demand in the form of the general solvers."""
    n = int(found.sellers)
    return NestedLogitDemand.from_parameters(
        alpha=-float(found.steepness),
        sigma=float(found.likeness),
        delta=np.full(n, float(found.utility)),
        nests=np.zeros(n),
    )


def test_buyers_answer_as_they_were_said_to():
    """At the price that was given, elasticity and outside share are those that were given."""
    found = market()
    demand, prices = demand_of(found), np.full(3, PRICE)
    shares = demand.shares(prices)
    assert 1 - shares.sum() == pytest.approx(0.7)
    own = demand.jacobian(prices)[0, 0] * PRICE / shares[0]
    assert own == pytest.approx(-6.0)


@pytest.mark.parametrize("retail", ["rivals", "joint"])
@pytest.mark.parametrize("wholesale", ["rivals", "joint"])
def test_two_stages_are_those_of_the_vertical_chain(retail: str, wholesale: str):
    """Prices, margins and buyers' surplus equal those that the general solver finds."""
    found = market()
    together = np.zeros(3)
    chain = vertical_chain(
        demand_of(found),
        5.0,
        producers=None if wholesale == "rivals" else together,
        retailers=None if retail == "rivals" else together,
        retail_costs=1.5,
    )
    here = found.solve(6.5, retail=retail, wholesale=wholesale)
    assert here.price == pytest.approx(chain.double_margin.prices[0], rel=1e-6)
    assert here.wholesale_margin == pytest.approx(chain.wholesale_prices[0] - 5.0, rel=1e-5)
    assert here.consumer_surplus == pytest.approx(chain.double_margin.consumer_surplus, rel=1e-5)
    one_stage = found.solve(6.5, retail=retail)
    assert one_stage.price == pytest.approx(chain.contract.prices[0], rel=1e-9)
    assert one_stage.wholesale_margin == 0


def test_one_stage_is_the_equilibrium_of_the_market():
    """Rivals and a joint price on one stage are Bertrand and joint conduct of `Market`."""
    found = market()
    general = Market(demand_of(found), 6.5)
    for retail, conduct in (("rivals", "bertrand"), ("joint", "joint")):
        assert found.solve(6.5, retail=retail).price == pytest.approx(
            general.equilibrium(conduct).prices[0], rel=1e-9
        )


def test_draws_at_once_are_draws_one_by_one():
    """An array of markets is solved as each would be by itself."""
    likeness, cost = np.array([0.1, 0.5, 0.8]), np.array([4.0, 5.0, 6.0])
    at_once = market(likeness=likeness).solve(cost, wholesale="joint")
    for row in range(3):
        alone = market(likeness=likeness[row]).solve(cost[row], wholesale="joint")
        assert at_once.price[row] == pytest.approx(float(alone.price), rel=1e-12)


def test_another_currency_changes_nothing_but_the_numbers():
    """With all money a hundred times as much, price and margins are, and shares stay."""
    plain = market().solve(6.5, wholesale="rivals")
    big = EqualSellers.at_price(100 * PRICE, **ANSWERS).solve(650, wholesale="rivals")
    assert big.price == pytest.approx(100 * plain.price)
    assert big.wholesale_margin == pytest.approx(100 * plain.wholesale_margin)
    assert big.sold == pytest.approx(plain.sold)


def test_a_joint_price_is_a_transfer_with_a_loss():
    """Sellers who agree gain, buyers lose more than that, and the price rises: over many draws."""
    generator = np.random.default_rng(3)
    found = market(
        sellers=generator.integers(2, 9, 200),
        elasticity=generator.uniform(4, 12, 200),
        outside_share=generator.uniform(0.3, 0.95, 200),
        likeness=generator.uniform(0.05, 0.8, 200),
    )
    rivals, joint = found.solve(6.5), found.solve(6.5, retail="joint")
    gained = joint.retail_margin * joint.sold - rivals.retail_margin * rivals.sold
    lost = rivals.consumer_surplus - joint.consumer_surplus
    assert (joint.price > rivals.price).all()
    assert (gained > 0).all()
    assert (lost > gained).all()


def test_where_nobody_is_a_rival_agreement_does_little():
    """As buyers nearly all buy elsewhere and likeness vanishes, rivals ask what one would ask."""
    found = market(outside_share=1 - 1e-9, likeness=0.0)
    rivals, joint = found.solve(6.5), found.solve(6.5, retail="joint")
    assert joint.price == pytest.approx(float(rivals.price), rel=1e-8)
    assert rivals.retail_margin == pytest.approx(1 / float(found.steepness), rel=1e-6)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sellers": 1}, "sellers is 1: give whole numbers, two or more"),
        ({"sellers": 2.5}, "sellers is 2.5"),
        ({"likeness": 1.0}, "likeness is 1: give numbers from 0 to below 1"),
        ({"outside_share": 0.0}, "outside_share is 0: give shares"),
        ({"elasticity": -2.0}, "elasticity is -2: give numbers above zero"),
        ({"elasticity": np.nan}, "elasticity is nan: give finite numbers"),
        ({"elasticity": [1.0, 2.0], "likeness": [0.1, 0.2, 0.3]}, "do not fit together"),
        ({"elasticity": "steep"}, "elasticity must be numbers"),
    ],
)
def test_wrong_input_is_refused(changed: dict[str, object], words: str):
    """Every fault is named with its remedy."""
    with pytest.raises(DataError, match=words):
        market(**changed)


def test_unknown_arrangements_are_refused():
    """A rule of setting prices that does not exist is named with those that do."""
    with pytest.raises(DataError, match="retail is 'cartel': give one of rivals, joint"):
        market().solve(6.5, retail="cartel")
    with pytest.raises(DataError, match="cost is inf"):
        market().solve(np.inf)
