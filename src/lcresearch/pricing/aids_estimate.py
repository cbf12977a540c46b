"""Estimates of the almost ideal demand system: iterated linear, or maximum likelihood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.pricing.aids_form import Form
from lcresearch.sur_system import System, SystemEstimate

__all__ = ["AIDSEstimate", "estimate"]

Floats = npt.NDArray[np.float64]

_TOLERANCE: Final = 1e-9  # last move of the estimates, in standard errors
_STUCK: Final = 1e-5  # the same, where rounding lets the likelihood rise no further
_MOST_ROUNDS: Final = 500
_MOST_HALVINGS: Final = 40
_FAR: Final = 100.0  # log real expenditure, beyond which an index has left the data
_ROUNDING: Final = 1e-12  # of the largest parameter
_CHUNK: Final = 4096  # rows whose derivatives are held at once


class Sample(NamedTuple):
    """Log prices, log expenditure and shares of the rows used."""

    p: Floats
    x: Floats
    w: Floats


class AIDSEstimate(NamedTuple):
    """What an estimator found.

    Parameters
    ----------
    params
        Free parameters.
    covariance
        Their covariance in large samples.
    residual_covariance
        Of all shares but the last.
    loglik
        Gaussian log-likelihood of all shares but the last.
    rounds
        How often the index, or the likelihood's direction, was computed.
    """

    params: Floats
    covariance: Floats
    residual_covariance: Floats
    loglik: float
    rounds: int


@dataclass(frozen=True, eq=False)
class _Moments:
    """The system at one value of its free parameters."""

    form: Form
    lift: Floats = field(repr=False)
    sample: Sample = field(repr=False)
    params: Floats

    @property
    def theta(self) -> Floats:
        return self.form.start + self.lift @ self.params

    def residual_covariance(self) -> Floats:
        theta, (p, x, w) = self.theta, self.sample
        residuals = self._residuals(self.form.design(theta, p, self._real(p, x)), w)
        return np.asarray(residuals.T @ residuals / len(w))

    def _real(self, p: Floats, x: Floats) -> Floats:
        return np.asarray(x - self.form.translog(self.theta, p))

    def _residuals(self, design: Floats, w: Floats) -> Floats:
        """Return residuals of all shares but the last."""
        kept = range(self.form.goods - 1)
        slopes = np.column_stack([self.theta[self.form.rows(i)] for i in kept])
        return np.asarray(w[:, :-1] - design @ slopes)

    def blocks(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Yield residuals, linear regressors and derivatives of shares, by blocks of rows.

        Regressors hold the index as known; derivatives let it move with the parameters. Both are
        rows by equations by free parameters.
        """
        theta, kept = self.theta, self.form.goods - 1
        loadings = np.stack([self.lift[self.form.rows(i)] for i in range(kept)], axis=1)
        for first in range(0, len(self.sample.p), _CHUNK):
            p, x, w = (part[first : first + _CHUNK] for part in self.sample)
            m = self._real(p, x)
            design = self.form.design(theta, p, m)
            linear = np.tensordot(design, loadings, axes=1)
            by_index, by_b, moves = self.form.index_slopes(theta, p, m)
            index, b = moves @ self.lift
            full = linear + by_index[:, :kept, None] * index[:, None, :]
            if self.form.quadratic:
                full += by_b[:, :kept, None] * b[:, None, :]
            yield self._residuals(design, w), linear, full


def estimate(form: Form, sample: Sample, *, method: str) -> tuple[AIDSEstimate, Floats]:
    """Estimate a system, and return the estimate and the matrix from its parameters to all.

    Parameters
    ----------
    form
        The equations.
    sample
        Logs and shares.
    method
        ``"iterated_linear"``, ``"two_step"`` or ``"maximum_likelihood"``; see `AIDS.fit`.

    Raises
    ------
    DataError
        If the data do not tell the parameters apart, or the iterations do not converge.
    """
    lift, names = form.lift()
    once = method == "two_step"
    if form.index != "translog":
        m = sample.x - form.known_index(sample.p, sample.w)
        found = _linear(form, sample, form.start, m, lift, names, once=once)
        parts = found.params, found.covariance, found.residual_covariance, float(found.loglik)
        return AIDSEstimate(*parts, 1), lift
    found, rounds, settled = _iterate_linear(form, sample, lift, names, once=once)
    if method == "maximum_likelihood":
        return _maximise(_Moments(form, lift, sample, found.params)), lift
    if not settled:
        raise DataError(
            f"the price index did not converge in {rounds} rounds of linear estimates: fit by "
            f"'maximum_likelihood', let normalise be True, or take a linear index."
        )
    moments = _Moments(form, lift, sample, found.params)
    covariance = _iterated_linear_covariance(moments, found.residual_covariance)
    parts = found.params, covariance, found.residual_covariance, float(found.loglik)
    return AIDSEstimate(*parts, rounds), lift


