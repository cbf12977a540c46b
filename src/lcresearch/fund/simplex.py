"""Least squares with weights that are non-negative and add to one, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.fund.simplex_pivot import block_pivot
from lcresearch.fund.simplex_search import Search

__all__ = ["SimplexFit", "SimplexFits", "fit_many", "fit_one", "is_unique"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_CELLS = 4_000_000  # numbers of a problems-by-candidates table held at once


@dataclass(frozen=True, eq=False)
class SimplexFits:
    """Solutions of many problems over the same columns.

    Parameters
    ----------
    weights
        Weights, problems by candidates.
    kkt
        Residual of the Karush-Kuhn-Tucker conditions of each problem, as a share of the squared
        distance from the target to the farthest candidate: zero at an exact optimum.
    """

    weights: Floats
    kkt: Floats


@dataclass(frozen=True, eq=False)
class SimplexFit:
    """Solution of one problem.

    Parameters
    ----------
    weights
        Weights, one for each candidate.
    kkt
        Residual of the Karush-Kuhn-Tucker conditions, as in `SimplexFits`.
    unique
        Whether no other weights fit equally well.
    """

    weights: Floats
    kkt: float
    unique: bool


def fit_one(
    columns: Floats, target: Floats, *, ridge: float = 0.0, start: Floats | None = None
) -> SimplexFit:
    """Minimise ``|columns @ w - target|^2 + ridge |w|^2`` over the simplex.

    Parameters
    ----------
    columns
        Observations by candidates.
    target
        One value for each observation.
    ridge
        Penalty of the squared length of the weights, zero or more.
    start
        Weights to start from, for instance those of a similar problem.

    Returns
    -------
    SimplexFit
        The weights, with their KKT residual and whether they are unique.

    Raises
    ------
    DataError
        If shapes do not agree, a number is not finite or `ridge` is negative.
    """
    columns, target = np.asarray(columns, float), np.asarray(target, float)
    begin = None if start is None else np.asarray(start, float)[None]
    fits = fit_many(columns, target.reshape(-1, 1), ridge=ridge, start=begin)
    weights = fits.weights[0]
    return SimplexFit(
        weights, float(fits.kkt[0]), bool(ridge > 0 or is_unique(columns, target, weights))
    )


def fit_many(
    columns: Floats,
    targets: Floats,
    *,
    ridge: float = 0.0,
    allowed: Bools | None = None,
    start: Floats | None = None,
) -> SimplexFits:
    """Solve one problem of `fit_one` for each target, all together.

    With ridge zero this is the point of a polytope nearest to the target (Wolfe 1976, Finding the
    nearest point in a polytope): a support of affinely independent candidates is kept, the one with
    the lowest gradient enters, and those whose weight would turn negative leave. Each support is
    solved from its Gram matrix and refined with residuals taken from the columns themselves, so
    that squaring the condition number costs no digits. All problems take their steps together, as
    stacked arrays. With a ridge, where supports are large, the first support comes from
    `block_pivot`; the same search then proves it optimal, or goes on from it.

    Parameters
    ----------
    columns
        Observations by candidates.
    targets
        Observations by problems.
    ridge
        Penalty of the squared length of the weights.
    allowed
        Problems by candidates: which may have weight; ``None``: all.
    start
        Weights to start from, problems by candidates.

    Returns
    -------
    SimplexFits
        Weights (problems by candidates) and KKT residuals.

    Raises
    ------
    DataError
        If shapes do not agree, a number is not finite, `ridge` is negative, or nothing is allowed.
    """
    columns, targets = np.asarray(columns, float), np.asarray(targets, float)
    _check(columns, targets, ridge, allowed)
    # A constant added to every column and target changes nothing, as weights add to one.
    middle = columns.mean(axis=1, keepdims=True)
    points, goals = np.ascontiguousarray((columns - middle).T), (targets - middle).T
    weights, kkt = np.zeros((len(goals), len(points))), np.zeros(len(goals))
    per = max(1, _CELLS // len(points))
    for first in range(0, len(goals), per):
        part = slice(first, first + per)
        weights[part], kkt[part] = _solve(
            points,
            goals[part],
            ridge,
            None if allowed is None else np.asarray(allowed, bool)[part],
            None if start is None else np.asarray(start, float)[part],
        )
    return SimplexFits(weights, kkt)


def _solve(
    points: Floats, goals: Floats, ridge: float, allowed: Bools | None, start: Floats | None
) -> tuple[Floats, Floats]:
    far = (points**2).sum(axis=1) + (goals**2).sum(axis=1)[:, None] - 2 * goals @ points.T
    if allowed is not None:
        far[~allowed] = np.nan
    scale = np.maximum(np.nanmax(far, axis=1), 0.0) + ridge
    scale[scale <= 0] = 1.0
    blocked = None if allowed is None else ~allowed
    search = Search(points, goals, ridge, blocked, scale)
    if start is not None:
        start = np.where(blocked, 0.0, start) if blocked is not None else start
        start = np.maximum(start, 0.0)
        total = start.sum(axis=1, keepdims=True)
        start = start / total if (total > 0).all() else None
    if start is None and ridge > 1e-8 * float(scale.max()):
        everything = np.ones(far.shape, bool) if allowed is None else allowed
        start = np.array(
            [
                block_pivot(points - goal, may, ridge)
                for goal, may in zip(goals, everything, strict=True)
            ]
        )
    if start is None:
        search.begin_at(np.nanargmin(far, axis=1))
    else:
        search.begin(start)
    return search.run()


def is_unique(columns: Floats, target: Floats, weights: Floats) -> bool:
    """Whether the candidates at the lowest gradient are affinely independent."""
    errors = columns @ weights - target
    shifted = columns - target[:, None]
    gradient = shifted.T @ errors
    scale = float((shifted**2).sum(axis=0).max()) or 1.0
    tight = (gradient - weights @ gradient <= 1e-10 * scale) | (weights > 0)
    held = shifted[:, tight] / np.sqrt(scale)
    if held.shape[1] > held.shape[0] + 1:
        return False
    stacked = np.vstack([held, np.ones(held.shape[1])])
    return bool(np.linalg.matrix_rank(stacked, tol=1e-10) == held.shape[1])


def _check(columns: Floats, targets: Floats, ridge: float, allowed: Bools | None) -> None:
    if columns.ndim != 2 or targets.ndim != 2 or len(columns) != len(targets) or not columns.size:
        raise DataError(
            f"simplex least squares: columns of shape {columns.shape} and targets of shape "
            f"{targets.shape} do not go together: give one row for each observation in both."
        )
    if not (np.isfinite(columns).all() and np.isfinite(targets).all()):
        raise DataError("simplex least squares: a number is missing or infinite: correct it.")
    if not (np.isfinite(ridge) and ridge >= 0):
        raise DataError(f"simplex least squares: ridge must be zero or more, not {ridge}.")
    if allowed is not None and not np.asarray(allowed, bool).any(axis=1).all():
        raise DataError("simplex least squares: a problem allows no candidate: allow at least one.")
