"""The vehicle that carries the parcels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lcresearch.errors import DataError

__all__ = ["Vehicle"]


@dataclass(frozen=True, kw_only=True)
class Vehicle:
    """A delivery vehicle and what it costs.

    Parameters
    ----------
    capacity
        Parcels that it carries when full.
    cost_per_km
        Cost of driving it one kilometre, driver included, in yuan.
    handling
        Cost of loading, sorting and unloading one parcel, in yuan.

    Raises
    ------
    DataError
        If the capacity is not above zero, or a cost is negative or not finite.
    """

    capacity: float
    cost_per_km: float
    handling: float = 0.0

    def __post_init__(self) -> None:
        # An infinite capacity is allowed: it is the limit in which one tour serves every stop.
        if not self.capacity > 0:
            raise DataError(
                f"capacity is {self.capacity}: a vehicle must carry more than zero parcels."
            )
        for name in ("cost_per_km", "handling"):
            cost = getattr(self, name)
            if not (math.isfinite(cost) and cost >= 0):
                raise DataError(f"{name} is {cost}: give yuan, zero or more.")
