"""A small network that several tests of this folder use."""

import numpy as np
import pandas as pd

from lcresearch.logistics import DeliveryNetwork, Vehicle

VAN = Vehicle(capacity=200, cost_per_km=2.5, handling=0.4)


def small_zones():
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


def small_network(zones=None, *, vehicle=VAN, hub="Seat", detour=1.5):
    """Return a network with its hub at the seat."""
    zones = small_zones() if zones is None else zones
    return DeliveryNetwork(zones, hub=hub, detour=detour, vehicle=vehicle)


def by_zone(*parcels):
    """Return parcels by zone of the small network."""
    return pd.Series(parcels, index=["Seat", "North", "East", "South"], dtype=float)
