"""Routes on a drawn map of the network's stops, beside the continuous approximation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.logistics.geography import EARTH_RADIUS_KM
from lcresearch.logistics.routing import shortest_routes
from lcresearch.logistics.territories import place_stops

if TYPE_CHECKING:
    from lcresearch.logistics.network import DeliveryNetwork

__all__ = ["RoutePlan", "plan_routes"]

_METRES: Final = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class RoutePlan:
    """Routes of one day on a drawn map.

    Parameters
    ----------
    stops
        One row for each visit, in the order of driving: `route` and `position` (both from one),
        `zone`, `east_km` and `north_km` (from the hub), `down` and `up` (parcels).
    km
        Kilometres of all routes, road.
    approximation_km
        What the continuous approximation gives for the same parcels and roads.
    seconds, seed
        Length of the search, and seed of map and search.
    """

    stops: pd.DataFrame = field(repr=False)
    km: float
    approximation_km: float
    seconds: float
    seed: int

    @property
    def routes(self) -> int:
        """Number of routes."""
        return int(self.stops["route"].max())

    @property
    def gap(self) -> float:
        """What the approximation exceeds the routes by, as a share of the routes."""
        return self.approximation_km / self.km - 1

    def summary(self) -> str:
        """Return routes and approximation in a sentence."""
        return (
            f"{self.routes} routes past {len(self.stops)} stops: {self.km:,.0f} km, the best found "
            f"in {self.seconds:g} seconds; the approximation gives {self.approximation_km:,.0f} km "
            f"({self.gap:+.1%})."
        )


def plan_routes(
    network: DeliveryNetwork,
    down: float | pd.Series,
    up: float | pd.Series,
    *,
    seconds: float,
    seed: int,
) -> RoutePlan:
    """Return routes past stops drawn at random, as `DeliveryNetwork.routes` tells."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise DataError(f"seconds is {seconds}: give a time above zero.")
    # A known road leads to the hub only, and says nothing of the ways between stops.
    plain = network.without_known_roads()
    day = plain.distance(down, up)
    capacity = int(min(plain.vehicle.capacity, 2 * day[["down", "up"]].sum().max() + 1))
    if capacity < 1:
        raise DataError(
            f"capacity is {plain.vehicle.capacity}: routes carry whole parcels, so give one or "
            f"more."
        )
    loads = day[["down", "up"]].round().astype(int)
    counts = np.ceil(np.maximum(day["stops"].round(), loads.max(axis=1) / capacity)).astype(int)
    # Each stop has a parcel.
    counts = np.minimum(counts.clip(lower=1), loads.sum(axis=1))
    if counts.sum() == 0:
        raise DataError("down and up: there is no whole parcel: give more parcels per day.")
    draw = np.random.default_rng(seed)
    places = place_stops(
        _plane(plain), plain.zones["area_km2"].to_numpy(), counts.to_numpy(), draw=draw
    )
    stops = pd.DataFrame(
        {
            "zone": np.repeat(day.index.to_numpy(), counts),
            "east_km": places[:, 0],
            "north_km": places[:, 1],
            "down": _dealt(loads["down"], counts),
            "up": _dealt(loads["up"], counts, last=True),
        }
    )
    from_hub = np.vstack([np.zeros(2), places])
    straight = np.linalg.norm(from_hub[:, None] - from_hub, axis=-1)
    metres = np.rint(_METRES * plain.detour * straight).astype(np.int64)
    found = shortest_routes(
        metres,
        stops["down"].to_numpy(),
        stops["up"].to_numpy(),
        capacity=capacity,
        seconds=seconds,
        seed=seed,
    )
    driven = 0
    rows = []
    for number, visits in enumerate(found, start=1):
        way = [0, *(stop + 1 for stop in visits), 0]
        driven += int(metres[way[:-1], way[1:]].sum())
        part = stops.iloc[visits]
        rows.append(part.assign(route=number, position=range(1, len(part) + 1)))
    ordered = pd.concat(rows, ignore_index=True)
    return RoutePlan(
        stops=ordered[["route", "position", *stops.columns]],
        km=driven / _METRES,
        approximation_km=float(day["vehicle_km"].sum()),
        seconds=seconds,
        seed=seed,
    )


def _plane(network: DeliveryNetwork) -> npt.NDArray[np.float64]:
    """Return zones east and north of the hub in km, on the plane that touches the globe there."""
    hub = network.zones.loc[network.hub]
    east = np.radians(network.zones["lon"] - hub["lon"]) * math.cos(math.radians(hub["lat"]))
    north = np.radians(network.zones["lat"] - hub["lat"])
    return np.asarray(EARTH_RADIUS_KM * np.column_stack([east, north]))


def _dealt(loads: pd.Series, counts: pd.Series, *, last: bool = False) -> list[int]:
    """Return each zone's parcels dealt evenly to its stops; those left over go to the first."""
    dealt: list[int] = []
    for load, count in zip(loads.tolist(), counts.tolist(), strict=True):
        if count:
            each, over = divmod(load, count)
            hand = [each + 1] * over + [each] * (count - over)
            dealt += hand[::-1] if last else hand
    return dealt
