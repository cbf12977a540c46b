"""The continuous approximation: kilometres that a zone's parcels need, from a few numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Kilometres", "approximate"]

Floats = npt.NDArray[np.float64]


class Kilometres(NamedTuple):
    """What a day's parcels need: stops, and kilometres to the zone and between its stops."""

    stops: Floats
    linehaul: Floats
    local: Floats


def approximate(
    down: npt.ArrayLike,
    up: npt.ArrayLike,
    *,
    points: npt.ArrayLike,
    area_km2: npt.ArrayLike,
    road_km: npt.ArrayLike,
    detour: npt.ArrayLike,
    capacity: npt.ArrayLike,
    tour_constant: float,
    whole_tours: bool = False,
) -> Kilometres:
    r"""Return stops and kilometres by the formulas in the docstring of `DeliveryNetwork`.

    Parameters
    ----------
    down, up
        Parcels per day brought and fetched; these and all arrays below are broadcast.
    points
        Places where a vehicle may have to stop.
    area_km2
        Area over which they lie, in square km.
    road_km
        Road to the hub, in km.
    detour
        Road kilometres per kilometre of straight line, between stops.
    capacity
        Parcels in a full vehicle.
    tour_constant
        The constant of the local part.
    whole_tours
        Whether a zone takes a tour of its own on each day on which it has a parcel, instead of
        sharing one with other zones. The tours are then at least the chance
        :math:`1 - e^{-(d + u)}` of such a day, a lower bound of the expected whole tours.

    Returns
    -------
    Kilometres
        Stops per day and km per day, broadcast.
    """
    down, up, points = (np.asarray(values, dtype=float) for values in (down, up, points))
    parcels = down + up
    stops = points * -np.expm1(-parcels / points)
    tours = np.maximum(down, up) / capacity
    if whole_tours:
        tours = np.maximum(tours, -np.expm1(-parcels))
    return Kilometres(
        stops=stops,
        linehaul=2 * np.asarray(road_km) * tours,
        local=tour_constant * np.asarray(detour) * np.sqrt(stops * np.asarray(area_km2)),
    )
