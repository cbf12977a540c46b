"""The routing engine on a published instance whose best known length is public."""

import numpy as np
import pytest

from lcresearch.logistics.routing import shortest_routes

BEST_KNOWN = 33_503
"""Of X-n280-k17 in CVRPLIB, which Uchoa and others (2017) generated."""


def read_instance(path):
    """Return coordinates, demands and capacity of a file in the format of CVRPLIB."""
    sections, section, capacity = {}, None, 0
    for line in path.read_text().splitlines():
        words = line.replace(":", " ").split()
        if not words or words[0] == "EOF":
            continue
        if words[0] == "CAPACITY":
            capacity = int(words[1])
        elif words[0].endswith("_SECTION"):
            section = sections.setdefault(words[0], [])
        elif section is not None:
            section.append([int(word) for word in words])
    places = np.array(sections["NODE_COORD_SECTION"])[:, 1:]
    demands = np.array(sections["DEMAND_SECTION"])[:, 1]
    assert sections["DEPOT_SECTION"][0] == [1]
    return places, demands, capacity


def test_routes_near_the_best_known(replication):
    """Ten seconds find routes within 3.5 % of the best known, all demands met."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    places, demands, capacity = read_instance(replication / "X-n280-k17.vrp")
    assert (len(places), capacity, demands[0]) == (280, 192, 0)
    # The format's distances are rounded to whole numbers.
    metres = np.rint(np.linalg.norm(places[:, None] - places, axis=-1)).astype(np.int64)
    routes = shortest_routes(
        metres, demands[1:], np.zeros(279, int), capacity=capacity, seconds=10, seed=1
    )
    assert sorted(stop for route in routes for stop in route) == list(range(279))
    assert all(demands[1:][route].sum() <= capacity for route in routes)
    ways = [[0, *(stop + 1 for stop in route), 0] for route in routes]
    length = sum(metres[way[:-1], way[1:]].sum() for way in ways)
    assert BEST_KNOWN <= length <= 1.035 * BEST_KNOWN
