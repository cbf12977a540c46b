"""Nevo's cereal demand: the published estimates, and pyblp's answers to more digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit

pyblp = pytest.importorskip("pyblp")

SIGMA = [0.3302, 2.4526, 0.0163, 0.2441]
PI = [
    [5.4819, 0, 0.2037, 0],
    [15.8935, -1.2000, 0, 2.6342],
    [-0.2506, 0, 0.0511, 0],
    [1.2650, 0, -0.8091, 0],
]


@pytest.fixture(scope="module")
def products() -> pd.DataFrame:
    """The simulated cereal data that Nevo (2000) gives away."""
    return pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)


@pytest.fixture(scope="module")
def agents() -> pd.DataFrame:
    """Its consumers."""
    return pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION)


@pytest.fixture(scope="module")
def model(products: pd.DataFrame, agents: pd.DataFrame) -> RandomCoefficientsLogit:
    """The full model, product effects absorbed."""
    return RandomCoefficientsLogit(
        products,
        agents=agents,
        market="market_ids",
        product="product_ids",
        share="shares",
        price="prices",
        random=["const", "prices", "sugar", "mushy"],
        nodes=[f"nodes{k}" for k in range(4)],
        weights="weights",
        demographics=["income", "income_squared", "age", "child"],
        instruments=[f"demand_instruments{k}" for k in range(20)],
        effects="product_ids",
    )


def test_the_published_estimates_are_found_and_agree_with_pyblp(
    model: RandomCoefficientsLogit, products: pd.DataFrame, agents: pd.DataFrame
) -> None:
    """Estimates are those printed; objective, gradient and errors are pyblp's at that point."""
    found = model.fit(sigma=SIGMA, pi=PI, gradient_tolerance=1e-5)
    assert found.objective == pytest.approx(4.5615, rel=1e-3)
    assert found.params["prices"] == pytest.approx(-62.73, rel=1e-3)
    # The draws are fixed, so that a sign of sigma is determined; print rounds to a thousandth.
    np.testing.assert_allclose(found.sigma, [0.558, 3.313, -0.006, 0.093], rtol=1e-2, atol=6e-4)
    pyblp.options.verbose = False
    problem = pyblp.Problem(
        (
            pyblp.Formulation("0 + prices", absorb="C(product_ids)"),
            pyblp.Formulation("1 + prices + sugar + mushy"),
        ),
        products,
        pyblp.Formulation("0 + income + income_squared + age + child"),
        agents,
    )
    peer = problem.solve(
        np.diag(found.sigma),
        found.pi.to_numpy(),
        optimization=pyblp.Optimization("return"),
        method="1s",
        iteration=pyblp.Iteration("squarem", {"atol": 1e-14}),
    )
    assert found.objective == pytest.approx(float(peer.objective.item()), rel=1e-8)
    np.testing.assert_allclose(found.gradient, peer.gradient.ravel(), atol=1e-6)
    errors = found.std_errors.to_numpy()
    assert errors[0] == pytest.approx(float(peer.beta_se.item()), rel=1e-4)
    np.testing.assert_allclose(errors[1:5], np.diag(peer.sigma_se), rtol=1e-4)
    np.testing.assert_allclose(errors[5:], peer.pi_se[found.pi.to_numpy() != 0], rtol=1e-4)
    np.testing.assert_allclose(
        found.elasticities("C01Q1"), peer.compute_elasticities(market_id="C01Q1"), rtol=1e-8
    )
