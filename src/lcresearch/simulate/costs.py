"""Carriers whose cost function is known: panels drawn from a translog that the caller sets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.simulate.arguments import check_number

__all__ = ["CostPanel", "CostTruth", "cost_panel"]

Floats = npt.NDArray[np.float64]

_NAME: Final = "cost_panel"
_OUTPUTS: Final = ("parcels_down", "parcels_up")
_PRICES: Final = ("wage", "fuel_price", "vehicle_price")
_SHARES: Final = ("wage_share", "fuel_share", "vehicle_share")
_VARIABLES: Final = (*_OUTPUTS, "stops", *_PRICES)
_CENTRE: Final[Mapping[str, float]] = MappingProxyType(
    {
        "parcels_down": 90_000.0,
        "parcels_up": 20_000.0,
        "stops": 60.0,
        "wage": 50_000.0,
        "fuel_price": 7.5,
        "vehicle_price": 30_000.0,
    }
)
_COST: Final = 300_000.0  # at the centre
_PRICE_SHARES: Final = (0.5, 0.2, 0.3)
_UPLINK: Final = 0.25  # part of the outputs' elasticity that is the uplink's
# Second-order terms without the last price's, which follow: every row of prices adds to zero.
_SECOND: Final[Mapping[tuple[str, str], float]] = MappingProxyType(
    {
        ("parcels_down", "parcels_down"): 0.05,
        ("parcels_down", "parcels_up"): -0.02,
        ("parcels_up", "parcels_up"): 0.03,
        ("stops", "stops"): 0.02,
        ("parcels_down", "wage"): -0.02,
        ("parcels_down", "fuel_price"): 0.01,
        ("wage", "wage"): 0.10,
        ("wage", "fuel_price"): -0.04,
        ("fuel_price", "fuel_price"): 0.06,
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CostTruth:
    """What estimates from a simulated panel of carriers should find.

    Parameters
    ----------
    params
        Parameters of the cost function in logarithms, named as `CostFunction` names them, with
        ``stops`` as its network.
    scale_economies, density_economies
        At the data's geometric means.
    rows
        One row for each row of the data, in its order: ``carrier``, ``year``, ``log_cost``
        (without effect and noise), ``effect`` (of the carrier), ``scale_economies`` and
        ``density_economies``.
    """

    params: pd.Series = field(repr=False)
    scale_economies: float
    density_economies: float
    rows: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class CostPanel:
    """A simulated panel of carriers and its truth.

    Parameters
    ----------
    data
        Columns ``carrier``, ``year``, ``cost`` (yuan a year), ``parcels_down`` and ``parcels_up``
        (a year), ``stops``, ``wage`` and ``vehicle_price`` (yuan a year), ``fuel_price`` (yuan a
        litre), and the cost shares ``wage_share``, ``fuel_share``, ``vehicle_share``, which add
        to one.
    truth
        The cost function behind it.
    """

    data: pd.DataFrame = field(repr=False)
    truth: CostTruth


def cost_panel(
    *,
    carriers: int = 35,
    years: int = 10,
    first_year: int = 2014,
    scale: float = 1.2,
    density: float = 1.6,
    curvature: float = 1.0,
    size_sd: float = 0.8,
    price_sd: float = 0.2,
    carrier_sd: float = 0.1,
    selection: float = 0.0,
    progress: float = 0.0,
    noise_sd: float = 0.05,
    share_sd: float = 0.02,
    seed: int | None = None,
) -> CostPanel:
    """Draw the yearly costs of parcel carriers from a translog cost function.

    With ``v`` the logs of parcels down and up, stops and three prices, less those of a typical
    carrier, ``s = year - first_year``, and ``x`` a carrier's log size, standard normal,

        ln C_it = c + b'v_it + v_it' G v_it / 2 + a_i - progress s + e_it
        share_j = b_j + (G v_it)_j + u_ijt,  the u of a row adding to zero
        a_i     = carrier_sd (selection x_i + sqrt(1 - selection^2) h_i)

    with ``e``, ``u`` and ``h`` normal, homogeneous of degree one in prices. For the typical
    carrier, the elasticities of the outputs add to ``1 / density``, and with that of stops to
    ``1 / scale``. Each part of the model has a stream of random numbers of its own.

    Parameters
    ----------
    carriers, years, first_year
        Size of the panel.
    scale, density
        Economies of scale and density of the typical carrier; density is the larger.
    curvature
        Multiplies the second-order terms ``G``: 0 gives Cobb–Douglas.
    size_sd, price_sd
        Standard deviations of log size between carriers, and of log prices between rows.
    carrier_sd, noise_sd, share_sd
        Standard deviations of effects and of noise, log points, and of noise in shares.
    selection
        Correlation of carriers' effects with their size, from -1 to 1.
    progress
        Yearly fall of cost at given outputs and prices, log points.
    seed
        Of the random numbers; with a seed the panel is the same each time.

    Returns
    -------
    CostPanel
        The panel, and its cost function. The numbers are chosen, not estimated.

    Raises
    ------
    DataError
        If a parameter is out of its range, or so large that a cost share leaves 0 to 1.
    """
    check_number(_NAME, "carriers", carriers, whole=True, low=2)
    check_number(_NAME, "years", years, whole=True, low=1)
    check_number(_NAME, "first_year", first_year, whole=True)
    check_number(_NAME, "selection", selection, low=-1, high=1)
    for name, value in (("scale", scale), ("density", density)):
        check_number(_NAME, name, value, low=0.1)
    if density < scale:
        raise DataError(
            f"{_NAME}: density is {density:g} and scale {scale:g}: density cannot be below scale, "
            f"as more stops would then lower cost."
        )
    for name, value in (("curvature", curvature), ("progress", progress)):
        check_number(_NAME, name, value)
    for name, value in (
        ("size_sd", size_sd),
        ("price_sd", price_sd),
        ("carrier_sd", carrier_sd),
        ("noise_sd", noise_sd),
        ("share_sd", share_sd),
    ):
        check_number(_NAME, name, value, low=0)

    of_size, of_output, of_price, of_carrier, of_noise, of_share = np.random.default_rng(
        seed
    ).spawn(6)
    rows = carriers * years
    x = of_size.standard_normal(carriers)
    carrier, step = np.repeat(np.arange(carriers), years), np.tile(np.arange(years), carriers)
    levels = _levels(
        size_sd * x[carrier], of_output, price_sd * of_price.standard_normal((rows, 3))
    )
    first, second = _centred(scale, density, curvature)
    centre = np.log([_CENTRE[name] for name in _VARIABLES])
    v = np.log(levels) - centre
    slopes = first + v @ second
    log_cost = math.log(_COST) + v @ first + np.einsum("ri,ij,rj->r", v, second, v) / 2
    log_cost = log_cost - progress * step
    other = of_carrier.standard_normal(carriers)
    effect = carrier_sd * (selection * x + math.sqrt(1 - selection**2) * other)[carrier]
    noise = of_share.standard_normal((rows, 3))
    # Less their mean they add to zero, and the factor restores their variance.
    noise = share_sd * math.sqrt(1.5) * (noise - noise.mean(axis=1, keepdims=True))
    shares = slopes[:, 3:] + noise
    if shares.min() <= 0 or shares.max() >= 1:
        raise DataError(
            f"{_NAME}: a cost share is {shares.min():.2f} to {shares.max():.2f}: lower share_sd, "
            f"price_sd, size_sd or curvature."
        )
    cost = np.exp(log_cost + effect + noise_sd * of_noise.standard_normal(rows))
    keys = {"carrier": carrier + 1, "year": first_year + step}
    data = pd.DataFrame(
        {
            **keys,
            "cost": cost,
            **dict(zip(_VARIABLES, levels.T, strict=True)),
            **dict(zip(_SHARES, shares.T, strict=True)),
        }
    )
    mean = first + v.mean(axis=0) @ second
    return CostPanel(
        data=data,
        truth=CostTruth(
            params=_raw(first, second, centre),
            scale_economies=1 / float(mean[:3].sum()),
            density_economies=1 / float(mean[:2].sum()),
            rows=pd.DataFrame(
                {
                    **keys,
                    "log_cost": log_cost,
                    "effect": effect,
                    "scale_economies": 1 / slopes[:, :3].sum(axis=1),
                    "density_economies": 1 / slopes[:, :2].sum(axis=1),
                }
            ),
        ),
    )


def _levels(size: Floats, rng: np.random.Generator, prices: Floats) -> Floats:
    """Return outputs, stops and prices; outputs and stops grow with size, and are whole."""
    draws = rng.standard_normal((len(size), 3)) * [0.15, 0.4, 0.1]
    moves = np.column_stack([size[:, None] * [1.0, 0.9, 0.6] + draws, prices])
    levels = np.exp(moves) * [_CENTRE[name] for name in _VARIABLES]
    levels[:, :3] = np.maximum(np.rint(levels[:, :3]), 1)
    return np.asarray(levels)


def _centred(scale: float, density: float, curvature: float) -> tuple[Floats, Floats]:
    """Return elasticities of the typical carrier, and the second-order terms in full."""
    outputs = np.array([1 - _UPLINK, _UPLINK]) / density
    first = np.array([*outputs, 1 / scale - 1 / density, *_PRICE_SHARES])
    second = np.zeros((6, 6))
    for (a, b), value in _SECOND.items():
        i, j = _VARIABLES.index(a), _VARIABLES.index(b)
        second[i, j] = second[j, i] = curvature * value
    second[:5, 5] = second[5, :5] = -second[:5, 3:5].sum(axis=1)
    second[5, 5] = -second[5, 3:5].sum()
    return first, second


def _raw(first: Floats, second: Floats, centre: Floats) -> pd.Series:
    """Return the parameters on logs as they are, from those on logs less a centre."""
    constant = math.log(_COST) - centre @ first + centre @ second @ centre / 2
    values = {"const": float(constant)}
    values |= dict(zip(_VARIABLES, (first - second @ centre).tolist(), strict=True))
    for i, j in combinations_with_replacement(range(len(_VARIABLES)), 2):
        values[f"{_VARIABLES[i]}*{_VARIABLES[j]}"] = float(second[i, j])
    return pd.Series(values, name="truth").rename_axis("parameter")
