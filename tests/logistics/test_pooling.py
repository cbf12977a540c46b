"""The pooling curve: against networks run one by one, in the limit, and draw by draw."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_network import by_zone, small_network, small_zones

from lcresearch.errors import DataError
from lcresearch.logistics import Vehicle
from lcresearch.logistics.core import in_core
from lcresearch.logistics.pooling import merge_carriers, pooled_cost, pooling_draws
from lcresearch.logistics.shapley import shapley_shares

CARRIERS = [400, 250, 120, 60, 60, 40, 20, 0]
DOWN, UP = by_zone(500, 80, 120, 250), by_zone(100, 90, 5, 30)
carriers = st.lists(st.integers(0, 500), min_size=1, max_size=12).filter(any)


def test_the_two_smallest_merge():
    """Groups come from mergers of the two smallest, so that each contains earlier ones."""
    merged = merge_carriers([5, 1, 2, 8], [4, 3, 2, 1])
    assert {number: (16 * shares).tolist() for number, shares in merged.items()} == {
        4: [1, 2, 5, 8],
        3: [3, 5, 8],
        2: [8, 8],
        1: [16],
    }


@given(carriers)
def test_mergers_keep_the_volume(sizes):
    """Every number of groups has that many groups, and all of the volume."""
    groups = range(len(sizes), 0, -1)
    for number, shares in merge_carriers(sizes, groups).items():
        assert len(shares) == number
        assert shares.sum() == pytest.approx(1)


def test_groups_are_networks_of_their_own():
    """Each row is the sum over groups of what their share of the parcels costs alone."""
    network = small_network()
    curve = network.pooling_curve(CARRIERS, [8, 5, 3, 1], down=DOWN, up=UP)
    for number, shares in merge_carriers(CARRIERS, [8, 5, 3, 1]).items():
        alone = [network.cost(share * DOWN, share * UP) for share in shares]
        assert curve.loc[number, "cost"] == pytest.approx(sum(one["cost"].sum() for one in alone))
        kilometres = sum(one["vehicle_km"].sum() for one in alone)
        assert curve.loc[number, "vehicle_km"] == pytest.approx(kilometres)
    parcels = DOWN.sum() + UP.sum()
    assert np.allclose(curve["cost_per_parcel"], curve["cost"] / parcels)
    assert np.allclose(curve["saving"], 1 - curve["cost"] / curve["cost"].iloc[0])


@given(carriers, st.booleans(), st.sampled_from([0.0, 15.0]))
def test_merging_never_costs_more(sizes, whole_tours, wait_for):
    """The curve never rises as groups merge, with whole tours and with waiting too."""
    curve = small_network().pooling_curve(
        sizes,
        range(len(sizes), 0, -1),
        down=DOWN,
        up=UP,
        whole_tours=whole_tours,
        wait_for=wait_for,
    )
    assert (np.diff(curve["cost"]) <= 1e-9 * curve["cost"].iloc[0]).all()


@given(carriers, st.randoms())
def test_order_and_unit_of_carriers_do_not_matter(sizes, random):
    """Carriers in another order, and shares in place of parcels, give the same curve."""
    groups = range(len(sizes), 0, -1)
    mixed = np.array(random.sample(sizes, len(sizes))) / sum(sizes)
    one, other = (
        small_network().pooling_curve(who, groups, down=DOWN, up=UP) for who in (sizes, mixed)
    )
    assert np.allclose(one["cost"], other["cost"])


def test_carriers_with_no_parcels_change_nothing():
    """Carriers with no parcels merge first, and drive nowhere."""
    with_idle = small_network().pooling_curve([300, 100, 0, 0], [4, 3, 2, 1], down=DOWN)
    without = small_network().pooling_curve([300, 100], [2, 1], down=DOWN)
    assert with_idle.loc[4, "cost"] == pytest.approx(without.loc[2, "cost"])
    assert np.allclose(with_idle.loc[[2, 1]], without)


def test_parcels_of_the_carriers():
    """Without a volume the carriers' parcels are brought, spread over the points."""
    curve = small_network().pooling_curve(CARRIERS, [8, 1])
    assert curve.equals(small_network().pooling_curve(CARRIERS, [8, 1], down=sum(CARRIERS)))
    one = small_network().cost(sum(CARRIERS), 0)["cost"].sum()
    assert curve.loc[1, "cost"] == pytest.approx(one)


