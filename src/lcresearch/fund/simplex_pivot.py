"""A first support for least squares on the simplex with a ridge, many members at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["block_pivot"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def block_pivot(points: Floats, allowed: Bools, ridge: float, rounds: int = 60) -> Floats:
    """Return weights near those that minimise ``|w @ points|^2 + ridge |w|^2`` on the simplex.

    Every round solves for the weights that add to one on a support, then lets out all members whose
    weight is negative and in all others whose gradient lies below the support's (Kunisch & Rendl
    2003, An infeasible active set method for quadratic problems with simple bounds, section 2). It
    ends at the optimum where it ends by itself, usually within ten rounds; there is no guarantee,
    so what comes out is a start, not a solution.

    Parameters
    ----------
    points
        Candidates by observations, each less the target.
    allowed
        Which candidates may have weight.
    ridge
        Penalty, above zero.
    rounds
        Most rounds.

    Returns
    -------
    numpy.ndarray
        Non-negative weights that add to one.
    """
    size, observations = points.shape
    inside, tau = allowed.copy(), 0.0
    weights = np.zeros(size)
    core = np.eye(observations) * ridge
    for _ in range(rounds):
        held = points[inside]
        total = held.sum(axis=0)
        # (QQ' + r I)^-1 1 through the matrix Q'Q + r I of the observations (Woodbury).
        solved = (1.0 - held @ np.linalg.solve(core + held.T @ held, total)) / ridge
        weights = np.zeros(size)
        weights[inside] = solved / solved.sum()
        gradient = points @ (weights @ points)
        tau = 1.0 / solved.sum()
        after = allowed & np.where(inside, weights > 0, gradient < tau)
        if np.array_equal(after, inside):
            break
        inside = after if after.any() else weights == weights.max()
    weights = np.maximum(weights, 0.0)
    return np.asarray(weights / weights.sum())
