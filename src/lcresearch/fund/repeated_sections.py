"""Difference in differences where not every unit is seen in both periods.

Rows of two periods are taken as two cross-sections: doubly robust and locally efficient
(Sant'Anna and Zhao 2020, equation 3.4, with logit and least squares as first steps), Hajek
weighting, or outcome regression. The influence of a unit seen twice is the sum over its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lcresearch.fund.doubly_robust import (
    Estimator,
    NotIdentified,
    invert,
    odds,
    propensity,
    varying,
)

__all__ = ["Rows", "section_effect"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Rows of a cohort and its controls in two periods."""

    x: Floats
    y: Floats
    weight: Floats
    treated: Flags
    later: Flags


@dataclass(frozen=True)
class _Mean:
    """A weighted mean, with weights that sum to one."""

    weight: Floats
    value: float

    @classmethod
    def of(cls, values: Floats, weight: Floats) -> _Mean:
        total = float(weight.sum())
        if not total > 0:
            raise NotIdentified("no overlap: every control looks almost certainly treated")
        return cls(weight / total, float(weight @ values) / total)

    def influence(self, values: Floats) -> Floats:
        return np.asarray(self.weight * (values - self.value))


@dataclass(frozen=True)
class _Regression:
    """Least squares on one kind of row."""

    weight: Floats
    slopes: Floats
    inverse: Floats
    residual: Floats
    x: Floats

    @classmethod
    def fit(cls, rows: Rows, kind: Flags, who: str) -> _Regression:
        weight = rows.weight * kind
        products = rows.x.T @ (rows.x * weight[:, None])
        few = f"covariates are collinear among {who} of one period, or there are too few of them"
        inverse = invert(products, few)
        slopes = inverse @ (rows.x.T @ (weight * rows.y))
        return cls(weight, slopes, inverse, rows.y - rows.x @ slopes, rows.x)

    def influence(self, loading: Floats) -> Floats:
        """Return the influence on the product of the slopes with `loading`."""
        return np.asarray(self.weight * self.residual * (self.x @ (self.inverse @ loading)))


def section_effect(rows: Rows, estimator: Estimator) -> tuple[float, Floats, int]:
    """Estimate the effect on a cohort from two cross-sections.

    Parameters
    ----------
    rows
        Rows of the cohort and its controls in both periods.
    estimator
        ``"dr"``, ``"ipw"`` or ``"reg"``.

    Returns
    -------
    effect, influence, trimmed
        The effect, the influence of each row on it (squares of sums by unit sum to the
        variance), and the number of control rows left without weight.

    Raises
    ------
    NotIdentified
        If a kind of row is missing, there is no overlap, or covariates are collinear.
    """
    rows = replace(rows, x=rows.x[:, varying([rows.x])])
    treated, later, x, y = rows.treated, rows.later, rows.x, rows.y
    for mark, who in ((treated, "treated unit"), (~treated, "control")):
        for flag, when in ((later, "period"), (~later, "base period")):
            if not (mark & flag).any():
                raise NotIdentified(f"no {who} has a row in the {when}")
    own = [rows.weight * (treated & flag) for flag in (~later, later)]
    if estimator == "reg":
        return (*_by_regression(rows, own), 0)
    logit, hessian = propensity(x, treated.astype(float), rows.weight)
    ratio, probability, _ = odds(x, logit)
    trimmed = int(((ratio == 0) & ~treated).sum())
    outcome = y
    fits: list[_Regression] = []
    if estimator == "dr":
        fits = [_Regression.fit(rows, ~treated & flag, "its controls") for flag in (~later, later)]
        outcome = np.where(later, fits[1].residual, fits[0].residual)
    mine = [_Mean.of(outcome, weight) for weight in own]
    theirs = [
        _Mean.of(outcome, rows.weight * ratio * (~treated & flag)) for flag in (~later, later)
    ]
    effect = mine[1].value - mine[0].value - theirs[1].value + theirs[0].value
    influence = mine[1].influence(outcome) - mine[0].influence(outcome)
    influence -= theirs[1].influence(outcome) - theirs[0].influence(outcome)
    moved = (theirs[1].influence(outcome) - theirs[0].influence(outcome)) @ x
    influence -= rows.weight * (treated - probability) * (x @ (hessian @ moved))
    if estimator == "ipw":
        return effect, influence, trimmed
    every = rows.weight * treated / float(rows.weight @ treated)
    for sign, period, flag in ((-1, 0, ~later), (1, 1, later)):
        control = fits[period]
        cohort = _Regression.fit(rows, treated & flag, "its units")
        gap = x @ (cohort.slopes - control.slopes)
        both, one = _Mean.of(gap, every), _Mean.of(gap, own[period])
        effect += sign * (both.value - one.value)
        influence += sign * (both.influence(gap) - one.influence(gap))
        influence += sign * cohort.influence((every - one.weight) @ x)
        influence += sign * control.influence((theirs[period].weight - every) @ x)
    return effect, influence, trimmed


def _by_regression(rows: Rows, own: list[Floats]) -> tuple[float, Floats]:
    every = rows.weight * rows.treated
    mine = [_Mean.of(rows.y, weight) for weight in own]
    effect = mine[1].value - mine[0].value
    influence = mine[1].influence(rows.y) - mine[0].influence(rows.y)
    for sign, flag in ((-1, ~rows.later), (1, rows.later)):
        fit = _Regression.fit(rows, ~rows.treated & flag, "its controls")
        expected = rows.x @ fit.slopes
        mean = _Mean.of(expected, every)
        effect -= sign * mean.value
        influence -= sign * (mean.influence(expected) + fit.influence(mean.weight @ rows.x))
    return effect, influence
