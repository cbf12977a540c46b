"""Meta-analysis against the published results of the BCG vaccine trials, and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from lcresearch.fund.meta import meta_analysis

# Tuberculosis cases and others, vaccinated and not, in the 13 trials of Colditz et al. (1994),
# Journal of the American Medical Association 271(9), table 1.
TRIALS = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ],
    dtype=float,
)


def log_risk_ratios() -> tuple[np.ndarray, np.ndarray]:
    """Return the trials' log risk ratios and standard errors."""
    ill, well, ill_control, well_control = TRIALS.T
    treated, control = ill + well, ill_control + well_control
    variance = 1 / ill - 1 / treated + 1 / ill_control - 1 / control
    return np.log(ill / treated / (ill_control / control)), np.sqrt(variance)


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
