"""Random-coefficients demand: contraction, gradient, truth, invariance and bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit

SIGMA, PI = [0.0, 0.8], [[0.5], [0.0]]


def simulated(markets: int = 40, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ragged markets with alpha -2, sigma of x 0.8, and income raising purchases by 0.5."""
    rng = np.random.default_rng(seed)
    rows, people = [], []
    for t in range(markets):
        j, i = int(rng.integers(3, 9)), int(rng.integers(60, 80))
        x, cost, xi = rng.normal(size=j), rng.normal(size=j), 0.3 * rng.normal(size=j)
        price = 1.5 + 0.3 * x + 0.4 * cost + 0.3 * xi
        nodes, income = rng.normal(size=(2, i)), rng.normal(size=i)
        utility = (1 - 2 * price + x + xi)[:, None] + 0.8 * x[:, None] * nodes[1] + 0.5 * income
        chosen = np.exp(utility)
        shares = (chosen / (1 + chosen.sum(axis=0))).mean(axis=1)
        table = {"product": range(j), "share": shares, "price": price, "x": x, "cost": cost}
        table |= {"cost2": cost**2, "rivals": x.sum() - x, "spread": ((x - x[:, None]) ** 2).sum(0)}
        table |= {"size": np.full(j, income.mean() * 10.0)}
        rows.append(pd.DataFrame(table).assign(market=t))
        who = {"nodes0": nodes[0], "nodes1": nodes[1], "income": income, "weight": 1 / i}
        people.append(pd.DataFrame(who).assign(market=t))
    return pd.concat(rows, ignore_index=True), pd.concat(people, ignore_index=True)


def model(data: pd.DataFrame, agents: pd.DataFrame, **change: Any) -> RandomCoefficientsLogit:
    """Return the model of the simulation."""
    given: dict[str, Any] = {
        "market": "market", "product": "product", "share": "share", "price": "price",
        "random": ["const", "x"], "nodes": ["nodes0", "nodes1"], "weights": "weight",
        "demographics": ["income"], "characteristics": ["x"],
        "instruments": ["cost", "cost2", "rivals", "spread", "size"],
    }  # fmt: skip
    return RandomCoefficientsLogit(data, agents=agents, **(given | change))


def test_truth_is_recovered_and_demand_returns_observed_shares() -> None:
    """Estimates lie within four standard errors of truth; demand reproduces shares exactly."""
    data, agents = simulated(80)
    found = model(data, agents).fit(sigma=SIGMA, pi=PI, steps=2)
    truth = pd.Series(
        {"price": -2.0, "const": 1, "x": 1, "sigma[x]": 0.8, "pi[const, income]": 0.5}
    )
    found_sigma = found.params.copy()
    found_sigma["sigma[x]"] = abs(found_sigma["sigma[x]"])
    assert (np.abs(found_sigma - truth[found.params.index]) < 4 * found.std_errors).all()
    assert found.std_errors["price"] < 0.5
    own = data[data["market"] == 5]
    demand = found.demand(5)
    np.testing.assert_allclose(demand.shares(own["price"]), own["share"], rtol=1e-12)
    step = 1e-6
    surplus = [demand.consumer_surplus(own["price"] + sign * step) for sign in (-1, 1)]
    assert (surplus[1] - surplus[0]) / (2 * step) == pytest.approx(-own["share"].sum(), rel=1e-6)


def test_gradient_is_that_of_finite_differences() -> None:
    """The implicit function theorem and central differences agree."""
    built = model(*simulated())
    _, gradient = built.objective(sigma=SIGMA, pi=PI)
    for place in range(2):
        values = []
        for sign in (-1, 1):
            move = np.eye(2)[place] * sign * 1e-5
            values.append(built.objective(sigma=[0, 0.8 + move[0]], pi=[[0.5 + move[1]], [0.0]])[0])
        assert gradient[place] == pytest.approx((values[1] - values[0]) / 2e-5, rel=1e-5)


def test_order_of_rows_and_units_of_money_change_nothing() -> None:
    """Rows may be shuffled; prices in fen divide alpha by a hundred."""
    data, agents = simulated()
    first = model(data, agents).fit(sigma=SIGMA, pi=PI)
    mixed = data.sample(frac=1, random_state=1).assign(price=data["price"] * 100)
    second = model(mixed, agents.sample(frac=1, random_state=2)).fit(sigma=SIGMA, pi=PI)
    assert second.objective == pytest.approx(first.objective, rel=1e-6)
    assert second.params["price"] * 100 == pytest.approx(first.params["price"], rel=1e-4)
    assert second.std_errors["sigma[x]"] == pytest.approx(first.std_errors["sigma[x]"], rel=1e-3)