def _linear(
    form: Form,
    sample: Sample,
    theta: Floats,
    m: Floats,
    lift: Floats,
    names: list[str],
    *,
    once: bool,
) -> SystemEstimate:
    """Return generalised least squares at a known index."""
    loadings = [lift[form.rows(i)] for i in range(form.goods - 1)]
    design = form.design(theta, sample.p, m)
    return System(design, sample.w[:, :-1], loadings, names=names).iterate(once=once)


def _iterate_linear(
    form: Form, sample: Sample, lift: Floats, names: list[str], *, once: bool
) -> tuple[SystemEstimate, int, bool]:
    """Return linear estimates at the index that they themselves imply.

    Returns
    -------
    tuple
        The estimates, how often the index was computed, and whether it converged; if it did not,
        the estimates are the first.
    """
    theta, m = form.start, sample.x - form.known_index(sample.p, sample.w)
    found = first = _linear(form, sample, theta, m, lift, names, once=once)
    for rounds in range(2, _MOST_ROUNDS + 1):
        theta = form.start + lift @ found.params
        m = sample.x - form.translog(theta, sample.p)
        if not np.abs(m).max() < _FAR:
            return first, rounds, False
        before, found = found.params, _linear(form, sample, theta, m, lift, names, once=once)
        moved = found.params - before
        squared = moved @ np.linalg.solve(found.covariance, moved)
        if squared < _TOLERANCE**2 or _negligible(moved, before):
            return found, rounds, True
    return first, _MOST_ROUNDS, False


def _negligible(moved: Any, params: Floats) -> bool:
    """Return whether a move is lost in rounding: standard errors may be smaller than that."""
    return bool(np.abs(moved).max() < _ROUNDING * (1 + np.abs(params).max()))


def _iterated_linear_covariance(moments: _Moments, sigma: Floats) -> Floats:
    """Return the large-sample covariance of iterated linear least squares.

    They solve ``sum Z' S^-1 e = 0`` with linear regressors ``Z``, whereas shares have derivatives
    ``G``: the covariance is ``A^-1 B A'^-1`` with ``A = sum Z' S^-1 G`` and
    ``B = sum Z' S^-1 Z`` (after Blundell and Robin 1999).
    """
    weights = np.linalg.inv(sigma)
    size = len(moments.params)
    slope, variance = np.zeros((size, size)), np.zeros((size, size))
    for _, linear, full in moments.blocks():
        weighted = weights @ linear
        slope += np.tensordot(weighted, full, axes=((0, 1), (0, 1)))
        variance += np.tensordot(weighted, linear, axes=((0, 1), (0, 1)))
    root = np.linalg.solve(slope, np.linalg.cholesky(variance))
    return np.asarray(root @ root.T)


def _maximise(moments: _Moments) -> AIDSEstimate:
    """Maximise the Gaussian likelihood by Gauss and Newton's steps, halved where they overshoot."""
    rows, equations = len(moments.sample.w), moments.form.goods - 1
    sigma = moments.residual_covariance()
    height = np.linalg.slogdet(sigma)[1]
    for rounds in range(1, _MOST_ROUNDS + 1):
        weights = np.linalg.inv(sigma)
        size = len(moments.params)
        information, score = np.zeros((size, size)), np.zeros(size)
        for residuals, _, full in moments.blocks():
            weighted = weights @ full
            information += np.tensordot(weighted, full, axes=((0, 1), (0, 1)))
            score += np.tensordot(weighted, residuals, axes=((0, 1), (0, 1)))
        step = np.linalg.solve(information, score)
        squared = float(step @ score)  # of the step, in standard errors
        better = _improve(moments, step, height, squared / rows)
        if (
            squared < _TOLERANCE**2
            or _negligible(step, moments.params)
            or (better is None and squared < _STUCK**2)
        ):
            covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
            loglik = -rows / 2 * (equations * (1 + np.log(2 * np.pi)) + height)
            return AIDSEstimate(moments.params, covariance, sigma, float(loglik), rounds)
        if better is None:
            break
        moments, sigma, height = better
    raise DataError(
        f"the likelihood has no maximum that {_MOST_ROUNDS} rounds could find: let normalise be "
        f"True, impose restrictions, or use more rows."
    )


def _improve(
    moments: _Moments, step: Any, height: float, gain: float
) -> tuple[_Moments, Floats, float] | None:
    """Return the system a step further at which the likelihood is higher, or None."""
    length = 1.0
    for _ in range(_MOST_HALVINGS):
        trial = _Moments(moments.form, moments.lift, moments.sample, moments.params + length * step)
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far is halved
            sigma = trial.residual_covariance()
        reached = np.linalg.slogdet(sigma)[1] if np.isfinite(sigma).all() else np.inf
        if reached < height - 1e-4 * length * gain:
            return trial, sigma, float(reached)
        length /= 2
    return None
