"""Distances on the globe against closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch.errors import DataError
from lcresearch.logistics import great_circle_km
from lcresearch.logistics.geography import EARTH_RADIUS_KM

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("start", "end", "angle"),
    [
        ((0, 0), (0, 90), math.pi / 2),
        ((0, 0), (90, 37), math.pi / 2),
        ((0, 0), (0, 180), math.pi),
        ((90, 0), (-90, 45), math.pi),
        ((0, 179), (0, -179), math.radians(2)),
        # Two sides of 45 degrees that meet at the pole at a right angle: cos c = cos² 45°.
        ((45, 0), (45, 90), math.pi / 3),
    ],
)
def test_known_arcs(start, end, angle):
    """Arcs whose angle is known in closed form have the length radius times angle."""
    assert great_circle_km(*start, *end) == pytest.approx(EARTH_RADIUS_KM * angle, rel=1e-12)


@given(latitudes, longitudes, latitudes, longitudes)
def test_agrees_with_unit_vectors(lat, lon, lat_to, lon_to):
    """The haversine formula gives the angle between the points' vectors in space."""

    def vector(phi, lam):
        phi, lam = math.radians(phi), math.radians(lam)
        return np.array(
            [math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)]
        )

    one, other = vector(lat, lon), vector(lat_to, lon_to)
    angle = math.atan2(np.linalg.norm(np.cross(one, other)), one @ other)
    found = great_circle_km(lat, lon, lat_to, lon_to)
    assert found == pytest.approx(EARTH_RADIUS_KM * angle, rel=1e-7, abs=1e-6)


@given(latitudes, longitudes, latitudes, longitudes)
def test_there_and_back(lat, lon, lat_to, lon_to):
    """The way back is as long as the way there."""
    there = great_circle_km(lat, lon, lat_to, lon_to)
    assert there == pytest.approx(great_circle_km(lat_to, lon_to, lat, lon), rel=1e-12)


def test_many_points_at_once():
    """Arrays are broadcast and give what the points give one by one."""
    lat, lon = np.array([10.0, 20.0, 30.0]), np.array([100.0, 110.0, 120.0])
    together = great_circle_km(lat, lon, 25.0, 117.0)
    alone = [float(great_circle_km(a, b, 25.0, 117.0)) for a, b in zip(lat, lon, strict=True)]
    assert together.shape == (3,)
    assert together == pytest.approx(alone, rel=1e-14)


def test_missing_coordinate():
    """A missing coordinate is refused."""
    with pytest.raises(DataError, match="missing"):
        great_circle_km(math.nan, 0, 0, 0)


def test_latitude_beyond_the_pole():
    """A latitude beyond the poles is refused with a hint that coordinates may be swapped."""
    with pytest.raises(DataError, match="swapped"):
        great_circle_km(116.7, 25.7, 25.7, 116.7)
