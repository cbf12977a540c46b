"""Households whose shares follow an almost ideal demand system of known parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lcresearch.pricing.aids import AIDS

ALPHA = np.array([0.5, 0.3, 0.2])
BETA = np.array([0.1, -0.04, -0.06])
SQUARES = np.array([0.03, -0.02, -0.01])
GAMMA = np.array([[0.08, -0.05, -0.03], [-0.05, 0.06, -0.01], [-0.03, -0.01, 0.04]])
SHARES, PRICES = ["w1", "w2", "w3"], ["p1", "p2", "p3"]
INDEXES = ["translog", "laspeyres", "stone"]
SYSTEMS = [("translog", False), ("translog", True), ("laspeyres", False), ("stone", False)]


def households(noise=0.005, seed=1, rows=300, *, quadratic=False):
    """Shares that follow the system exactly, but for noise that adds up to zero."""
    rng = np.random.default_rng(seed)
    p, x = rng.normal(0, 0.3, (rows, 3)), rng.normal(0, 0.4, rows)
    p, x = p - p.mean(axis=0), x - x.mean()
    m = x - p @ ALPHA - 0.5 * np.einsum("ti,ij,tj->t", p, GAMMA, p)
    w = ALPHA + p @ GAMMA + np.outer(m, BETA)
    if quadratic:
        w += np.outer(m**2 / np.exp(p @ BETA), SQUARES)
    errors = rng.normal(0, noise, (rows, 3))
    w += errors - errors.mean(axis=1)[:, None]
    columns = np.column_stack([w, np.exp(p), np.exp(x)])
    return pd.DataFrame(columns, columns=[*SHARES, *PRICES, "x"])


def fit(data, order=(0, 1, 2), method="iterated_linear", **options: Any):
    return AIDS(
        data,
        shares=[SHARES[i] for i in order],
        prices=[PRICES[i] for i in order],
        expenditure="x",
        **options,
    ).fit(method=method)


def truth(quadratic=False):
    parts = [ALPHA, BETA, *([SQUARES] if quadratic else []), GAMMA.ravel()]
    return np.concatenate(parts)
