"""Wider Medicaid and health insurance: bounds without parallel trends (Rambachan and Roth)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.fund.honest import HonestBounds, honest_bounds

__all__ = ["bounds", "event_study", "recipe"]

Floats = npt.NDArray[np.float64]


def event_study(path: Path) -> tuple[Floats, Floats]:
    """Return estimates of 2008 to 2012, 2014 and 2015 against 2013, and their covariance.

    States that widened in 2014 against those that did not by 2015; two-way fixed effects,
    clustered by state, the nested state effects left out of the small-sample factor.
    """
    data = pd.read_csv(path)
    data = data[(data["year"] < 2016) & (data["yexp2"] != 2015)]
    wide = data.pivot(index="stfips", columns="year", values="dins")
    treated = (data.groupby("stfips")["yexp2"].first() == 2014).to_numpy(dtype=float)
    states, years = wide.shape
    dummies = np.eye(years)
    interactions = np.delete(dummies, list(wide.columns).index(2013), axis=1)
    every_state = np.broadcast_to(dummies[:, 1:], (states, years, years - 1))
    x = np.concatenate([treated[:, None, None] * interactions[None], every_state], axis=2)
    x = x - x.mean(1, keepdims=True)
    y = wide.to_numpy() - wide.to_numpy().mean(1, keepdims=True)
    flat = x.reshape(states * years, -1)
    inverse = np.linalg.inv(flat.T @ flat)
    beta = inverse @ flat.T @ y.ravel()
    scores = np.einsum("stk,st->sk", x, y - x @ beta)
    rows, coefficients = flat.shape
    factor = states / (states - 1) * (rows - 1) / (rows - coefficients - 1)
    covariance = factor * inverse @ scores.T @ scores @ inverse
    keep = slice(0, years - 1)
    return beta[keep], covariance[keep, keep]


def bounds(path: Path, **options: Any) -> HonestBounds:
    """Return bounds of the first effect after the start."""
    return honest_bounds(*event_study(path), n_pre=5, n_post=2, **options)


def recipe(path: Path) -> dict[str, float]:
    """Return the ends of the intervals under both restrictions."""
    found: dict[str, float] = {}
    for name, restriction, sizes, digits in (
        ("smooth", "smoothness", (0.0, 0.01, 0.02, 0.03, 0.05), 2),
        ("relative", "relative_magnitude", (0.5, 1.0), 1),
    ):
        for row in bounds(path, restriction=restriction, m=sizes).table.itertuples():
            size = f"{row.m:.{digits}f}".replace(".", "_")
            found[f"{name}_{size}_low"] = row.conf_low
            found[f"{name}_{size}_high"] = row.conf_high
    return found
