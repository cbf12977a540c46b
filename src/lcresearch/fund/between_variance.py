"""The variance between studies in a meta-analysis, by four estimators."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import optimize

from lcresearch.errors import DataError

__all__ = ["METHODS", "between_variance"]

Floats = npt.NDArray[np.float64]

METHODS = ("REML", "PM", "DL", "FE")


def between_variance(estimates: Floats, variances: Floats, method: str) -> float:
    """Return the variance of true effects between studies, in squared units of the estimates.

    Parameters
    ----------
    estimates, variances
        Of each study.
    method
        ``"DL"`` (DerSimonian & Laird 1986, eq. 9), by statsmodels; ``"PM"`` (Paule & Mandel 1982);
        ``"REML"``, the greatest restricted likelihood; ``"FE"``, zero.

    Returns
    -------
    float
        Zero or more.

    Raises
    ------
    DataError
        If the method is unknown or the iteration does not converge.
    """
    if method == "FE":
        return 0.0
    # In units of the typical variance, so that no tolerance depends on the units of measure.
    unit = float(np.exp(np.mean(np.log(variances))))
    y, v = (estimates - estimates.mean()) / np.sqrt(unit), variances / unit
    if method == "REML":
        return unit * _restricted_likelihood(y, v)
    if method not in METHODS:
        raise DataError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")
    if method == "DL":
        from statsmodels.stats.meta_analysis import combine_effects

        # It takes roots of what may be negative before it sets it to zero.
        with np.errstate(invalid="ignore"):
            return unit * max(0.0, float(combine_effects(y, v, method_re="dl").tau2))
    if _spare(0.0, y, v) <= 0:
        return 0.0
    # The weighted squares fall in tau2, and at the sum of squares they are below one, so the root
    # is bracketed; statsmodels' iteration ends short of it on ordinary data.
    high = float((y**2).sum())
    return unit * float(optimize.brentq(_spare, 0.0, high, args=(y, v), xtol=1e-14 * high))


def _spare(tau2: float, y: Floats, v: Floats) -> float:
    """Return the weighted squares beyond their expectation, which Paule and Mandel set to zero."""
    w = 1 / (v + tau2)
    return float(w @ (y - w @ y / w.sum()) ** 2) - (len(y) - 1)


def _restricted_likelihood(y: Floats, v: Floats) -> float:
    """Return the maximiser on the half line.

    The likelihood may have several peaks, so a grid that spans all scales of the data finds the
    highest; the root of the score beside it is the maximum, or zero where the score there falls.
    """
    grid = np.r_[0.0, np.geomspace(1e-4 * v.min(), 100 * (v.max() + np.ptp(y) ** 2), 200)]
    best = int(np.argmax(_logliks(grid, y, v)))
    if best == 0 and _score(0.0, y, v) <= 0:
        return 0.0
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if not _score(low, y, v) > 0 > _score(high, y, v):
        raise DataError("The restricted likelihood has no clear maximum: use method='PM'.")
    return float(optimize.brentq(_score, low, high, args=(y, v), xtol=1e-14 * high))


def _logliks(grid: Floats, y: Floats, v: Floats) -> Floats:
    """Return the restricted log-likelihood, but for a constant, at each variance."""
    w = 1 / (v + grid[:, None])
    total = w.sum(axis=1)
    gaps = y - (w @ y / total)[:, None]
    squares = (w * gaps**2).sum(axis=1)
    return np.asarray(np.log(w).sum(axis=1) - np.log(total) - squares) / 2


def _score(tau2: float, y: Floats, v: Floats) -> float:
    """Return twice the derivative of the restricted likelihood."""
    w = 1 / (v + tau2)
    residual = y - w @ y / w.sum()
    return float(w**2 @ residual**2 - w.sum() + (w**2).sum() / w.sum())
