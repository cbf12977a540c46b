"""Kilometres and costs of a delivery network: by hand, in the limit, and under relabelling."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from lcresearch.errors import DataError
from lcresearch.logistics import DeliveryNetwork, Vehicle, great_circle_km

VAN = Vehicle(capacity=200, cost_per_km=2.5, handling=0.4)


def make_zones():
    """Return a seat and three townships, one of them with a known road."""
    return pd.DataFrame(
        {
            "name": ["Seat", "North", "East", "South"],
            "lat": [25.7, 25.9, 25.7, 25.3],
            "lon": [116.7, 116.7, 117.0, 116.6],
            "area_km2": [36.0, 100.0, 250.0, 180.0],
            "points": [30.0, 10.0, 15.0, 25.0],
            "road_km": [0.0, np.nan, 80.0, np.nan],
        }
    )


def make_network(zones=None, *, detour=1.5, vehicle=VAN, **options):
    """Return a network with its hub at the seat."""
    zones = make_zones() if zones is None else zones
    return DeliveryNetwork(zones, hub="Seat", detour=detour, vehicle=vehicle, **options)


def test_kilometres_by_hand():
    """One zone's stops, line haul and local kilometres are what the formulas give on paper."""
    zones = make_zones().iloc[[0, 2]]
    down = pd.Series({"Seat": 0.0, "East": 500.0})
    up = pd.Series({"Seat": 0.0, "East": 100.0})
    east = make_network(zones, tour_constant=0.7).distance(down, up).loc["East"]
    # 15 places, 40 parcels at each: every place is visited but for one in e^40.
    assert east["stops"] == pytest.approx(15)
    assert east["linehaul_km"] == pytest.approx(2 * 80 * 500 / 200)
    assert east["local_km"] == pytest.approx(0.7 * 1.5 * math.sqrt(15 * 250))
    assert east["vehicle_km"] == pytest.approx(464.2991, abs=1e-4)


def test_costs_by_hand():
    """Cost is kilometres times their price, and handling for each parcel."""
    cost = make_network().cost(400, 80)
    distance = make_network().distance(400, 80)
    east = cost.loc["East"]
    assert east["parcels"] == pytest.approx(480 * 15 / 80)
    assert east["driving"] == pytest.approx(2.5 * distance.loc["East", "vehicle_km"])
    assert east["handling"] == pytest.approx(0.4 * 90)
    assert east["cost_per_parcel"] == pytest.approx((east["driving"] + 36) / 90)


def test_number_is_spread_over_points():
    """One number for the whole network means the same as its spread over the points."""
    zones = make_zones()
    shares = zones.set_index("name")["points"] / zones["points"].sum()
    network = make_network()
    assert_frame_equal(network.cost(1000, 300), network.cost(1000 * shares, 300 * shares))
    assert network.cost(1000, 300)["parcels"].sum() == pytest.approx(1300)


def test_known_road_replaces_detour():
    """Where the road is known its length counts, elsewhere detour times straight line."""
    road = make_network(detour=2.0).distance(400, 0)["road_km"]
    assert road["East"] == 80
    assert road["North"] == pytest.approx(2 * great_circle_km(25.9, 116.7, 25.7, 116.7))
    assert road["Seat"] == 0


def test_column_of_roads_is_optional():
    """Without known roads every road is detour times straight line."""
    zones = make_zones().drop(columns="road_km")
    road = make_network(zones).distance(400, 0)["road_km"]
    assert road["East"] == pytest.approx(1.5 * great_circle_km(25.7, 117.0, 25.7, 116.7))


def test_larger_flow_sets_the_tours():
    """The line haul depends on the larger of the two flows alone, and not on which it is."""
    network = make_network()
    both, one, other = (network.distance(*flows) for flows in ((900, 300), (900, 0), (300, 900)))
    assert np.allclose(both["linehaul_km"], one["linehaul_km"])
    assert np.allclose(both["linehaul_km"], other["linehaul_km"])
    assert (both["local_km"] >= one["local_km"]).all()


