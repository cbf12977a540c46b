"""Multiplier bootstrap, and the sums that it needs."""

from __future__ import annotations

import numpy as np
import pytest

from lcresearch.errors import DataError
from lcresearch.fund.influence import InfluenceSum
from lcresearch.fund.multiplier_bootstrap import check_draws, critical_value, multiply, scale


@pytest.mark.parametrize(("law", "third"), [("rademacher", 0), ("mammen", 1), ("gaussian", 0)])
def test_multipliers_have_their_moments(law: str, third: float) -> None:
    """Multipliers have mean 0 and variance 1, and Mammen's a third moment of 1."""
    drawn = multiply(np.eye(50), 8000, law, np.random.default_rng(0)).ravel()  # type: ignore[arg-type]
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.var() == pytest.approx(1, abs=0.02)
    assert (drawn**3).mean() == pytest.approx(third, abs=0.05)


def test_signs_are_all_there() -> None:
    """Sums of one unit's influence under Rademacher signs are plus or minus itself."""
    drawn = multiply(np.array([[2.0, 3.0]]), 64, "rademacher", np.random.default_rng(0))
    assert {tuple(row) for row in drawn.tolist()} == {(2.0, 3.0), (-2.0, -3.0)}


def test_scale_is_the_standard_deviation_of_normal_draws() -> None:
    """The interquartile scale equals the standard deviation of normal draws, and resists outliers."""
    draws = 3 * np.random.default_rng(1).standard_normal((40000, 1))
    assert scale(draws)[0] == pytest.approx(3, rel=0.02)
    draws[:40] = 1e6
    assert scale(draws)[0] == pytest.approx(3, rel=0.02)


def test_critical_value_of_independent_estimates() -> None:
    """For independent normal estimates it is the Sidak value, and never below the normal one."""
    draws = np.random.default_rng(2).standard_normal((40000, 10))
    assert critical_value(draws, np.ones(10), 0.05) == pytest.approx(2.80, abs=0.03)
    assert critical_value(draws[:, :1] / 9, np.ones(1), 0.05) == pytest.approx(1.96, abs=0.001)
    assert critical_value(draws, np.zeros(10), 0.05) == pytest.approx(1.96, abs=0.001)


def test_blocks_add_up() -> None:
    """Blocks with gaps add up to the covariance of the full matrix, with clusters and without."""
    influence = np.random.default_rng(3).normal(size=(30, 4))
    influence[:10, 2:] = 0
    cluster = np.arange(30) % 7
    sums = np.array([influence[cluster == k].sum(axis=0) for k in range(7)])
    for codes, expected in ((None, influence.T @ influence), (cluster, sums.T @ sums)):
        gathered = InfluenceSum(4, cluster=codes, draws=20000, seed=0)
        gathered.add(slice(0, 10), [0, 1], influence[:10, :2])
        gathered.add(slice(10, 30), [3, 1, 0, 2], influence[10:, [3, 1, 0, 2]])
        covariance, draws = gathered.result()
        assert np.allclose(covariance, expected, atol=1e-12)
        assert draws is not None
        assert np.allclose(np.cov(draws.T), expected, atol=0.06 * expected.max())


@pytest.mark.parametrize("law", ["rademacher", "mammen"])
def test_draws_of_clusters_have_the_covariance(law: str) -> None:
    """Draws by cluster spread as the covariance says, whatever the multipliers."""
    influence = np.random.default_rng(4).normal(size=(40, 2))
    gathered = InfluenceSum(
        2,
        cluster=np.arange(40) // 2,
        draws=20000,
        multipliers=law,  # type: ignore[arg-type]
        seed=0,
    )
    gathered.add(slice(0, 40), [0, 1], influence)
    covariance, draws = gathered.result()
    assert draws is not None
    assert np.allclose(np.cov(draws.T), covariance, atol=0.06 * covariance.max())


def test_draws_are_checked() -> None:
    """Numbers of draws that give no interval, and unknown multipliers, are refused."""
    assert check_draws(0, 0.05, "gaussian") == 0
    for draws, words in ((5, "at least 20"), (1.5, "whole number"), (True, "whole number")):
        with pytest.raises(DataError, match=words):
            check_draws(draws, 0.05, "gaussian")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="multipliers must be one of"):
        check_draws(99, 0.05, "webb")
