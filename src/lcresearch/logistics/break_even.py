"""The volume at which a service point pays for itself, and the subsidy that it needs below it."""

from __future__ import annotations

import math

from lcresearch.errors import DataError

__all__ = ["break_even_subsidy", "break_even_volume"]


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
    _check_amounts(fixed=fixed, fee=fee, handling=handling)
    if fee <= handling:
        raise DataError(
            f"A parcel earns {fee} yuan and costs {handling}, so no volume covers the fixed cost: "
            f"raise the fee above the handling."
        )
    return float(fixed) / (float(fee) - float(handling))


def break_even_subsidy(volume: float, *, fixed: float, fee: float, handling: float) -> float:
    """Return the subsidy that closes what a service point lacks at a volume.

    Parameters
    ----------
    volume
        Parcels per period of `fixed`.
    fixed
        Cost of keeping the point open for one period, such as yuan per day.
    fee
        What the point earns on a parcel, in yuan.
    handling
        What a parcel costs the point beyond its fixed cost, in yuan.

    Returns
    -------
    float
        Yuan per period: ``fixed - volume * (fee - handling)``, or zero where the point pays for
        itself. Divided by the volume it is what a parcel's fee would have to rise by.

    Raises
    ------
    DataError
        If the volume or an amount is negative or not finite.
    """
    if not (math.isfinite(volume) and volume >= 0):
        raise DataError(f"volume is {volume}: give parcels per period, zero or more.")
    _check_amounts(fixed=fixed, fee=fee, handling=handling)
    return max(0.0, float(fixed) - float(volume) * (float(fee) - float(handling)))


def _check_amounts(**amounts: float) -> None:
    for name, amount in amounts.items():
        if not (math.isfinite(amount) and amount >= 0):
            raise DataError(f"{name} is {amount}: give an amount in yuan that is zero or more.")
