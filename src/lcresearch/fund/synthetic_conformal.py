"""Conformal inference for a synthetic control: residuals shifted in time under each hypothesis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.simplex import fit_many
from lcresearch.results import check_alpha

if TYPE_CHECKING:
    from lcresearch.fund.synthetic_matching import Matching

__all__ = ["conformal_p_values", "conformal_sets"]

Floats = npt.NDArray[np.float64]

_GRID = 81  # hypotheses tried at once


def conformal_p_values(
    path: Floats, donors: Floats, *, treated_periods: int, effects: Floats
) -> Floats:
    """Return p-values of the hypotheses that an effect was constant over the last periods.

    Chernozhukov, Wüthrich & Zhu (2021), An exact and robust conformal inference method for
    counterfactual and synthetic controls, section 2.2: weights are fitted on all periods under the
    null, the statistic is the sum of absolute residuals of the treated periods, and its reference
    set are the T moving-block permutations (cyclic shifts).

    Parameters
    ----------
    path
        Outcome of the treated unit in T periods.
    donors
        Donors by periods.
    treated_periods
        How many periods at the end are treated.
    effects
        Hypotheses, in the unit of the outcome.
    """
    periods = len(path)
    after = np.arange(periods) >= periods - treated_periods
    under_null = path[:, None] - effects * after[:, None]
    fits = fit_many(donors.T, under_null)
    errors = np.abs(under_null.T - fits.weights @ donors)
    twice = np.concatenate([errors, errors], axis=1)
    ends = np.concatenate([np.zeros((len(effects), 1)), twice.cumsum(axis=1)], axis=1)
    sums = ends[:, treated_periods : treated_periods + periods] - ends[:, :periods]
    own = sums[:, periods - treated_periods]
    slack = 1e-10 * errors.max(axis=1, initial=0.0) + 1e-14 * np.abs(path).max()
    return np.asarray((sums >= (own - slack)[:, None]).mean(axis=1))


def conformal_sets(
    matching: Matching, gap: Floats, *, alpha: float, effect: Literal["constant", "each"]
) -> pd.DataFrame:
    """Return conformal intervals; see `SyntheticControlResults.conformal_interval`."""
    check_alpha(alpha)
    if effect not in ("constant", "each"):
        raise DataError(f"conformal_interval: effect is 'constant' or 'each', not {effect!r}.")
    start, table = matching.start, matching.outcomes
    periods = table.shape[1]
    after = list(range(start, periods))
    groups = [after] if effect == "constant" else [[t] for t in after]
    bounds = []
    for group in groups:
        used = table[:, [*range(start), *group]]
        width = float(gap[:start].std() + np.abs(gap[group] - gap[group].mean()).mean())
        bounds.append(_invert(used, len(group), float(gap[group].mean()), width, alpha))
    index = pd.Index(["constant"]) if effect == "constant" else matching.times[start:]
    return pd.DataFrame(bounds, columns=["conf_low", "conf_high"], index=index)


def _invert(
    table: Floats, treated_periods: int, centre: float, width: float, alpha: float
) -> tuple[float, float]:
    if alpha < 1 / table.shape[1]:
        return -np.inf, np.inf

    def accepted(effects: Floats) -> npt.NDArray[np.bool_]:
        p = conformal_p_values(
            table[0], table[1:], treated_periods=treated_periods, effects=effects
        )
        return np.asarray(p > alpha)

    width = max(4 * width, 1e-8 * float(np.abs(table).max()), 1e-300)
    found: Floats = np.zeros(0)
    grid = centre + width * np.linspace(-1, 1, _GRID)
    for _ in range(40):
        grid = centre + width * np.linspace(-1, 1, _GRID)
        inside = accepted(grid)
        found = grid[inside]
        if not inside[0] and not inside[-1] and (len(found) or width > 1e3 * abs(centre)):
            break
        width *= 2.0
    if not len(found):
        return np.nan, np.nan
    step = grid[1] - grid[0]
    low = _edge(accepted, float(found[0] - step), float(found[0]))
    high = _edge(accepted, float(found[-1] + step), float(found[-1]))
    return low, high


def _edge(
    accepted: Callable[[Floats], npt.NDArray[np.bool_]], outside: float, inside: float
) -> float:
    """Return the outermost accepted effect between one that is rejected and one that is not."""
    for _ in range(4):
        grid = np.linspace(outside, inside, 33)
        holds = accepted(grid)
        holds[-1] = True
        first = int(np.argmax(holds))
        if first == 0:
            return outside
        outside, inside = float(grid[first - 1]), float(grid[first])
    return inside
