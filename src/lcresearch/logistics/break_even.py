"""The volume at which a service point pays for itself."""

from __future__ import annotations

import math

from lcresearch.errors import DataError

__all__ = ["break_even_volume"]


def break_even_volume(*, fixed: float, fee: float, handling: float) -> float:
    """Return how many parcels a service point needs to cover its fixed cost.

    Parameters
    ----------
    fixed
        Cost of keeping the point open for one period, such as yuan per day.
    fee
        What the point earns on a parcel, in yuan.
    handling
        What a parcel costs the point beyond its fixed cost, in yuan.

    Returns
    -------
    float
        Parcels per period of `fixed`: ``fixed / (fee - handling)``.

    Raises
    ------
    DataError
        If an amount is negative or not finite, or if the fee does not exceed the handling, so
        that no volume pays.
    """
    for name, amount in (("fixed", fixed), ("fee", fee), ("handling", handling)):
        if not (math.isfinite(amount) and amount >= 0):
            raise DataError(f"{name} is {amount}: give an amount in yuan that is zero or more.")
    if fee <= handling:
        raise DataError(
            f"A parcel earns {fee} yuan and costs {handling}, so no volume covers the fixed cost: "
            f"raise the fee above the handling."
        )
    return float(fixed) / (float(fee) - float(handling))
