"""Nevo's cereal demand: the published estimates, and pyblp's answers to more digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.pricing.random_coefficients_demand import RandomCoefficientsLogitResults
from lcresearch.replications import cereal

pyblp = pytest.importorskip("pyblp")


@pytest.fixture(scope="module")
def found(from_packages: Path) -> RandomCoefficientsLogitResults:
    """The full model, product effects absorbed."""
    return cereal.fit_random(from_packages / "nevo_products.csv")


@pytest.fixture(scope="module")
def peer(found: RandomCoefficientsLogitResults) -> Any:
    """What pyblp has at the point found."""
    pyblp.options.verbose = False
    problem = pyblp.Problem(
        (
            pyblp.Formulation("0 + prices", absorb="C(product_ids)"),
            pyblp.Formulation("1 + prices + sugar + mushy"),
        ),
        pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION),
        pyblp.Formulation("0 + income + income_squared + age + child"),
        pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION),
    )
    return problem.solve(
        np.diag(found.sigma),
        found.pi.to_numpy(),
        optimization=pyblp.Optimization("return"),
        method="1s",
        iteration=pyblp.Iteration("squarem", {"atol": 1e-14}),
    )


def test_plain_logit(from_packages: Path) -> None:
    """Two-stage least squares with product effects gives the known coefficient of price."""
    res = cereal.fit_logit(from_packages / "nevo_products.csv")
    assert res.alpha == pytest.approx(-30.10, abs=0.05)


def test_the_published_estimates_are_found(found: RandomCoefficientsLogitResults) -> None:
    """Objective, price and spreads of tastes are those printed."""
    assert found.objective == pytest.approx(4.5615, rel=1e-3)
    assert found.params["prices"] == pytest.approx(-62.73, rel=1e-3)
    # The draws are fixed, so that a sign of sigma is determined; print rounds to a thousandth.
    np.testing.assert_allclose(found.sigma, [0.558, 3.313, -0.006, 0.093], rtol=1e-2, atol=6e-4)


def test_the_objective_and_errors_agree_with_pyblp(
    found: RandomCoefficientsLogitResults, peer: Any
) -> None:
    """Objective, gradient and standard errors are pyblp's at that point."""
    assert found.objective == pytest.approx(float(peer.objective.item()), rel=1e-8)
    np.testing.assert_allclose(found.gradient, peer.gradient.ravel(), atol=1e-6)
    errors = found.std_errors.to_numpy()
    assert errors[0] == pytest.approx(float(peer.beta_se.item()), rel=1e-4)
    np.testing.assert_allclose(errors[1:5], np.diag(peer.sigma_se), rtol=1e-4)
    np.testing.assert_allclose(errors[5:], peer.pi_se[found.pi.to_numpy() != 0], rtol=1e-4)


def test_elasticities_agree_with_pyblp(found: RandomCoefficientsLogitResults, peer: Any) -> None:
    """Price elasticities of a market are pyblp's."""
    np.testing.assert_allclose(
        found.elasticities("C01Q1"), peer.compute_elasticities(market_id="C01Q1"), rtol=1e-8
    )
