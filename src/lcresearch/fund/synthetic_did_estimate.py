"""The point estimate of synthetic difference-in-differences, for one cohort of treated units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.fund.simplex import fit_many, fit_one

__all__ = [
    "Cohort",
    "CohortFit",
    "double_difference",
    "fit_cohort",
    "noise",
    "time_weights",
    "unit_weights",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cohort:
    """Units that are treated from the same period on.

    Parameters
    ----------
    rows
        Rows of the units.
    begin
        Position of their first treated period.
    """

    rows: Ints
    begin: int


@dataclass(frozen=True, eq=False)
class CohortFit:
    """Weights and estimates of one cohort.

    Parameters
    ----------
    omega, lam
        Weights of controls and of periods before treatment.
    estimate, did, control
        Synthetic difference-in-differences, the plain one, and synthetic control.
    kkt
        Largest KKT residual of the three sets of weights.
    """

    omega: Floats
    lam: Floats
    estimate: float
    did: float
    control: float
    kkt: float


def noise(controls: Floats, begin: int) -> float:
    """Return the standard deviation of first differences of controls before treatment.

    Arkhangelsky et al. (2021), equation 5, with one degree of freedom taken for the mean.
    """
    changes = np.diff(controls[:, :begin], axis=1)
    return float(changes.std(ddof=1)) if changes.size > 1 else 0.0


def unit_weights(
    controls: Floats, targets: Floats, begin: int, zeta: float, allowed: Bools | None = None
) -> tuple[Floats, Floats]:
    """Return weights of controls for each target path, and their KKT residuals.

    Arkhangelsky et al. (2021), equations 4 and 5: least squares over the periods before treatment
    with an intercept, and the ridge ``zeta^2 T_pre``. An intercept is the same as taking from each
    path its mean before treatment.

    Parameters
    ----------
    controls
        Controls by periods.
    targets
        Paths by periods.
    begin
        Position of the first treated period.
    zeta
        Regularisation.
    allowed
        Paths by controls: which may have weight.
    """
    before, wanted = controls[:, :begin], targets[:, :begin]
    before = before - before.mean(axis=1, keepdims=True)
    wanted = wanted - wanted.mean(axis=1, keepdims=True)
    fits = fit_many(before.T, wanted.T, ridge=zeta**2 * begin, allowed=allowed)
    return fits.weights, fits.kkt


def time_weights(
    controls: Floats, begin: int, zeta: float, start: Floats | None = None
) -> tuple[Floats, float]:
    """Return weights of the periods before treatment, and their KKT residual.

    Arkhangelsky et al. (2021), equation 6: controls' outcomes before treatment against their mean
    after it, with an intercept and the ridge ``zeta^2 N_controls``.
    """
    before, after = controls[:, :begin], controls[:, begin:].mean(axis=1)
    before, after = before - before.mean(axis=0), after - after.mean()
    if len(controls) > begin + 1:
        # The triangular factor holds the same least-squares problem in fewer rows.
        triangle = np.asarray(np.linalg.qr(np.column_stack([before, after]), mode="r"))
        before, after = triangle[:, :-1], triangle[:, -1]
    fit = fit_one(before, after, ridge=zeta**2 * len(controls), start=start)
    return fit.weights, fit.kkt


def double_difference(
    controls: Floats, path: Floats, omega: Floats, lam: Floats, begin: int
) -> float:
    """Return the treated less the weighted controls, after less the weighted periods before."""
    gap = path - omega @ controls
    return float(gap[begin:].mean() - lam @ gap[:begin])


def fit_cohort(outcomes: Floats, control_rows: Ints, cohort: Cohort, zetas: Floats) -> CohortFit:
    """Return weights and estimates of one cohort.

    Parameters
    ----------
    outcomes
        Units by periods.
    control_rows
        Rows of the units that are never treated.
    cohort
        The treated units.
    zetas
        Regularisation of unit and of time weights.
    """
    controls, path = outcomes[control_rows], outcomes[cohort.rows].mean(axis=0)
    begin, size = cohort.begin, len(control_rows)
    omegas, unit_kkt = unit_weights(controls, path[None], begin, float(zetas[0]))
    lam, time_kkt = time_weights(controls, begin, float(zetas[1]))
    equal_units, equal_times = np.full(size, 1 / size), np.full(begin, 1 / begin)
    plain = fit_one(controls[:, :begin].T, path[:begin])
    return CohortFit(
        omega=omegas[0],
        lam=lam,
        estimate=double_difference(controls, path, omegas[0], lam, begin),
        did=double_difference(controls, path, equal_units, equal_times, begin),
        control=float((path - plain.weights @ controls)[begin:].mean()),
        kkt=max(float(unit_kkt[0]), time_kkt, plain.kkt),
    )
