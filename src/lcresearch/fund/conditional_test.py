"""The conditional and least-favourable hybrid test of moment inequalities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["hybrid_rejects"]

Floats = npt.NDArray[np.float64]


def hybrid_rejects(
    values: Floats, covariance: Floats, *, least_favourable: float, alpha: float, kappa: float
) -> npt.NDArray[np.bool_]:
    """Test whether all of several normal variables can have means of zero or less.

    Andrews, Roth & Pakes (2023): the variables are the products ``gamma'Y`` of the moments with
    the vertices of the dual linear programme, the statistic is their maximum. The first stage
    rejects above the least-favourable critical value at level `kappa`; the second conditions on
    which variable is the greatest and on what is independent of it, so that the maximum is a
    truncated normal variable (their section 4), truncated also at the first stage's critical value.

    Parameters
    ----------
    values
        Variables, one test a row.
    covariance
        Of the variables.
    least_favourable
        Critical value that the maximum exceeds with probability `kappa` if all means are zero.
    alpha, kappa
        Level of the test, and of its first stage.

    Returns
    -------
    ndarray
        Whether each row is rejected.
    """
    best = np.argmax(values, axis=1)
    rows = np.arange(len(values))
    statistic = values[rows, best]
    variance = np.diag(covariance)[best]
    noisy = variance > 0
    slope = covariance[best] / np.where(noisy, variance, 1.0)[:, None]
    # With all else fixed, the greatest stays so while x (1 - slope_v) >= value_v - slope_v x_now.
    room = 1 - slope
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = (values - slope * statistic[:, None]) / room
    low = np.where(room > 1e-10, turn, -np.inf).max(axis=1)
    high = np.where(room < -1e-10, turn, np.inf).min(axis=1)
    high = np.minimum(high, least_favourable)
    sd = np.sqrt(np.where(noisy, variance, 1.0))
    chance = _upper_tail(statistic / sd, low / sd, high / sd)
    second = (statistic > 0) & (~noisy | (chance < (alpha - kappa) / (1 - kappa)))
    return np.asarray((statistic > least_favourable) | second)


def _upper_tail(x: Floats, low: Floats, high: Floats) -> Floats:
    """Return P(Z > x) for a standard normal Z between low and high, far out in the tail too."""

    def log_between(a: Floats) -> Floats:
        # log of P(a < Z < high), by tails so that nothing cancels far above zero
        above, beyond = special.log_ndtr(-a), special.log_ndtr(-high)
        with np.errstate(divide="ignore"):
            between = above + np.log1p(-np.exp(np.minimum(beyond - above, 0.0)))
        return np.asarray(between, dtype=np.float64)

    with np.errstate(invalid="ignore"):
        chance = np.exp(log_between(np.maximum(x, low)) - log_between(low))
    filled: Floats = np.nan_to_num(chance, nan=0.0)
    return filled
