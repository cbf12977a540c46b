"""Supply side of random-coefficients demand: markups, slopes, truth, invariance and bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.market import Market
from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit
from lcresearch.pricing.random_coefficients_demand import RandomCoefficientsProducts

pyblp = pytest.importorskip("pyblp")

TRUTH: dict[str, Any] = {"alpha": -3.0, "sigma": [0.0, 0.8, 0.5], "pi": [[0.0], [0.0], [0.6]]}
NEAR: dict[str, Any] = {"alpha": -2.7, "sigma": [0.0, 1.0, 0.4], "pi": [[0.0], [0.0], [0.8]]}
EXCLUDED = ["w", "w2", "rival_x", "own_x", "rivals", "own", "spread", "income_mean"]
COST_EXCLUDED = ["rival_x", "own_x", "rivals", "own", "spread"]


def simulated(
    markets: int = 40, *, log: bool = False, seed: int = 5
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ragged markets in equilibrium among three firms that sell several products."""
    rng = np.random.default_rng(seed)
    rows, people = [], []
    for t in range(markets):
        j, i = int(rng.integers(4, 9)), int(rng.integers(50, 60))
        x, w, firm = rng.normal(size=j), rng.uniform(-1, 1, size=j), rng.integers(0, 3, size=j)
        xi, omega = 0.3 * rng.normal(size=j), 0.1 * rng.normal(size=j)
        linear = 1.0 + 0.2 * x + 0.5 * w + omega
        nodes, income = rng.uniform(-1.7, 1.7, size=(2, i)), rng.uniform(-1, 1, size=i)
        income += 0.5 * rng.uniform(-1, 1)
        tastes = (2.5 + 0.7 * x + xi)[:, None] + 0.8 * x[:, None] * nodes[0]
        alphas = -3.0 + 0.5 * nodes[1] + 0.6 * income
        demand = RandomCoefficientsProducts(alphas, tastes, np.full(i, 1 / i))
        found = Market(demand, np.exp(linear - 0.6) if log else linear, owners=firm).equilibrium()
        same = firm[:, None] == firm
        table = {"product": range(j), "firm": firm, "share": found.shares, "price": found.prices}
        table |= {"x": x, "w": w, "w2": w**2, "spread": ((x - x[:, None]) ** 2).sum(0)}
        table |= {"own_x": same @ x - x, "rival_x": ~same @ x, "own": same.sum(1) - 1}
        table |= {"rivals": (~same).sum(1), "income_mean": np.full(j, income.mean())}
        rows.append(pd.DataFrame(table).assign(market=t, brand=firm * 9 + t % 9))
        who = {"nodes_x": nodes[0], "nodes_p": nodes[1], "income": income, "weight": 1 / i}
        people.append(pd.DataFrame(who).assign(market=t))
    return pd.concat(rows, ignore_index=True), pd.concat(people, ignore_index=True)


def model(data: pd.DataFrame, agents: pd.DataFrame, **change: Any) -> RandomCoefficientsLogit:
    """Return the model of the simulation."""
    given: dict[str, Any] = {
        "market": "market", "product": "product", "share": "share", "price": "price",
        "random": ["const", "x", "price"], "nodes": [None, "nodes_x", "nodes_p"],
        "weights": "weight", "demographics": ["income"], "characteristics": ["x"],
        "instruments": EXCLUDED, "firm": "firm", "costs": ["x", "w"],
        "cost_instruments": COST_EXCLUDED,
    }  # fmt: skip
    return RandomCoefficientsLogit(data, agents=agents, **(given | change))


@pytest.mark.parametrize("log", [False, True])
def test_truth_is_recovered(log: bool) -> None:
    """Two-step estimates lie within four standard errors of truth, and are not vague."""
    data, agents = simulated(150, log=log)
    found = model(data, agents, log_costs=log).fit(**NEAR, steps=2)
    truth = {"price": -3.0, "const": 2.5, "x": 0.7, "cost[const]": 0.4 if log else 1.0}
    truth |= {"cost[x]": 0.2, "cost[w]": 0.5, "sigma[x]": 0.8, "sigma[price]": 0.5}
    truth |= {"pi[price, income]": 0.6}
    assert list(found.params.index) == list(truth)
    gap = np.abs(found.params - pd.Series(truth)) / found.std_errors
    assert (gap < 4).all()
    assert found.std_errors["price"] < 0.5
    assert found.std_errors["cost[w]"] < 0.05


