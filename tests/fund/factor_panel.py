"""Panels of a factor model with one effect that is known, for tests of synthetic controls."""

from __future__ import annotations

import numpy as np
import pandas as pd


def factor_panel(
    *,
    units: int = 15,
    periods: int = 24,
    start: int = 18,
    treated: int = 1,
    effect: float = 2.0,
    noise: float = 0.1,
    seed: int = 0,
) -> pd.DataFrame:
    """Two common factors with loadings that differ; the last units are treated from `start` on."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(2, periods)).cumsum(axis=1)
    loadings = rng.uniform(0, 2, size=(units, 2))
    # The treated lie inside the hull of the donors, on which a synthetic control relies.
    for row in range(units - treated, units):
        loadings[row] = rng.dirichlet(np.ones(4)) @ loadings[:4]
    table = 10 + loadings @ factors + noise * rng.normal(size=(units, periods))
    table[units - treated :, start:] += effect
    labels = [f"unit {i:03d}" for i in range(units)]
    return pd.DataFrame(
        {
            "unit": np.repeat(labels, periods),
            "year": np.tile(np.arange(2000, 2000 + periods), units),
            "y": table.ravel(),
        }
    )
