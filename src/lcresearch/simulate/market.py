"""Markets whose demand and costs are known: cooperatives that set prices week by week."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.simulate.arguments import check_number
from lcresearch.simulate.market_prices import Tastes

__all__ = ["MarketTruth", "MarketWeeks", "market"]

Floats = npt.NDArray[np.float64]

_NAME: Final = "market"
_CHARACTERISTICS: Final = ("packaging", "brand", "weight_kg")
_BETA: Final[Mapping[str, float]] = MappingProxyType(
    {"const": -0.5, "packaging": 0.8, "brand": 0.6, "weight_kg": 0.5}
)
_SAME_TASTES: Final[Mapping[str, float]] = MappingProxyType({})
_WEIGHTS_KG: Final = (1.0, 2.5, 5.0)
# A share of consumers that is none.
_NOBODY: Final = 1e-12
# Typical costs in yuan: of a parcel, of a kg of the crop, of a gift box, and of handling.
_FREIGHT, _CROP, _BOX, _HANDLING = 5.0, 3.0, 3.0, 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class MarketTruth:
    """What estimates from a simulated market should find.

    Parameters
    ----------
    params
        Parameters of demand, named as the estimators name them: ``price`` (alpha), ``const``
        and the characteristics (beta), ``within_nest`` (the nesting parameter), and
        ``sigma[x]`` for each characteristic x on which tastes differ.
    rows
        One row for each row of the data, in its order: ``week``, ``product``, ``cost`` and
        ``margin`` (yuan a unit), ``xi`` (unobserved quality, in utility) and ``delta`` (mean
        utility net of price).
    elasticities
        By week, the elasticity of the share of the row's product by the price of the column's.
    agents
        The consumers: ``week``, ``weight`` and, for each characteristic x on which tastes
        differ, a standard normal draw ``taste_x``. There are no others, so that an estimate
        with these draws has no error of simulation.
    """

    params: pd.Series
    rows: pd.DataFrame = field(repr=False)
    elasticities: Mapping[int, pd.DataFrame] = field(repr=False)
    agents: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class MarketWeeks:
    """A simulated market, one row for each product on sale in each week, and its truth.

    Parameters
    ----------
    data
        Columns ``week``, ``product``, ``seller``, ``nest``, ``price`` (yuan a unit), ``share``
        (of the consumers, those who buy nothing counted), ``quantity`` (units, not rounded),
        ``market_size`` (consumers), ``packaging`` and ``brand`` (0 or 1), ``weight_kg``, and
        two parts of cost that are instruments for price, yuan a unit: ``freight`` (of the
        seller) and ``crop_cost`` (of the product).
    truth
        Demand and costs behind it.
    """

    data: pd.DataFrame = field(repr=False)
    truth: MarketTruth


def market(
    *,
    products: int = 12,
    sellers: int = 4,
    nests: int = 3,
    weeks: int = 52,
    available: float = 0.9,
    market_size: int = 100_000,
    alpha: float = -0.2,
    beta: Mapping[str, float] = _BETA,
    nesting: float = 0.0,
    taste_sd: Mapping[str, float] = _SAME_TASTES,
    consumers: int = 200,
    kappa: float = 0.0,
    quality_sd: float = 0.5,
    cost_sd: float = 1.0,
    quality_cost: float = 0.5,
    shifter_sd: float = 0.2,
    seed: int | None = None,
) -> MarketWeeks:
    r"""Draw the weekly sales of cooperatives that set equilibrium prices.

    Consumer i gets from product j in week t, and from buying nothing zero plus a shock,

    .. math:: u_{ijt} = \alpha p_{jt} + x_j'\beta + \xi_{jt}
              + \sum_k \sigma_k \nu_{itk} x_{jk} + \varepsilon_{ijt}

    with shocks of a nested logit. It costs

    .. math:: c_{jt} = 2 + 3\,\mathrm{packaging}_j + \mathrm{freight}_{ft}
              + \mathrm{crop}_{jt} + \omega_{jt}

    to sell a unit, where crop is that of ``weight_kg``. Each seller sets the prices that
    maximise its profit plus `kappa` times the others', knowing xi and omega: price and
    unobserved quality move together, both as better products bear a higher margin and as they
    cost more. Each part of the model has a stream of random numbers of its own.

    Parameters
    ----------
    products, sellers, nests, weeks
        Size of the market; sellers hold neighbouring products, nests every nth.
    available
        Chance that a product is on sale in a week, from 0 to 1; one at least always is.
    market_size
        Consumers in a week.
    alpha
        Utility of a yuan spent, below zero.
    beta
        Utility of ``"const"``, ``"packaging"``, ``"brand"`` and ``"weight_kg"``; zero for those
        left out.
    nesting
        Likeness of products within a nest, from 0 (the logit) to less than 1.
    taste_sd
        Standard deviation of tastes for the same names; none gives all consumers one taste.
    consumers
        Kinds of consumers drawn in each week, where tastes differ.
    kappa
        Weight on other sellers' profit, from 0 (Bertrand) to 1 (joint pricing).
    quality_sd, cost_sd
        Standard deviations of xi, in utility, and of omega, yuan a unit.
    quality_cost
        Correlation of xi with omega, from -1 to 1.
    shifter_sd
        Standard deviation of freight and crop price, log points.
    seed
        Of the random numbers; with a seed the market is the same each time.

    Returns
    -------
    MarketWeeks
        The market, and its demand and costs. The numbers are chosen, not estimated.

    Raises
    ------
    DataError
        If a parameter is out of its range, a cost falls below zero, prices are not found, or
        everybody buys.
    """
    check_number(_NAME, "products", products, whole=True, low=1)
    for name, count in (("sellers", sellers), ("nests", nests)):
        check_number(_NAME, name, count, whole=True, low=1, high=products)
    for name, count in (("weeks", weeks), ("market_size", market_size), ("consumers", consumers)):
        check_number(_NAME, name, count, whole=True, low=1)
    for name, value in (("available", available), ("kappa", kappa)):
        check_number(_NAME, name, value, low=0, high=1)
    check_number(_NAME, "quality_cost", quality_cost, low=-1, high=1)
    for name, value in (("quality_sd", quality_sd), ("cost_sd", cost_sd)):
        check_number(_NAME, name, value, low=0)
    check_number(_NAME, "shifter_sd", shifter_sd, low=0)
    check_number(_NAME, "alpha", alpha)
    if alpha >= 0:
        raise DataError(f"{_NAME}: alpha must be below zero, not {alpha:g}: demand would rise.")
    check_number(_NAME, "nesting", nesting, low=0, high=1)
    if nesting == 1:
        raise DataError(f"{_NAME}: nesting must be below 1: at 1 a nest has one product at most.")
    mean = _by_characteristic("beta", beta)
    spread = _by_characteristic("taste_sd", taste_sd, low=0)

    streams = np.random.default_rng(seed).spawn(6)
    of_product, of_sale, of_shifter, of_quality, of_cost, of_taste = streams
    week, product = _on_sale(of_sale.random((weeks, products)), available)
    seller, nest = product * sellers // products, product % nests
    traits = np.column_stack(
        [
            np.ones(products),
            of_product.integers(0, 2, (products, 2)),
            of_product.choice(_WEIGHTS_KG, products),
        ]
    )
    traits = traits[product]
    shifts = np.exp(shifter_sd * of_shifter.standard_normal((weeks, sellers + products)))
    freight = _FREIGHT * shifts[week, seller]
    crop_cost = _CROP * traits[:, 3] * shifts[week, sellers + product]
    quality = of_quality.standard_normal((weeks, products))[week, product]
    other = of_cost.standard_normal((weeks, products))[week, product]
    omega = cost_sd * (quality_cost * quality + math.sqrt(1 - quality_cost**2) * other)
    cost = _HANDLING + _BOX * traits[:, 1] + freight + crop_cost + omega
    if cost.min() < 0:
        raise DataError(
            f"{_NAME}: a cost is {cost.min():.2f} yuan a unit: lower cost_sd or shifter_sd."
        )
    delta = traits @ mean + quality_sd * quality
    # Where tastes do not differ one consumer stands for all.
    kinds = consumers if spread.any() else 1
    draws = of_taste.standard_normal((weeks, len(spread), kinds))

    price, share = np.empty(len(cost)), np.empty(len(cost))
    elasticities = {}
    for t in range(weeks):
        rows = np.flatnonzero(week == t)
        same = seller[rows, None] == seller[rows]
        tastes = Tastes(
            alpha,
            nesting,
            delta[rows, None] + traits[rows] @ (spread[:, None] * draws[t]),
            nest[rows, None] == nest[rows],
        )
        found = tastes.prices(cost[rows], np.where(same, 1.0, kappa))
        if found is None:
            raise DataError(
                f"{_NAME}: no equilibrium prices were found for week {t + 1}: bring alpha, beta, "
                f"nesting, taste_sd or quality_sd nearer to zero."
            )
        price[rows] = found
        share[rows], slopes = tastes.respond(found)
        if share[rows].sum() > 1 - _NOBODY:
            raise DataError(
                f"{_NAME}: everybody buys in week {t + 1}, so that buying nothing has no share: "
                f"lower beta, quality_sd or taste_sd."
            )
        names = pd.Index(product[rows] + 1, name="product")
        elasticities[t + 1] = pd.DataFrame(
            slopes * found / share[rows, None], names, names.rename("price_of")
        )
    keys = {"week": week + 1, "product": product + 1}
    data = pd.DataFrame(
        {
            **keys,
            "seller": seller + 1,
            "nest": nest + 1,
            "price": price,
            "share": share,
            "quantity": share * market_size,
            "market_size": market_size,
            "packaging": traits[:, 1].astype(int),
            "brand": traits[:, 2].astype(int),
            "weight_kg": traits[:, 3],
            "freight": freight,
            "crop_cost": crop_cost,
        }
    )
    rows_of_truth = pd.DataFrame(
        {**keys, "cost": cost, "margin": price - cost, "xi": quality_sd * quality, "delta": delta}
    )
    return MarketWeeks(
        data=data,
        truth=MarketTruth(
            params=_params(alpha, mean, nesting, spread),
            rows=rows_of_truth,
            elasticities=elasticities,
            agents=_agents(draws, spread),
        ),
    )


def _by_characteristic(name: str, given: Mapping[str, float], low: float = -math.inf) -> Floats:
    """Return one number for the constant and each characteristic, in their order."""
    known = ("const", *_CHARACTERISTICS)
    if not isinstance(given, Mapping):
        raise DataError(f"{_NAME}: {name} must map {', '.join(known)} to numbers.")
    for key, value in given.items():
        if key not in known:
            raise DataError(
                f"{_NAME}: {name} has {key!r}, and knows {', '.join(known)}."
                f"{did_you_mean(key, known)}"
            )
        check_number(_NAME, f"{name} of {key}", value, low=low)
    return np.array([given.get(key, 0.0) for key in known])


def _on_sale(draws: Floats, available: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return week and product of what is on sale, counted from zero."""
    lowest = draws == draws.min(axis=1, keepdims=True)
    week, product = np.nonzero((draws < available) | lowest)
    return week, product


def _params(alpha: float, mean: Floats, nesting: float, spread: Floats) -> pd.Series:
    names = ("const", *_CHARACTERISTICS)
    values = {"price": alpha, **dict(zip(names, mean.tolist(), strict=True))}
    values["within_nest"] = nesting
    values |= {
        f"sigma[{name}]": value for name, value in zip(names, spread.tolist(), strict=True) if value
    }
    return pd.Series(values, name="truth").rename_axis("parameter")


def _agents(draws: Floats, spread: Floats) -> pd.DataFrame:
    weeks, _, kinds = draws.shape
    agents = {"week": np.repeat(np.arange(1, weeks + 1), kinds), "weight": 1 / kinds}
    for place, name in enumerate(("const", *_CHARACTERISTICS)):
        if spread[place]:
            agents[f"taste_{name}"] = draws[:, place].ravel()
    return pd.DataFrame(agents)
