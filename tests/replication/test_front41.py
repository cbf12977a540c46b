"""Sixty firms of FRONTIER 4.1, as R's frontier printed them, and as pysfa finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.logistics.frontier_likelihood import Likelihood
from lcresearch.replications import front41
from lcresearch.replications.front41 import fit

# Source of the numbers below: inst/front41/EG1.OUT and tests/frontierTest.Rout.save of the R package
# frontier (CRAN), which runs the Fortran of FRONTIER 4.1.
PARAMS = {"constant": 0.56162, "capital": 0.28110, "labour": 0.53648}
FIRST_TEN = [
    *(0.65069, 0.82889, 0.72643, 0.74785, 0.69134),
    *(0.77655, 0.56517, 0.73768, 0.84389, 0.75784),
]


@pytest.fixture
def firms(replication: Any) -> pd.DataFrame:
    """Logs of output, capital and labour of sixty firms."""
    return front41.firms(replication / "front41.csv")


def test_half_normal_is_that_of_frontier(firms: pd.DataFrame) -> None:
    """Estimates, likelihood, test and efficiencies of the half-normal model."""
    res = fit(firms)
    assert res.params[list(PARAMS)].to_dict() == pytest.approx(PARAMS, abs=1e-5)
    exact = [0.561617, 0.281103, 0.536480]
    np.testing.assert_allclose(res.params[list(PARAMS)], exact, atol=1e-6)
    assert res.params["sigma2"] == pytest.approx(0.21700, abs=1e-5)
    assert res.params["gamma"] == pytest.approx(0.79721, abs=1e-5)
    assert res.loglik == pytest.approx(-17.02723, abs=1e-5)
    assert res.loglik_least_squares == pytest.approx(-18.447, abs=5e-4)
    assert res.lr_test.statistic == pytest.approx(2.8392, abs=5e-5)
    assert res.lr_test.p_value == pytest.approx(0.046, abs=5e-4)
    found = res.efficiency()
    np.testing.assert_allclose(found["efficiency"].iloc[:10], FIRST_TEN, atol=1e-5)
    assert found["efficiency"].mean() == pytest.approx(0.74057, abs=1e-5)
    np.testing.assert_allclose(
        res.residuals.iloc[:5], [-0.553663, -0.135783, -0.394590, -0.347122, -0.469195], atol=1e-5
    )


def test_standard_errors_are_near_those_of_the_quasi_newton_method(firms: pd.DataFrame) -> None:
    """FRONTIER's come from its last step's approximation; the observed information is near it."""
    printed = [0.202617, 0.047643, 0.045252, 0.063909, 0.136424]
    np.testing.assert_allclose(fit(firms).std_errors, printed, rtol=0.02)


def test_truncated_normal_of_frontier_stopped_at_its_bound(firms: pd.DataFrame) -> None:
    """FRONTIER keeps mu within 2 sigma_u; it stopped there, and the maximum beyond is higher."""
    sigma2, gamma, mu = 0.54773, 0.90815, -1.41057
    assert mu == pytest.approx(-2 * np.sqrt(sigma2 * gamma), rel=1e-4)
    x = np.column_stack([np.ones(len(firms)), firms[["capital", "labour"]]])
    one = np.ones((1, 1))
    likelihood = Likelihood(firms["output"].to_numpy(), x, None, None, one, one, False)
    theta = np.array([0.47635, 0.28260, 0.54040, 0, 0, mu])
    theta[3:5] = np.log(sigma2 * (1 - gamma)), np.log(sigma2 * gamma)
    printed = likelihood(theta)[0]
    assert printed == pytest.approx(-16.796, abs=5e-4)
    res = fit(firms, inefficiency="truncated_normal")
    assert res.loglik > printed
    assert res.params["mu"] < mu
    assert any("flat ridge" in note for note in res.notes)


def test_pysfa_agrees(firms: pd.DataFrame) -> None:
    """Estimates, likelihood and efficiencies are those of an independent implementation."""
    sfa = pytest.importorskip("pysfa.SFA")
    constant = pytest.importorskip("pysfa.constant")
    other = sfa.SFA(
        firms["output"].to_numpy(),
        firms[["capital", "labour"]].to_numpy(),
        fun=constant.FUN_PROD,
        method=constant.TE_te,
    )
    res = fit(firms)
    np.testing.assert_allclose(res.params[list(PARAMS)], other.get_beta(), atol=2e-6)
    assert res.sigma_u / res.sigma_v == pytest.approx(other.get_lambda(), rel=2e-5)
    assert res.params["sigma2"] == pytest.approx(other.get_sigma2(), rel=1e-5)
    assert -res.loglik == pytest.approx(other.optimize().fun, abs=1e-7)
    theirs = other.get_technical_efficiency()
    np.testing.assert_allclose(res.efficiency()["efficiency"], theirs, atol=1e-5)