def test_thirty_five_carriers():
    """The numbers of groups that come by default take thirty-five carriers down to one."""
    curve = small_network().pooling_curve([20] * 35)
    assert curve.index.tolist() == [35, 17, 8, 4, 2, 1]
    assert (np.diff(curve["cost"]) < 0).all()


def test_handling_alone_is_not_saved():
    """Where driving costs nothing, merging saves nothing."""
    free = small_network(vehicle=Vehicle(capacity=10, cost_per_km=0, handling=0.4))
    curve = free.pooling_curve(CARRIERS, [8, 1], down=DOWN, up=UP)
    assert np.allclose(curve["cost_per_parcel"], 0.4)
    assert np.allclose(curve["saving"], 0)


def test_a_zone_all_to_itself_costs_more():
    """A tour of its own for each visit costs no less, and nothing more where tours are full."""
    network = small_network()
    options = {"down": DOWN, "up": UP}
    shared = network.pooling_curve(CARRIERS, [8, 1], **options)
    whole = network.pooling_curve(CARRIERS, [8, 1], **options, whole_tours=True)
    assert (whole["cost"] >= shared["cost"]).all()
    full = {"down": 1000 * DOWN, "up": UP}
    assert np.allclose(
        network.pooling_curve(CARRIERS, [1], **full, whole_tours=True),
        network.pooling_curve(CARRIERS, [1], **full),
    )


def test_whole_tours_by_hand():
    """One parcel a day for one township takes a tour there on two days of three."""
    curve = small_network().pooling_curve([9], [1], down=by_zone(0, 0, 1, 0), whole_tours=True)
    some = 1 - math.exp(-1)
    stops = 15 * (1 - math.exp(-1 / 15))
    local = small_network().tour_constant * 1.5 * math.sqrt(stops * 250)
    assert curve.loc[1, "vehicle_km"] == pytest.approx(160 * some + local)


def test_waiting_is_a_visit_every_other_day():
    """Waiting for two days' parcels costs half of what two days' parcels cost on one day."""
    down = by_zone(10, 10, 10, 10)
    waited = small_network().pooling_curve([4], [1], down=down, wait_for=20)
    twice = small_network().cost(2 * down, 0)["vehicle_km"].sum()
    assert waited.loc[1, "vehicle_km"] == pytest.approx(twice / 2)
    patient = small_network().pooling_curve([4], [1], down=down, wait_for=5)
    assert patient.equals(small_network().pooling_curve([4], [1], down=down))


@pytest.mark.parametrize("whole_tours", [False, True])
def test_draws_are_networks(whole_tours):
    """Each draw is what the network with these assumptions has, its known road included."""
    rng = np.random.default_rng(5)
    draws = {
        "detour": rng.uniform(1, 3, 6),
        "capacity": rng.uniform(50, 600, 6),
        "cost_per_km": rng.uniform(1, 4, 6),
        "handling": rng.uniform(0, 1, 6),
        "wait_for": rng.uniform(0, 40, 6),
    }
    area = small_zones()["area_km2"].to_numpy() * rng.uniform(0.5, 2, (6, 4))
    down = DOWN.to_numpy() * rng.uniform(0.5, 2, (6, 4))
    table = pooling_draws(
        small_network(),
        CARRIERS,
        [8, 3, 1],
        down=down,
        up=UP,
        area_km2=area,
        **draws,
        whole_tours=whole_tours,
    )
    assert table.columns.tolist() == [8, 3, 1]
    for draw in range(6):
        vehicle = Vehicle(
            **{name: draws[name][draw] for name in ("capacity", "cost_per_km", "handling")}
        )
        network = small_network(
            small_zones().assign(area_km2=area[draw]), vehicle=vehicle, detour=draws["detour"][draw]
        )
        curve = network.pooling_curve(
            CARRIERS,
            [8, 3, 1],
            down=by_zone(*down[draw]),
            up=UP,
            wait_for=draws["wait_for"][draw],
            whole_tours=whole_tours,
        )
        assert np.allclose(table.loc[draw], curve["cost_per_parcel"])


