"""Variances of synthetic difference-in-differences: placebo, jackknife and bootstrap."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_did_estimate import (
    Cohort,
    CohortFit,
    double_difference,
    time_weights,
    unit_weights,
)

__all__ = ["Design", "Inference", "bootstrap", "jackknife", "placebo"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """Outcomes, who is treated when, and how weights are regularised.

    Parameters
    ----------
    outcomes
        Units by periods.
    controls
        Rows of the units that are never treated.
    cohorts
        Treated units, by their first period.
    zetas
        Regularisation of unit and time weights, cohorts by two.
    """

    outcomes: Floats
    controls: Ints
    cohorts: tuple[Cohort, ...]
    zetas: Floats

    def shares(self, sizes: Sequence[int] | None = None) -> Floats:
        """Return each cohort's share of the treated unit-periods."""
        sizes = [len(cohort.rows) for cohort in self.cohorts] if sizes is None else sizes
        after = [self.outcomes.shape[1] - cohort.begin for cohort in self.cohorts]
        cells = np.array(sizes, dtype=float) * after
        return np.asarray(cells / cells.sum())


@dataclass(frozen=True, eq=False)
class Inference:
    """A standard error and what it was made from.

    Parameters
    ----------
    std_error
        Standard error of the estimate.
    estimates
        Estimates of the placebos or draws.
    exhaustive
        Whether every placebo was tried; ``None`` where there is nothing to enumerate.
    assignments
        Rows that stood for the treated units, placebos by units; ``None`` without placebos.
    """

    std_error: float
    estimates: Floats
    exhaustive: bool | None
    assignments: Ints | None = None


def placebo(design: Design, draws: int, rng: np.random.Generator) -> Inference:
    """Return the placebo variance: controls in the place of the treated units.

    Arkhangelsky et al. (2021), algorithm 4. All sets of controls are tried where there is one
    treated unit or there are at most `draws` of them; otherwise `draws` sets are drawn. Weights are
    chosen anew for each; the regularisation stays as it is.
    """
    sizes = [len(cohort.rows) for cohort in design.cohorts]
    treated, pool = sum(sizes), len(design.controls)
    if pool < treated + 2:
        raise DataError(
            f"inference='placebo': {pool} controls cannot stand for {treated} treated units and "
            f"leave two: use 'bootstrap' or 'jackknife', or add controls."
        )
    # Units are exchangeable within a cohort: the number of ways to fill the cohorts.
    ways, left = 1, pool
    for size in sizes:
        ways *= math.comb(left, size)
        left -= size
    exhaustive = treated == 1 or ways <= draws
    if exhaustive:
        chosen = np.array(list(_fillings(range(pool), sizes)), dtype=np.int64)
    else:
        chosen = np.array(
            [rng.choice(pool, size=treated, replace=False) for _ in range(draws)], dtype=np.int64
        )
    controls = design.outcomes[design.controls]
    allowed = np.ones((len(chosen), pool), dtype=bool)
    np.put_along_axis(allowed, chosen, False, axis=1)
    estimates = np.zeros(len(chosen))
    ends = np.cumsum(sizes)
    for g, (cohort, share) in enumerate(zip(design.cohorts, design.shares(), strict=True)):
        members = chosen[:, ends[g] - sizes[g] : ends[g]]
        paths = controls[members].mean(axis=1)
        zeta_unit, zeta_time = (float(zeta) for zeta in design.zetas[g])
        omegas, _ = unit_weights(controls, paths, cohort.begin, zeta_unit, allowed)
        lam: Floats | None = None
        for b in range(len(chosen)):
            lam, _ = time_weights(controls[allowed[b]], cohort.begin, zeta_time, lam)
            estimates[b] += share * double_difference(
                controls, paths[b], omegas[b], lam, cohort.begin
            )
    return Inference(float(estimates.std()), estimates, exhaustive, design.controls[chosen])


