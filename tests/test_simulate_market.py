"""Simulated markets: the prices are an equilibrium, and estimators find the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing import (
    Demand,
    LogitDemand,
    Market,
    NestedLogitDemand,
    RandomCoefficientsLogit,
    blp_instruments,
)
from lcresearch.pricing.random_coefficients_demand import RandomCoefficientsProducts
from lcresearch.simulate import MarketTruth, MarketWeeks, market

TRAITS = ["packaging", "brand", "weight_kg"]
COLUMNS: dict[str, Any] = {
    "market": "week",
    "product": "product",
    "share": "share",
    "price": "price",
    "characteristics": TRAITS,
}
KINDS: dict[str, dict[str, Any]] = {
    "logit": {},
    "nested": {"nesting": 0.6},
    "tastes": {"taste_sd": {"brand": 1.5, "const": 1.0}},
    "joint": {"nesting": 0.3, "kappa": 1.0},
    "partial": {"kappa": 0.4},
}


@pytest.fixture(params=list(KINDS))
def drawn(request: pytest.FixtureRequest) -> tuple[dict[str, Any], MarketWeeks]:
    """Return the arguments and the market of each kind of demand and conduct."""
    given = KINDS[request.param]
    return given, market(weeks=6, seed=5, **given)


def demand_of(truth: MarketTruth, data: pd.DataFrame, week: int) -> Demand:
    """Return the demand of a week as lcresearch.pricing has it, from the truth."""
    own = (data["week"] == week).to_numpy()
    alpha, delta = truth.params["price"], truth.rows.loc[own, "delta"].to_numpy()
    agents = truth.agents[truth.agents["week"] == week]
    if len(agents) == 1:
        return NestedLogitDemand.from_parameters(
            alpha=alpha, sigma=truth.params["within_nest"], delta=delta, nests=data.loc[own, "nest"]
        )
    traits = data.loc[own].assign(const=1.0)
    deviations = sum(
        np.outer(traits[name], truth.params[f"sigma[{name}]"] * agents[f"taste_{name}"])
        for name in ("const", "brand")
    )
    return RandomCoefficientsProducts(
        np.full(len(agents), alpha), delta[:, None] + deviations, agents["weight"].to_numpy()
    )


def test_shares_are_those_of_the_demand(drawn: tuple[dict[str, Any], MarketWeeks]) -> None:
    """Shares are above zero, less than one in sum, and what demand answers to the prices."""
    _, found = drawn
    data = found.data
    assert (data["share"] > 0).all()
    assert (data.groupby("week")["share"].sum() < 1).all()
    assert data["quantity"].to_numpy() == pytest.approx(
        (data["share"] * data["market_size"]).to_numpy()
    )
    for week, rows in data.groupby("week"):
        demand = demand_of(found.truth, data, week)
        assert demand.shares(rows["price"]) == pytest.approx(rows["share"].to_numpy(), rel=1e-12)
        assert found.truth.elasticities[week].to_numpy() == pytest.approx(
            demand.elasticities(rows["price"]), rel=1e-10
        )


def test_no_seller_gains_by_a_small_change(drawn: tuple[dict[str, Any], MarketWeeks]) -> None:
    """By finite difference, what a seller maximises is flat in each of its prices."""
    given, found = drawn
    data, kappa, step = found.data, given.get("kappa", 0.0), 1e-4
    own = (data["week"] == 3).to_numpy()
    rows, cost = data[own], found.truth.rows.loc[own, "cost"].to_numpy()
    demand, price = demand_of(found.truth, data, 3), rows["price"].to_numpy()
    for place, seller in enumerate(rows["seller"]):
        counted = np.where(rows["seller"] == seller, 1.0, kappa)
        change = step * np.eye(len(rows))[place]
        gains = [
            counted @ ((p - cost) * demand.shares(p)) for p in (price + change, price - change)
        ]
        assert (gains[0] - gains[1]) / (2 * step) == pytest.approx(0, abs=1e-8)


def test_another_solver_finds_the_same_prices(drawn: tuple[dict[str, Any], MarketWeeks]) -> None:
    """The fixed point of Market gives the simulation's prices, and prices give the costs back."""
    given, found = drawn
    kappa = given.get("kappa", 0.0)
    for week, rows in found.data.groupby("week"):
        own = (found.data["week"] == week).to_numpy()
        demand, cost = demand_of(found.truth, found.data, week), found.truth.rows.loc[own, "cost"]
        solved = Market(demand, cost, owners=rows["seller"]).equilibrium(kappa=kappa)
        assert solved.prices == pytest.approx(rows["price"].to_numpy(), rel=1e-9)
        costs = Market.costs_from_prices(demand, rows["price"], owners=rows["seller"], kappa=kappa)
        assert costs == pytest.approx(cost.to_numpy(), abs=1e-7)


