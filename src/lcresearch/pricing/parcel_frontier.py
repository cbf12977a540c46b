"""From which value per kilogram a product can pay for its way by parcel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.pricing.build_up import (
    Amount,
    finite_amount,
    plain_amount,
    price_build_up,
    refuse_amount,
)

__all__ = ["ParcelFrontier", "express_fee", "parcel_frontier"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ParcelFrontier:
    """Least farm-gate prices at which the online price is at most a multiple of them.

    Parameters
    ----------
    weight_kg
        Weight of the product in a parcel, in kg.
    multiple
        The highest online price over the farm-gate price that is accepted.
    least_multiple
        Online price over farm-gate price that commission and margin alone bring about.
    farm_gate
        The least farm-gate price, in yuan per kg; infinite where none is high enough.
    """

    weight_kg: Amount
    multiple: Amount
    least_multiple: Amount
    farm_gate: Amount

    @property
    def verdict(self) -> tuple[str, ...]:
        """What the frontier says, in words, for each weight."""
        rows = np.broadcast_arrays(
            self.farm_gate, self.weight_kg, self.multiple, self.least_multiple
        )
        return tuple(_in_words(*row) for row in zip(*map(np.ravel, rows), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """Return the frontier as columns, one row for each case, with its verdict in words."""
        columns = {
            "weight_kg": self.weight_kg,
            "multiple": self.multiple,
            "least_multiple": self.least_multiple,
            "farm_gate": self.farm_gate,
        }
        frame = pd.DataFrame({name: np.ravel(amount) for name, amount in columns.items()})
        return frame.assign(verdict=self.verdict)


def parcel_frontier(
    *,
    weight_kg: npt.ArrayLike,
    packaging: npt.ArrayLike,
    express_first: npt.ArrayLike,
    express_further: npt.ArrayLike,
    commission: npt.ArrayLike,
    margin_rate: npt.ArrayLike,
    multiple: npt.ArrayLike,
) -> ParcelFrontier:
    r"""Return the farm-gate price from which a parcel pays, for each weight of the parcel.

    With the price of `price_build_up`, a margin :math:`m = \mu g` and the fee
    :math:`f = f_1 + f_2 \max(w - 1, 0)`, the price is at most :math:`M g` if and only if

    .. math:: g \ge \frac{b + f / w}{M (1 - c) - 1 - \mu}.

    Where the denominator is not above zero, commission and margin alone reach the multiple, and
    the farm-gate price is infinite (unless packing and sending are free and they reach it
    exactly).

    Parameters
    ----------
    weight_kg
        Weight :math:`w` of the product in a parcel, in kg.
    packaging
        Packaging :math:`b`, in yuan per kg.
    express_first, express_further
        Express fee :math:`f_1` of a parcel of up to one kg, in yuan per parcel, and
        :math:`f_2` of what it weighs beyond, in yuan per kg.
    commission
        The platform's commission :math:`c`, as a share of the price.
    margin_rate
        The seller's margin over the farm-gate price, :math:`\mu`.
    multiple
        The highest online price over the farm-gate price that is accepted, :math:`M`.

    Returns
    -------
    ParcelFrontier
        Numbers, or arrays of one shape if any argument is an array.

    Raises
    ------
    DataError
        If an amount is negative or not finite, the weight or the multiple is not above zero, the
        commission is outside 0 to 1 (1 excluded), or the arrays' shapes do not fit.
    """
    fee = express_fee(weight_kg, first=express_first, further=express_further)
    # What is paid for a kilogram that is worth nothing; this also checks the arguments.
    fixed = price_build_up(
        farm_gate=0.0,
        packaging=packaging,
        express_fee=fee,
        weight_kg=weight_kg,
        commission=commission,
        margin=0.0,
    )
    rate, most = finite_amount("margin_rate", margin_rate), finite_amount("multiple", multiple)
    refuse_amount("margin_rate", rate, rate < 0, "give a share of the farm gate, zero or more")
    refuse_amount("multiple", most, most <= 0, "give a price over the farm gate, above zero")
    kept = 1 - np.asarray(commission, dtype=float)
    try:
        base, w, mu, m, k = np.broadcast_arrays(
            np.asarray(fixed.packaging) + fixed.freight,
            np.asarray(weight_kg, dtype=float),
            rate,
            most,
            kept,
        )
    except ValueError:
        raise DataError(
            f"The arrays' shapes do not fit together (costs of a parcel {np.shape(fixed.price)}, "
            f"margin_rate {rate.shape}, multiple {most.shape}): give one length, or numbers."
        ) from None
    room = m * k - 1 - mu
    nothing = (base == 0) & (room == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(nothing, 0.0, np.where(room > 0, base / room, np.inf))
    return ParcelFrontier(
        weight_kg=plain_amount(w),
        multiple=plain_amount(m),
        least_multiple=plain_amount((1 + mu) / k),
        farm_gate=plain_amount(least),
    )


def express_fee(
    weight_kg: npt.ArrayLike, *, first: npt.ArrayLike, further: npt.ArrayLike
) -> Amount:
    r"""Return the fee of a parcel, :math:`f = f_1 + f_2 \max(w - 1, 0)`.

    Parameters
    ----------
    weight_kg
        Weight :math:`w` of the parcel, in kg.
    first
        Fee :math:`f_1` of a parcel of up to one kg, in yuan per parcel.
    further
        Fee :math:`f_2` of what a parcel weighs beyond one kg, in yuan per kg.

    Returns
    -------
    float or array
        Yuan per parcel.

    Raises
    ------
    DataError
        If a fee is negative or not finite, the weight is not above zero, or shapes do not fit.
    """
    weight = finite_amount("weight_kg", weight_kg)
    one, more = finite_amount("express_first", first), finite_amount("express_further", further)
    refuse_amount("weight_kg", weight, weight <= 0, "give kg above zero")
    refuse_amount("express_first", one, one < 0, "give yuan, zero or more")
    refuse_amount("express_further", more, more < 0, "give yuan, zero or more")
    try:
        return plain_amount(one + more * np.maximum(weight - 1, 0))
    except ValueError:
        raise DataError(
            f"The arrays' shapes do not fit together (weight_kg {weight.shape}, express_first "
            f"{one.shape}, express_further {more.shape}): give one length, or numbers."
        ) from None


def _in_words(farm_gate: float, weight: float, multiple: float, least: float) -> str:
    parcel = f"in parcels of {weight:g} kg"
    if np.isinf(farm_gate):
        return (
            f"no farm-gate price is high enough {parcel}: commission and margin alone make the "
            f"price {least:.2f} times the farm gate, where {multiple:g} is accepted"
        )
    return f"{parcel} a product pays from a farm-gate price of {farm_gate:.2f} yuan per kg"
