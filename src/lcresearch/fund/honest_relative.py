"""Bounds relative to the violations seen before the start: conditional and hybrid test inverted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from lcresearch.fund.conditional_test import hybrid_rejects
from lcresearch.fund.honest_event_study import EventStudy

__all__ = ["RelativeMagnitude", "worst_cases"]

Floats = npt.NDArray[np.float64]

_GRID = 1001
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(160)
_REACH = 9.0  # standard deviations beyond which the normal density is no more than rounding


@dataclass(frozen=True, eq=False)
class RelativeMagnitude:
    """One part of the restriction: a given difference before the start is the greatest.

    Restriction (Rambachan & Roth 2023, equation 7): between periods after the start the violation
    of parallel trends changes by no more than `m` times the greatest change before it. It is a
    union over which change was greatest, ``u``, sign included; for a given one the change ``d_t``
    after the start satisfies ``|d_t| <= m u``, two inequalities for each t. The effects other
    than the target are free, so the moments' test solves a linear programme; its dual asks for
    weights ``g >= 0`` with ``g_t+ - g_t- = k c_t`` for one k and ``sum sd g = 1``, where ``target'
    delta = sum c_t d_t``. These weights have few vertices: k positive, k negative, and one for each
    t with k = 0. Hence the optimum needs no solver: it is the greatest of ``n_post + 2`` variables,
    and all depend on the data through two alone: the estimate and u.

    Parameters
    ----------
    estimate, change
        Estimate of the target if trends are parallel, and ``u``.
    covariance
        Of the two.
    loadings
        Coefficients of the variables on (estimate - null, change), one variable a row: k positive,
        k negative, then each t.
    alpha, kappa
        Level of the test, and of its first stage.
    """

    estimate: float
    change: float
    covariance: Floats
    loadings: Floats
    alpha: float
    kappa: float

    @property
    def least_favourable(self) -> float:
        """Critical value of the greatest variable if all means are zero, at level `kappa`.

        The variables are linear in two normal ones, so the probability is an integral over one of
        them and is found without simulation.
        """
        sd_e, sd_u = np.sqrt(np.diag(self.covariance))
        (up, up_u), (down, down_u) = self.loadings[0], -self.loadings[1]
        steepest = float(-self.loadings[2:, 1].min())
        slope = self.covariance[0, 1] / sd_u
        spread = np.sqrt(max(sd_e**2 - slope**2, 1e-300))

        def within(c: float) -> float:
            lowest = -c / (steepest * sd_u) if steepest > 0 else -np.inf
            start = max(-_REACH, lowest)
            if start >= _REACH:
                return 0.0
            z = start + (_REACH - start) * (_NODES + 1) / 2
            u = z * sd_u
            top = (c - up_u * u) / up
            bottom = (-c - down_u * u) / down
            inside = special.ndtr((top - slope * z) / spread) - special.ndtr(
                (bottom - slope * z) / spread
            )
            density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
            return float((_REACH - start) / 2 * (_NODE_WEIGHTS * density) @ np.maximum(inside, 0))

        return float(
            optimize.brentq(lambda c: within(c) - (1 - self.kappa), 1e-9, 12.0, xtol=1e-10)
        )

    def accepts(self, nulls: Floats, least_favourable: float | None = None) -> Floats:
        """Return whether each value of the target is not rejected."""
        if least_favourable is None:
            least_favourable = self.least_favourable
        data = np.column_stack([self.estimate - nulls, np.full(len(nulls), self.change)])
        rejected = hybrid_rejects(
            data @ self.loadings.T,
            self.loadings @ self.covariance @ self.loadings.T,
            least_favourable=least_favourable,
            alpha=self.alpha,
            kappa=self.kappa,
        )
        return np.asarray(~rejected)

    def interval(self) -> tuple[float, float]:
        """Return the least and the greatest value accepted; not a number if none is.

        Outside of the values that the first stage leaves none is accepted, so that a grid between
        them is enough; its outermost accepted values are refined by bisection.
        """
        critical = self.least_favourable
        if (self.loadings[2:, 1] * self.change).max() > critical:
            return np.nan, np.nan
        (up, up_u), (down, down_u) = self.loadings[:2]
        low = self.estimate - (critical - up_u * self.change) / up
        high = self.estimate - (critical - down_u * self.change) / down
        if low > high:
            return np.nan, np.nan
        grid = np.linspace(low, high, _GRID)
        accepted = np.flatnonzero(self.accepts(grid, critical))
        if not len(accepted):
            return np.nan, np.nan
        ends = []
        for inner, outward in ((accepted[0], -1), (accepted[-1], 1)):
            beyond = inner + outward
            if not 0 <= beyond < _GRID:
                ends.append(float(grid[inner]))
                continue
            kept, lost = grid[inner], grid[beyond]
            for _ in range(30):
                middle = (kept + lost) / 2
                if self.accepts(np.array([middle]), critical)[0]:
                    kept = middle
                else:
                    lost = middle
            ends.append(float(kept))
        return ends[0], ends[1]


def worst_cases(
    study: EventStudy, m: float, alpha: float, kappa: float | None = None
) -> list[RelativeMagnitude]:
    """Return the parts of the restriction, one for each change before the start and sign.

    Parameters
    ----------
    study
        The estimates.
    m
        Greatest change after the start, as a multiple of the greatest before it.
    alpha
        Level of the test.
    kappa
        Level of its first stage; a tenth of `alpha` by default.
    """
    n_pre, n_post = study.n_pre, study.n_post
    steps = np.diff(np.eye(n_pre + n_post + 1), axis=0)  # changes, the base period among columns
    steps = np.delete(steps, n_pre, axis=1)
    before, after = steps[:n_pre], steps[n_pre:]
    beta, sigma = np.r_[study.pre, study.post], study.covariance
    whole = np.r_[np.zeros(n_pre), study.target]
    c = np.cumsum(study.target[::-1])[::-1]  # target'delta = sum of c_t d_t
    rise, fall = np.maximum(c, 0), np.maximum(-c, 0)
    parts = []
    for row in before:
        for sign in (1.0, -1.0):
            u = sign * row
            above, below = (
                np.sqrt(np.einsum("ij,jk,ik->i", moment, sigma, moment))
                for moment in (after - m * u, -after - m * u)
            )
            up, down = rise @ above + fall @ below, rise @ below + fall @ above
            reach = m * np.abs(c).sum()
            both = np.column_stack([np.zeros(n_post), -2 * m / (above + below)])
            pair = np.vstack([whole, u])
            parts.append(
                RelativeMagnitude(
                    estimate=study.estimate,
                    change=float(u @ beta),
                    covariance=pair @ sigma @ pair.T,
                    loadings=np.vstack([[1 / up, -reach / up], [-1 / down, -reach / down], both]),
                    alpha=alpha,
                    kappa=alpha / 10 if kappa is None else kappa,
                )
            )
    return parts[:1] if m == 0 else parts  # with m = 0 the change before the start plays no part
