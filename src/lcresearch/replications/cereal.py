"""Breakfast cereals: demand with and without consumers who differ (Nevo 2000)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from lcresearch.pricing.logit_demand import LogitDemand, LogitDemandResults
from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit
from lcresearch.pricing.random_coefficients_demand import RandomCoefficientsLogitResults

__all__ = ["AGENTS", "PI", "SIGMA", "fit_logit", "fit_random", "model", "recipe"]

AGENTS: Final = "nevo_agents.csv"
"""File of the consumers, beside that of the products."""

SIGMA: Final = (0.3302, 2.4526, 0.0163, 0.2441)
PI: Final = (
    (5.4819, 0, 0.2037, 0),
    (15.8935, -1.2, 0, 2.6342),
    (-0.2506, 0, 0.0511, 0),
    (1.265, 0, -0.8091, 0),
)
"""Where the published search began; zeros stay zero."""

_COLUMNS: Final[dict[str, Any]] = {
    "market": "market_ids",
    "product": "product_ids",
    "share": "shares",
    "price": "prices",
    "instruments": [f"demand_instruments{k}" for k in range(20)],
    "effects": "product_ids",
}


def fit_logit(path: Path) -> LogitDemandResults:
    """Fit the plain logit by two-stage least squares with product effects."""
    return LogitDemand(pd.read_csv(path), **_COLUMNS).fit()


def model(path: Path) -> RandomCoefficientsLogit:
    """Return the model in which tastes differ by chance, income, age and children."""
    return RandomCoefficientsLogit(
        pd.read_csv(path),
        agents=pd.read_csv(path.with_name(AGENTS)),
        random=["const", "prices", "sugar", "mushy"],
        nodes=[f"nodes{k}" for k in range(4)],
        weights="weights",
        demographics=["income", "income_squared", "age", "child"],
        **_COLUMNS,
    )


def fit_random(path: Path) -> RandomCoefficientsLogitResults:
    """Fit that model from the published starting values."""
    return model(path).fit(sigma=SIGMA, pi=PI, gradient_tolerance=1e-6)


def recipe(path: Path) -> dict[str, float]:
    """Return both models' estimates with standard errors, and the objective of the second."""
    logit, random = fit_logit(path), fit_random(path)
    found = {
        "logit_prices": logit.alpha,
        "logit_prices_se": float(logit.std_errors["prices"]),
        "objective": random.objective,
    }
    for name, value in random.params.items():
        word = _word(str(name))
        found |= {word: value, f"{word}_se": random.std_errors[name]}
    return found


def _word(name: str) -> str:
    """Return a parameter's name as keys have it: ``pi[const, age]`` becomes ``pi_const_age``."""
    return name.replace("[", "_").replace(", ", "_").rstrip("]")
