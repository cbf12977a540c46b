"""Counties whose truth is known: panels drawn from a model that the caller sets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.simulate.arguments import check_number

__all__ = ["CountyPanel", "CountyTruth", "county_panel"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NAME: Final = "county_panel"
_COHORTS: Final[Mapping[int, float]] = MappingProxyType({2014: 0.1, 2016: 0.15, 2018: 0.15})


@dataclass(frozen=True, kw_only=True, eq=False)
class CountyTruth:
    """What estimates from a simulated panel should find.

    Parameters
    ----------
    overall
        Average effect over all treated rows, log points.
    att
        Columns ``cohort``, ``year``, ``event_time``, ``counties``, ``effect``.
    by_event_time
        Columns ``event_time``, ``counties``, ``effect``.
    rows
        One row for each row of the data, in its order: ``county``, ``year``,
        ``untreated_log_income`` (had no county been treated), ``effect`` (of a county's own
        treatment) and ``spillover`` (of its neighbours').
    """

    overall: float
    att: pd.DataFrame = field(repr=False)
    by_event_time: pd.DataFrame = field(repr=False)
    rows: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class CountyPanel:
    """A simulated panel and its truth.

    Parameters
    ----------
    data
        Columns ``county``, ``year``, ``cohort`` (first treated year, 0: never), ``log_income``,
        ``covariate`` (fixed over time) and ``neighbour_share`` (of neighbours treated by then).
    truth
        The effects in it.
    """

    data: pd.DataFrame = field(repr=False)
    truth: CountyTruth


def county_panel(
    *,
    counties: int = 84,
    years: int = 12,
    first_year: int = 2010,
    cohorts: Mapping[int, float] = _COHORTS,
    effect: float | Mapping[int, float] = 0.05,
    effect_growth: float | Mapping[int, float] = 0.01,
    effect_sd: float = 0.0,
    selection: float = 0.0,
    covariate_level: float = -0.1,
    covariate_trend: float = 0.0,
    spillover: float = 0.0,
    level: float = 9.2,
    growth: float = 0.08,
    county_sd: float = 0.2,
    trend_sd: float = 0.0,
    noise_sd: float = 0.03,
    ar: float = 0.5,
    seed: int | None = None,
) -> CountyPanel:
    """Draw counties' log incomes, with treatment that starts in different years.

    With ``s = year - first_year``, ``x`` a standard normal covariate, ``d`` whether county ``i``
    of cohort ``g`` is treated by year ``t``, and ``m`` the share of its neighbours that are,

        y_it(0) = level + a_i + covariate_level x_i + (growth + b_i + covariate_trend x_i) s + e_it
        e_it    = ar e_i,t-1 + u_it,  stationary with standard deviation noise_sd
        y_it    = y_it(0) + d_it (effect_g + effect_growth_g (t - g) + h_i)
                  + (1 - d_it) spillover m_it

    with ``a``, ``b`` and ``h`` normal with standard deviations `county_sd`, `trend_sd` and
    `effect_sd`. Counties lie on a grid that is as square as can be; neighbours share an edge.
    Cohorts take, the earliest first, the counties with the highest
    ``selection x_i + sqrt(1 - selection^2) v_i``, where ``v`` is standard normal. Trends are
    parallel unless `selection` and `covariate_trend` both differ from zero; given ``x`` they
    always are, but for spill-over.

    Each part of the model has a stream of random numbers of its own: a changed parameter leaves
    the draws of the others as they were.

    Parameters
    ----------
    counties, years, first_year
        Size of the panel.
    cohorts
        Share of counties by first treated year; the rest is never treated. Numbers of counties
        are rounded.
    effect, effect_growth
        Effect in the first treated year, and its change with each further year, log points; one
        number, or one for each cohort.
    effect_sd, county_sd, trend_sd, noise_sd
        Standard deviations, log points (`trend_sd` a year).
    selection
        Correlation of the covariate with what decides on treatment, from -1 to 1.
    covariate_level, covariate_trend
        Slope of log income on the covariate, and the change of that slope a year.
    spillover
        Effect on a county not yet treated if all its neighbours are, log points.
    level, growth
        Mean log income in the first year, and its common yearly growth, log points.
    ar
        Serial correlation of the noise, between -1 and 1.
    seed
        Of the random numbers; with a seed the panel is the same each time.

    Returns
    -------
    CountyPanel
        The panel, and the effects in it. The defaults are chosen, not estimated.

    Raises
    ------
    DataError
        If a parameter is out of its range, a cohort lies outside the panel's years, or a share
        is so small that the cohort has no county.
    """
    check_number(_NAME, "counties", counties, whole=True, low=2)
    check_number(_NAME, "years", years, whole=True, low=2)
    check_number(_NAME, "first_year", first_year, whole=True)
    for name, value in (
        ("effect_sd", effect_sd),
        ("county_sd", county_sd),
        ("trend_sd", trend_sd),
        ("noise_sd", noise_sd),
    ):
        check_number(_NAME, name, value, low=0)
    check_number(_NAME, "selection", selection, low=-1, high=1)
    check_number(_NAME, "ar", ar, low=-1, high=1)
    if abs(ar) == 1:
        raise DataError(f"county_panel: ar must lie between -1 and 1, not {ar}.")
    for name, value in (
        ("covariate_level", covariate_level),
        ("covariate_trend", covariate_trend),
        ("spillover", spillover),
        ("level", level),
        ("growth", growth),
    ):
        check_number(_NAME, name, value)
    sizes = _cohort_sizes(cohorts, counties, range(first_year + 1, first_year + years))
    first_effect = _by_cohort("effect", effect, sizes)
    step = _by_cohort("effect_growth", effect_growth, sizes)

    of_covariate, of_choice, of_county, of_trend, of_effect, of_noise = np.random.default_rng(
        seed
    ).spawn(6)
    x = of_covariate.standard_normal(counties)
    wish = selection * x + math.sqrt(1 - selection**2) * of_choice.standard_normal(counties)
    cohort = _assign(wish, sizes)
    year = first_year + np.arange(years)
    treated = (cohort[:, None] > 0) & (year >= cohort[:, None])
    passed = np.arange(years)
    untreated = (
        level
        + (county_sd * of_county.standard_normal(counties) + covariate_level * x)[:, None]
        + (growth + trend_sd * of_trend.standard_normal(counties) + covariate_trend * x)[:, None]
        * passed
        + _noise(of_noise.standard_normal((counties, years)), noise_sd, ar)
    )
    start = np.array([first_effect.get(g, 0.0) for g in cohort])
    slope = np.array([step.get(g, 0.0) for g in cohort])
    own = (start + effect_sd * of_effect.standard_normal(counties))[:, None]
    own = np.where(treated, own + slope[:, None] * (year - cohort[:, None]), 0.0)
    share = _neighbour_share(treated)
    spilt = np.where(treated, 0.0, spillover * share)

    keys = {"county": np.repeat(np.arange(1, counties + 1), years), "year": np.tile(year, counties)}
    data = pd.DataFrame(
        {
            **keys,
            "cohort": np.repeat(cohort, years),
            "log_income": (untreated + own + spilt).ravel(),
            "covariate": np.repeat(x, years),
            "neighbour_share": share.ravel(),
        }
    )
    rows = pd.DataFrame(
        {
            **keys,
            "untreated_log_income": untreated.ravel(),
            "effect": own.ravel(),
            "spillover": spilt.ravel(),
        }
    )
    return CountyPanel(data=data, truth=_truth(data, rows, treated.ravel()))


def _cohort_sizes(cohorts: Mapping[int, float], counties: int, span: range) -> dict[int, int]:
    if not isinstance(cohorts, Mapping):
        raise DataError("county_panel: cohorts must map first treated years to shares of counties.")
    for year, share in cohorts.items():
        if year not in span:
            raise DataError(
                f"county_panel: cohort {year} lies outside {span[0]} to {span[-1]}: a cohort has a "
                f"year before it and a treated one."
            )
        check_number(_NAME, f"share of cohort {year}", share, low=0, high=1)
    if sum(cohorts.values()) > 1 + 1e-9:
        raise DataError(
            f"county_panel: the cohorts' shares add to {sum(cohorts.values()):g}: at most 1."
        )
    # Rounded cumulated, so that sizes add up to the rounded sum and never exceed the counties.
    edges = np.rint(np.cumsum([0.0, *(cohorts[g] for g in sorted(cohorts))]) * counties).astype(int)
    sizes = dict(zip(sorted(cohorts), np.diff(edges).tolist(), strict=True))
    for year, size in sizes.items():
        if not size:
            raise DataError(
                f"county_panel: a share of {cohorts[year]:g} of {counties} counties leaves cohort "
                f"{year} without any: raise the share, or leave the cohort out."
            )
    return sizes


def _by_cohort(
    name: str, value: float | Mapping[int, float], sizes: Mapping[int, int]
) -> dict[int, float]:
    given = value if isinstance(value, Mapping) else dict.fromkeys(sizes, value)
    if set(given) != set(sizes):
        raise DataError(
            f"county_panel: {name} is given for {sorted(given)}, and the cohorts are "
            f"{sorted(sizes)}: give one number, or one for each cohort."
        )
    for year, number in given.items():
        check_number(_NAME, f"{name} of cohort {year}", number)
    return dict(given)


def _assign(wish: Floats, sizes: Mapping[int, int]) -> Ints:
    """Return the cohort of each county; the counties that wish most come first."""
    order = np.argsort(-wish, kind="stable")
    cohort = np.zeros(len(wish), dtype=np.int64)
    taken = 0
    for year, size in sizes.items():
        cohort[order[taken : taken + size]] = year
        taken += size
    return cohort


def _noise(draws: Floats, deviation: float, ar: float) -> Floats:
    """Return stationary first-order autoregressions, one in each row."""
    noise = np.empty(draws.shape)
    noise[:, 0] = deviation * draws[:, 0]
    fresh = deviation * math.sqrt(1 - ar**2)
    for t in range(1, draws.shape[1]):
        noise[:, t] = ar * noise[:, t - 1] + fresh * draws[:, t]
    return noise


def _neighbour_share(treated: npt.NDArray[np.bool_]) -> Floats:
    """Return the share of each county's neighbours that are treated, by year."""
    counties, years = treated.shape
    width = math.ceil(math.sqrt(counties))
    height = math.ceil(counties / width)
    grid = np.full((height + 2, width + 2, years), np.nan)
    place = np.arange(counties)
    grid[1 + place // width, 1 + place % width] = treated
    around = np.stack([grid[:-2, 1:-1], grid[2:, 1:-1], grid[1:-1, :-2], grid[1:-1, 2:]])
    there = ~np.isnan(around)
    # Every county of a grid with two or more has a neighbour; empty places may have none.
    share = np.where(there, around, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return np.asarray(share.reshape(height * width, years)[:counties])


def _truth(data: pd.DataFrame, rows: pd.DataFrame, treated: npt.NDArray[np.bool_]) -> CountyTruth:
    chosen = data.loc[treated, ["cohort", "year"]].assign(effect=rows.loc[treated, "effect"])
    chosen["event_time"] = chosen["year"] - chosen["cohort"]

    def average(by: list[str]) -> pd.DataFrame:
        table = chosen.groupby(by, as_index=False)["effect"].agg(["size", "mean"])
        return table.rename(columns={"size": "counties", "mean": "effect"})

    return CountyTruth(
        overall=float(chosen["effect"].mean()),
        att=average(["cohort", "year", "event_time"]),
        by_event_time=average(["event_time"]),
        rows=rows,
    )