def test_bad_input_is_named() -> None:
    """Each fault of a user is one sentence."""
    data, agents = simulated(10)
    with pytest.raises(DataError, match="sum to one or more"):
        model(data.assign(share=0.4), agents)
    with pytest.raises(DataError, match="share"):
        model(data.assign(share=data["share"].where(data.index != 3, 0.0)), agents)
    with pytest.raises(DataError, match="weighting matrix is singular"):
        model(data, agents, instruments=["cost", "cost"])
    with pytest.raises(DataError, match="do not identify"):
        model(data, agents, instruments=["cost"]).fit(sigma=SIGMA, pi=PI)
    with pytest.raises(DataError, match="has none"):
        model(data, agents[agents["market"] != 2])
    with pytest.raises(DataError, match="use LogitDemand"):
        model(data, agents).fit(sigma=[0, 0])
    with pytest.raises(DataError, match="did not converge"):
        model(data, agents).fit(sigma=SIGMA, pi=PI, tolerance=0.0)


def test_bad_integration_is_named() -> None:
    """Weights and draws that no rule of integration has are refused, not repaired."""
    data, agents = simulated(10)
    weight = agents["weight"]
    with pytest.raises(DataError, match="'weight': is zero or negative in row 3"):
        model(data, agents.assign(weight=weight.where(agents.index != 3, -weight)))
    with pytest.raises(DataError, match="weights of market 4 sum to 2: divide"):
        model(data, agents.assign(weight=weight.where(agents["market"] != 4, 2 * weight)))
    with pytest.raises(DataError, match="weights of market 0 sum to"):
        model(data, agents.drop(index=2))
    with pytest.raises(DataError, match="'nodes1': is empty in row 5"):
        model(data, agents.assign(nodes1=agents["nodes1"].where(agents.index != 5)))
    with pytest.raises(DataError, match="nodes2"):
        model(data, agents, nodes=["nodes0", "nodes2"])
    with pytest.raises(DataError, match="one column for each of 2"):
        model(data, agents, nodes=["nodes0"])


def test_a_contraction_that_does_not_converge_says_so() -> None:
    """The market is named, and what to do; the same for utilities that overflow."""
    data, agents = simulated(10)
    with pytest.raises(DataError, match=r"contraction of market \d did not converge .*smaller"):
        model(data, agents).objective(sigma=SIGMA, pi=PI, tolerance=0.0)
    with pytest.raises(DataError, match="so large that utilities overflow"):
        model(data, agents).objective(sigma=[0.0, 1e308], pi=PI)


def test_a_search_that_does_not_converge_says_so() -> None:
    """A gradient that cannot be reached is no estimate."""
    with pytest.raises(DataError, match="the search did not converge in .* other starting values"):
        model(*simulated(10)).fit(sigma=SIGMA, pi=PI, gradient_tolerance=0.0)


def test_fewer_instruments_than_what_is_endogenous() -> None:
    """The price alone, and the price with tastes, need their own."""
    data, agents = simulated(10)
    with pytest.raises(DataError, match="give at least one for the price"):
        model(data, agents, instruments=[])
    with pytest.raises(DataError, match="3 do not identify 5 parameters"):
        model(data, agents, instruments=["cost"]).fit(sigma=SIGMA, pi=PI)


def test_markets_are_the_same_in_batches_of_any_size() -> None:
    """A market's mean utilities do not depend on the others it is computed with."""
    data, agents = simulated(30)
    whole = model(data, agents).fit(sigma=SIGMA, pi=PI, gradient_tolerance=np.inf)
    many = pd.concat([agents.assign(weight=agents["weight"] / 40)] * 40, ignore_index=True)
    batches = model(data, many).fit(sigma=SIGMA, pi=PI, gradient_tolerance=np.inf)
    np.testing.assert_allclose(batches.delta, whole.delta, rtol=1e-10)
    assert batches.objective == pytest.approx(whole.objective, rel=1e-8)


def test_consumers_of_other_markets_are_counted() -> None:
    """Consumers of a market that has no product change nothing and are told in the summary."""
    data, agents = simulated()
    more = pd.concat([agents, agents[agents["market"] == 0].assign(market=999)], ignore_index=True)
    first = model(data, agents).fit(sigma=SIGMA, pi=PI)
    second = model(data, more).fit(sigma=SIGMA, pi=PI)
    pd.testing.assert_series_equal(first.params, second.params)
    assert "consumers of a market without products" in second.summary()


def test_a_share_too_small_for_a_number_is_refused() -> None:
    """Utility that no price can explain ends in one sentence, not in a wrong fit."""
    data, agents = simulated()
    nodes = agents["nodes1"].where(agents["market"] != 0, -4000.0)
    with pytest.raises(DataError):
        model(data, agents.assign(nodes1=nodes)).fit(sigma=[0.0, 3.0], pi=PI)
