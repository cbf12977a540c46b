"""The distributions of Johansen's rank tests, by gamma distributions with the same moments."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import stats

from lcresearch.errors import DataError, did_you_mean

__all__ = ["DETERMINISTIC", "check_deterministic", "critical_value", "p_value"]

DETERMINISTIC: Final = (
    "none",
    "restricted_constant",
    "constant",
    "restricted_trend",
    "trend",
)

# Doornik (1998): mean and variance of the trace statistic as a polynomial in the
# number n of common trends. Terms: n^2, n, 1, [n = 1], [n = 2], sqrt(n); rows as in DETERMINISTIC.
_TRACE_MEAN: Final = (
    (2, -1.00, 0.07, 0.07, 0, 0),
    (2, 2.01, 0, 0.06, 0.05, 0),
    (2, 1.05, -1.55, -0.50, -0.23, 0),
    (2, 4.05, 0.50, -0.23, -0.07, 0),
    (2, 2.85, -5.10, -0.10, -0.06, 1.35),
)
_TRACE_VARIANCE: Final = (
    (3, -0.33, -0.55, 0, 0, 0),
    (3, 3.6, 0.75, -0.4, -0.3, 0),
    (3, 1.8, 0, -2.8, -1.1, 0),
    (3, 5.7, 3.2, -1.3, -0.5, 0),
    (3, 4.0, 0.8, -5.8, -2.66, 0),
)
# The same for the largest eigenvalue, whose moments have no term in n^2.
_MAX_MEAN: Final = (
    (0, 6.0019, -2.7558, 0.67185, 0.11490, -2.7764),
    (0, 5.9498, 0.43402, 0.048360, 0.018198, -2.3669),
    (0, 5.8271, -1.6487, -1.6118, -0.25949, -1.5666),
    (0, 5.8658, 2.5595, -0.34443, -0.077991, -1.7552),
    (0, 5.6364, -0.90531, -3.5166, -0.47966, -0.21447),
)
_MAX_VARIANCE: Final = (
    (0, 1.8806, -15.499, 1.1136, 0.070508, 14.714),
    (0, 2.2231, -7.9064, 0.58592, -0.034324, 12.058),
    (0, 2.0785, -9.7846, -3.3680, -0.24528, 13.074),
    (0, 1.9955, -5.5428, 1.2425, 0.41949, 12.841),
    (0, 2.0899, -5.3303, -7.1523, -0.25260, 12.393),
)


def check_deterministic(name: str) -> str:
    """Return the name of a deterministic case if it is one of the five.

    Raises
    ------
    DataError
        If it is not.
    """
    if name not in DETERMINISTIC:
        raise DataError(
            f"deterministic is {name!r}: give one of {', '.join(map(repr, DETERMINISTIC))}."
            f"{did_you_mean(name, DETERMINISTIC)}"
        )
    return name


def p_value(statistic: float, *, test: str, deterministic: str, trends: int) -> float:
    """Return the large-sample probability of a larger statistic if there are `trends` trends.

    Parameters
    ----------
    statistic
        Of the test.
    test
        ``"trace"`` or ``"max_eigen"``.
    deterministic
        One of `DETERMINISTIC`.
    trends
        Series less the rank under the hypothesis; at least one.

    References
    ----------
    Doornik (1998), *Journal of Economic Surveys*.
    """
    shape, scale = _gamma(test, deterministic, trends)
    return float(stats.gamma.sf(statistic, shape, scale=scale))


def critical_value(size: float, *, test: str, deterministic: str, trends: int) -> float:
    """Return the value that a statistic exceeds with probability `size`; see `p_value`."""
    shape, scale = _gamma(test, deterministic, trends)
    return float(stats.gamma.isf(size, shape, scale=scale))


def _gamma(test: str, deterministic: str, trends: int) -> tuple[float, float]:
    means, variances = (
        (_TRACE_MEAN, _TRACE_VARIANCE) if test == "trace" else (_MAX_MEAN, _MAX_VARIANCE)
    )
    case = DETERMINISTIC.index(deterministic)
    terms = np.array([trends**2, trends, 1, trends == 1, trends == 2, np.sqrt(trends)])
    mean, variance = float(terms @ means[case]), float(terms @ variances[case])
    return mean**2 / variance, variance / mean
