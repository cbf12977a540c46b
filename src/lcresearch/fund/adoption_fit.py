"""Estimates of a diffusion curve from counts of adopters, by nonlinear least squares."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import least_squares

from lcresearch.errors import DataError
from lcresearch.fund.adoption_curve import NAMES, AdoptionCurve, Kind, Target, share
from lcresearch.results import Results

__all__ = ["AdoptionFit", "fit_curve"]

Floats = npt.NDArray[np.float64]

# Past this, what tells the parameters apart is rounding.
_FLAT = 1e8


@dataclass(frozen=True, kw_only=True, eq=False)
class AdoptionFit(Results):
    """Estimated parameters of a diffusion curve.

    Parameters
    ----------
    curve
        The curve with the estimates.
    residual_sd
        Standard deviation of what the curve leaves, in adopters.
    """

    curve: AdoptionCurve
    residual_sd: float


def fit_curve(
    times: npt.ArrayLike,
    adopters: npt.ArrayLike,
    *,
    kind: Kind,
    market: float | None,
    target: Target,
) -> AdoptionFit:
    """Estimate a curve; `AdoptionCurve.fit` says how."""
    if kind not in NAMES:
        raise DataError(f"AdoptionCurve: kind must be 'bass' or 'logit', not {kind!r}.")
    if target not in get_args(Target):
        raise DataError(f"AdoptionCurve: target must be one of {get_args(Target)}, not {target!r}.")
    t, counts = _read(times, adopters, kind)
    names = [*([] if market is not None else ["market"]), *NAMES[kind]]
    seen = len(t) - (target == "increments")
    if seen <= len(names):
        raise DataError(
            f"AdoptionCurve: {len(t)} counts are too few to estimate {', '.join(names)} from "
            f"{target} with an error: give at least {len(names) + 1 + len(t) - seen}."
        )
    largest = float(counts.max())
    if market is not None and not market >= largest:
        raise DataError(
            f"AdoptionCurve: the market of {market} is smaller than the {largest:g} who adopted."
        )
    # Estimated in units of the largest count, and in logs where only positive values make sense.
    scale = largest if market is None else float(market)
    y = counts / scale
    logs = np.array([name != "midpoint" for name in names])

    def natural(free: Floats) -> Floats:
        return np.where(logs, np.exp(np.where(logs, free, 0.0)), free)

    def predicted(values: Floats) -> Floats:
        size = values[0] if market is None else 1.0
        return np.asarray(size * share(kind, values[-2], values[-1], t))

    def errors(free: Floats) -> Floats:
        gap = predicted(natural(free)) - y
        return np.diff(gap) if target == "increments" else gap

    # From every start roughly, and from the best end to the last digit.
    ends = []
    for choice in _CHOICES[kind]:
        start = _start(kind, t, choice, market is None)
        free = np.where(logs, np.log(np.where(logs, start, 1.0)), start)
        bounds = np.where(logs, free - 25, -np.inf), np.where(logs, free + 25, np.inf)
        rough = least_squares(errors, free, bounds=bounds, xtol=1e-6, ftol=1e-6, gtol=1e-9)
        ends.append((rough.cost, tuple(rough.x), bounds))
    _, end, bounds = min(ends, key=lambda found: found[0])
    best = least_squares(
        errors, end, bounds=bounds, xtol=1e-14, ftol=1e-14, gtol=1e-14, jac="3-point"
    )
    values = natural(best.x)
    # From slopes in logs to slopes in the parameters themselves.
    slopes = best.jac / np.where(logs, values, 1.0)
    size = np.linalg.norm(best.jac, axis=0)
    if (size == 0).any() or np.linalg.cond(best.jac / np.where(size == 0, 1, size)) > _FLAT:
        raise DataError(
            f"AdoptionCurve: these counts do not tell {', '.join(names)} apart (they end long "
            f"before the peak, or begin long after it): give market, or more counts."
        )
    freedom = seen - len(names)
    variance = 2 * best.cost / freedom
    units = np.array([scale if name == "market" else 1.0 for name in names])
    covariance = variance * np.linalg.inv(slopes.T @ slopes) * np.outer(units, units)
    params = pd.Series(values * units, index=pd.Index(names, name="parameter"), name="estimate")
    curve = AdoptionCurve(
        kind=kind,
        **{"market": float(scale), **{name: float(params[name]) for name in names}},
    )
    notes = []
    if curve.peak_time > t[-1]:
        notes.append(
            "The counts end before the estimated peak: the size of the market rests on the form "
            "of the curve."
        )
    return AdoptionFit(
        title=f"{'Bass' if kind == 'bass' else 'Logit'} diffusion, from {target}",
        params=params,
        covariance=pd.DataFrame(covariance, index=params.index, columns=params.index),
        nobs=seen,
        notes=tuple(notes),
        degrees_of_freedom=freedom,
        curve=curve,
        residual_sd=float(np.sqrt(variance) * scale),
    )


# Rough shapes from which to start; the best end of all is kept.
_CHOICES: dict[str, list[tuple[float, float]]] = {
    "bass": list(product((0.1, 0.002), (0.05, 0.4, 1.5))),
    "logit": list(product((3.0, 10.0), (0.3, 0.7, 1.2))),
}


def _start(kind: str, t: Floats, choice: tuple[float, float], with_market: bool) -> Floats:
    span = float(t[-1] - t[0])
    if kind == "bass":
        # Shares per year are those of a span of ten; other spans turn faster or slower.
        shape = [rate * 10 / float(t[-1]) for rate in choice]
    else:
        shape = [choice[0] / span, float(t[0]) + choice[1] * span]
    return np.array([*([1.3] if with_market else []), *shape])


def _read(times: npt.ArrayLike, adopters: npt.ArrayLike, kind: str) -> tuple[Floats, Floats]:
    try:
        t, counts = np.asarray(times, dtype=float), np.asarray(adopters, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError("AdoptionCurve: times and adopters must be numbers.") from error
    if t.ndim != 1 or t.shape != counts.shape:
        raise DataError(
            f"AdoptionCurve: times and adopters must be two lists of one length, not of shapes "
            f"{t.shape} and {counts.shape}."
        )
    for name, values in (("times", t), ("adopters", counts)):
        if not np.isfinite(values).all():
            where = int(np.argmin(np.isfinite(values)))
            raise DataError(
                f"AdoptionCurve: {name} is not finite at position {where}: leave that count out."
            )
    if (np.diff(t) <= 0).any():
        where = int(np.argmax(np.diff(t) <= 0)) + 1
        raise DataError(f"AdoptionCurve: times do not rise at position {where}: sort them.")
    if kind == "bass" and len(t) and t[0] < 0:
        raise DataError(
            "AdoptionCurve: times of a Bass curve count years since its start: none is below 0."
        )
    if len(counts) and ((counts < 0).any() or counts.max() == 0):
        raise DataError("AdoptionCurve: adopters must be zero or more, and not all zero.")
    return t, counts