def test_truth_is_what_the_formulas_say() -> None:
    """Mean utility and cost are what characteristics, shifters and shocks add up to."""
    found = market(seed=2, beta={"brand": 0.7, "const": 1.0}, cost_sd=0.0)
    data, rows = found.data, found.truth.rows
    assert rows["delta"].to_numpy() == pytest.approx((1 + 0.7 * data["brand"] + rows["xi"]).array)
    cost = 2 + 3 * data["packaging"] + data["freight"] + data["crop_cost"]
    assert rows["cost"].to_numpy() == pytest.approx(cost.array)
    assert (data["price"] - rows["cost"] - rows["margin"]).to_numpy() == pytest.approx(0)
    assert data.groupby("product")[["seller", "nest", *TRAITS]].nunique().eq(1).all(axis=None)
    assert data.groupby(["week", "seller"])["freight"].nunique().eq(1).all()
    assert data["product"].value_counts().between(30, 52).all()


def test_noise_has_the_moments_asked_for() -> None:
    """Quality and cost shocks have their deviations and correlation."""
    found = market(products=40, weeks=60, quality_sd=0.4, cost_sd=0.8, quality_cost=0.6, seed=1)
    data, rows = found.data, found.truth.rows
    shock = rows["cost"] - (2 + 3 * data["packaging"] + data["freight"] + data["crop_cost"])
    assert rows["xi"].std() == pytest.approx(0.4, rel=0.04)
    assert shock.std() == pytest.approx(0.8, rel=0.04)
    assert np.corrcoef(rows["xi"], shock)[0, 1] == pytest.approx(0.6, abs=0.04)


def test_instruments_find_the_truth_and_least_squares_does_not() -> None:
    """Over 60 markets 2SLS is right on average and covers; OLS takes buyers for less sensitive."""
    gaps, hits, least = [], [], []
    for seed in range(60):
        found = market(weeks=26, seed=seed)
        fit = LogitDemand(found.data, instruments=["freight", "crop_cost"], **COLUMNS).fit()
        truth, table = found.truth.params[fit.params.index], fit.conf_int()
        gaps.append(fit.params - truth)
        hits.append((table["conf_low"] < truth) & (truth < table["conf_high"]))
        least.append(LogitDemand(found.data, instruments=["price"], **COLUMNS).fit().alpha)
    error = np.std(gaps, axis=0) / np.sqrt(60)
    assert (np.abs(np.mean(gaps, axis=0)) < 3 * error).all()
    assert (np.mean(hits, axis=0) >= 0.88).all()
    assert np.mean(least) > -0.2 + 5 * np.std(least) / np.sqrt(60)
    assert np.mean(least) < 0


def test_nested_demand_finds_the_truth() -> None:
    """Over 60 markets alpha, beta and the nesting parameter are right on average and covered."""
    gaps, hits = [], []
    for seed in range(60):
        found = market(weeks=26, nesting=0.5, available=0.7, seed=seed)
        others = blp_instruments(
            found.data, market="week", firm="nest", characteristics=["crop_cost"]
        )
        fit = NestedLogitDemand(
            found.data.join(others),
            nest="nest",
            instruments=["freight", "crop_cost", "own_products", "own_crop_cost"],
            **COLUMNS,
        ).fit()
        truth, table = found.truth.params[fit.params.index], fit.conf_int()
        gaps.append(fit.params - truth)
        hits.append((table["conf_low"] < truth) & (truth < table["conf_high"]))
    error = np.std(gaps, axis=0) / np.sqrt(60)
    assert (np.abs(np.mean(gaps, axis=0)) < 3 * error).all()
    assert (np.mean(hits, axis=0) >= 0.86).all()


