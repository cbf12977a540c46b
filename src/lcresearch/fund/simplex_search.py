"""The nearest points of many polytopes to their targets, found together by an active set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Search"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CELLS = 2_000_000  # numbers of a stack of matrices held at once
_IDLE = 10  # steps without progress after which a search ends
_EPS = np.finfo(float).eps


class Search:
    """Supports and weights of many problems, moved together to the optimum.

    Parameters
    ----------
    points
        Candidates by observations.
    goals
        Problems by observations: the targets.
    ridge
        Penalty of the squared length of the weights.
    blocked
        Problems by candidates: which may have no weight; ``None``: all may.
    scale
        Largest squared distance from each target to a candidate: the yardstick of rounding.
    """

    def __init__(
        self, points: Floats, goals: Floats, ridge: float, blocked: Bools | None, scale: Floats
    ) -> None:
        self.points, self.goals, self.ridge = points, goals, ridge
        self.blocked, self.scale = blocked, scale
        self.members: Ints = np.zeros((len(goals), 0), dtype=np.int64)
        self.weights: Floats = np.zeros((len(goals), 0))
        self.counts: Ints = np.zeros(len(goals), dtype=np.int64)

    def begin(self, weights: Floats) -> None:
        """Start from feasible weights, problems by candidates."""
        held = weights > 0
        self.counts = held.sum(axis=1)
        self._room(int(self.counts.max()))
        for row in range(len(weights)):
            found = np.flatnonzero(held[row])
            self.members[row, : len(found)] = found
            self.weights[row, : len(found)] = weights[row, found]

    def begin_at(self, candidates: Ints) -> None:
        """Start from one candidate for each problem."""
        self.counts = np.ones(len(candidates), dtype=np.int64)
        self._room(8)
        self.members[:, 0] = candidates
        self.weights[:, 0] = 1.0

    def run(self) -> tuple[Floats, Floats]:
        """Return weights, problems by candidates, and KKT residuals."""
        best = np.full(len(self.goals), np.inf)
        kkt = np.zeros(len(self.goals))
        idle = np.zeros(len(self.goals), dtype=np.int64)
        active = np.arange(len(self.goals))
        while len(active):
            self._settle(active)
            entering, gap, noise, value, spread = self._price(active)
            kkt[active] = np.maximum(gap, spread) / self.scale[active]
            idle[active] += value > best[active] - _EPS * self.scale[active]
            best[active] = np.minimum(value, best[active])
            # Rounding could let the same column enter and leave for ever.
            going = (gap > noise) & (idle[active] < _IDLE)
            active, entering = active[going], entering[going]
            if len(active):
                self._enter(active, entering)
        dense = np.zeros((len(self.goals), len(self.points)))
        rows, slots = np.nonzero(self._filled(np.arange(len(self.goals))))
        dense[rows, self.members[rows, slots]] = self.weights[rows, slots]
        return dense, kkt

    def _room(self, width: int) -> None:
        more = width - self.members.shape[1]
        if more > 0:
            self.members = np.pad(self.members, ((0, 0), (0, more)))
            self.weights = np.pad(self.weights, ((0, 0), (0, more)))

    def _filled(self, rows: Ints) -> Bools:
        return np.arange(self.members.shape[1]) < self.counts[rows, None]

    def _enter(self, rows: Ints, candidates: Ints) -> None:
        width = self.counts[rows]
        if int(width.max()) == self.members.shape[1]:
            self._room(min(2 * self.members.shape[1], len(self.points)))
        self.members[rows, width] = candidates
        self.weights[rows, width] = 0.0
        self.counts[rows] += 1

    def _settle(self, rows: Ints) -> None:
        """Move each problem to the best point of the affine hull of its support."""
        while len(rows):
            width = int(self.counts[rows].max())
            per = max(1, _CELLS // (width * max(width, self.points.shape[1])))
            parts = [self._move(rows[i : i + per]) for i in range(0, len(rows), per)]
            rows = np.concatenate(parts)

    def _move(self, rows: Ints) -> Ints:
        """Take one step, drop members at zero, and return the problems that have to go on."""
        width = int(self.counts[rows].max())
        filled = np.arange(width) < self.counts[rows, None]
        members, old = self.members[rows, :width], self.weights[rows, :width]
        held = np.where(filled[:, :, None], self.points[members] - self.goals[rows, None], 0.0)
        aim = _affine(held, filled, self.ridge, self.scale[rows])
        leaving = filled & (aim <= 0)
        stays = ~leaving.any(axis=1)
        if stays.all():
            self.weights[rows, :width] = aim
            return rows[:0]
        with np.errstate(invalid="ignore", divide="ignore"):
            steps = np.where(leaving, old / (old - aim), np.inf)
        steps[leaving & (old <= 0)] = 0.0
        step = np.minimum(steps.min(axis=1), 1.0)
        new = np.where(filled, np.maximum(old + step[:, None] * (aim - old), 0.0), 0.0)
        new[leaving & (steps <= step[:, None])] = 0.0
        new[stays] = aim[stays]
        # A stable sort moves the empty slots to the end and keeps the order of the others.
        order = np.argsort(new <= 0, axis=1, kind="stable")
        self.members[rows, :width] = np.take_along_axis(members, order, axis=1)
        kept = np.take_along_axis(new, order, axis=1)
        self.weights[rows, :width] = kept / kept.sum(axis=1, keepdims=True)
        self.counts[rows] = (new > 0).sum(axis=1)
        return rows[~stays]

    def _price(self, rows: Ints) -> tuple[Ints, Floats, Floats, Floats, Floats]:
        """Return the best candidate to enter, its gain, rounding, value and spread of gradients."""
        width = int(self.counts[rows].max())
        filled = np.arange(width) < self.counts[rows, None]
        members = self.members[rows, :width]
        weights = np.where(filled, self.weights[rows, :width], 0.0)
        errors = np.empty((len(rows), self.points.shape[1]))
        per = max(1, _CELLS // (width * self.points.shape[1]))
        for i in range(0, len(rows), per):
            part = slice(i, i + per)
            held = self.points[members[part]] - self.goals[rows[part], None]
            errors[part] = (weights[part][:, None, :] @ held)[:, 0]
        gradients = errors @ self.points.T
        own = np.take_along_axis(gradients, members, axis=1) + self.ridge * weights
        level = (weights * own).sum(axis=1)
        spread = np.where(filled, np.abs(own - level[:, None]), 0.0).max(axis=1)
        if self.blocked is not None:
            gradients[self.blocked[rows]] = np.inf
        index, slot = np.nonzero(filled)
        gradients[index, members[index, slot]] = np.inf
        entering = gradients.argmin(axis=1)
        gap = np.maximum(level - gradients[np.arange(len(rows)), entering], 0.0)
        length = np.sqrt((errors**2).sum(axis=1))
        scale = self.scale[rows]
        noise = 32 * _EPS * (length * np.sqrt(scale) + scale * 1e-2) + 2 * spread
        value = length**2 + self.ridge * (weights**2).sum(axis=1)
        return entering, gap, noise, value, spread


def _affine(held: Floats, filled: Bools, ridge: float, scale: Floats) -> Floats:
    """Minimise ``|w @ held|^2 + ridge |w|^2`` over weights that add to one, in every problem.

    The conditions are ``(held held' + ridge I) w = t 1``; adding a multiple of ``11'`` to the
    matrix changes the scale of w alone, and makes the matrix regular where the fit is perfect.
    """
    width, observations = held.shape[1:]
    ones = filled.astype(float)
    many = width > observations + 1 and ridge > 1e-8 * float(scale.max())
    if many:
        core = np.swapaxes(held, 1, 2) @ held + ridge * np.eye(observations)

        def solve(right: Floats) -> Floats:
            inner = np.linalg.solve(core, np.swapaxes(held, 1, 2) @ right[:, :, None])
            return np.asarray((right - (held @ inner)[:, :, 0]) / ridge * ones)
    else:
        system = held @ np.swapaxes(held, 1, 2)
        system += scale[:, None, None] * (ones[:, :, None] * ones[:, None, :])
        # A trace of a ridge keeps nearly dependent columns apart; the refinement takes it out.
        diagonal = np.where(filled, np.maximum(ridge, 4 * _EPS * scale[:, None]), scale[:, None])
        system[:, np.arange(width), np.arange(width)] += diagonal

        def solve(right: Floats) -> Floats:
            return np.asarray(np.linalg.solve(system, right[:, :, None])[:, :, 0] * ones)

    raw = solve(ones)
    weights = raw / raw.sum(axis=1, keepdims=True)
    # One round of refinement with residuals from the columns, not from their squares.
    errors = weights[:, None, :] @ held
    gradient = (held @ np.swapaxes(errors, 1, 2))[:, :, 0] + ridge * weights
    level = (weights * gradient).sum(axis=1, keepdims=True)
    change = solve((level - gradient) * ones)
    change -= change.sum(axis=1, keepdims=True) * weights
    better = weights + change
    return np.asarray(better / better.sum(axis=1, keepdims=True))
