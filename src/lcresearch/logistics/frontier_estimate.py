"""Maximum-likelihood estimates of a frontier: where to begin, and what the end means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.logistics.frontier_data import FrontierData
from lcresearch.logistics.frontier_likelihood import Likelihood
from lcresearch.logistics.frontier_newton import Maximum, maximise

__all__ = ["Distribution", "Estimate", "estimate"]

Floats = npt.NDArray[np.float64]
Distribution = Literal["half_normal", "exponential", "truncated_normal"]

_NO_INEFFICIENCY: Final = -12.0  # of ln(σu²/σv²): gamma is then below 1e-5
_NO_NOISE: Final = -18.0  # of ln σv², where the residuals' variance is one
_FAR_MEAN: Final = 1e3  # of μ/σu


@dataclass(frozen=True, eq=False)
class Estimate:
    """A maximum, on the scale of the data as brought to one scale.

    Parameters
    ----------
    likelihood
        The likelihood that was maximised.
    found
        Where the climb ended.
    bound
        Which bound the parameters ran to, if any: no inefficiency, or the exponential
        distribution as the limit of the truncated normal.
    spike
        Whether the likelihood is higher still where noise vanishes, which is no regular maximum.
    """

    likelihood: Likelihood
    found: Maximum
    bound: Literal["no_inefficiency", "exponential"] | None = None
    spike: bool = False

    @property
    def covariance(self) -> Floats:
        """Inverse of the observed information."""
        return np.asarray(np.linalg.inv(-self.found.hessian))


def estimate(data: FrontierData, distribution: Distribution) -> Estimate:
    """Maximise the likelihood from several starting values, and keep the highest maximum.

    Raises
    ------
    DataError
        If the likelihood has no maximum inside, or none was found.
    """
    simple = "half_normal" if distribution == "truncated_normal" else distribution
    base = _likelihood(data, simple, drivers=False)
    starts = _variance_starts(data, base)
    if data.lag is not None:
        # Decay that makes inefficiency e times as large, or as small, over the whole period.
        span = float(np.ptp(data.lag))
        starts = [np.append(start, way / span) for start in starts for way in (-1, 0, 1)]
        starts = _highest(base, starts, 3)
    found, spike = _climb(base, starts)
    if distribution == "truncated_normal":
        return _truncated(data, base, found)
    if data.drivers is None:
        return _judged(data, Estimate(base, found, spike=spike))
    full = _likelihood(data, distribution, drivers=True)
    best, spike = _climb(full, [_with_drivers(full, found.theta, base)])
    return _judged(data, Estimate(full, best, spike=spike))


def _truncated(data: FrontierData, base: Likelihood, half: Maximum) -> Estimate:
    """Estimate with a mean of its own, from the half normal and from the exponential."""
    other = _likelihood(data, "exponential", drivers=False)
    limit, _ = _climb(other, [_to_exponential(half.theta, base)])
    full = _likelihood(data, "truncated_normal", drivers=data.drivers is not None)
    starts = [_with_drivers(full, half.theta, base)]
    # The second start is near the exponential with its own mean: μ = -3 σu and σu²/|μ| = mean.
    _, _, u, m, _ = full.places
    for ratio, spread, source in ((-3.0, np.log(9), limit), (1.0, -0.5, half)):
        start = _with_drivers(full, source.theta, base)
        start[u.start] += spread
        start[m.start] = ratio * np.exp(start[u.start] / 2)
        starts.append(start)
    best, spike = _climb(full, starts)
    at_limit = limit.converged and best.value < limit.value + 1e-6
    if not best.converged and at_limit and data.drivers is None:
        return _judged(data, Estimate(other, limit, "exponential"))
    return _judged(data, Estimate(full, best, spike=spike))


def _judged(data: FrontierData, found: Estimate) -> Estimate:
    """Return an estimate, told apart from one at a bound; refuse one that is no maximum."""
    full, theta = found.likelihood, found.found.theta
    _, v, u, _, _ = full.places
    ratio = float((full.zu @ theta[u]).max() - theta[v])
    means, variances = _means(full, theta)
    least_squares = -len(data.y) / 2 * (np.log(2 * np.pi) + 1)
    gain = found.found.value - least_squares
    at_bound = ratio < _NO_INEFFICIENCY + 2 and gain < 1e-3
    # Where nothing is gained, u far from zero is normal and cannot be told from noise.
    if found.bound is None and (at_bound or gain < 1e-6):
        return Estimate(full, found.found, "no_inefficiency")
    if theta[v] < _NO_NOISE + 2:
        raise DataError(
            "the likelihood is highest without noise (gamma = 1), where it has no standard errors: "
            "there are too few rows for these regressors, or another distribution is needed."
        )
    if found.found.converged:
        return found
    if full.zm is not None and bool((np.abs(means) > 20 * np.sqrt(variances)).any()):
        trend = (
            ", where it and eta only stand for a trend of the frontier"
            if full.lag is not None and means.max() > 0
            else ", along a flat ridge"
        )
        raise DataError(
            f"mu is not identified: the likelihood has no maximum inside and still rises as mu "
            f"runs {'up' if means.max() > 0 else 'down'}{trend}: take inefficiency='half_normal'"
            f"{' or time_varying=False' if full.lag is not None else ''}."
        )
    raise DataError(
        "the likelihood has no maximum that could be found from any starting value, so that no "
        "estimate is reported: take fewer regressors or drivers, or another distribution."
    )


def _likelihood(data: FrontierData, distribution: Distribution, *, drivers: bool) -> Likelihood:
    one = np.ones((1, 1))
    zu, zm = one, None
    truncated = distribution == "truncated_normal"
    if drivers and data.drivers is not None:
        columns = data.drivers.columns
        zu, zm = (np.ones((len(columns), 1)), columns) if truncated else (columns, None)
    elif truncated:
        zm = one
    return Likelihood(
        y=data.y,
        x=data.x.columns,
        starts=data.starts,
        lag=data.lag,
        zu=zu,
        zm=zm,
        exponential=distribution == "exponential",
    )


def _variance_starts(data: FrontierData, base: Likelihood) -> list[Floats]:
    """Return starting values: least squares shifted to the frontier, by gamma."""
    mean_square = 1.0 if base.exponential else float(np.sqrt(2 / np.pi))
    third = 2.0 if base.exponential else float(np.sqrt(2 / np.pi) * (4 / np.pi - 1))
    spread = 1 - mean_square**2 if not base.exponential else 1.0
    # Third moment of the residuals: that of minus u.
    by_moments = (max(-data.skewness, 0.0) / third) ** (2 / 3)
    # Moments serve where the skew is right; else the likelihood chooses among shares of u.
    shares = (0.1, 0.5, 0.9) if by_moments == 0 or base.lag is not None else ()
    starts = []
    for variance in (by_moments, *(share / spread for share in shares)):
        kept = float(np.clip(variance, 0.02 / spread, 0.95 / spread))
        start = np.zeros(base.places[3].start)
        start[base.places[0]] = data.least_squares
        # The first scaled column is the constant, times the sign of the frontier.
        start[0] += mean_square * np.sqrt(kept) * data.x.columns[0, 0]
        start[base.places[1]] = np.log(1 - spread * kept)
        start[base.places[2]] = np.log(kept)
        starts.append(start)
    return starts if data.lag is not None or len(starts) == 1 else _highest(base, starts, 1)


def _highest(full: Likelihood, starts: list[Floats], keep: int) -> list[Floats]:
    values = [full(start)[0] for start in starts]
    best = np.argsort(-np.nan_to_num(np.asarray(values), nan=-np.inf), kind="stable")
    return [starts[int(i)] for i in best[:keep]]


def _climb(full: Likelihood, starts: list[Floats]) -> tuple[Maximum, bool]:
    """Return the highest end of climbs from the starting values, a maximum inside if there is one.

    With few rows the likelihood can have a spike where noise vanishes. It is left aside, as maxima
    inside are what has standard errors, but it is told that there is one.
    """

    def ran_away(theta: Floats) -> bool:
        _, v, u, _, _ = full.places
        ratio = float((full.zu @ theta[u]).max() - theta[v])
        if ratio < _NO_INEFFICIENCY or theta[v] < _NO_NOISE or np.abs(theta).max() > 1e6:
            return True
        means, variances = _means(full, theta)
        return bool((np.abs(means) > _FAR_MEAN * np.sqrt(variances)).all())

    ends = [maximise(full, start, stop=ran_away) for start in starts]
    best = max(ends, key=lambda end: end.value)
    inside = [end for end in ends if end.converged]
    if best.theta[full.places[1]] < _NO_NOISE + 2 and inside:
        return max(inside, key=lambda end: end.value), True
    return best, False


def _means(full: Likelihood, theta: Floats) -> tuple[Floats, Floats]:
    """Return μ and σu² of each group."""
    _, _, u, m, _ = full.places
    variances = np.exp(full.zu @ theta[u])
    return (np.zeros_like(variances) if full.zm is None else full.zm @ theta[m]), variances


def _with_drivers(full: Likelihood, simple: Floats, base: Likelihood) -> Floats:
    """Return starting values of a fuller model, from the estimates of a simpler one."""
    start = np.zeros(full.size)
    shared = base.places[2].start + 1
    start[:shared] = simple[:shared]
    # The simpler model may have ended on a bound, from which no climb leads away.
    v = base.places[1]
    start[v] = max(start[v], -4.0)
    start[shared - 1] = max(start[shared - 1], start[v] - 2.0)
    if full.lag is not None:
        start[-1] = simple[-1]
    return start


def _to_exponential(half: Floats, base: Likelihood) -> Floats:
    """Return starting values of the exponential with the mean of a half normal."""
    start = half.copy()
    start[base.places[2]] += np.log(2 / np.pi)
    return start
