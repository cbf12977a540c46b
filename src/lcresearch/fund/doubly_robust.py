"""Difference in differences of one cohort against controls: doubly robust, weighting, regression.

Sant'Anna and Zhao (2020), for panels; in the notation of that paper ``D`` marks treated units,
``X`` the covariates with a constant, ``w`` sampling weights, ``p(X)`` a logit propensity score and
``m(X)`` a linear regression of the outcome's change among controls. With odds
``r = p(X) / (1 - p(X))`` the effect is

    sum[w D (dY - m)] / sum[w D]  -  sum[w r (1 - D) (dY - m)] / sum[w r (1 - D)],

doubly robust as it stands (equation 3.1 with traditional first steps), the Hajek weighting
estimator with ``m = 0``, and outcome regression without the second term. All three are linear in
the outcome, so one logit and one regression serve every pair of periods of a cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = [
    "CohortEffects",
    "Estimator",
    "NotIdentified",
    "Sample",
    "invert",
    "odds",
    "propensity",
    "varying",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Estimator = Literal["dr", "ipw", "reg"]

# Above the first, a cell has no overlap; a control above the second gets no weight (both as in
# the authors' software).
NO_OVERLAP, TRIM = 0.999, 0.995
_WORST_CONDITION = 1e12


class NotIdentified(Exception):  # noqa: N818 - it is caught and becomes a reason, not an error
    """Why an effect cannot be estimated from these units, in words."""


@dataclass(frozen=True)
class Sample:
    """Units of one kind: covariates with a leading constant, outcomes by period, weights."""

    x: Floats
    y: Floats
    weight: Floats

    def narrow(self, keep: Flags) -> Sample:
        """Return the sample with some of its covariates."""
        return replace(self, x=self.x[:, keep])


def varying(parts: Sequence[Floats]) -> Flags:
    """Return which covariates differ between units (the constant, column 0, counts as well)."""
    keep = np.zeros(parts[0].shape[1], dtype=bool)
    keep[0] = True
    for part in parts:
        keep |= (part != parts[0][0]).any(axis=0)
    return keep


def invert(matrix: Floats, reason: str) -> Floats:
    """Return the inverse of a moment matrix of covariates.

    Raises
    ------
    NotIdentified
        With `reason`, if the matrix is singular.
    """
    size = np.sqrt(np.diag(matrix))
    if not (np.isfinite(size).all() and (size > 0).all()):
        raise NotIdentified(reason)
    values, vectors = np.linalg.eigh(matrix / np.outer(size, size))
    if values[0] * _WORST_CONDITION < values[-1]:
        raise NotIdentified(reason)
    return np.asarray((vectors / values) @ vectors.T / np.outer(size, size))


def _fit_logit(x: Floats, treated: Floats, weight: Floats) -> Floats:
    """Return the coefficients of a weighted logit, by Newton's method.

    Raises
    ------
    NotIdentified
        If covariates are collinear or no maximum exists.
    """
    collinear = "covariates are collinear among the cohort and its controls"
    invert(x.T @ (x * weight[:, None]), collinear)
    share = float(weight @ treated / weight.sum())
    coef = np.zeros(x.shape[1])
    coef[0] = np.log(share / (1 - share))
    deviance = _deviance(x @ coef, treated, weight)
    for _ in range(100):
        probability = _expit(x @ coef)
        score = x.T @ (weight * (treated - probability))
        spread = weight * probability * (1 - probability)
        try:
            step = np.linalg.solve(x.T @ (x * spread[:, None]), score)
        except np.linalg.LinAlgError:
            return coef
        last = deviance
        for _ in range(30):
            deviance = _deviance(x @ (coef + step), treated, weight)
            if deviance <= last * (1 + 1e-12):
                break
            step /= 2
        coef = coef + step
        if abs(last - deviance) <= 1e-12 * (abs(deviance) + 1e-12 * weight.sum()):
            break
    return coef


def _expit(index: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(index, -500, 500))))


def _deviance(index: Floats, treated: Floats, weight: Floats) -> float:
    return 2 * float(weight @ (np.logaddexp(0, index) - treated * index))


@dataclass(frozen=True)
class CohortEffects:
    """Effects of one cohort in several pairs of periods, and what their influence needs.

    Parameters
    ----------
    effects
        One for each pair of periods.
    trimmed
        Controls left without weight because they look almost certainly treated.
    pairs
        Periods by pairs: 1 for the later period, -1 for the base.
    slopes
        Outcome regression, covariates by pairs.
    logit
        Coefficients of the propensity score; ``None`` for outcome regression.
    treated_size, control_size
        Sums of weights (of weights times odds).
    treated_mean, control_mean
        Weighted means of the residuals, by pair.
    regression_loading
        Influence of the regression's estimation, ``A (M3 / S0 - M1 / S1)``.
    logit_loading
        Influence of the logit's estimation, ``H M2 / S0``, covariates by pairs.
    """

    effects: Floats
    trimmed: int
    pairs: Floats
    slopes: Floats
    logit: Floats | None
    treated_size: float
    control_size: float
    treated_mean: Floats
    control_mean: Floats
    regression_loading: Floats
    logit_loading: Floats

    @classmethod
    def fit(
        cls, treated: Sample, controls: Sequence[Sample], pairs: Floats, estimator: Estimator
    ) -> CohortEffects:
        """Estimate the effects.

        Parameters
        ----------
        treated
            Units of the cohort.
        controls
            Units that are not treated in either period, in one or more parts.
        pairs
            Periods by pairs: 1 for the later period, -1 for the base.
        estimator
            ``"dr"``, ``"ipw"`` or ``"reg"``.

        Raises
        ------
        NotIdentified
            If there is no overlap, or covariates are collinear.
        """
        keep = varying([treated.x, *(s.x for s in controls)])
        if keep.all():
            return cls._fit(treated, controls, pairs, estimator)
        # A column that is the same for everyone adds nothing to the constant: its loading is zero.
        narrow = cls._fit(
            treated.narrow(keep), [sample.narrow(keep) for sample in controls], pairs, estimator
        )
        wide = np.zeros((len(keep), int(keep.sum())))
        wide[keep] = np.eye(int(keep.sum()))
        return replace(
            narrow,
            slopes=wide @ narrow.slopes,
            logit=None if narrow.logit is None else wide @ narrow.logit,
            regression_loading=wide @ narrow.regression_loading,
            logit_loading=wide @ narrow.logit_loading,
        )

    @classmethod
    def _fit(
        cls, treated: Sample, controls: Sequence[Sample], pairs: Floats, estimator: Estimator
    ) -> CohortEffects:
        width, count = treated.x.shape[1], pairs.shape[1]
        logit, hessian = None, np.zeros((width, width))
        if estimator != "reg":
            logit, hessian = propensity(
                np.concatenate([treated.x, *(s.x for s in controls)]),
                np.repeat([1.0, 0.0], [len(treated.x), sum(len(s.x) for s in controls)]),
                np.concatenate([treated.weight, *(s.weight for s in controls)]),
            )
        moment = treated.weight @ treated.x
        treated_size = float(moment[0])
        slopes, inverse, loading = (
            np.zeros((width, count)),
            np.zeros((width, width)),
            np.zeros(width),
        )
        if estimator != "ipw":
            few = "covariates are collinear among its controls, or there are too few of them"
            products = sum(s.x.T @ (s.x * s.weight[:, None]) for s in controls)
            inverse = invert(np.asarray(products), few)
            cross = sum((s.x * s.weight[:, None]).T @ s.y for s in controls)
            slopes = inverse @ (np.asarray(cross) @ pairs)
            loading = -inverse @ moment / treated_size
        treated_mean = (treated.weight @ treated.y @ pairs - moment @ slopes) / treated_size
        narrow = cls(
            effects=treated_mean,
            trimmed=0,
            pairs=pairs,
            slopes=slopes,
            logit=logit,
            treated_size=treated_size,
            control_size=1.0,
            treated_mean=treated_mean,
            control_mean=np.zeros(count),
            regression_loading=loading,
            logit_loading=np.zeros_like(slopes),
        )
        if logit is None:
            return narrow
        trimmed, squares, changes = 0, np.zeros((width, width)), np.zeros((width, len(pairs)))
        for sample in controls:
            ratio, _, cut = odds(sample.x, logit)
            trimmed += cut
            weighted = sample.x * (sample.weight * ratio)[:, None]
            squares += sample.x.T @ weighted
            changes += weighted.T @ sample.y
        control_size = float(squares[0, 0])
        if not control_size > 0:
            raise NotIdentified("no overlap: every control looks almost certainly treated")
        residual = changes @ pairs - squares @ slopes
        control_mean = residual[0] / control_size
        moved = residual - np.outer(squares[0], control_mean)
        return replace(
            narrow,
            effects=treated_mean - control_mean,
            trimmed=trimmed,
            control_size=control_size,
            control_mean=control_mean,
            regression_loading=loading + inverse @ squares[0] / control_size,
            logit_loading=hessian @ moved / control_size,
        )

    def of_treated(self, sample: Sample) -> Floats:
        """Return the influence of treated units on each effect: squares sum to the variance."""
        influence = sample.y @ self.pairs - sample.x @ self.slopes
        influence -= self.treated_mean
        influence /= self.treated_size
        if self.logit is not None:
            _, probability, _ = odds(sample.x, self.logit)
            influence -= (1 - probability)[:, None] * (sample.x @ self.logit_loading)
        influence *= sample.weight[:, None]
        return np.asarray(influence)

    def of_controls(self, sample: Sample) -> Floats:
        """Return the influence of control units on each effect: squares sum to the variance."""
        influence = sample.y @ self.pairs - sample.x @ self.slopes
        slope = sample.x @ self.regression_loading
        if self.logit is None:
            influence *= (sample.weight * slope)[:, None]
            return np.asarray(influence)
        ratio, probability, _ = odds(sample.x, self.logit)
        ratio /= self.control_size
        influence *= (slope - ratio)[:, None]
        influence += np.outer(ratio, self.control_mean)
        influence += probability[:, None] * (sample.x @ self.logit_loading)
        influence *= sample.weight[:, None]
        return np.asarray(influence)


def propensity(x: Floats, treated: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the logit of treatment and the inverse of its information.

    Raises
    ------
    NotIdentified
        If there is no overlap, or covariates are collinear.
    """
    logit = _fit_logit(x, treated, weight)
    probability = _expit(x @ logit)
    if not probability.max() < NO_OVERLAP:
        raise NotIdentified(
            f"no overlap: the covariates tell the cohort from its controls (highest propensity "
            f"{probability.max():.4f}, limit {NO_OVERLAP})"
        )
    spread = weight * probability * (1 - probability)
    return logit, invert(
        x.T @ (x * spread[:, None]), "no overlap: the propensity score has no finite maximum"
    )


def odds(x: Floats, logit: Floats) -> tuple[Floats, Floats, int]:
    """Return the odds (zero beyond the limit), the propensity, and how many are beyond."""
    probability = _expit(x @ logit)
    beyond = probability >= TRIM
    ratio = np.where(beyond, 0.0, probability / (1 - probability))
    return ratio, probability, int(beyond.sum())