def test_costs_are_those_that_the_market_gives_back() -> None:
    """Costs from the first-order conditions are those of `Market.costs_from_prices`."""
    data, agents = simulated()
    found = model(data, agents).fit(**TRUTH, gradient_tolerance=np.inf)
    for market, own in data.groupby("market"):
        costs = Market.costs_from_prices(found.demand(market), own["price"], owners=own["firm"])
        np.testing.assert_allclose(found.costs[own.index], costs, rtol=1e-9)


@pytest.mark.parametrize("log", [False, True])
def test_gradient_is_that_of_finite_differences(log: bool) -> None:
    """Markups' slopes by the implicit function theorem and central differences agree."""
    built = model(*simulated(20, log=log), log_costs=log)
    _, gradient = built.objective(**NEAR)

    def value(place: int, step: float) -> float:
        alpha, x, price, income = np.array([-2.7, 1.0, 0.4, 0.8]) + step * np.eye(4)[place]
        return built.objective(alpha=alpha, sigma=[0, x, price], pi=[[0], [0], [income]])[0]

    for place in range(4):
        slope = (value(place, 1e-5) - value(place, -1e-5)) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize(
    ("log", "cluster", "effects"),
    [(False, None, None), (True, None, None), (True, "brand", None), (False, "brand", "brand")],
)
def test_fixed_parameters_agree_with_pyblp(
    log: bool, cluster: str | None, effects: str | None
) -> None:
    """Objective, gradient, estimates and standard errors are pyblp's, away from the optimum."""
    data, agents = simulated(25, log=log)
    built = model(data, agents, log_costs=log, cluster=cluster, effects=effects)
    found = built.fit(**NEAR, gradient_tolerance=np.inf)
    pyblp.options.verbose = False
    products = {"market_ids": data["market"], "firm_ids": data["firm"], "shares": data["share"]}
    products |= {"prices": data["price"], "x": data["x"], "w": data["w"]}
    products |= {"clustering_ids": data["brand"]}
    products |= {"demand_instruments": data[EXCLUDED].to_numpy()}
    products |= {"supply_instruments": data[COST_EXCLUDED].to_numpy()}
    people = {"market_ids": agents["market"], "weights": agents["weight"]}
    people |= {"income": agents["income"], "nodes": agents[["nodes_x", "nodes_p"]].to_numpy()}
    peer = pyblp.Problem(
        (
            pyblp.Formulation("0 + prices + x", absorb="C(clustering_ids)")
            if effects
            else pyblp.Formulation("1 + prices + x"),
            pyblp.Formulation("0 + x + prices"),
            pyblp.Formulation("1 + x + w"),
        ),
        products,
        pyblp.Formulation("0 + income"),
        people,
        costs_type="log" if log else "linear",
    ).solve(
        np.diag([1.0, 0.4]),
        [[0], [0.8]],
        beta=[-2.7, None] if effects else [None, -2.7, None],
        optimization=pyblp.Optimization("return"),
        method="1s",
        se_type="clustered" if cluster else "robust",
        check_optimality="gradient",
    )
    assert found.objective == pytest.approx(peer.objective.item(), rel=1e-9)
    # Their order is spreads, slopes on demographics, then the price.
    np.testing.assert_allclose(found.gradient.iloc[[1, 2, 3, 0]], peer.gradient.ravel(), rtol=1e-6)
    ours, errors = found.params, found.std_errors
    names = ["price", "x"] if effects else ["const", "price", "x"]
    np.testing.assert_allclose(ours[names], peer.beta.ravel(), rtol=1e-8)
    np.testing.assert_allclose(errors[names], peer.beta_se.ravel(), rtol=1e-6)
    names = ["cost[const]", "cost[x]", "cost[w]"]
    np.testing.assert_allclose(ours[names], peer.gamma.ravel(), rtol=1e-8)
    np.testing.assert_allclose(errors[names], peer.gamma_se.ravel(), rtol=1e-6)
    spreads = errors[["sigma[x]", "sigma[price]"]]
    np.testing.assert_allclose(spreads, np.diag(peer.sigma_se), rtol=1e-6)
    assert errors["pi[price, income]"] == pytest.approx(peer.pi_se[1, 0], rel=1e-6)


