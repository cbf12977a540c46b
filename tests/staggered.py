"""A small staggered panel whose truth is known, for tests of estimators."""

from __future__ import annotations

import numpy as np
import pandas as pd


def staggered_panel(
    units: int = 300,
    periods: int = 7,
    seed: int = 0,
    cohorts: tuple[int, ...] = (0, 3, 5, 6),
    noise: float = 1.0,
) -> pd.DataFrame:
    """Return a panel in which ``x1`` and ``x2`` move both the start of treatment and the trend.

    The effect is 1 in the first treated period and grows by 0.2 a period; ``x3`` varies over time,
    ``w`` is a sampling weight, ``c`` a cluster.
    """
    rng = np.random.default_rng(seed)
    x1, x2 = rng.normal(size=units), rng.binomial(1, 0.4, units).astype(float)
    lean = 0.4 * x1[:, None] * np.r_[0, np.ones(len(cohorts) - 1)] + 0.2 * x2[:, None] * np.arange(
        len(cohorts)
    )
    chance = np.exp(lean) / np.exp(lean).sum(axis=1, keepdims=True)
    pick = (chance.cumsum(axis=1) < rng.random((units, 1))).sum(axis=1)
    first = np.asarray(cohorts)[np.minimum(pick, len(cohorts) - 1)]
    time = np.arange(1, periods + 1)
    x3 = rng.normal(size=(units, periods)).cumsum(axis=1)
    on = (first[:, None] > 0) & (time >= first[:, None])
    effect = np.where(on, 1 + 0.2 * (time - first[:, None]), 0.0)
    trend = (0.3 + 0.3 * x1 + 0.2 * x2)[:, None] * time
    shock = noise * rng.normal(size=(units, periods))
    y = rng.normal(size=(units, 1)) + trend + 0.2 * x3 + effect + shock
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(units), periods),
            "t": np.tile(time, units),
            "y": y.ravel(),
            "g": np.repeat(first, periods),
            "x1": np.repeat(x1, periods),
            "x2": np.repeat(x2, periods),
            "x3": x3.ravel(),
            "w": np.repeat(rng.uniform(0.5, 2, units), periods),
            "c": np.repeat(rng.integers(0, 40, units), periods),
            "effect": effect.ravel(),
        }
    )
