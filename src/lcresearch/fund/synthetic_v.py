"""Weights of predictors chosen so that the synthetic control follows the outcome (nested V)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from lcresearch.fund.simplex import fit_one

__all__ = ["NestedV", "nested_v"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NestedV:
    """Chosen weights of predictors, and the donor weights that follow.

    Parameters
    ----------
    v
        Weights of predictors, adding to one.
    weights
        Weights of donors.
    loss
        Mean squared error of the outcome over the window.
    kkt
        KKT residual of the donor weights, given v.
    """

    v: Floats
    weights: Floats
    loss: float
    kkt: float


def nested_v(predictors: Floats, target: Floats, outcomes: Floats, path: Floats) -> NestedV:
    """Search the diagonal V whose donor weights minimise the error of the outcome.

    Abadie & Gardeazabal (2003, appendix B): for each V the donor weights W(V) minimise the distance
    of predictors; V minimises ``|path - outcomes W(V)|^2``. The outer problem is neither convex nor
    smooth, so it is searched by Nelder-Mead on the logarithms of V, from equal weights and from
    weights that follow a regression of outcomes on predictors; the best is kept. The search is
    deterministic, and may end in a local minimum.

    Parameters
    ----------
    predictors
        Predictors by donors, standardised.
    target
        Predictors of the treated unit.
    outcomes
        Periods by donors.
    path
        Outcomes of the treated unit in those periods.
    """
    count = len(target)
    last: list[Floats | None] = [None]

    def donor_weights(v: Floats) -> tuple[Floats, float]:
        root = np.sqrt(v)
        fit = fit_one(predictors * root[:, None], target * root, start=last[0])
        last[0] = fit.weights
        return fit.weights, fit.kkt

    def loss(logs: Floats) -> float:
        weights, _ = donor_weights(_shares(logs))
        return float(((path - outcomes @ weights) ** 2).mean())

    best_logs, best_loss = np.zeros(count), np.inf
    for begin in (np.zeros(count), _regression(predictors, target, outcomes, path)):
        last[0] = None
        logs, value = begin, np.inf
        # A fresh simplex around the point reached frees a search that has collapsed too early.
        for _ in range(4):
            found = minimize(
                loss,
                logs,
                method="Nelder-Mead",
                options={
                    "maxfev": 120 * count,
                    "xatol": 1e-6,
                    "fatol": 1e-12 * float(path.var() + (path**2).mean()),
                    "initial_simplex": np.vstack([logs, logs + 1.5 * np.eye(count)]),
                    "adaptive": True,
                },
            )
            gained = value - found.fun
            logs, value = found.x, float(found.fun)
            if gained < 1e-4 * value:
                break
        if value < best_loss:
            best_logs, best_loss = logs, value
    v = _shares(best_logs)
    last[0] = None
    weights, kkt = donor_weights(v)
    return NestedV(v, weights, float(((path - outcomes @ weights) ** 2).mean()), kkt)


def _shares(logs: Floats) -> Floats:
    powers = np.exp(np.maximum(logs - logs.max(), -40.0))
    return np.asarray(powers / powers.sum())


def _regression(predictors: Floats, target: Floats, outcomes: Floats, path: Floats) -> Floats:
    """Return logarithms of the sums of squared slopes of the outcomes on the predictors."""
    table = np.column_stack([predictors, target]).T
    design = np.column_stack([np.ones(len(table)), table])
    slopes, *_ = np.linalg.lstsq(design, np.column_stack([outcomes, path]).T, rcond=None)
    size = (slopes[1:] ** 2).sum(axis=1)
    return np.asarray(np.log(np.maximum(size / max(size.max(), 1e-300), 1e-8)))
