"""The automobile problem of Berry, Levinsohn and Pakes (1995), as pyblp's tutorial estimates it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit
from lcresearch.pricing.random_coefficients_demand import RandomCoefficientsLogitResults

pyblp = pytest.importorskip("pyblp")

PRINTED = Path(__file__).with_name("supply_automobiles_pyblp.txt")
SIGMA = [3.612, 0.0, 4.628, 1.818, 1.050, 2.056]
PI = [[0.0], [-43.501], [0.0], [0.0], [0.0], [0.0]]
BETA = ["const", "hpwt", "air", "mpd", "space"]
GAMMA = [f"cost[{name}]" for name in ("const", "log_hpwt", "air", "log_mpg", "log_space", "trend")]
TASTES = ["sigma[const]", "pi[prices, inverse_income]"]
TASTES += [f"sigma[{name}]" for name in ("hpwt", "air", "mpd", "space")]


def automobiles() -> RandomCoefficientsLogit:
    """Return the model.

    Weights of importance sampling sum to 0.154 in every market. The others never buy: dividing
    weights and shares by that sum leaves every equation as it is.
    """
    products = pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION)
    whole = agents.groupby("market_ids")["weights"].transform("sum")
    logs = {f"log_{name}": np.log(products[name]) for name in ("hpwt", "mpg", "space")}
    return RandomCoefficientsLogit(
        products.assign(**logs, shares=products["shares"] / whole.iloc[0]),
        agents=agents.assign(
            weights=agents["weights"] / whole, inverse_income=1 / agents["income"]
        ),
        market="market_ids",
        product="car_ids",
        share="shares",
        price="prices",
        random=["const", "prices", "hpwt", "air", "mpd", "space"],
        nodes=["nodes0", None, "nodes1", "nodes2", "nodes3", "nodes4"],
        weights="weights",
        demographics=["inverse_income"],
        characteristics=["hpwt", "air", "mpd", "space"],
        instruments=[f"demand_instruments{k}" for k in range(8)],
        mean_price=False,
        cluster="clustering_ids",
        firm="firm_ids",
        costs=["log_hpwt", "air", "log_mpg", "log_space", "trend"],
        cost_instruments=[f"supply_instruments{k}" for k in range(12)],
        log_costs=True,
    )


@pytest.fixture(scope="module")
def built() -> RandomCoefficientsLogit:
    """The model."""
    return automobiles()


@pytest.fixture(scope="module")
def found(built: RandomCoefficientsLogit) -> RandomCoefficientsLogitResults:
    """Its estimates in two steps, the first weighted by starting values, as the tutorial has."""
    return built.fit(sigma=SIGMA, pi=PI, steps=2, weigh_at_start=True, gradient_tolerance=1e-5)


def printed(heading: str, text: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return estimates and errors, in their order, from a table that pyblp printed."""
    table = text.split(heading)[1].split("\n\n")[0]
    estimates: list[float] = []
    errors: list[float] = []
    for bracket, number in re.findall(r"(\(?)([+-]\d\.\d+E[+-]\d+)", table):
        (errors if bracket else estimates).append(float(number))
    return np.array([value for value in estimates if value]), np.array(errors)


def test_estimates_and_errors_are_those_of_the_tutorial(
    found: RandomCoefficientsLogitResults,
) -> None:
    """Objective, all estimates and standard errors agree with pyblp's stored run."""
    text = PRINTED.read_text("utf-8")
    assert found.objective == pytest.approx(4.973357e2, rel=1e-7)
    assert "+4.973357E+02" in text
    for heading, names in {
        "Nonlinear Coefficient Estimates": TASTES,
        "Beta Estimates": BETA,
        "Gamma Estimates": GAMMA,
    }.items():
        estimates, errors = printed(heading, text)
        np.testing.assert_allclose(found.params[names], estimates, rtol=2e-5)
        np.testing.assert_allclose(found.std_errors[names], errors, rtol=2e-5)


def test_the_published_direction_and_size(found: RandomCoefficientsLogitResults) -> None:
    """Every cost is above zero, every price above it, and every car's demand is elastic."""
    prices = np.concatenate([found.observed_prices[year] for year in found.demands])
    assert (found.costs > 0).all()
    assert len(prices) == 2217
    for year, demand in found.demands.items():
        assert (np.diag(demand.elasticities(found.observed_prices[year])) < -1).all()


def test_one_step_at_the_estimates_agrees_with_pyblp(
    built: RandomCoefficientsLogit, found: RandomCoefficientsLogitResults
) -> None:
    """Weighted as by two-stage least squares, objective, gradient, costs and errors agree."""
    ours = built.fit(sigma=found.sigma, pi=found.pi, gradient_tolerance=np.inf)
    pyblp.options.verbose, pyblp.options.weights_tol = False, 1.0
    peer = pyblp.Problem(
        (
            pyblp.Formulation("1 + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + log(hpwt) + air + log(mpg) + log(space) + trend"),
        ),
        pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION),
        pyblp.Formulation("0 + I(1 / income)"),
        pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION),
        costs_type="log",
    ).solve(
        np.diag(found.sigma),
        found.pi.to_numpy(),
        method="1s",
        optimization=pyblp.Optimization("return"),
        se_type="clustered",
        check_optimality="gradient",
    )
    assert ours.objective == pytest.approx(peer.objective.item(), rel=1e-8)
    np.testing.assert_allclose(ours.gradient, peer.gradient.ravel(), rtol=1e-6)
    np.testing.assert_allclose(ours.std_errors[BETA], peer.beta_se.ravel(), rtol=1e-6)
    np.testing.assert_allclose(ours.std_errors[GAMMA], peer.gamma_se.ravel(), rtol=1e-6)
    np.testing.assert_allclose(np.log(ours.costs), peer.tilde_costs.ravel(), rtol=1e-8)
