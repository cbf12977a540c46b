"""Cost frontiers of US power utilities as sfaR printed them, and of Swiss mountain railways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.logistics.frontier import Frontier
from lcresearch.logistics.frontier_results import FrontierResults
from lcresearch.replications import utility

# Source of the numbers below: tests/sfacross.Rout.save of the R package sfaR (CRAN).
QUANTILES = list(utility.QUANTILES)


def fit(replication: Any, **model: Any) -> FrontierResults:
    """Fit the cost of the utilities by the recipe's model."""
    return utility.fit(replication / "sfaR_utility.csv", **model)


def test_half_normal_with_drivers_is_that_of_sfar(replication: Any) -> None:
    """Estimates, standard errors, likelihood, efficiencies and their bounds, as printed."""
    res = fit(replication)
    assert res.loglik == pytest.approx(56.41206, abs=1e-5)
    printed = [-2.388, 0.993, 0.016, 0.718, -2.572, 1.023, -5.083]
    np.testing.assert_allclose(res.params, printed, atol=6e-4)
    errors = [0.194, 0.008, 0.028, 0.042, 0.112, 0.117, 0.218]
    np.testing.assert_allclose(res.std_errors, errors, atol=6e-4)
    found = res.efficiency().describe().loc[QUANTILES]
    printed_by = {
        "inefficiency": [0.027, 0.124, 0.238, 0.310, 0.411, 1.340],
        "efficiency": [0.263, 0.665, 0.791, 0.756, 0.885, 0.974],
        "conf_low": [0.225, 0.569, 0.678, 0.655, 0.766, 0.913],
        "conf_high": [0.305, 0.771, 0.914, 0.854, 0.988, 0.999],
    }
    for column, values in printed_by.items():
        np.testing.assert_allclose(found[column], values, atol=6e-4)


def test_truncated_normal_with_drivers_is_that_of_sfar(replication: Any) -> None:
    """Estimates, standard errors, likelihood and efficiencies, as printed."""
    res = fit(replication, inefficiency="truncated_normal")
    assert res.loglik == pytest.approx(67.90694, abs=1e-5)
    printed = [-2.266, 0.991, 0.009, 0.732, -1.272, 1.008]
    np.testing.assert_allclose(res.params.iloc[:6], printed, atol=6e-4)
    errors = [0.187, 0.008, 0.028, 0.041, 0.578, 0.321]
    np.testing.assert_allclose(res.std_errors.iloc[:6], errors, atol=6e-4)
    assert np.log(res.sigma_u**2) == pytest.approx(-1.265, abs=6e-4)
    assert np.log(res.sigma_v**2) == pytest.approx(-4.836, abs=6e-4)
    found = res.efficiency().describe().loc[QUANTILES]
    printed_by = {
        "efficiency": [0.274, 0.689, 0.822, 0.778, 0.904, 0.974],
        "conf_low": [0.230, 0.578, 0.691, 0.666, 0.777, 0.911],
    }
    for column, values in printed_by.items():
        np.testing.assert_allclose(found[column], values, atol=6e-4)


def test_swiss_railways_have_persistent_inefficiency_and_economies(replication: Any) -> None:
    """Cost grows less than traffic and network; a railway's inefficiency hardly changes."""
    data = pd.read_csv(replication / "swissrailways.csv")
    model: dict[str, Any] = {
        "dependent": "LNCT",
        "regressors": ["LNQ2", "LNQ3", "LNNET", "LNSTOP", "LNPK", "LNPL", "T"],
        "kind": "cost",
    }
    alone = Frontier(data, **model).fit()
    panel = Frontier(data, **model, unit="ID", time="YEAR").fit()
    decay = Frontier(data, **model, unit="ID", time="YEAR", time_varying=True).fit()
    assert panel.loglik - alone.loglik > 500
    low, high = decay.conf_int().loc["eta"]
    assert low < 0 < high
    grown = panel.params[["LNQ2", "LNQ3", "LNNET", "LNSTOP"]].sum()
    assert 0.5 < grown < 1
    means = panel.efficiency().groupby("ID")["efficiency"].nunique()
    assert (means == 1).all()
