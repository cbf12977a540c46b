"""Meta-analysis against the published results of the BCG vaccine trials, and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from lcresearch.fund.meta import meta_analysis
from lcresearch.replications import bcg, load_published


def log_risk_ratios() -> tuple[np.ndarray, np.ndarray]:
    """Return the trials' log risk ratios and standard errors."""
    return bcg.log_risk_ratios(load_published().folder / "bcg_trials.csv")


@pytest.mark.parametrize(
    ("method", "estimate", "std_error", "tau2"),
    [("DL", -0.7141, 0.1787, 0.3088), ("REML", -0.7145, 0.1798, 0.3132)],
)
def test_bcg_trials(method: str, estimate: float, std_error: float, tau2: float) -> None:
    """Pooled effect, its standard error and tau^2 are the published ones."""
    got = meta_analysis(*log_risk_ratios(), method=method)
    assert got.estimate == pytest.approx(estimate, abs=1e-4)
    assert got.std_error == pytest.approx(std_error, abs=1e-4)
    assert got.tau2 == pytest.approx(tau2, abs=1e-4)
    assert got.q == pytest.approx(152.233, abs=1e-3)


def test_hksj_equals_statsmodels() -> None:
    """The HKSJ standard error under Paule-Mandel is statsmodels' own."""
    y, se = log_risk_ratios()
    got = meta_analysis(y, se, method="PM")
    peer = combine_effects(y, se**2, method_re="pm", use_t=True, atol=1e-10)
    assert got.std_error_hksj == pytest.approx(float(np.sqrt(peer.var_hksj_re)), rel=1e-7)
    low, high = peer.conf_int()[3]
    np.testing.assert_allclose(got.conf_int, [low, high], rtol=1e-6)
