"""Bounds when the trend's slope changes little: optimal fixed-length intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from lcresearch.fund.honest_event_study import EventStudy
from lcresearch.fund.lasso_path import lasso_path

__all__ = ["FixedLength", "folded_normal_quantile"]

Floats = npt.NDArray[np.float64]


def folded_normal_quantile(probability: float, mean: float) -> float:
    """Return the quantile of ``|N(mean, 1)|``: the critical value at a bias of so many std. errors.

    Armstrong & Kolesár (2018), equation 18.
    """
    mean = abs(mean)
    low = mean + float(special.ndtri(probability))
    high = mean + float(special.ndtri((1 + probability) / 2))

    def excess(c: float) -> float:
        return float(special.ndtr(c - mean) - special.ndtr(-c - mean)) - probability

    if excess(low) >= 0:  # the far tail is below rounding
        return max(low, 0.0)
    return float(optimize.brentq(excess, max(low, 0.0), high + 1e-9, xtol=1e-13))


@dataclass(frozen=True, eq=False)
class FixedLength:
    """Affine estimators of the target with the best trades of bias for variance.

    Under the smoothness restriction (Rambachan & Roth 2023, equation 8) the violation of parallel
    trends is a line plus second differences ``D_j``, each at most `m` in absolute value. An
    estimator ``v'beta`` with ``v_post = target`` has a bounded bias only if the line cancels; its
    greatest bias is then ``m sum_j |c_j|`` with ``c_j`` linear in v. The ``c_j`` at the base period
    and after it are given by the target; the earlier ones, ``w``, are free and fix v. So variance
    against bias is a lasso in w, whose whole path is found once, and the shortest interval for any
    m lies on it.

    Parameters
    ----------
    corners
        Estimators at the corners of the path, one a row.
    bias
        Greatest bias of each per unit of m.
    study
        The estimates.
    """

    corners: Floats
    bias: Floats
    study: EventStudy

    @classmethod
    def of(cls, study: EventStudy) -> FixedLength:
        """Find the path for an event study."""
        n_pre, n_post = study.n_pre, study.n_post
        steps = np.arange(1, n_post + 1)
        after = [np.maximum(steps - j, 0) @ study.target for j in range(n_post)]
        # c_{-j} = sum over m of (m - j)_+ v_{-m}; rows j, columns m from the base backwards.
        lags = np.arange(1, n_pre + 1)
        backwards = np.linalg.inv(np.maximum(lags[None, :] - np.arange(n_pre)[:, None], 0.0))
        fixed = np.r_[(backwards[:, 0] * after[0])[::-1], study.target]
        free = np.vstack([backwards[::-1, 1:], np.zeros((n_post, n_pre - 1))])
        sigma = study.covariance
        w = lasso_path(free.T @ sigma @ free, free.T @ sigma @ fixed)
        bias = np.abs(after).sum() + np.abs(w).sum(1)
        return cls(fixed + w @ free.T, bias, study)

    def interval(self, m: float, alpha: float) -> tuple[float, float]:
        """Return the shortest interval of fixed length that covers with probability 1 - alpha.

        Parameters
        ----------
        m
            Greatest change of the trend's slope between periods, in units of the outcome.
        alpha
            One less the coverage.
        """
        sigma = self.study.covariance

        def between(position: float) -> tuple[Floats, float]:
            first = min(int(position), max(len(self.corners) - 2, 0))
            share = position - first
            if not share:
                return self.corners[first], float(self.bias[first])
            v = (1 - share) * self.corners[first] + share * self.corners[first + 1]
            return v, float((1 - share) * self.bias[first] + share * self.bias[first + 1])

        def half_length(position: float) -> float:
            v, bias = between(position)
            sd = float(np.sqrt(v @ sigma @ v))
            return sd * folded_normal_quantile(1 - alpha, m * bias / sd)

        best, shortest = 0.0, half_length(0.0)
        for corner in range(1, len(self.corners)):
            inside = optimize.minimize_scalar(
                half_length, bounds=(corner - 1, corner), method="bounded", options={"xatol": 1e-9}
            )
            for position in (float(corner), float(inside.x)):
                if (length := half_length(position)) < shortest:
                    best, shortest = position, length
        v, _ = between(best)
        centre = float(v @ np.r_[self.study.pre, self.study.post])
        return centre - shortest, centre + shortest