def test_random_coefficients_find_the_truth() -> None:
    """With the consumers drawn, tastes and means lie within three standard errors of truth."""
    found = market(
        products=20, weeks=60, available=0.6, taste_sd={"weight_kg": 0.6}, consumers=60, seed=4
    )
    data = found.data.assign(crop2=found.data["crop_cost"] ** 2)
    others = blp_instruments(
        data, market="week", firm="seller", characteristics=["crop_cost", "weight_kg"]
    )
    fit = RandomCoefficientsLogit(
        data.join(others),
        agents=found.truth.agents,
        random=["weight_kg"],
        nodes=["taste_weight_kg"],
        weights="weight",
        instruments=["freight", "crop_cost", "crop2", *others],
        **COLUMNS,
    ).fit(sigma=[0.3], steps=2)
    truth = found.truth.params[fit.params.index]
    assert (np.abs(fit.params - truth) < 3 * fit.std_errors).all()
    assert fit.std_errors["sigma[weight_kg]"] < 0.2


def test_same_seed_same_market() -> None:
    """A seed fixes data and truth; another seed does not."""
    one, two = market(weeks=3, seed=9), market(weeks=3, seed=9)
    pd.testing.assert_frame_equal(one.data, two.data)
    pd.testing.assert_frame_equal(one.truth.rows, two.truth.rows)
    assert not one.data["price"].equals(market(weeks=3, seed=10).data["price"])


def test_parts_of_the_model_have_streams_of_their_own() -> None:
    """Joint pricing moves prices and shares, and leaves everything else as it was."""
    rival, joint = market(weeks=4, seed=3), market(weeks=4, seed=3, kappa=1.0)
    others = rival.data.columns.drop(["price", "share", "quantity"])
    pd.testing.assert_frame_equal(joint.data[others], rival.data[others])
    assert (joint.data["price"] > rival.data["price"]).all()


def test_every_week_has_a_product() -> None:
    """Where nothing is available, one product is still on sale."""
    assert market(weeks=5, available=0.0, seed=1).data["week"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"products": 0}, "products must be a whole number from 1 on"),
        ({"sellers": 13}, "sellers must be a whole number from 1 to 12"),
        ({"weeks": 2.5}, "weeks must be a whole number from 1 on"),
        ({"alpha": 0.1}, "alpha must be below zero, not 0.1"),
        ({"nesting": 1}, "nesting must be below 1"),
        ({"nesting": -0.1}, "nesting must be a number from 0 to 1"),
        ({"kappa": 2}, "kappa must be a number from 0 to 1"),
        ({"available": 1.2}, "available must be a number from 0 to 1"),
        ({"quality_cost": -2}, "quality_cost must be a number from -1 to 1"),
        ({"quality_sd": -1}, "quality_sd must be a number from 0 on"),
        ({"beta": {"brands": 1.0}}, "beta has 'brands', .* Did you mean 'brand'"),
        ({"beta": [1.0]}, "beta must map const, packaging, brand, weight_kg to numbers"),
        ({"taste_sd": {"brand": -1.0}}, "taste_sd of brand must be a number from 0 on"),
        ({"cost_sd": 20}, "a cost is .* lower cost_sd"),
        ({"beta": {"const": -1e4}}, "no equilibrium prices were found for week 1"),
        ({"beta": {"const": 500.0}}, "everybody buys in week 1"),
    ],
)
def test_refusals(wrong: dict[str, Any], message: str) -> None:
    """A parameter out of its range is named with its bounds."""
    with pytest.raises(DataError, match=f"market: .*{message}"):
        market(**({"seed": 1} | wrong))
