"""Philippine rice farms, 43 over 8 years, as R's frontier printed them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.replications import rice
from lcresearch.replications.rice import DECAY, MODELS, PANEL, TRUNCATED, fit

# Source of the numbers below: tests/frontierTest.Rout.save and, for rows without a panel,
# tests/nestedModels.Rout.save of the R package frontier (CRAN), FRONTIER 4.1's Fortran.
PRINTED: dict[str, tuple[list[float], float | None]] = {
    "invariant": (
        [-0.83217, 0.45390, 0.28892, 0.22754, 0.15538, 0.46431],
        -86.43,
    ),
    "invariant_truncated": (
        [-0.82887, 0.45457, 0.28732, 0.22512, 0.20339, 0.59048, -0.27344],
        -86.343,
    ),
    "decay": (
        [-0.7539, 0.4749, 0.3001, 0.1995, 0.1300, 0.3696, 0.0589],
        -84.55,
    ),
    "decay_truncated": (
        [-0.750149, 0.476165, 0.298471, 0.196116, 0.172164, 0.523681, -0.317339, 0.064724],
        -84.407,
    ),
    "drivers": (
        [
            *(-1.051758, 0.379767, 0.321028, 0.263797),
            *(-2.746409, -0.028611, -3.635487, 1.666569, 0.978799),
        ],
        -77.314,
    ),
    "no_panel": (
        [-1.043244, 0.3555118, 0.3332984, 0.2712777, 0.2386278, 0.8853821],
        None,  # not printed
    ),
}
TOLERANCE = {"decay": 6e-5, "no_panel": 1e-6, "drivers": 1e-5}


@pytest.fixture
def farms(replication: Any) -> pd.DataFrame:
    """Logs of output, area, labour and fertiliser, with education and upland as they stand."""
    return rice.farms(replication / "riceProdPhil.csv")


@pytest.mark.parametrize("name", PRINTED)
def test_estimates_are_those_of_frontier(farms: pd.DataFrame, name: str) -> None:
    """Parameters as printed; the likelihood is not lower."""
    printed, loglik = PRINTED[name]
    res = fit(farms, **MODELS[name])
    np.testing.assert_allclose(res.params, printed, atol=TOLERANCE.get(name, 1e-5), rtol=3e-4)
    if loglik is not None:
        assert res.loglik == pytest.approx(loglik, abs=6e-4)
    assert res.loglik_least_squares == pytest.approx(-104.91, abs=5e-3)


@pytest.mark.parametrize(
    ("name", "statistic", "restrictions"),
    [
        ("invariant", 36.953, 1),
        ("invariant_truncated", 37.128, 2),
        ("decay", 40.713, 2),
        ("decay_truncated", 41.0, 3),
        ("drivers", 55.186, 4),
    ],
)
def test_the_test_is_that_of_frontier(
    farms: pd.DataFrame, name: str, statistic: float, restrictions: int
) -> None:
    """Twice the gain over least squares, and how many restrictions."""
    test = fit(farms, **MODELS[name]).lr_test
    assert test.statistic == pytest.approx(statistic, abs=1e-3)
    assert test.restrictions == restrictions


def test_efficiencies_are_those_of_frontier(farms: pd.DataFrame) -> None:
    """Of the first farms without decay; by year with decay and with drivers."""
    still = fit(farms, **PANEL).efficiency()
    by_farm = still.groupby("FMERCODE")["efficiency"].first()
    printed = [0.73488, 0.93354, 0.73567, 0.90480, 0.86461, 0.80844, 0.92313, 0.81500]
    np.testing.assert_allclose(by_farm.iloc[:8], printed, atol=1e-5)
    years = {
        "decay": [0.78484, 0.79503, 0.80484, 0.81427, 0.82332, 0.83202, 0.84035, 0.84833],
        "decay_truncated": [
            *(0.80004, 0.81044, 0.82041, 0.82996, 0.83908, 0.84780, 0.85612, 0.86405)
        ],
        "drivers": [0.76194, 0.75058, 0.83115, 0.81188, 0.76415, 0.80812, 0.70497, 0.84663],
    }
    for name, means in years.items():
        found = fit(farms, **MODELS[name]).efficiency()
        by_year = found.groupby("YEARDUM")["efficiency"].mean()
        np.testing.assert_allclose(by_year, means, atol=2e-5)


def test_standard_errors_are_near_those_of_the_quasi_newton_method(farms: pd.DataFrame) -> None:
    """FRONTIER's come from its last step's approximation; the observed information is near it."""
    printed = [0.2784, 0.0654, 0.0639, 0.0426, 0.0218, 0.1073, 0.0310]
    np.testing.assert_allclose(fit(farms, **DECAY).std_errors, printed, rtol=0.03)


def test_a_mean_that_runs_away_is_reported(farms: pd.DataFrame) -> None:
    """Without the panel, mu of R ends at -54 or -64 as its start will have it: there is no maximum.

    The limit is the exponential distribution, whose estimates are given, with a warning.
    """
    res = fit(farms, **TRUNCATED)
    limit = fit(farms, inefficiency="exponential")
    pd.testing.assert_series_equal(res.params, limit.params)
    assert res.loglik == pytest.approx(limit.loglik, abs=1e-9)
    assert any("flat ridge" in note and "mu is not identified" in note for note in res.notes)
    printed = [-1.144454, 0.3540003, 0.3343596, 0.2728686]
    np.testing.assert_allclose(res.params.iloc[:4], printed, atol=3e-3)
