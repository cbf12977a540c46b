from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag

from lcresearch.errors import DataError
from lcresearch.pricing.demand import Demand, Slopes
from lcresearch.pricing.logit_demand import LogitDemand
from lcresearch.pricing.market import Market
from lcresearch.pricing.nested_logit import NestedLogitDemand

OWNERS = ["rice", "rice", "potato", "potato", "potato", "tea"]
COSTS = np.array([1.0, 1.5, 0.8, 2.0, 1.2, 0.5])
DELTA = np.array([1.0, 1.4, 0.5, 2.0, 0.0, -0.5])
TERMS = {"commission": 0.1, "unit_fee": 0.3}


def logit(delta=DELTA, alpha=-1.2):
    return LogitDemand.from_parameters(alpha=alpha, delta=delta)


def nested(sigma=0.6):
    return NestedLogitDemand.from_parameters(
        alpha=-1.2, sigma=sigma, delta=DELTA, nests=["a", "a", "b", "b", "a", "c"]
    )


def market(demand=None, **changed):
    return Market(demand or logit(), **({"costs": COSTS, "owners": OWNERS} | changed))


def profit(demand, prices, weights, *, commission=0.0, unit_fee=0.0):
    """Weighted profit per consumer, computed from the definition."""
    return weights @ (((1 - commission) * prices - unit_fee - COSTS) * demand.shares(prices))


class Apart(Demand):
    """Two demands side by side, whose consumers never see each other's products."""

    def __init__(self, one, other):
        self.parts = one, other

    @property
    def products(self):
        """Number of products of both."""
        return sum(part.products for part in self.parts)

    def cut(self, prices):
        """Prices of the one and of the other."""
        return np.split(np.asarray(prices), [self.parts[0].products])

    def shares(self, prices):
        """Shares of both, each of its own consumers."""
        return self.slopes(prices).shares

    def slopes(self, prices):
        """Slopes without any across the two."""
        one, other = (d.slopes(p) for d, p in zip(self.parts, self.cut(prices), strict=True))
        return Slopes(
            np.append(one.shares, other.shares),
            np.append(one.diagonal, other.diagonal),
            block_diag(one.factor, other.factor),
            np.append(one.weights, other.weights),
        )

    def consumer_surplus(self, prices):
        """Sum of both."""
        return sum(d.consumer_surplus(p) for d, p in zip(self.parts, self.cut(prices), strict=True))


def slope(function, prices, product, step=1e-5):
    change = step * np.eye(len(prices))[product]
    return (function(prices + change) - function(prices - change)) / (2 * step)