def test_large_vehicle_needs_no_line_haul():
    """As capacity grows without bound the line haul goes to nothing, the local part stays."""
    small = make_network().distance(1000, 300)
    large = make_network(vehicle=Vehicle(capacity=math.inf, cost_per_km=1)).distance(1000, 300)
    assert (large["linehaul_km"] == 0).all()
    assert np.allclose(large["local_km"], small["local_km"])


def test_large_demand_visits_every_point():
    """As demand grows every place is visited, and never more than every place."""
    points = make_zones().set_index("name")["points"]
    few, many = (make_network().distance(parcels, 0)["stops"] for parcels in (100, 1e6))
    assert (few < points).all()
    assert np.allclose(many, points, rtol=1e-12)


def test_small_demand_visits_one_point_a_parcel():
    """When parcels are few each brings a visit of its own."""
    distance = make_network().distance(0.001, 0)
    assert np.allclose(distance["stops"], distance["down"], rtol=1e-4)


def test_no_parcels():
    """Without parcels nothing is driven, nothing is spent, and the cost of a parcel is unknown."""
    cost = make_network().cost(0, 0)
    assert (cost[["parcels", "vehicle_km", "cost"]] == 0).all(axis=None)
    assert cost["cost_per_parcel"].isna().all()


@given(st.permutations(range(4)))
def test_order_of_rows_does_not_matter(order):
    """Zones in another order get the same kilometres, whatever their row labels."""
    mixed = make_zones().iloc[list(order)]
    given_order = make_network().cost(1000, 300)
    assert_frame_equal(make_network(mixed).cost(1000, 300).loc[given_order.index], given_order)


def test_names_do_not_matter():
    """Zones under other names get the same kilometres."""
    names = {"Seat": "Seat", "North": "甲", "East": "乙", "South": "丙"}
    renamed = make_zones().assign(name=lambda zones: zones["name"].map(names))
    found = make_network(renamed).cost(1000, 300)
    assert np.array_equal(found, make_network().cost(1000, 300))


def test_series_is_matched_by_name():
    """A series in another order than the zones gives the same kilometres."""
    down = pd.Series({"Seat": 100.0, "North": 50.0, "East": 20.0, "South": 80.0})
    network = make_network()
    assert_frame_equal(network.distance(down, 0), network.distance(down[::-1], 0))


@given(st.floats(0.1, 10))
def test_scale_of_the_map(factor):
    """A map whose roads and widths are all stretched has kilometres stretched alike."""
    zones = make_zones().assign(road_km=[0.0, 30.0, 80.0, 60.0])
    larger = zones.assign(road_km=zones["road_km"] * factor, area_km2=zones["area_km2"] * factor**2)
    parts = ["linehaul_km", "local_km", "vehicle_km"]
    plain = make_network(zones).distance(900, 300)[parts]
    assert np.allclose(make_network(larger).distance(900, 300)[parts], factor * plain)


def test_split_zone():
    """A zone cut into two alike halves keeps its line haul and, with all stops made, its tours."""
    whole = make_zones().iloc[[0, 2]]
    half = whole.iloc[[1]].assign(area_km2=125.0, points=7.5)
    halves = pd.concat([whole.iloc[[0]], half, half.assign(name="East again")])
    one = make_network(whole).distance(9000, 0).loc["East"]
    two = make_network(halves).distance(9000, 0).iloc[1:].sum()
    assert two["linehaul_km"] == pytest.approx(one["linehaul_km"])
    assert two["local_km"] == pytest.approx(one["local_km"], rel=1e-9)


@given(st.floats(1, 5), st.floats(1, 5))
def test_longer_roads_never_cost_less(one, other):
    """A larger detour never shortens what is driven."""
    low, high = sorted([one, other])
    short, long = (make_network(detour=d).distance(900, 300)["vehicle_km"] for d in (low, high))
    assert (long >= short - 1e-9).all()


