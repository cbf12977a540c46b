"""What a vehicle accepts."""

import dataclasses
import math

import pytest

from lcresearch.errors import DataError
from lcresearch.logistics import Vehicle


@pytest.mark.parametrize("capacity", [0, -5, math.nan])
def test_no_capacity(capacity):
    """A vehicle that carries nothing is refused."""
    with pytest.raises(DataError, match="capacity is"):
        Vehicle(capacity=capacity, cost_per_km=2)


@pytest.mark.parametrize("name", ["cost_per_km", "handling"])
@pytest.mark.parametrize("cost", [-0.1, math.nan, math.inf])
def test_cost_that_is_none(name, cost):
    """A negative, missing or infinite cost is refused by name."""
    with pytest.raises(DataError, match=f"^{name} is"):
        Vehicle(**{"capacity": 100, "cost_per_km": 2, name: cost})


def test_frozen():
    """A vehicle cannot be changed once it is made."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Vehicle(capacity=100, cost_per_km=2).capacity = 200