@pytest.mark.parametrize("options", [{}, {"whole_tours": True}, {"wait_for": 9.0}])
def test_cost_of_a_pool(options):
    """The cost of a pool's volume is that of the network with this part of all parcels."""
    cost = pooled_cost(small_network(), DOWN, UP, **options)
    parcels = DOWN.sum() + UP.sum()
    curve = small_network().pooling_curve([1, 3], [2, 1], down=DOWN, up=UP, **options)
    assert cost(parcels) == pytest.approx(curve.loc[1, "cost"])
    assert cost(parcels / 4) + cost(3 * parcels / 4) == pytest.approx(curve.loc[2, "cost"])
    assert cost(np.array([0.0, parcels])).tolist() == [0, cost(parcels)]


def test_sharing_the_network():
    """Carriers share the network's cost by Shapley, and none of their groups leaves."""
    sizes = [400, 250, 120, 60, 60, 40, 20, 0]
    cost = pooled_cost(small_network(), 800, 150)
    shares = shapley_shares(sizes, cost)
    assert shares.sum() == pytest.approx(small_network().cost(800, 150)["cost"].sum())
    assert in_core(shares, sizes, cost=cost)
    per_parcel = shares[:-1] / sizes[:-1]
    assert (np.diff(per_parcel) >= -1e-12).all()


def test_nothing_drawn():
    """Where nothing varies there is one draw: the curve."""
    table = pooling_draws(small_network(), CARRIERS, [8, 1], down=DOWN, up=UP)
    curve = small_network().pooling_curve(CARRIERS, [8, 1], down=DOWN, up=UP)
    assert np.allclose(table, curve[["cost_per_parcel"]].T)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"carriers": [3, -1]}, "carriers: -1.0 at position 1"),
        ({"carriers": [0, 0]}, "carriers: nobody has a parcel"),
        ({"carriers": 35}, "carriers has the shape"),
        ({"groups": [9]}, "groups holds 9: 8 carriers form from 1 to 8 groups"),
        ({"groups": [0]}, "groups holds 0"),
        ({"groups": [2.5]}, "groups holds 2.5"),
        ({"groups": []}, "groups is empty"),
        ({"down": -1}, "down: .* zero or more"),
        ({"down": 0, "up": 0}, "there is no parcel"),
        ({"wait_for": -1}, "wait_for is -1"),
        ({"carriers": [0.5, 0.5], "groups": [1], "down": None}, "carriers add up to 1 .*shares"),
    ],
)
def test_wrong_arguments(arguments, words):
    """What is impossible is refused by name with what to do."""
    right = {"carriers": CARRIERS, "groups": [8, 1], "down": DOWN, "up": UP}
    given_now = right | arguments
    with pytest.raises(DataError, match=words):
        small_network().pooling_curve(
            given_now.pop("carriers"), given_now.pop("groups"), **given_now
        )


def test_cost_of_no_pool():
    """A pool without a parcel has no cost to share."""
    with pytest.raises(DataError, match="there is no parcel"):
        pooled_cost(small_network(), 0, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"detour": [1.5, 0.9]}, "detour: 0.9 in draw 1: give one or more"),
        ({"capacity": [100, 0]}, "capacity: 0.0 in draw 1: give above zero"),
        ({"cost_per_km": [math.nan]}, "cost_per_km: nan in draw 0"),
        ({"handling": ["low"]}, "handling must be numbers"),
        ({"handling": [[1.0]]}, "handling has the shape"),
        ({"down": [1.0, 2.0]}, r"down has the shape \(2,\): .* each of the 4 zones"),
        ({"down": np.zeros((3, 4)), "up": 0 * UP}, "draw 0 has no parcel"),
        ({"detour": [1.5, 2.0], "capacity": [1.0, 2.0, 3.0]}, "detour has 2 draws .* 3"),
    ],
)
def test_wrong_draws(arguments, words):
    """Draws out of range, of another number or of another shape are refused by name."""
    with pytest.raises(DataError, match=words):
        pooling_draws(small_network(), CARRIERS, [1], **({"down": DOWN, "up": UP} | arguments))