def test_tour_constant_against_tours():
    """Good tours of random points exceed the local part by what good tours lack to the best."""
    rng = np.random.default_rng(7)
    lengths = [two_opt(rng.random((120, 2)) * 10) for _ in range(4)]
    zones = make_zones().assign(area_km2=100.0, points=120.0)
    local = make_network(zones, detour=1.0).distance(1e7, 0)["local_km"].iloc[0]
    # Tours that no reversal improves are known to be about one twentieth above the shortest.
    assert 1.0 < np.mean(lengths) / local < 1.12


def two_opt(points):
    """Return the length of a tour, in a square of ten without edges, that no reversal shortens."""
    apart = np.abs(points[:, None] - points[None])
    gap = np.linalg.norm(np.minimum(apart, 10 - apart), axis=2)
    tour = [0]
    rest = set(range(1, len(points)))
    while rest:
        tour.append(min(rest, key=lambda j: gap[tour[-1], j]))
        rest.remove(tour[-1])
    improved = True
    while improved:
        improved = False
        for i in range(1, len(tour) - 1):
            for j in range(i + 1, len(tour)):
                a, b, c, d = tour[i - 1], tour[i], tour[j], tour[(j + 1) % len(tour)]
                if gap[a, c] + gap[b, d] < gap[a, b] + gap[c, d] - 1e-12:
                    tour[i : j + 1] = tour[i : j + 1][::-1]
                    improved = True
    return sum(gap[a, b] for a, b in zip(tour, [*tour[1:], tour[0]], strict=True))


def test_caller_keeps_the_frame():
    """The network neither changes the caller's frame nor follows its later changes."""
    zones = make_zones()
    network = make_network(zones)
    before = network.cost(1000, 300)
    assert_frame_equal(zones, make_zones())
    zones["area_km2"] = 1.0
    assert_frame_equal(network.cost(1000, 300), before)


@pytest.mark.parametrize("detour", [0.99, math.nan, math.inf])
def test_detour_below_one(detour):
    """A road shorter than the straight line is refused."""
    with pytest.raises(DataError, match="detour is"):
        make_network(detour=detour)


@pytest.mark.parametrize("constant", [0, -1, math.nan])
def test_tour_constant_above_zero(constant):
    """A tour constant that is not above zero is refused."""
    with pytest.raises(DataError, match="tour_constant is"):
        make_network(tour_constant=constant)


def test_vehicle_of_another_kind():
    """Something that is no vehicle is refused."""
    with pytest.raises(DataError, match="vehicle must be a Vehicle"):
        make_network(vehicle={"capacity": 3})


@pytest.mark.parametrize(
    ("down", "words"),
    [
        (-1, "down: .* at Seat, North, East, South"),
        (math.nan, "down: nan"),
        ("many", "down must be a number"),
        (True, "down must be a number"),
        (pd.Series({"Seat": 1, "North": 1, "East": 1}), "'South' not at all"),
        (pd.Series({"Seat": 1, "North": 1, "East": 1, "South": 1, "West": 1}), "'West' although"),
        (pd.Series([1] * 5, ["Seat", "North", "East", "South", "East"]), "'East' more than once"),
        (pd.Series({"Seat": 1, "North": -2, "East": 1, "South": 1}), "-2.0 at North"),
        (pd.Series({"Seat": 1, "North": "few", "East": 1, "South": 1}), "nan at North"),
    ],
)
def test_wrong_volume(down, words):
    """A volume that is negative, missing, no number, or not by zone is refused, and says where."""
    with pytest.raises(DataError, match=words):
        make_network().distance(down, 10)


def test_wrong_volume_upwards():
    """The same holds for parcels fetched."""
    with pytest.raises(DataError, match=r"^up: "):
        make_network().cost(10, -10)
