"""Bounds against the published Medicaid example, and fixed-length intervals against diff-diff."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lcresearch.fund.honest import honest_bounds
from lcresearch.replications import medicaid


@pytest.fixture(scope="module")
def event_study(replication: Path) -> tuple[np.ndarray, np.ndarray]:
    """Estimates of 2008-2012, 2014 and 2015 against 2013, and their covariance."""
    return medicaid.event_study(replication / "ehec_data.csv")


def test_smoothness(event_study: tuple[np.ndarray, np.ndarray]) -> None:
    """The optimal fixed-length intervals are the published ones."""
    published = {
        0.00: (0.026, 0.061),
        0.01: (0.013, 0.079),
        0.02: (0.003, 0.091),
        0.03: (-0.007, 0.101),
        0.05: (-0.027, 0.121),
    }
    got = honest_bounds(
        *event_study, n_pre=5, n_post=2, restriction="smoothness", m=list(published)
    )
    ends = got.table[["conf_low", "conf_high"]].to_numpy()
    np.testing.assert_allclose(ends, list(published.values()), atol=1e-3)
    assert 0.02 < got.breakdown < 0.03


def test_relative_magnitude(event_study: tuple[np.ndarray, np.ndarray]) -> None:
    """The conditional and least-favourable intervals are the published ones."""
    published = {0.5: (0.0241, 0.0673), 1.0: (0.0171, 0.0720)}
    got = honest_bounds(*event_study, n_pre=5, n_post=2, m=list(published))
    ends = got.table[["conf_low", "conf_high"]].to_numpy()
    np.testing.assert_allclose(ends, list(published.values()), atol=1.5e-3)
    assert got.breakdown == pytest.approx(1.95, abs=0.05)


@pytest.mark.parametrize("target", [[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
def test_fixed_length_equals_diff_diff(target: list[float]) -> None:
    """On other estimates the fixed-length intervals are those of an independent implementation."""
    peer = pytest.importorskip("diff_diff.honest_did")
    draw = np.random.default_rng(12)
    root = 0.05 * draw.normal(size=(7, 9))
    covariance = root @ root.T
    beta = draw.multivariate_normal([0, 0.01, 0, 0.01, 0.2, 0.25, 0.3], covariance)
    sizes = [0.0, 0.01, 0.05, 0.2]
    got = honest_bounds(
        beta, covariance, n_pre=4, n_post=3, restriction="smoothness", m=sizes, target=target
    )
    for size, row in zip(sizes, got.table.itertuples(index=False), strict=True):
        low, high = peer._compute_optimal_flci(
            beta[:4], beta[4:], covariance, np.array(target), 4, 3, size
        )
        assert row.conf_low == pytest.approx(low, abs=2e-4)
        assert row.conf_high == pytest.approx(high, abs=2e-4)
