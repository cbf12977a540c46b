"""The threshold that explains most, and what the tests reach by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.pricing.series import Floats, differences, first_row_lags

__all__ = ["Errors", "candidates", "find_threshold", "simulated_phi", "simulated_symmetry"]


@dataclass(frozen=True, eq=False)
class Errors:
    """A long-run regression's errors as a threshold regression uses them.

    Parameters
    ----------
    change
        Change of the error, shape ``(periods,)``.
    level
        The error one period before.
    lagged
        Lagged changes, shape ``(periods, lags)``.
    variable
        What is compared with the threshold.
    """

    change: Floats
    level: Floats
    lagged: Floats
    variable: Floats

    @classmethod
    def of(cls, residuals: Floats, *, kind: str, lags: int) -> Errors:
        """Return the parts for residuals in order of time."""
        change = differences(residuals)
        # Momentum needs one earlier change even where no lag enters.
        first = max(lags, 1 if kind == "mtar" else 0)
        level = residuals[first:-1]
        variable = change[first - 1 : -1] if kind == "mtar" else level
        return cls(change[first:], level, first_row_lags(change, lags=lags, first=first), variable)

    def above(self, threshold: float) -> npt.NDArray[np.bool_]:
        """Return the periods at or above the threshold."""
        return self.variable >= threshold


def candidates(errors: Errors, *, trim: float) -> Floats:
    """Return values of the threshold variable, sorted, without a share `trim` at either end."""
    ordered = np.sort(errors.variable)
    rows = len(ordered)
    return np.unique(ordered[math.ceil(rows * trim) - 1 : rows - math.floor(rows * trim)])


def find_threshold(errors: Errors, thresholds: Floats) -> float:
    """Return the threshold with the least sum of squares; of equals the lowest (Chan 1993)."""
    return float(thresholds[int(np.argmax(_explained(errors, thresholds)[0]))])


def simulated_phi(
    *, periods: int, kind: str, lags: int, trim: float, searched: bool, draws: int, seed: int | None
) -> Floats:
    """Return draws of Phi for two independent random walks, so without cointegration.

    Parameters
    ----------
    periods
        Rows of either walk.
    kind, lags, trim
        As in the model.
    searched
        Whether the threshold is found in each draw, or is zero.
    draws, seed
        How many, and from where.
    """
    rng = np.random.default_rng(seed)
    found = np.empty(draws)
    for draw in range(draws):
        walks = rng.standard_normal((periods, 2)).cumsum(axis=0)
        design = np.column_stack([np.ones(periods), walks[:, 1]])
        residuals = walks[:, 0] - design @ np.linalg.lstsq(design, walks[:, 0])[0]
        errors = Errors.of(residuals, kind=kind, lags=lags)
        thresholds = candidates(errors, trim=trim) if searched else np.zeros(1)
        explained, left, _ = _explained(errors, thresholds)
        freedom = len(errors.change) - lags - 2
        best = int(np.argmax(explained))
        found[draw] = explained[best] / 2 / ((left - explained[best]) / freedom)
    return found


def simulated_symmetry(
    levels: Floats,
    *,
    kind: str,
    lags: int,
    trim: float,
    threshold: float | None,
    draws: int,
    seed: int | None,
) -> Floats:
    """Return draws of the F of symmetry for prices tied as these are, but with one speed.

    The long-run error follows the regression with one speed, with that regression's residuals
    drawn with replacement; the driver is kept. Each draw goes through all steps again.

    Parameters
    ----------
    levels
        Dependent price and driver, ``(periods, 2)``.
    kind, lags, trim
        As in the model.
    threshold
        The one that was given; None searches in each draw.
    draws, seed
        How many, and from where.
    """
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(len(levels)), levels[:, 1]])
    basis, _ = np.linalg.qr(design)
    residuals = levels[:, 0] - basis @ (basis.T @ levels[:, 0])
    errors = Errors.of(residuals, kind="tar", lags=lags)
    regressors = np.column_stack([errors.level, errors.lagged])
    speeds = np.linalg.lstsq(regressors, errors.change)[0]
    shocks = errors.change - regressors @ speeds
    shocks -= shocks.mean()
    # All draws run side by side: one column each.
    paths = np.empty((len(levels), draws))
    paths[: lags + 1] = residuals[: lags + 1, None]
    for now in range(lags + 1, len(levels)):
        step = speeds[0] * paths[now - 1] + rng.choice(shocks, draws)
        for lag in range(1, lags + 1):
            step += speeds[lag] * (paths[now - lag] - paths[now - lag - 1])
        paths[now] = paths[now - 1] + step
    paths -= basis @ (basis.T @ paths)
    found = np.empty(draws)
    for draw in range(draws):
        errors = Errors.of(paths[:, draw], kind=kind, lags=lags)
        tried = candidates(errors, trim=trim) if threshold is None else np.array([threshold])
        explained, left, common = _explained(errors, tried)
        best = int(np.argmax(explained))
        freedom = len(errors.change) - lags - 2
        found[draw] = (explained[best] - common) / ((left - explained[best]) / freedom)
    return found


def _explained(errors: Errors, thresholds: Floats) -> tuple[Floats, float, float]:
    """Return what two regimes explain beside the lags, what there is to explain, and what one does.

    The first is an array, one entry for each threshold.
    """
    basis, _ = np.linalg.qr(errors.lagged)
    upper = errors.level[:, None] * (errors.variable[:, None] >= thresholds)
    upper = upper - basis @ (basis.T @ upper)
    level = errors.level - basis @ (basis.T @ errors.level)
    change = errors.change - basis @ (basis.T @ errors.change)
    lower = level[:, None] - upper
    # Two regressors in each column: their normal equations are solved by hand for all at once.
    a, b, c = (upper**2).sum(0), (upper * lower).sum(0), (lower**2).sum(0)
    u, v = upper.T @ change, lower.T @ change
    determinant = a * c - b * b
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = (c * u * u - 2 * b * u * v + a * v * v) / determinant
    both = determinant > 1e-12 * a * c
    common = float(level @ change) ** 2 / float(level @ level)
    return np.where(both, explained, common), float(change @ change), common
