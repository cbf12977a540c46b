"""Territories: each zone its area, none overlapping, a disc where nothing is near."""

import numpy as np
import pytest

from lcresearch.logistics.territories import place_stops, territories

CENTRES = np.array([[0.0, 0.0], [1.0, 2.0], [4.0, -1.0], [60.0, 60.0]])
AREAS = np.array([30.0, 80.0, 120.0, 50.0])


def test_each_zone_has_its_area():
    """Zones that crowd each other have their areas all the same."""
    _, owner, side = territories(CENTRES, AREAS)
    assert np.bincount(owner) * side**2 == pytest.approx(AREAS, rel=0.02)


def test_a_zone_alone_is_a_disc():
    """A zone far from others is the disc of its area around its point."""
    middles, owner, side = territories(CENTRES, AREAS)
    reach = np.linalg.norm(middles[owner == 3] - CENTRES[3], axis=1)
    radius = np.sqrt(50 / np.pi)
    assert reach.max() == pytest.approx(radius, abs=side)
    assert reach.mean() == pytest.approx(2 / 3 * radius, rel=0.02)


def test_neighbours_share_the_plane_at_a_straight_border():
    """Two alike zones meet halfway."""
    middles, owner, side = territories(np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([50.0, 50.0]))
    assert middles[owner == 0, 0].max() <= side
    assert middles[owner == 1, 0].min() >= -side


def test_unit_of_length_does_not_matter():
    """A map four times as wide has territories four times as wide."""
    small, large = territories(CENTRES, AREAS), territories(4 * CENTRES, 16 * AREAS)
    assert np.allclose(4 * small[0], large[0])
    assert (small[1] == large[1]).mean() > 0.99


def test_stops_lie_in_their_territory():
    """Stops come zone by zone, as many as asked, spread over the zone."""
    draw = np.random.default_rng(2)
    places = place_stops(CENTRES, AREAS, np.array([0, 5, 0, 4000]), draw=draw)
    assert len(places) == 4005
    far = places[5:] - CENTRES[3]
    assert np.linalg.norm(far, axis=1).mean() == pytest.approx(
        2 / 3 * np.sqrt(50 / np.pi), rel=0.03
    )
    assert np.abs(far.mean(axis=0)).max() < 0.2


def test_zones_on_top_of_each_other():
    """Two zones with one point still have stops each, near it."""
    centres = np.array([[0.0, 0.0], [0.0, 0.0]])
    places = place_stops(
        centres, np.array([10.0, 40.0]), np.array([3, 3]), draw=np.random.default_rng(1)
    )
    assert len(places) == 6
    assert np.linalg.norm(places, axis=1).max() < 2 * np.sqrt(50 / np.pi)