def jackknife(design: Design, fits: Sequence[CohortFit], estimate: float) -> Inference:
    """Return the jackknife variance, weights held fixed.

    Arkhangelsky et al. (2021), algorithm 3: each unit is left out in turn, and the weights of the
    remaining controls are scaled to add to one.
    """
    if min(len(cohort.rows) for cohort in design.cohorts) < 2:
        raise DataError(
            "inference='jackknife': a cohort has one treated unit, and nothing is left without it: "
            "use 'placebo'."
        )
    controls = design.outcomes[design.controls]
    shares, gaps = design.shares(), []
    left_out: list[float] = []
    for cohort, fit in zip(design.cohorts, fits, strict=True):
        # A unit counts with its change from the weighted periods before to those after.
        gaps.append(_change(design.outcomes, fit.lam, cohort.begin))
    for i in range(len(controls)):
        value = 0.0
        for g, (cohort, fit) in enumerate(zip(design.cohorts, fits, strict=True)):
            rest = 1.0 - fit.omega[i]
            if rest < 1e-9:
                raise DataError(
                    "inference='jackknife': one control has all the weight, and nothing is left "
                    "without it: use 'placebo'."
                )
            of_controls = gaps[g][design.controls]
            weighted = (fit.omega @ of_controls - fit.omega[i] * of_controls[i]) / rest
            value += shares[g] * (gaps[g][cohort.rows].mean() - weighted)
        left_out.append(value)
    sizes = [len(cohort.rows) for cohort in design.cohorts]
    for g, cohort in enumerate(design.cohorts):
        fewer = [size - (h == g) for h, size in enumerate(sizes)]
        smaller = design.shares(fewer)
        for i in range(len(cohort.rows)):
            value = 0.0
            for h, (other, fit) in enumerate(zip(design.cohorts, fits, strict=True)):
                rows = np.delete(other.rows, i) if h == g else other.rows
                weighted = fit.omega @ gaps[h][design.controls]
                value += smaller[h] * (gaps[h][rows].mean() - weighted)
            left_out.append(value)
    estimates = np.array(left_out)
    size = len(estimates)
    variance = (size - 1) / size * ((estimates - estimate) ** 2).sum()
    return Inference(float(np.sqrt(variance)), estimates, None)


def bootstrap(design: Design, draws: int, rng: np.random.Generator) -> Inference:
    """Return the bootstrap variance: units drawn with replacement, weights chosen anew.

    Arkhangelsky et al. (2021), algorithm 2. Draws in which a cohort or the controls are missing are
    drawn again; the regularisation stays as it is.
    """
    sizes = [len(cohort.rows) for cohort in design.cohorts]
    if min(sizes) < 2:
        raise DataError(
            "inference='bootstrap': a cohort has one treated unit, which no resampling can vary: "
            "use 'placebo'."
        )
    membership = np.full(len(design.outcomes), -1)
    for g, cohort in enumerate(design.cohorts):
        membership[cohort.rows] = g
    units = np.concatenate([design.controls, *(cohort.rows for cohort in design.cohorts)])
    estimates = np.zeros(draws)
    done = 0
    while done < draws:
        drawn = rng.choice(units, size=len(units))
        groups = [drawn[membership[drawn] == g] for g in range(len(sizes))]
        pool = drawn[membership[drawn] == -1]
        if len(pool) < 2 or not all(len(group) for group in groups):
            continue
        controls = design.outcomes[pool]
        shares = design.shares([len(group) for group in groups])
        for g, (cohort, group) in enumerate(zip(design.cohorts, groups, strict=True)):
            path = design.outcomes[group].mean(axis=0)
            zeta_unit, zeta_time = (float(zeta) for zeta in design.zetas[g])
            omegas, _ = unit_weights(controls, path[None], cohort.begin, zeta_unit)
            lam, _ = time_weights(controls, cohort.begin, zeta_time)
            estimates[done] += shares[g] * double_difference(
                controls, path, omegas[0], lam, cohort.begin
            )
        done += 1
    return Inference(float(estimates.std()), estimates, None)


def _change(outcomes: Floats, lam: Floats, begin: int) -> Floats:
    return np.asarray(outcomes[:, begin:].mean(axis=1) - outcomes[:, :begin] @ lam)


def _fillings(pool: Sequence[int], sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Return every way to fill the cohorts from a pool."""
    if not sizes:
        return [()]
    return [
        first + rest
        for first in itertools.combinations(pool, sizes[0])
        for rest in _fillings([i for i in pool if i not in first], sizes[1:])
    ]