@pytest.mark.parametrize("products", [30, 200])
@pytest.mark.parametrize("rho", [None, 0.6])
def test_prices_are_those_of_pyblp(products, rho):
    """Equilibrium prices agree with pyblp's to 1e-8, logit and nested logit."""
    pyblp = pytest.importorskip("pyblp")
    pyblp.options.verbose = False
    rng = np.random.default_rng(products)
    costs, delta = rng.uniform(1, 3, products), rng.normal(size=products)
    owners, nests = rng.integers(0, products // 5, products), rng.integers(0, 3, products)
    data = {"market_ids": np.zeros(products), "firm_ids": owners, "delta": delta}
    if rho:
        data["nesting_ids"] = nests
        demand = NestedLogitDemand.from_parameters(alpha=-1, sigma=rho, delta=delta, nests=nests)
    else:
        demand = LogitDemand.from_parameters(alpha=-1, delta=delta)
    peer = pyblp.Simulation(
        (pyblp.Formulation("0 + prices + delta"), None),
        data,
        beta=[-1, 1],
        rho=rho,
        xi=np.zeros(products),
    ).replace_endogenous(costs=costs, iteration=pyblp.Iteration("simple", {"atol": 1e-13}))
    ours = Market(demand, costs, owners=owners).equilibrium()
    assert ours.prices == pytest.approx(peer.product_data.prices[:, 0], abs=1e-8)
    assert ours.shares == pytest.approx(peer.product_data.shares[:, 0], abs=1e-8)
    assert ours.residual < 1e-10


def test_a_single_product_has_the_price_of_lamberts_function():
    """One seller of one product charges c + (1 + W(exp(delta + alpha c - 1))) / -alpha."""
    from scipy.special import lambertw

    found = Market(logit([2.0], alpha=-0.7), 1.3).equilibrium()
    expected = 1.3 + (1 + lambertw(np.exp(2.0 - 0.7 * 1.3 - 1)).real) / 0.7
    assert found.prices[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("demand", [logit(), nested()], ids=["logit", "nested"])
def test_no_owner_gains_by_a_small_change(demand):
    """By finite difference, an owner's profit, net of fees, is flat in each own price."""
    found = market(demand).equilibrium(**TERMS)
    for product, owner in enumerate(OWNERS):
        own = np.array([name == owner for name in OWNERS], float)
        gradient = slope(lambda p, own=own: profit(demand, p, own, **TERMS), found.prices, product)
        assert gradient == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("demand", [logit(), nested()], ids=["logit", "nested"])
def test_welfare_prices_maximise_profit_surplus_and_farmers_income(demand):
    """By finite difference, the cooperative's objective is flat in every price."""
    income = 0.4 * COSTS
    found = market(demand).equilibrium(
        "welfare", consumer_weight=0.5, farmer_income=income, **TERMS
    )

    def objective(prices):
        own = profit(demand, prices, np.ones(6), **TERMS)
        return own + 0.5 * demand.consumer_surplus(prices) + income @ demand.shares(prices)

    for product in range(6):
        assert slope(objective, found.prices, product) == pytest.approx(0, abs=1e-9)


def test_full_weight_on_consumers_prices_at_cost():
    """A cooperative that counts consumers' money as its own sells at cost and fee."""
    found = market().equilibrium("welfare", unit_fee=0.3)
    assert found.prices == pytest.approx(COSTS + 0.3, abs=1e-9)
    assert found.profits == pytest.approx(0, abs=1e-9)


def test_joint_pricing_alone_raises_prices_and_lowers_surplus():
    """From rivalry over partial cooperation to one seller, prices rise and consumers lose."""
    steps = [
        market().equilibrium(),
        market().equilibrium(kappa=0.5),
        market().equilibrium("joint"),
    ]
    for before, after in pairwise(steps):
        assert (after.prices > before.prices).all()
        assert after.consumer_surplus < before.consumer_surplus
        assert after.profits.sum() > before.profits.sum()


def test_names_and_matrices_of_conduct_agree():
    """Owners, kappa and joint pricing are what the matrix of their weights gives."""
    same = np.array([[a == b for b in OWNERS] for a in OWNERS])
    for name, kappa, weights in (
        ("bertrand", 0.0, same * 1.0),
        ("bertrand", 0.3, np.where(same, 1.0, 0.3)),
        ("joint", 0.0, np.ones((6, 6))),
    ):
        for demand in (logit(), nested()):
            one = market(demand).equilibrium(name, kappa=kappa, **TERMS)
            other = market(demand).equilibrium(weights, **TERMS)
            assert one.prices == pytest.approx(other.prices, abs=1e-10)


def test_a_merger_of_firms_without_common_substitutes_changes_nothing():
    """Where consumers never move between two firms' products, their merger moves no price."""
    # Almost nobody buys either product, so no sale lost by one is won by the other.
    demand = logit([-40.0, -42.0, 1.0])
    apart = Market(demand, [1.0, 2.0, 1.0], owners=["a", "b", "c"]).equilibrium()
    merged = Market(demand, [1.0, 2.0, 1.0], owners=["a", "a", "c"]).equilibrium()
    assert merged.prices == pytest.approx(apart.prices, abs=1e-12)
    close = Market(logit([1.0, 1.0, 1.0]), 1.0, owners=["a", "b", "c"]).equilibrium()
    merger = Market(logit([1.0, 1.0, 1.0]), 1.0, owners=["a", "a", "c"]).equilibrium()
    assert merger.prices[0] > close.prices[0] + 0.01


def test_a_merger_across_separate_markets_changes_nothing():
    """Sellers of two villages that share no buyer merge, or price jointly, to no effect."""
    demand = Apart(logit([1.0, 1.5]), nested())
    costs, owners = [1.0, 2.0, *COSTS], ["a", "b", *OWNERS]
    apart = Market(demand, costs, owners=owners).equilibrium()
    assert not apart.pass_through()[:2, 2:].any()
    merged = Market(demand, costs, owners=["rice", "tea", *OWNERS]).equilibrium()
    assert merged.prices == pytest.approx(apart.prices, abs=1e-12)
    joint = Market(demand, costs, owners=owners).equilibrium("joint").prices
    first = Market(demand.parts[0], costs[:2]).equilibrium("joint").prices
    assert joint[:2] == pytest.approx(first, abs=1e-12)
    assert joint[2:] == pytest.approx(market(nested()).equilibrium("joint").prices, abs=1e-12)


@pytest.mark.parametrize("demand", [logit(), nested()], ids=["logit", "nested"])
def test_partial_cooperation_moves_from_rivalry_to_one_seller(demand):
    """With every step of kappa all prices rise, from Bertrand's to those of joint pricing."""
    steps = [market(demand).equilibrium(kappa=kappa).prices for kappa in np.linspace(0, 1, 11)]
    assert (np.diff(steps, axis=0) > 0).all()
    assert steps[0] == pytest.approx(market(demand).equilibrium("bertrand").prices, abs=1e-11)
    assert steps[-1] == pytest.approx(market(demand).equilibrium("joint").prices, abs=1e-11)


@pytest.mark.parametrize("utility", [-45.0, -700.0])
def test_a_product_that_is_hardly_ever_bought_changes_nothing(utility):
    """One more product with a share from about 1e-20 to 1e-305 leaves the others as they are."""
    base = market().equilibrium()
    more = Market(logit([*DELTA, utility]), [*COSTS, 1.0], owners=[*OWNERS, "rice"]).equilibrium()
    assert more.prices[:6] == pytest.approx(base.prices, abs=1e-12)
    assert more.shares[:6] == pytest.approx(base.shares, abs=1e-12)
    assert more.consumer_surplus == pytest.approx(base.consumer_surplus, abs=1e-12)


@pytest.mark.parametrize("unit", [1e-3, 1e6])
def test_units_of_money_change_nothing_but_units(unit):
    """Prices, profits and surplus scale with the unit of money; shares do not move."""
    base = market().equilibrium(**TERMS)
    scaled = market(logit(alpha=-1.2 / unit), costs=COSTS * unit).equilibrium(
        commission=0.1, unit_fee=0.3 * unit
    )
    assert scaled.prices == pytest.approx(base.prices * unit, rel=1e-11)
    assert scaled.profits == pytest.approx(base.profits * unit, rel=1e-10)
    assert scaled.consumer_surplus == pytest.approx(base.consumer_surplus * unit, rel=1e-11)
    assert scaled.shares == pytest.approx(base.shares, rel=1e-10)
    assert scaled.pass_through() == pytest.approx(base.pass_through(), abs=1e-7)


@given(seed=st.integers(0, 10**6), sigma=st.sampled_from([0.0, 0.3, 0.8]))
@settings(max_examples=25, deadline=None)
def test_costs_are_recovered_from_simulated_prices(seed, sigma):
    """Costs that made the prices follow from the prices, for each conduct."""
    rng = np.random.default_rng(seed)
    costs = rng.uniform(0.5, 4, 12)
    owners, nests = rng.integers(0, 4, 12), rng.integers(0, 3, 12)
    demand = NestedLogitDemand.from_parameters(
        alpha=-rng.uniform(0.3, 3), sigma=sigma, delta=rng.normal(1, 1, 12), nests=nests
    )
    for conduct, kappa in (("bertrand", 0.0), ("bertrand", 0.4), ("joint", 0.0)):
        terms = {"conduct": conduct, "kappa": kappa, "commission": 0.15, "unit_fee": 0.2}
        prices = Market(demand, costs, owners=owners).equilibrium(**terms).prices
        found = Market.costs_from_prices(demand, prices, owners=owners, **terms)
        assert found == pytest.approx(costs, abs=1e-7)


@pytest.mark.parametrize("conduct", ["bertrand", "welfare"])
@pytest.mark.parametrize("demand", [logit(), nested()], ids=["logit", "nested"])
def test_pass_through_is_how_prices_move(demand, conduct):
    """Derivatives by cost, fee and commission agree with equilibria solved anew."""
    given_terms = {"conduct": conduct, "consumer_weight": 0.5}
    found = market(demand).equilibrium(**given_terms, **TERMS)
    step = 1e-4

    def moved(costs=COSTS, commission=0.1, unit_fee=0.3):
        new = market(demand, costs=costs)
        return new.equilibrium(**given_terms, commission=commission, unit_fee=unit_fee).prices

    by_fee = (moved(unit_fee=0.3 + step) - moved(unit_fee=0.3 - step)) / (2 * step)
    assert found.pass_through("unit_fee") == pytest.approx(by_fee, abs=1e-6)
    by_rate = (moved(commission=0.1 + step) - moved(commission=0.1 - step)) / (2 * step)
    assert found.pass_through("commission") == pytest.approx(by_rate, abs=1e-6)
    shift = step * np.eye(6)[2]
    by_cost = (moved(costs=COSTS + shift) - moved(costs=COSTS - shift)) / (2 * step)
    assert found.pass_through()[:, 2] == pytest.approx(by_cost, abs=1e-6)


def test_held_prices_stay_and_the_others_answer():
    """Only movable prices are set; holding all others at equilibrium changes nothing."""
    base = market().equilibrium()
    held = np.array([True, True, False, False, False, False])
    again = market().equilibrium(movable=held, prices=base.prices)
    assert again.prices == pytest.approx(base.prices, abs=1e-11)
    lower = np.where(held, base.prices, base.prices - 0.5)
    answer = market().equilibrium(movable=held, prices=lower)
    assert answer.prices[2:] == pytest.approx(lower[2:], abs=0)
    assert (answer.prices[:2] < base.prices[:2]).all()
    assert not answer.pass_through()[2:].any()


def test_money_adds_up():
    """What consumers pay goes to costs, platform and sellers."""
    found = market().equilibrium(**TERMS)
    paid = found.prices @ found.shares
    assert paid == pytest.approx(COSTS @ found.shares + found.platform_income + found.profits.sum())
    assert found.to_frame()["owner"].tolist() == OWNERS


def test_order_of_products_changes_nothing():
    """Products in another order have the same prices."""
    order = [3, 0, 5, 1, 4, 2]
    base = market().equilibrium().prices
    other = Market(
        logit(DELTA[order]), COSTS[order], owners=[OWNERS[i] for i in order]
    ).equilibrium()
    assert other.prices == pytest.approx(base[order], abs=1e-11)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"commission": 1.0}, "commission must be a share"),
        ({"commission": -0.1}, "commission must be a share"),
        ({"commission": float("nan")}, "commission must be a share"),
        ({"conduct": np.ones((6, 5))}, "must be square, 6 by 6"),
        ({"conduct": np.zeros((6, 6))}, "ones on its diagonal"),
        ({"conduct": "bertrands"}, "Did you mean 'bertrand'"),
        ({"conduct": "joint", "kappa": 0.5}, "'joint' has one seller"),
        ({"conduct": np.ones((6, 6)), "kappa": 0.5}, "put it into the matrix"),
        ({"kappa": 1.5}, "kappa must lie"),
        ({"conduct": "welfare", "consumer_weight": 2.0}, "consumer_weight must lie"),
        ({"farmer_income": 1.0}, "farmer_income is for conduct 'welfare'"),
        ({"unit_fee": [1.0, 2.0]}, "unit_fee has shape"),
        ({"unit_fee": float("inf")}, "unit_fee must be finite"),
        ({"movable": [True] * 6, "prices": [-1.0] * 6}, "product 1 is below zero"),
        ({"movable": [True] * 5 + [False]}, "give them as prices"),
        ({"movable": [1] * 6}, "movable must be true or false"),
        ({"prices": [1.0] * 5}, "prices have shape"),
        ({"prices": [np.nan] * 6}, "product 1 is not finite"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    """Each argument outside its range is one sentence that says so."""
    with pytest.raises(DataError, match=message):
        market().equilibrium(**options)


@pytest.mark.parametrize("options", [{}, {"movable": [True, False], "prices": [2.0, 2.0]}])
def test_a_product_nobody_can_buy_is_named(options):
    """A share of exactly zero sets no price, whether that price is set or held."""
    with pytest.raises(DataError, match="product 2 is never bought at a price of"):
        Market(logit([1.0, -1000.0]), 1.0).equilibrium(**options)


def test_costs_or_owners_of_another_length_are_refused():
    """Costs and owners are one for each product."""
    with pytest.raises(DataError, match="costs has shape"):
        market(costs=[1.0, 2.0])
    with pytest.raises(DataError, match="one seller for each of 6"):
        market(owners=["a"])
    with pytest.raises(DataError, match="a matrix given as conduct"):
        market(owners=np.eye(6))
    with pytest.raises(DataError, match="costs must be numbers"):
        market(costs=["dear"] * 6)
    with pytest.raises(DataError, match="below zero"):
        Market.costs_from_prices(logit(), -COSTS)
    with pytest.raises(DataError, match="must be one of"):
        Market.costs_from_prices(logit(), COSTS, conduct="rival")


def test_pass_through_of_something_else_is_refused():
    """Pass-through is of costs, fees and the commission."""
    with pytest.raises(DataError, match="Did you mean 'cost'"):
        market().equilibrium().pass_through("costs")


def test_a_thousand_products_are_priced():
    """A thousand products of a hundred owners have prices whose conditions hold."""
    rng = np.random.default_rng(7)
    demand = LogitDemand.from_parameters(alpha=-1, delta=rng.normal(size=1000))
    found = Market(demand, rng.uniform(1, 3, 1000), owners=rng.integers(0, 100, 1000)).equilibrium(
        kappa=0.2
    )
    assert found.residual < 1e-10


def test_a_search_that_does_not_arrive_says_so(monkeypatch):
    """An iteration that is cut short fails with what is left of the conditions."""
    monkeypatch.setattr("lcresearch.pricing.market._ITERATIONS", 2)
    with pytest.raises(DataError, match="no equilibrium was found: after 2 steps"):
        market().equilibrium()
