"""Likelihoods and efficiencies of frontiers by numerical integration over u, row by row."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import integrate, special, stats

Floats = npt.NDArray[np.float64]


def draw(
    n: int = 150,
    *,
    seed: int = 1,
    periods: int = 1,
    u: Callable[[np.random.Generator, int], Floats] | None = None,
    eta: float = 0.0,
    sign: float = -1.0,
    noise: float = 0.25,
) -> pd.DataFrame:
    """Draw firms with known parameters: constant 1, slopes .6 and .4, half-normal u of .5."""
    rng = np.random.default_rng(seed)
    drawn = np.abs(rng.normal(0, 0.5, n)) if u is None else u(rng, n)
    firm = np.repeat(np.arange(n), periods)
    year = np.tile(np.arange(2001, 2001 + periods), n)
    x1, x2 = rng.normal(size=(2, n * periods))
    h = np.exp(-eta * (year - year.max()))
    v = rng.normal(0, noise, n * periods)
    y = 1 + 0.6 * x1 + 0.4 * x2 + v + sign * h * drawn[firm]
    return pd.DataFrame({"firm": firm, "year": year, "y": y, "x1": x1, "x2": x2, "u": drawn[firm]})


def prior(params: pd.Series, distribution: str, log_variance: float | None = None) -> Floats:
    """Return nodes of u, their log prior density, and the log of their weights, as columns."""
    sigma2_u = params["sigma2"] * params["gamma"] if log_variance is None else np.exp(log_variance)
    sd, mu = np.sqrt(sigma2_u), params.get("mu", 0.0)
    if distribution == "exponential":
        density = stats.expon(scale=sd)
        top = 45 * sd
    else:
        density = stats.truncnorm(-mu / sd, np.inf, loc=mu, scale=sd)
        top = max(mu, 0) + 9 * sd
    nodes, weights = np.polynomial.legendre.leggauss(400)
    u = (nodes + 1) / 2 * top
    return np.column_stack([u, density.logpdf(u), np.log(weights * top / 2)])


def groups_of(
    data: pd.DataFrame, params: pd.Series, regressors: list[str], sign: float, panel: bool
) -> list[tuple[Floats, Floats]]:
    """Return errors v + sign h u and h of each group that shares one u."""
    beta = params[["constant", *regressors]].to_numpy()
    e = data["y"].to_numpy() - np.column_stack([np.ones(len(data)), data[regressors]]) @ beta
    h = np.ones(len(data))
    if "eta" in params:
        h = np.exp(-params["eta"] * (data["year"] - data["year"].max()).to_numpy())
    keys = data["firm"].to_numpy() if panel else np.arange(len(data))
    return [(e[keys == key], sign * h[keys == key]) for key in pd.unique(keys)]


def loglik(
    data: pd.DataFrame,
    params: pd.Series,
    distribution: str,
    *,
    sign: float = -1,
    panel: bool = False,
) -> float:
    """Return the log-likelihood as a sum of integrals over u."""
    nodes = prior(params, distribution)
    sd = np.sqrt(params["sigma2"] * (1 - params["gamma"]))
    if not panel:
        e = np.concatenate([e for e, _ in groups_of(data, params, ["x1", "x2"], sign, panel)])
        rows = stats.norm.logpdf(e[:, None] - sign * nodes[:, 0], scale=sd)
        return float(special.logsumexp(rows + nodes[:, 1] + nodes[:, 2], axis=1).sum())
    total = 0.0
    for e, h in groups_of(data, params, ["x1", "x2"], sign, panel):
        density = stats.norm.logpdf(e - h * nodes[:, [0]], scale=sd).sum(axis=1)
        terms = density + nodes[:, 1] + nodes[:, 2]
        total += float(np.logaddexp.reduce(terms))
    return total


def expected(
    function: Callable[[float], float],
    e: float,
    params: pd.Series,
    distribution: str,
    sign: float,
    within: tuple[float, float] = (0.0, np.inf),
) -> float:
    """Return the mean of a function of u, zero outside bounds, given one row's error."""
    sd_u = np.sqrt(params["sigma2"] * params["gamma"])
    sd_v = np.sqrt(params["sigma2"] * (1 - params["gamma"]))
    mu = params.get("mu", 0.0)
    top = 12 * (sd_u + sd_v) + abs(e)

    def weight(u: float) -> float:
        own = -u / sd_u if distribution == "exponential" else -((u - mu) ** 2) / (2 * sd_u**2)
        return float(np.exp(own - (e - sign * u) ** 2 / (2 * sd_v**2)))

    def integral(of: Callable[[float], float], low: float, high: float) -> float:
        edges = np.linspace(low, min(high, top), 60)
        parts = [integrate.quad(of, a, b)[0] for a, b in itertools.pairwise(edges)]
        return float(sum(parts))

    return integral(lambda u: function(u) * weight(u), *within) / integral(weight, 0, top)
