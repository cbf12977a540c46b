"""Hubs: against networks with their hub there, on a map whose answer is plain."""

import numpy as np
import pandas as pd
import pytest
from small_network import by_zone, small_network, small_zones

from lcresearch.errors import DataError
from lcresearch.logistics import Vehicle
from lcresearch.logistics.hubs import hub_choice

DOWN, UP = by_zone(500, 80, 120, 250), by_zone(100, 90, 5, 30)


def test_each_hub_is_a_network():
    """The cost with one hub is that of a network with its hub there and no known roads."""
    table = hub_choice(small_network(), DOWN, UP, fixed_cost=7).set_index("hubs")
    zones = small_zones().drop(columns="road_km")
    for name in zones["name"]:
        cost = small_network(zones, hub=name).cost(DOWN, UP)
        assert table.loc[name, "cost"] == pytest.approx(cost["cost"].sum() + 7)
        parcels = cost["parcels"].sum()
        assert table.loc[name, "cost_per_parcel"] == pytest.approx(
            (cost["cost"].sum() + 7) / parcels
        )
    assert table["cost"].is_monotonic_increasing


def test_two_clusters_want_a_hub_each():
    """Two clusters far apart take one hub in each; which of their zones depends on the parcels."""
    zones = pd.DataFrame(
        {
            "name": ["a", "b", "c", "d"],
            "lat": [25.0, 25.1, 27.0, 27.1],
            "lon": [116.0, 116.0, 116.0, 116.0],
            "area_km2": 10.0,
            "points": 5.0,
        }
    )
    down = pd.Series({"a": 10.0, "b": 90.0, "c": 80.0, "d": 30.0})
    network = small_network(zones, hub="a")
    pairs = hub_choice(network, down, 0, hubs=2)
    assert pairs.loc[0, "hubs"] == "b + c"
    assert len(pairs) == 6
    assert pairs.loc[0, "linehaul_km"] < hub_choice(network, down, 0).loc[0, "linehaul_km"] / 5


def test_second_hub_never_lengthens_the_way():
    """Without fixed cost and trunk, the best pair costs no more than the best single hub."""
    one, two = (hub_choice(small_network(), DOWN, UP, hubs=number) for number in (1, 2))
    assert two.loc[0, "cost"] <= one.loc[0, "cost"]
    dear = hub_choice(small_network(), DOWN, UP, hubs=2, fixed_cost=1e4)
    assert dear.loc[0, "cost"] == pytest.approx(two.loc[0, "cost"] + 2e4)


def test_trunk_by_hand():
    """The trunk from the gateway drives full there and back for the larger flow of each hub."""
    lorry = Vehicle(capacity=1000, cost_per_km=4)
    table = hub_choice(small_network(), DOWN, UP, gateway="Seat", trunk=lorry).set_index("hubs")
    plain = hub_choice(small_network(), DOWN, UP).set_index("hubs")
    north = 1.5 * small_network().zones.loc["North", "straight_km"]
    assert table.loc["North", "trunk_km"] == pytest.approx(2 * north * 950 / 1000)
    assert table.loc["Seat", "trunk_km"] == 0
    added = table["cost"] - plain["cost"]
    assert np.allclose(added, 4 * table["trunk_km"])


def test_hub_at_the_gateway_is_best_for_the_same_vehicle():
    """If the trunk drives what the vans drive, no detour through another hub pays."""
    assert hub_choice(small_network(), DOWN, 0, gateway="South").loc[0, "hubs"] == "South"


def test_order_of_zones_does_not_matter():
    """Zones in another order give the same costs."""
    mixed = small_network(small_zones().iloc[[2, 0, 3, 1]])
    one, other = (
        hub_choice(network, DOWN, UP, hubs=1).set_index("hubs")
        for network in (small_network(), mixed)
    )
    assert np.allclose(other.loc[one.index], one)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hubs": 3}, "hubs is 3: choose one or two of the 4 zones"),
        ({"fixed_cost": -1}, "fixed_cost is -1"),
        ({"gateway": "Seet"}, "gateway 'Seet' .* Did you mean 'Seat'"),
        ({"trunk": Vehicle(capacity=1, cost_per_km=1)}, "trunk is given without a gateway"),
        ({"down": 0, "up": 0}, "there is no parcel"),
    ],
)
def test_wrong_arguments(options, words):
    """What is impossible is refused with what to do."""
    given = {"down": DOWN, "up": UP} | options
    with pytest.raises(DataError, match=words):
        hub_choice(small_network(), given.pop("down"), given.pop("up"), **given)
