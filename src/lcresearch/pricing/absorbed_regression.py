"""Least squares with absorbed effects, for prices that have many products, sellers and weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = ["AbsorbedFit", "absorbed_regression"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_ENOUGH = 1e-12
_MOST_SWEEPS = 10_000


@dataclass(frozen=True, kw_only=True, eq=False)
class AbsorbedFit:
    """Coefficients, their covariance, and what tests and summaries need of the regression."""

    params: Floats
    covariance: Floats
    residuals: Floats
    r_squared: float
    degrees_of_freedom: int


def absorbed_regression(
    outcome: Floats,
    regressors: Floats,
    names: Sequence[str],
    *,
    effects: Sequence[Codes] = (),
    cluster: Codes | None = None,
    robust: bool = False,
) -> AbsorbedFit:
    """Regress after the effects are taken out of both sides (Frisch, Waugh and Lovell).

    Parameters
    ----------
    outcome, regressors, names
        Shapes (n,) and (n, k); without effects the regressors must hold the constant.
    effects
        For each effect the group of every row, counted from zero without gaps.
    cluster
        Groups within which errors depend on each other; gives the covariance CR1.
    robust
        The covariance HC1, where `cluster` is None.

    Raises
    ------
    DataError
        If rows or clusters are too few, or a regressor does not vary within the effects and the
        other regressors.
    """
    both = np.column_stack([outcome, regressors])
    inside = _take_out(both, effects)
    y, x = inside[:, 0], inside[:, 1:]
    rows, count = len(y), x.shape[1] + _rank(effects)
    freedom = rows - count
    if freedom < 1:
        raise DataError(f"{rows} rows are too few for {count} coefficients and effects: add rows.")
    scale = np.linalg.norm(regressors, axis=0)
    size = np.where(scale > 0, scale, 1.0)
    q, r = np.linalg.qr(x / size)
    pivots = np.abs(np.diag(r))
    if len(pivots) and pivots.min() < 1e-9:
        raise DataError(
            f"{names[int(np.argmin(pivots))]!r} does not vary within the effects, or follows from "
            f"the other attributes: leave it out, or absorb fewer effects."
        )
    inverse = np.linalg.inv(r) / size[:, None]
    params = inverse @ (q.T @ y)
    residuals = y - x @ params
    bread = inverse @ inverse.T
    if cluster is not None:
        groups = int(cluster.max()) + 1
        if groups < 2:
            raise DataError("all rows lie in one cluster: give a column with two or more.")
        scores = np.zeros((groups, x.shape[1]))
        np.add.at(scores, cluster, x * residuals[:, None])
        correction = groups / (groups - 1) * (rows - 1) / freedom
        covariance = correction * bread @ (scores.T @ scores) @ bread
        freedom = groups - 1
    elif robust:
        scores = x * residuals[:, None]
        covariance = rows / freedom * bread @ (scores.T @ scores) @ bread
    else:
        covariance = float(residuals @ residuals) / freedom * bread
    spread = float(((outcome - outcome.mean()) ** 2).sum())
    return AbsorbedFit(
        params=params,
        covariance=covariance,
        residuals=residuals,
        r_squared=1 - float(residuals @ residuals) / spread if spread > 0 else np.nan,
        degrees_of_freedom=freedom,
    )


def _take_out(values: Floats, effects: Sequence[Codes]) -> Floats:
    """Subtract group means in turn until no mean is left (exact at once for one effect)."""
    left = values.copy()
    scale = np.abs(values).max(axis=0) + np.finfo(float).tiny
    counts = [np.bincount(codes) for codes in effects]
    for _ in range(_MOST_SWEEPS):
        largest = 0.0
        for codes, count in zip(effects, counts, strict=True):
            sums = np.zeros((len(count), left.shape[1]))
            np.add.at(sums, codes, left)
            means = sums / count[:, None]
            left -= means[codes]
            largest = max(largest, float((np.abs(means) / scale).max(initial=0.0)))
        if largest < _ENOUGH:
            return left
    raise DataError(
        "the effects cannot be told apart by sweeping: their groups hardly overlap; absorb fewer."
    )


def _rank(effects: Sequence[Codes]) -> int:
    """Return how many effects are free: the rank of all their dummy variables."""
    if len(effects) < 2:
        return sum(int(codes.max()) + 1 for codes in effects)
    sizes = [int(codes.max()) + 1 for codes in effects]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    gram = np.zeros((starts[-1], starts[-1]))
    shifted = [codes + start for codes, start in zip(effects, starts, strict=False)]
    for one in shifted:
        for other in shifted:
            np.add.at(gram, (one, other), 1.0)
    root = 1 / np.sqrt(np.diag(gram))
    return int(np.linalg.matrix_rank(gram * root[:, None] * root, hermitian=True, tol=1e-9))
