"""Routes: every parcel carried once, no van too full, and close to the approximation."""

import math
import sys

import numpy as np
import pandas as pd
import pytest
from small_network import by_zone, small_network, small_zones

import lcresearch as lc
from lcresearch.errors import DataError
from lcresearch.logistics import DeliveryNetwork, Vehicle
from lcresearch.logistics.routing import shortest_routes

DOWN, UP = by_zone(500, 80, 120, 250), by_zone(100, 90, 5, 30)


def loads_on_the_way(route):
    """Return what a van carries when it leaves the hub and after each stop."""
    return route["down"].sum() + np.r_[0, np.cumsum(route["up"] - route["down"])]


@pytest.fixture(scope="module")
def plan():
    """Routes of the small network."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    return small_network().routes(DOWN, UP, seconds=1, seed=3)


def test_every_parcel_is_carried(plan):
    """The stops' parcels add up to each zone's, and each stop has one."""
    carried = plan.stops.groupby("zone")[["down", "up"]].sum()
    assert carried.loc[DOWN.index, "down"].tolist() == DOWN.tolist()
    assert carried.loc[UP.index, "up"].tolist() == UP.tolist()
    assert (plan.stops[["down", "up"]].sum(axis=1) > 0).all()


def test_no_van_is_too_full(plan):
    """Nowhere on its way does a van carry more than it holds, what it fetches included."""
    for _, route in plan.stops.groupby("route"):
        assert loads_on_the_way(route).max() <= 200
        assert route["position"].tolist() == list(range(1, len(route) + 1))


def test_kilometres_are_those_of_the_stops(plan):
    """The kilometres are the sum over routes of the ways from the hub, past the stops and back."""
    total = 0.0
    for _, route in plan.stops.groupby("route"):
        way = np.vstack([np.zeros(2), route[["east_km", "north_km"]], np.zeros(2)])
        total += 1.5 * np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
    assert plan.km == pytest.approx(total, abs=0.001 * (len(plan.stops) + plan.routes))


def test_known_roads_are_left_aside(plan):
    """The approximation that stands beside the routes has straight roads too."""
    straight = small_network(small_zones().drop(columns="road_km"))
    assert plan.approximation_km == straight.distance(DOWN, UP)["vehicle_km"].sum()
    assert plan.gap == pytest.approx(plan.approximation_km / plan.km - 1)
    assert f"{plan.routes} routes past {len(plan.stops)} stops" in plan.summary()


def test_backhaul_rides_along():
    """Parcels that are fetched where others are brought need no kilometre more."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    network, down = small_network(), by_zone(1000, 1000, 1000, 1000)
    one_way, both = (network.routes(down, up, seconds=1, seed=1) for up in (0 * down, down))
    assert both.km == pytest.approx(one_way.km, rel=0.02)


def test_more_parcels_than_a_van_holds_at_a_stop():
    """A place with more parcels than a van holds is visited as often as it takes."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    zones = small_zones().assign(points=1.0)
    plan = small_network(zones).routes(by_zone(0, 450, 0, 0), 0, seconds=0.5, seed=1)
    assert plan.stops["down"].tolist() == [150, 150, 150]
    assert plan.routes == 3


def test_van_without_limit():
    """A van of unlimited capacity drives one tour."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    van = Vehicle(capacity=math.inf, cost_per_km=1)
    assert small_network(vehicle=van).routes(DOWN, UP, seconds=0.5, seed=1).routes == 1


@pytest.mark.parametrize("seed", [0, 1])
def test_approximation_on_the_county(seed):
    """On the county's map the approximation is within 3 % of the best routes found."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    network, down, up = county_network()
    plan = network.routes(down, up, seconds=8, seed=seed)
    assert abs(plan.gap) < 0.03


def county_network():
    """Return Liancheng's network and parcels, all assumptions at their modes."""
    place = lc.load_county("liancheng")
    towns = place.townships
    units = towns["villages"] + towns["communities"]
    unknown = towns["area_km2"].isna()
    left = place.value("area.county") - towns["area_km2"].sum()
    zones = towns.assign(
        area_km2=towns["area_km2"].fillna(left * units / units[unknown].sum()),
        points=place.value("delivery.points") * units / units.sum(),
    )
    van = Vehicle(
        capacity=place.value("logistics.vehicle_capacity"),
        cost_per_km=place.value("logistics.cost_per_km"),
    )
    seat = towns["seat"] == "yes"
    network = DeliveryNetwork(
        zones,
        hub=towns.loc[seat, "name"].item(),
        detour=place.value("logistics.detour"),
        vehicle=van,
    )
    at_seat, leaving = place.value("logistics.seat_share"), place.value("logistics.uplink_share")
    outside = units.where(~seat, 0.0)
    share = (outside / outside.sum() * (1 - at_seat)).where(~seat, at_seat)
    parcels = pd.Series((place.value("parcels.daily") * share).to_numpy(), index=towns["name"])
    return network, parcels * (1 - leaving), parcels * leaving


def test_shortest_of_a_square():
    """Four stops on a square are visited around it, not across."""
    pytest.importorskip("pyvrp", reason="routes need pyvrp")
    corners = np.array([[0, 0], [100, 100], [0, 100], [100, 0]])
    metres = np.rint(np.linalg.norm(corners[:, None] - corners, axis=-1)).astype(np.int64)
    [route] = shortest_routes(
        metres, np.ones(3, int), np.zeros(3, int), capacity=9, seconds=0.2, seed=1
    )
    assert route in ([1, 0, 2], [2, 0, 1])


def test_without_pyvrp(monkeypatch):
    """Without PyVRP one sentence says how to install it."""
    monkeypatch.setitem(sys.modules, "pyvrp", None)
    with pytest.raises(DataError, match=r"install it with pip install 'lcresearch\[routing\]'"):
        small_network().routes(DOWN, UP, seconds=1, seed=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"seconds": 0}, "seconds is 0"),
        ({"down": 0.1, "up": 0}, "there is no whole parcel"),
        ({"down": -1}, "down: .* zero or more"),
    ],
)
def test_wrong_arguments(arguments, words):
    """What cannot be routed is refused with what to do."""
    given = {"down": DOWN, "up": UP, "seconds": 1, "seed": 1} | arguments
    with pytest.raises(DataError, match=words):
        small_network().routes(given.pop("down"), given.pop("up"), **given)


def test_van_for_less_than_a_parcel():
    """A van that cannot hold a whole parcel is refused."""
    van = Vehicle(capacity=0.5, cost_per_km=1)
    with pytest.raises(DataError, match=r"capacity is 0.5"):
        small_network(vehicle=van).routes(DOWN, UP, seconds=1, seed=1)
