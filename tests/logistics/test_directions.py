"""Costs down and up: they add up, and the margin is what one more parcel costs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_network import by_zone, small_network

from lcresearch.logistics import Vehicle

volumes = st.lists(st.floats(0.5, 900), min_size=4, max_size=4)


@given(volumes, volumes)
def test_directions_add_up(down, up):
    """What the two directions are charged is the zone's cost."""
    network = small_network()
    found = network.direction_costs(by_zone(*down), by_zone(*up))
    cost = network.cost(by_zone(*down), by_zone(*up))["cost"]
    assert np.allclose(found["down_cost"] + found["up_cost"], cost)
    assert np.allclose(found["up_per_parcel"] * up, found["up_cost"])


@given(volumes, volumes)
def test_margin_is_one_more_parcel(down, up):
    """Marginal costs are the difference that a little more of one direction makes."""
    network = small_network()
    down, up = by_zone(*down), by_zone(*up)
    found, step = network.direction_costs(down, up), 1e-4
    cost = network.cost(down, up)["cost"]
    more_down, more_up = (
        (network.cost(down + step, up)["cost"] - cost) / step,
        (network.cost(down, up + step)["cost"] - cost) / step,
    )
    # Within a step of equal flows the difference lies between the two slopes.
    smooth = (down - up).abs() > 2 * step
    assert np.allclose(found["down_marginal"][smooth], more_down[smooth], rtol=1e-3)
    assert np.allclose(found["up_marginal"][smooth], more_up[smooth], rtol=1e-3)


def test_uplink_costs_handling_while_it_is_the_weaker_flow():
    """With every stop made, a parcel up costs its handling until as many leave as arrive."""
    few, many = (
        small_network().direction_costs(by_zone(*[5000] * 4), by_zone(*[up] * 4))
        for up in (100, 5000)
    )
    assert few["up_marginal"].tolist() == pytest.approx([0.4] * 4)
    tour = 2.5 * 2 * 80 / 200
    assert few.loc["East", "down_marginal"] == pytest.approx(0.4 + tour)
    assert many.loc["East", "up_marginal"] == pytest.approx(0.4 + tour)


def test_directions_are_alike():
    """Exchanging the directions exchanges their costs."""
    down, up = by_zone(300, 20, 70, 5), by_zone(10, 80, 70, 0)
    one, other = (small_network().direction_costs(*flows) for flows in ((down, up), (up, down)))
    for column in ("cost", "per_parcel", "marginal"):
        assert np.allclose(one[f"down_{column}"], other[f"up_{column}"], equal_nan=True)


def test_empty_backhaul():
    """The empty share is what the weaker flow lacks to the stronger, whichever that is."""
    found = small_network().direction_costs(by_zone(100, 20, 50, 0), by_zone(25, 40, 50, 0))
    assert found["empty_backhaul"].tolist()[:3] == [0.75, 0.5, 0.0]
    assert np.isnan(found.loc["South", "empty_backhaul"])


def test_nothing_moves():
    """Without parcels nothing is charged, an average is unknown, and the first takes a tour."""
    found = small_network().direction_costs(0, 0)
    assert (found[["down_cost", "up_cost"]] == 0).all(axis=None)
    assert found[["down_per_parcel", "up_per_parcel"]].isna().all(axis=None)
    assert np.isposinf(found[["down_marginal", "up_marginal"]]).all(axis=None)


def test_driving_that_costs_nothing():
    """If kilometres are free a parcel costs its handling, the first one too."""
    free = small_network(vehicle=Vehicle(capacity=10, cost_per_km=0, handling=0.3))
    assert (free.direction_costs(0, 0)[["down_marginal", "up_marginal"]] == 0.3).all(axis=None)
