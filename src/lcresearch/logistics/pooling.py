"""What parcels cost when carriers merge into fewer and fewer groups."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.logistics.approximation import approximate
from lcresearch.logistics.coalitions import check_players

if TYPE_CHECKING:
    from lcresearch.logistics.network import DeliveryNetwork

__all__ = ["merge_carriers", "pooled", "pooled_cost", "pooling_draws"]

Floats = npt.NDArray[np.float64]

_BY_ZONE: Final = ("down", "up", "area_km2")
_LEAST: Final = {"area_km2": "above zero", "capacity": "above zero", "detour": "one or more"}


def merge_carriers(carriers: npt.ArrayLike, groups: Sequence[int]) -> dict[int, Floats]:
    """Return the shares of the volume that the groups have, for each number of groups.

    The two smallest groups merge, again and again, so that each arrangement comes from the one
    before by mergers alone. Carriers with no parcels merge first and change nothing.

    Parameters
    ----------
    carriers
        Volume of each carrier, or its share.
    groups
        Numbers of groups wanted, each between one and the number of carriers.

    Returns
    -------
    dict
        For each number of groups, in the order given, the groups' shares, ascending, sum one.

    Raises
    ------
    DataError
        If a volume is negative or not finite, all are zero, or a number of groups is impossible.
    """
    volumes = check_players("carriers", carriers)
    if not volumes.sum() > 0:
        raise DataError("carriers: nobody has a parcel: give volumes above zero.")
    if not len(groups):
        raise DataError("groups is empty: give numbers of groups, such as [35, 17, 8, 4, 2, 1].")
    for number in groups:
        if number not in range(1, len(volumes) + 1):
            raise DataError(
                f"groups holds {number}: {len(volumes)} carriers form from 1 to {len(volumes)} "
                f"groups."
            )
    heap = (volumes / volumes.sum()).tolist()
    heapq.heapify(heap)
    found = {}
    for number in range(len(heap), 0, -1):
        found[number] = np.array(sorted(heap))
        smallest = heapq.heappop(heap)
        if heap:
            heapq.heapreplace(heap, heap[0] + smallest)
    return {int(number): found[number] for number in groups}


def pooled(
    shares: Floats,
    down: npt.ArrayLike,
    up: npt.ArrayLike,
    *,
    wait_for: float | Floats,
    **inputs: Any,
) -> tuple[Floats, Floats]:
    """Return the stops and kilometres of all groups, each with its share of every zone's parcels.

    Parameters
    ----------
    shares
        Share of each group, shape (groups,).
    down, up
        Parcels per day of all groups; the last axis are the zones.
    wait_for
        Parcels that a group lets come together before it visits a zone, if a day brings fewer.
    **inputs
        What else `approximate` takes; the last axis are the zones.

    Returns
    -------
    stops, kilometres
        Per day, summed over groups and zones: the shape without its last axis.
    """
    stops: Floats = np.zeros(1)
    kilometres: Floats = np.zeros(1)
    # Groups of one size drive alike, so that each size is looked at once.
    for share, count in zip(*np.unique(shares, return_counts=True), strict=True):
        one = _group(share, down, up, wait_for, inputs)
        stops = stops + count * one[0]
        kilometres = kilometres + count * one[1]
    return stops, kilometres


def _group(
    share: float | Floats,
    down: npt.ArrayLike,
    up: npt.ArrayLike,
    wait_for: float | Floats,
    inputs: Mapping[str, Any],
) -> tuple[Floats, Floats]:
    """Return the stops and kilometres of a group with a share of every zone's parcels."""
    brought = share * np.asarray(down, dtype=float)
    fetched = share * np.asarray(up, dtype=float)
    parcels = brought + fetched
    # Where a group has no parcel there is nothing to wait for.
    days = np.maximum(1.0, wait_for / np.where(parcels > 0, parcels, np.inf))
    found = approximate(days * brought, days * fetched, **inputs)
    kilometres = (found.linehaul + found.local) / days
    return (found.stops / days).sum(axis=-1), kilometres.sum(axis=-1)


def pooled_cost(
    network: DeliveryNetwork,
    down: float | pd.Series,
    up: float | pd.Series,
    *,
    wait_for: float = 0.0,
    whole_tours: bool = False,
) -> Callable[[npt.ArrayLike], Floats]:
    """Return what a pool of carriers costs as a function of its parcels per day.

    This is the cost that `shapley_shares` and `in_core` take, if every carrier has its parcels
    where all of them together have theirs, in proportion.

    Parameters
    ----------
    network
        The network in which the pool delivers.
    down, up
        Parcels per day of all carriers together, in the form that `DeliveryNetwork.distance`
        takes.
    wait_for, whole_tours
        As `DeliveryNetwork.pooling_curve` takes them.

    Returns
    -------
    callable
        From parcels per day, one number or an array, to yuan per day. At the sum of `down` and
        `up` it is the cost of all.

    Raises
    ------
    DataError
        If a volume is negative or missing, or there is no parcel.
    """
    day = network.distance(down, up)
    total = float((day["down"] + day["up"]).sum())
    if total == 0:
        raise DataError("down and up: there is no parcel: give volumes above zero.")
    inputs = {**network.inputs(), "whole_tours": whole_tours}
    inputs = {
        name: np.asarray(values) if isinstance(values, pd.Series) else values
        for name, values in inputs.items()
    }

    def cost(volume: npt.ArrayLike) -> Floats:
        parcels = np.asarray(volume, dtype=float)
        share = parcels[..., None] / total
        _, kilometres = _group(
            share, day["down"].to_numpy(), day["up"].to_numpy(), wait_for, inputs
        )
        vehicle = network.vehicle
        return np.asarray(vehicle.cost_per_km * kilometres + vehicle.handling * parcels)

    return cost


