"""Where a distribution centre should stand, or two of them."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.geography import great_circle_km
from lcresearch.logistics.vehicle import Vehicle

if TYPE_CHECKING:
    from lcresearch.logistics.network import DeliveryNetwork

__all__ = ["hub_choice"]


def hub_choice(
    network: DeliveryNetwork,
    down: float | pd.Series,
    up: float | pd.Series,
    *,
    hubs: int = 1,
    fixed_cost: float = 0.0,
    gateway: str | None = None,
    trunk: Vehicle | None = None,
) -> pd.DataFrame:
    """Return what the network costs with its hub, or hubs, in each zone or set of zones.

    All sets are looked at, and each zone is served from the nearest hub of a set. A known road
    leads to the network's own hub only; to compare like with like, every way here is detour
    times straight line.

    Parameters
    ----------
    network
        The zones and the vehicle that serves them.
    down, up
        Parcels per day brought and fetched, in the form that `DeliveryNetwork.distance` takes.
    hubs
        How many hubs there are to be: one, or two.
    fixed_cost
        What a hub costs in yuan per day, whatever passes through it.
    gateway
        Zone through which all parcels enter and leave the network. If it is left out, parcels
        reach any hub at no cost.
    trunk
        Vehicle that drives full between gateway and hubs; by default the network's own.

    Returns
    -------
    pandas.DataFrame
        One row for each set, the cheapest first, with the columns `hubs` (names joined by a
        plus sign), `linehaul_km`, `local_km` and `trunk_km` (per day), `cost` (yuan per day) and
        `cost_per_parcel` (yuan). Of equally cheap sets the first in the order of zones is first.

    Raises
    ------
    DataError
        If a volume is negative or missing, there is no parcel, the number of hubs is neither one
        nor two or exceeds the zones, the fixed cost is not zero or more, or the gateway is no zone.
    """
    names = list(network.zones.index)
    if hubs not in (1, 2) or hubs > len(names):
        raise DataError(f"hubs is {hubs}: choose one or two of the {len(names)} zones.")
    if not (math.isfinite(fixed_cost) and fixed_cost >= 0):
        raise DataError(f"fixed_cost is {fixed_cost}: give yuan per day, zero or more.")
    if gateway is not None and gateway not in names:
        hint = did_you_mean(gateway, names)
        raise DataError(f"gateway {gateway!r} is not the name of a zone.{hint}")
    if gateway is None and trunk is not None:
        raise DataError("trunk is given without a gateway: name the zone that it drives from.")
    trunk = network.vehicle if trunk is None else trunk

    day = network.distance(down, up)
    parcels = float((day["down"] + day["up"]).sum())
    if parcels == 0:
        raise DataError("down and up: there is no parcel: give volumes above zero.")
    lat, lon = network.zones["lat"].to_numpy(), network.zones["lon"].to_numpy()
    road = network.detour * great_circle_km(lat[:, None], lon[:, None], lat, lon)
    loads = (np.maximum(day["down"], day["up"]) / network.vehicle.capacity).to_numpy()
    flows = day[["down", "up"]].to_numpy()
    # The ways between stops, and the handling, are the same wherever the hub stands.
    local = float(day["local_km"].sum())
    rows = []
    for chosen in combinations(range(len(names)), hubs):
        to_hubs = road[:, list(chosen)]
        nearest = np.argmin(to_hubs, axis=1)
        linehaul = float(2 * loads @ to_hubs.min(axis=1))
        trunk_km = 0.0
        if gateway is not None:
            for position, hub in enumerate(chosen):
                through = flows[nearest == position].sum(axis=0).max()
                trunk_km += 2 * road[names.index(gateway), hub] * through / trunk.capacity
        cost = (
            (linehaul + local) * network.vehicle.cost_per_km
            + trunk_km * trunk.cost_per_km
            + parcels * network.vehicle.handling
            + hubs * fixed_cost
        )
        rows.append(
            {
                "hubs": " + ".join(str(names[hub]) for hub in chosen),
                "linehaul_km": linehaul,
                "local_km": local,
                "trunk_km": float(trunk_km),
                "cost": cost,
                "cost_per_parcel": cost / parcels,
            }
        )
    return pd.DataFrame(rows).sort_values("cost", kind="stable", ignore_index=True)
