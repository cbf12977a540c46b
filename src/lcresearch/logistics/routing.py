"""Routes of vehicles that bring and fetch parcels, by PyVRP."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = ["shortest_routes"]

Ints = npt.NDArray[np.int64]


def shortest_routes(
    distances: Ints, down: Ints, up: Ints, *, capacity: int, seconds: float, seed: int
) -> list[list[int]]:
    """Return the best routes found in some seconds, for vehicles that deliver and fetch at a stop.

    PyVRP searches by iterated local search. It stops by the clock, so that a faster machine may
    find shorter routes.

    Parameters
    ----------
    distances
        From row to column, whole numbers such as metres; the depot is the first. Shape
        (1 + stops, 1 + stops).
    down, up
        Parcels brought to and fetched from each stop, whole numbers up to the capacity, shape
        (stops,).
    capacity
        Parcels in a full vehicle.
    seconds
        How long to search.
    seed
        Seed of the search.

    Returns
    -------
    list of list of int
        For each vehicle its stops in order, counted from zero.

    Raises
    ------
    DataError
        If PyVRP is not installed, or no routes were found in the time.
    """
    try:
        import pyvrp
        from pyvrp.stop import MaxRuntime
    except ImportError:
        raise DataError(
            "Routes need the package pyvrp: install it with pip install 'lcresearch[routing]'."
        ) from None
    stops = len(down)
    data = pyvrp.ProblemData(
        # Distances are given, so that places do not matter.
        locations=[pyvrp.Location(0, 0) for _ in range(1 + stops)],
        clients=[
            pyvrp.Client(location=1 + stop, delivery=[int(down[stop])], pickup=[int(up[stop])])
            for stop in range(stops)
        ],
        depots=[pyvrp.Depot(location=0)],
        vehicle_types=[pyvrp.VehicleType(num_available=stops, capacity=[capacity])],
        # PyVRP's annotations take the type of a number for that of an array.
        distance_matrices=[distances],  # type: ignore[list-item]
        duration_matrices=[np.zeros_like(distances)],  # type: ignore[list-item]
    )
    found = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=seed, display=False)
    if not found.is_feasible():
        raise DataError(
            f"No routes that fit the vehicles were found in {seconds:g} seconds: give more."
        )
    return [
        [visit.idx for visit in route.schedule() if visit.is_client()]
        for route in found.best.routes()
    ]
