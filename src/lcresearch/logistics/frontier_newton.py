"""Newton's method for a smooth log-likelihood, with an honest report of where it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["Evaluate", "Maximum", "maximise"]

Floats = npt.NDArray[np.float64]
Evaluate = Callable[[Floats], tuple[float, Floats, Floats]]

_TOLERANCE: Final = 1e-13  # gain in log-likelihood that a further step would promise
_LONGEST: Final = 2.0  # of a step, in units in which parameters are of order one


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a climb ended.

    Parameters
    ----------
    theta
        The parameters there.
    value
        The log-likelihood.
    hessian
        Its second derivatives.
    converged
        Whether the gradient vanishes there and every curvature is negative.
    """

    theta: Floats
    value: float
    hessian: Floats
    converged: bool


def maximise(
    evaluate: Evaluate,
    start: Floats,
    *,
    stop: Callable[[Floats], bool],
    iterations: int = 200,
) -> Maximum:
    """Climb to a maximum.

    Directions in which the function curves upwards are climbed as if they curved downwards as
    strongly, so that saddles are left behind; steps are halved until the function rises.

    Parameters
    ----------
    evaluate
        Returns value, gradient and second derivatives.
    start
        Where to begin; parameters should be of order one.
    stop
        Whether parameters have run away, so that no maximum is to be expected.
    iterations
        Steps at most.
    """
    theta = start
    value, gradient, hessian = evaluate(theta)
    for _ in range(iterations):
        curvature, axes = np.linalg.eigh(-hessian)
        floor = 1e-12 * max(np.abs(curvature).max(), 1e-300)
        along = axes.T @ gradient
        step = axes @ (along / np.maximum(np.abs(curvature), floor))
        promise = float(gradient @ step)
        concave = bool(curvature[0] > floor)
        if concave and promise < _TOLERANCE * max(1.0, abs(value)):
            return Maximum(theta, value, hessian, True)
        if stop(theta):
            break
        step *= min(1.0, _LONGEST / np.abs(step).max())
        for _ in range(40):
            found = evaluate(theta + step)
            if np.isfinite(found[0]) and found[0] > value:
                break
            step = step / 2
        else:
            # Nothing is gained in floating point: a maximum if little was promised.
            return Maximum(theta, value, hessian, concave and promise < 1e-8)
        theta = theta + step
        value, gradient, hessian = found
    return Maximum(theta, value, hessian, False)
