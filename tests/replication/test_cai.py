"""An insurance programme for rural households of Jiangxi: a doubly robust triple difference.

The numbers printed in the documentation of moderndid for Cai's panel, in the specification of
Ortiz-Villavicencio and Sant'Anna (2025, figure 5). They take the covariates of each later year,
which the programme may have changed; this library takes those of the earlier year. Given the
later year's values as if they were the earlier one's, it finds the printed estimates. The printed
standard errors come from one bootstrap of 999 draws.
"""

import numpy as np
import pandas as pd
import pytest

from lcresearch.replications import insurance

PRINTED = {
    2000: (-0.0545, 0.0197),
    2001: (-0.0321, 0.0203),
    2003: (0.0070, 0.0205),
    2004: (0.0317, 0.0199),
    2005: (0.0484, 0.0247),
    2006: (0.0422, 0.0205),
    2007: (0.0684, 0.0262),
    2008: (0.1309, 0.0234),
}


@pytest.fixture(scope="module")
def households(replication):
    return insurance.households(replication / "cai2016.csv")


def test_the_printed_estimates_follow_with_the_later_years_covariates(replication):
    """Every printed effect, and their mean 0.0548, must come out to four digits."""
    found = insurance.recipe(replication / "cai2016.csv")
    for year, (printed, _) in PRINTED.items():
        assert found[f"effect_{year}"] == pytest.approx(printed, abs=5.1e-5)
    assert found["mean"] == pytest.approx(0.0548, abs=5.1e-5)


def test_covariates_from_before_move_the_estimates_little(households):
    """With the covariates of the earlier year the effects stay within 0.0015 of the printed."""
    model = insurance.model(households, base_period="universal")
    result = model.fit()
    for year, (printed, _) in PRINTED.items():
        assert result.params[(2003, year)] == pytest.approx(printed, abs=1.5e-3)
    dynamic = result.aggregate("dynamic")
    assert dynamic.estimate == pytest.approx(0.0548, abs=5e-4)
    # 0.0137 is printed; bootstraps of 999 draws lie about 4 % either side of the analytic error.
    assert dynamic.std_error == pytest.approx(0.0147, abs=1e-4)


def test_the_printed_standard_errors_are_draws_of_this_bootstrap(households):
    """The printed errors must lie among those of bootstraps with other seeds, or next to them."""
    model = insurance.model(households, base_period="universal")
    drawn = [
        model.fit(bootstrap=999, seed=seed, multipliers="mammen").aggregate("dynamic")
        for seed in range(10)
    ]
    errors = np.array([item.table.set_index("event_time")["std_error"] for item in drawn])
    errors = pd.DataFrame(errors, columns=drawn[0].table["event_time"] + 2003)
    for year, (_, printed) in PRINTED.items():
        mean, spread = errors[year].mean(), errors[year].std()
        assert abs(printed - mean) < 4 * spread + 5e-5
    mean = np.mean([item.std_error for item in drawn])
    spread = np.std([item.std_error for item in drawn])
    assert abs(0.0137 - mean) < 4 * spread
