"""A small staggered panel with effects that grow, differ by cohort and spread over units."""

from __future__ import annotations

import numpy as np
import pandas as pd


def panel(
    *,
    units: int = 40,
    periods: int = 7,
    seed: int = 0,
    cohorts: tuple[int, ...] = (0, 3, 5, 6),
    noise: float = 1.0,
    kept: float = 1.0,
) -> pd.DataFrame:
    """Return units by periods (from 1 on) in shuffled rows, of which a share `kept` is there.

    Columns: unit, time, cohort (0: never treated), y, x (a covariate with coefficient 0.5), w
    (weights), cluster (of four units), effect.
    """
    rng = np.random.default_rng(seed)
    first = np.resize(cohorts, units)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(1, periods + 1), units)
    cohort = first[unit]
    treated = (cohort > 0) & (time >= cohort)
    spread = rng.normal(scale=0.3 * noise, size=units)[unit]
    effect = treated * (1 + 0.2 * (time - cohort) + 0.1 * cohort + spread)
    x = rng.normal(size=len(unit)) + 0.3 * time
    y = rng.normal(size=units)[unit] + 0.3 * time + effect + 0.5 * x
    y = y + noise * rng.normal(size=len(unit))
    frame = pd.DataFrame(
        {
            "unit": unit,
            "time": time,
            "cohort": cohort,
            "y": y,
            "x": x,
            "w": rng.uniform(0.5, 2, units)[unit],
            "cluster": unit // 4,
            "effect": effect,
        }
    )
    return frame.sample(frac=kept, random_state=seed).reset_index(drop=True)
