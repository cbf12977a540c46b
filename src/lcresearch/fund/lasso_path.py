"""All solutions of a quadratic programme with a penalty on absolute values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["lasso_path"]

Floats = npt.NDArray[np.float64]


def lasso_path(quadratic: Floats, linear: Floats) -> Floats:
    """Return the corners of the path of ``min_w w'Aw/2 + g'w + p |w|_1`` as p falls to zero.

    The path is piecewise linear in p (Osborne, Presnell & Turlach 2000; Efron et al. 2004): an
    active weight moves along a line until it reaches zero or until the slope of an inactive one
    reaches the penalty.

    Parameters
    ----------
    quadratic, linear
        ``A``, positive definite, and ``g``.

    Returns
    -------
    ndarray
        One corner a row, from the zero vector to the minimiser without penalty.
    """
    count = len(linear)
    w = np.zeros(count)
    corners = [w]
    penalty = float(np.abs(linear).max(initial=0.0))
    floor = 1e-12 * penalty
    active: list[int] = []
    signs = np.zeros(count)
    left = -1
    while penalty > floor:
        slope = linear + quadratic @ w
        inactive = [j for j in range(count) if j not in active]
        if not active:
            entering = int(np.argmax(np.abs(slope)))
            active, signs[entering] = [entering], -np.sign(slope[entering])
            continue
        # How the weights, and the slopes of the others, move per unit by which p falls.
        block = quadratic[np.ix_(active, active)]
        direction = np.zeros(count)
        direction[active] = np.linalg.solve(block, signs[active])
        drift = quadratic @ direction
        step, event = penalty, -1
        for j in active:
            if direction[j] * signs[j] < 0:
                until = -w[j] / direction[j]
                if until < step:
                    step, event = until, j
        for j in inactive:
            # |slope + step drift| meets penalty - step; one that has just left still touches it.
            for sign in (1.0, -1.0):
                if j == left and sign == np.sign(slope[j]):
                    continue
                closing = sign * drift[j] + 1
                if closing > 1e-14:
                    until = max(0.0, (penalty - sign * slope[j]) / closing)
                    if until < step:
                        step, event = until, j
        w = w + step * direction
        penalty -= step
        left = -1
        if event in active:
            active.remove(event)
            w[event], left = 0.0, event
        elif event >= 0:
            slope = linear + quadratic @ w
            active.append(event)
            signs[event] = -np.sign(slope[event])
        corners.append(w)
    return np.array(corners)