@pytest.mark.parametrize("log", [True, False])
def test_names_of_firms_order_of_rows_and_units_of_money_change_nothing(log: bool) -> None:
    """Prices in fen divide alpha by a hundred; linear costs need weights that know their size."""
    data, agents = simulated(log=log)
    how: dict[str, Any] = {"weigh_at_start": not log}
    first = model(data, agents, log_costs=log).fit(**NEAR, **how)
    mixed = data.sample(frac=1, random_state=1)
    mixed = mixed.assign(price=mixed["price"] * 100, firm=mixed["firm"].map(dict(enumerate("qxb"))))
    fen: dict[str, Any] = {"alpha": -0.027, "sigma": [0, 1.0, 0.004], "pi": [[0], [0], [0.008]]}
    people = agents.sample(frac=1, random_state=2)
    second = model(mixed, people, log_costs=log).fit(**fen, **how)
    assert second.objective == pytest.approx(first.objective, rel=1e-6)
    for name, scale in {"price": 0.01, "cost[w]": 1 if log else 100, "sigma[x]": 1}.items():
        assert second.params[name] == pytest.approx(first.params[name] * scale, rel=1e-4)
        assert second.std_errors[name] == pytest.approx(first.std_errors[name] * scale, rel=1e-3)
    np.testing.assert_allclose(second.costs[data.index], first.costs * 100, rtol=1e-4)


def test_one_seller_of_all_has_larger_markups() -> None:
    """At the same demand, prices of one seller of everything imply lower costs."""
    data, agents = simulated(10)
    rivals = model(data, agents).fit(**TRUTH, gradient_tolerance=np.inf)
    one = model(data.assign(firm=0), agents).fit(**TRUTH, gradient_tolerance=np.inf)
    assert (one.costs <= rivals.costs + 1e-12).all()
    assert (one.costs < rivals.costs - 1e-3).mean() > 0.5


def test_money_by_income_alone() -> None:
    """Without a mean coefficient the price enters by pi, and its slope is that of differences."""
    data, agents = simulated(20)
    agents = agents.assign(inverse=1 / (3 + agents["income"]))
    change = {"mean_price": False, "demographics": ["inverse"], "nodes": [None, "nodes_x", None]}
    built = model(data, agents, **change)
    sigma, pi = [0, 0.8, 0], np.array([[0], [0], [-9.0]])
    found = built.fit(sigma=sigma, pi=pi, gradient_tolerance=np.inf)
    assert "price" not in found.params
    people = agents[agents["market"] == 3]
    np.testing.assert_allclose(found.demand(3).alphas, -9 * people["inverse"])
    values = [built.objective(sigma=sigma, pi=pi * (1 + s / 9))[0] for s in (1e-5, -1e-5)]
    slope = (values[1] - values[0]) / 2e-5
    assert found.gradient.iloc[-1] == pytest.approx(slope, rel=1e-5)


def test_bad_input_is_named() -> None:
    """Each fault of a user is one sentence."""
    data, agents = simulated(10)
    with pytest.raises(DataError, match="marginal cost is zero or negative in row"):
        model(data, agents, log_costs=True).fit(**(NEAR | {"alpha": -0.9}))
    alone = model(data, agents, firm=None, costs=[], cost_instruments=[])
    assert alone.fit(sigma=NEAR["sigma"], pi=NEAR["pi"], gradient_tolerance=np.inf).costs.empty
    with pytest.raises(DataError, match="name the seller"):
        model(data, agents, firm=None)
    with pytest.raises(DataError, match="alpha: give a start"):
        model(data, agents).fit(**(NEAR | {"alpha": None}))
    with pytest.raises(DataError, match="alpha needs no start"):
        alone.fit(**NEAR)
    with pytest.raises(DataError, match="do not identify"):
        model(data, agents, instruments=["w"], cost_instruments=["own"]).fit(**NEAR)
    with pytest.raises(DataError, match="cost_instruments: the weighting matrix is singular"):
        model(data, agents, cost_instruments=["own", "w"])
    with pytest.raises(DataError, match="must be one of the random tastes"):
        model(data, agents, mean_price=False, random=["const", "x"], nodes=[None, "nodes_x"])
    with pytest.raises(DataError, match="nobody would mind"):
        model(data, agents, mean_price=False).fit(sigma=[0, 1, 0])
    with pytest.raises(DataError, match="sigma must be zero where nodes has none"):
        model(data, agents).fit(**(NEAR | {"sigma": [1, 1, 1]}))
    with pytest.raises(DataError, match="firm"):
        model(data.assign(firm=data["firm"].where(data.index != 4)), agents)
