"""Zones that are wrong are refused with column, rows and remedy."""

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.logistics.zones import check_zones


def make_zones(**changes):
    """Return three zones, with some columns replaced."""
    columns = {
        "name": ["Seat", "North", "East"],
        "lat": [25.7, 25.9, 25.7],
        "lon": [116.7, 116.7, 117.0],
        "area_km2": [36.0, 100.0, 250.0],
        "points": [30, 10, 15],
    }
    return pd.DataFrame(columns | changes)


def test_right_zones():
    """Right zones come back by name, in order, with the distance to the hub."""
    checked = check_zones(make_zones(population=[1, 2, 3]), "Seat")
    assert list(checked.index) == ["Seat", "North", "East"]
    assert checked.loc["Seat", "straight_km"] == 0
    assert checked.loc["North", "straight_km"] == pytest.approx(22.239, abs=0.001)
    assert checked["road_km"].isna().all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lat": [25.7, np.nan, 25.7]}, "column lat: no value for North .row 1.*fill it in"),
        ({"lon": [25.7, None, None]}, "column lon: no value for North, East .rows 1, 2"),
        ({"area_km2": [36.0, 100.0, None]}, "column area_km2: no value for East"),
        ({"area_km2": [36.0, 0.0, 250.0]}, "column area_km2: 0.0 at North .* above zero"),
        ({"points": [30, -1, 15]}, "column points: -1 at North"),
        ({"points": [30, np.inf, 15]}, "column points: inf at North"),
        ({"points": [30, "ten", 15]}, "column points: ten at North"),
        ({"road_km": [0.0, -3.0, np.nan]}, "column road_km: -3.0 at North .* not be negative"),
        ({"lat": [116.7, 116.7, 117.0], "lon": [25.7, 25.9, 25.7]}, "column lat: .*swapped"),
        ({"lon": [116.7, 190.0, 117.0]}, "column lon: 190.0 at North"),
        ({"name": ["Seat", "North", "North"]}, "column name: 'North' .*rows 1, 2"),
        ({"name": ["Seat", " ", "East"]}, "row 1, column name: is empty"),
        ({"name": ["Seat", None, "East"]}, "row 1, column name: is empty"),
    ],
)
def test_wrong_value(changes, words):
    """A wrong value is refused with its column, its zone and what to do."""
    with pytest.raises(DataError, match=words):
        check_zones(make_zones(**changes), "Seat")


def test_one_point_swapped():
    """A point whose swapped latitude is a possible one is found by its distance from the hub."""
    zones = make_zones(lat=[45.0, 45.2, 7.1], lon=[7.0, 7.0, 45.0])
    with pytest.raises(DataError, match=r"lat and lon: East .*swap"):
        check_zones(zones, "Seat")


def test_far_zone_is_not_taken_for_swapped():
    """A zone that is far away, and no nearer when swapped, is left as it is."""
    zones = make_zones(lat=[0.0, 0.0, 0.0], lon=[0.0, 10.0, 20.0])
    assert check_zones(zones, "Seat").loc["East", "straight_km"] > 2000


@pytest.mark.parametrize("column", ["name", "lat", "lon", "area_km2", "points"])
def test_missing_column(column):
    """A missing column is named."""
    with pytest.raises(DataError, match=f"lacks the column {column}"):
        check_zones(make_zones().drop(columns=column), "Seat")


def test_unknown_hub():
    """A hub that is no zone is refused, and the nearest name offered."""
    with pytest.raises(DataError, match=r"hub 'Seet' .*Did you mean 'Seat'"):
        check_zones(make_zones(), "Seet")


def test_no_zones():
    """A frame without rows, or something that is no frame, is refused."""
    with pytest.raises(DataError, match="no rows"):
        check_zones(make_zones().iloc[:0], "Seat")
    with pytest.raises(DataError, match="pandas DataFrame"):
        check_zones([1, 2], "Seat")