def pooling_draws(
    network: DeliveryNetwork,
    carriers: npt.ArrayLike,
    groups: Sequence[int],
    *,
    down: npt.ArrayLike,
    up: npt.ArrayLike,
    area_km2: npt.ArrayLike | None = None,
    detour: npt.ArrayLike | None = None,
    capacity: npt.ArrayLike | None = None,
    cost_per_km: npt.ArrayLike | None = None,
    handling: npt.ArrayLike | None = None,
    wait_for: npt.ArrayLike = 0.0,
    whole_tours: bool = False,
) -> pd.DataFrame:
    """Return the cost per parcel by number of groups, for many draws of the assumptions at once.

    What varies has one row, or one number, for each draw; what is left out is as in the network.

    Parameters
    ----------
    network
        The network, in whose zones every group delivers.
    carriers, groups
        As `DeliveryNetwork.pooling_curve` takes them; of the carriers only proportions count.
    down, up
        Parcels per day brought and fetched, shape (zones,) or (draws, zones), in the order of
        the network's zones.
    area_km2
        Areas in square km, shape (zones,) or (draws, zones).
    detour, capacity, cost_per_km, handling
        As `DeliveryNetwork` and `Vehicle` take them, shape () or (draws,). A zone's known road
        replaces detour times straight line in every draw.
    wait_for
        As `DeliveryNetwork.pooling_curve` takes it, shape () or (draws,).
    whole_tours
        As `DeliveryNetwork.pooling_curve` takes it.

    Returns
    -------
    pandas.DataFrame
        Yuan per parcel, one row for each draw and one column for each number of groups.

    Raises
    ------
    DataError
        If a value is out of its range, the draws or zones differ in number, or a draw has no
        parcel.
    """
    merged = merge_carriers(carriers, groups)
    zones, vehicle = network.zones, network.vehicle
    given = {
        "down": down,
        "up": up,
        "area_km2": zones["area_km2"] if area_km2 is None else area_km2,
        "detour": network.detour if detour is None else detour,
        "capacity": vehicle.capacity if capacity is None else capacity,
        "cost_per_km": vehicle.cost_per_km if cost_per_km is None else cost_per_km,
        "handling": vehicle.handling if handling is None else handling,
        "wait_for": wait_for,
    }
    rows = {name: _rows(name, values, len(zones)) for name, values in given.items()}
    draws = max(len(values) for values in rows.values())
    for name, values in rows.items():
        if len(values) not in (1, draws):
            raise DataError(
                f"{name} has {len(values)} draws where another has {draws}: give one for each draw "
                f"or one for all."
            )
    parcels = (rows["down"] + rows["up"]).sum(axis=1)
    if not (parcels > 0).all():
        raise DataError(f"down and up: draw {np.argmin(parcels)} has no parcel: leave it out.")
    straight = rows["detour"] * zones["straight_km"].to_numpy()
    known = zones["road_km"].to_numpy()
    road = np.where(np.isnan(known), straight, known)
    table = {}
    for number, shares in merged.items():
        _, kilometres = pooled(
            shares,
            rows["down"],
            rows["up"],
            points=zones["points"].to_numpy(),
            area_km2=rows["area_km2"],
            road_km=road,
            detour=rows["detour"],
            capacity=rows["capacity"],
            tour_constant=network.tour_constant,
            wait_for=rows["wait_for"],
            whole_tours=whole_tours,
        )
        cost = rows["cost_per_km"][:, 0] * kilometres / parcels + rows["handling"][:, 0]
        table[number] = np.broadcast_to(cost, draws)
    return pd.DataFrame(table, index=pd.RangeIndex(draws, name="draw")).rename_axis(
        columns="groups"
    )


def _rows(name: str, values: npt.ArrayLike, zones: int) -> Floats:
    """Return one row for each draw, with one number for each zone or a single one."""
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{name} must be numbers.") from None
    if name in _BY_ZONE:
        if numbers.ndim not in (1, 2) or numbers.shape[-1] != zones or not numbers.size:
            raise DataError(
                f"{name} has the shape {numbers.shape}: give a number for each of the {zones} "
                f"zones, in a row for each draw."
            )
        numbers = np.atleast_2d(numbers)
    else:
        if numbers.ndim > 1 or not numbers.size:
            raise DataError(f"{name} has the shape {numbers.shape}: give one number a draw.")
        numbers = numbers.reshape(-1, 1)
    words = _LEAST.get(name, "zero or more")
    right = {"above zero": numbers > 0, "one or more": numbers >= 1}.get(words, numbers >= 0)
    # An infinite capacity is allowed, as in a vehicle.
    right &= (numbers < np.inf) | (name == "capacity")
    if not right.all():
        draw = int(np.argwhere(~right)[0, 0])
        raise DataError(f"{name}: {numbers[~right][0]} in draw {draw}: give {words}.")
    return numbers
