"""What a price per kilogram is made of when the product is sold online and sent by parcel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError

__all__ = ["PriceBuildUp", "price_build_up"]

Amount = float | npt.NDArray[np.float64]


# Two arrays have no single truth of being equal, so results are compared by their parts.
@dataclass(frozen=True, kw_only=True, eq=False)
class PriceBuildUp:
    """The parts of a price, in yuan per kg; they add up to the price.

    Parameters
    ----------
    farm_gate
        What the grower or the workshop is paid.
    packaging
        Bag, box and packing.
    freight
        Express fee over the weight of the parcel.
    margin
        What the seller keeps.
    commission
        What the platform keeps.
    """

    farm_gate: Amount
    packaging: Amount
    freight: Amount
    margin: Amount
    commission: Amount

    @property
    def price(self) -> Amount:
        """Price to the buyer, in yuan per kg."""
        return self.farm_gate + self.packaging + self.freight + self.margin + self.commission

    @property
    def mark_up(self) -> Amount:
        """Price over the farm-gate price, less one; infinite where the farm gate is free."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return plain_amount(np.divide(self.price, self.farm_gate) - 1)

    @property
    def freight_share(self) -> Amount:
        """Freight as a share of the price; not a number where the price is zero."""
        with np.errstate(invalid="ignore"):
            return plain_amount(np.divide(self.freight, self.price))

    @property
    def parts(self) -> dict[str, Amount]:
        """The parts by name, in the order in which they are added."""
        return {
            "farm_gate": self.farm_gate,
            "packaging": self.packaging,
            "freight": self.freight,
            "margin": self.margin,
            "commission": self.commission,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the parts and the price as columns, one row for each case."""
        columns = {**self.parts, "price": self.price}
        return pd.DataFrame({name: np.ravel(amount) for name, amount in columns.items()})


def price_build_up(
    *,
    farm_gate: npt.ArrayLike,
    packaging: npt.ArrayLike,
    express_fee: npt.ArrayLike,
    weight_kg: npt.ArrayLike,
    commission: npt.ArrayLike,
    margin: npt.ArrayLike,
) -> PriceBuildUp:
    r"""Return the price at which every part of it is paid, and the parts.

    The platform takes its share of the whole price, so the price solves
    :math:`p = g + b + f / w + m + c\,p`, that is

    .. math:: p = \frac{g + b + f / w + m}{1 - c}.

    Parameters
    ----------
    farm_gate
        Farm-gate price :math:`g`, in yuan per kg.
    packaging
        Packaging :math:`b`, in yuan per kg.
    express_fee
        Express fee :math:`f`, in yuan per parcel.
    weight_kg
        Weight :math:`w` of the product in a parcel, in kg.
    commission
        The platform's commission :math:`c`, as a share of the price.
    margin
        The seller's margin :math:`m`, in yuan per kg.

    Returns
    -------
    PriceBuildUp
        The parts in yuan per kg: numbers, or arrays of one shape if any argument is an array.

    Raises
    ------
    DataError
        If an amount is negative or not finite, the weight is not above zero, the commission is
        outside 0 to 1 (1 excluded), or the arrays' shapes do not fit.
    """
    given = {
        "farm_gate": farm_gate,
        "packaging": packaging,
        "express_fee": express_fee,
        "weight_kg": weight_kg,
        "commission": commission,
        "margin": margin,
    }
    numbers = {name: finite_amount(name, amount) for name, amount in given.items()}
    for name in ("farm_gate", "packaging", "express_fee", "margin"):
        refuse_amount(name, numbers[name], numbers[name] < 0, "give yuan, zero or more")
    refuse_amount(
        "weight_kg", numbers["weight_kg"], numbers["weight_kg"] <= 0, "give kg above zero"
    )
    rate = numbers["commission"]
    refuse_amount("commission", rate, (rate < 0) | (rate >= 1), "give a share from 0 to below 1")
    try:
        g, b, f, w, c, m = np.broadcast_arrays(*numbers.values())
    except ValueError:
        shapes = ", ".join(f"{name} {amount.shape}" for name, amount in numbers.items())
        raise DataError(
            f"The arrays' shapes do not fit together ({shapes}): give one length, or numbers."
        ) from None
    freight = f / w
    return PriceBuildUp(
        farm_gate=plain_amount(g),
        packaging=plain_amount(b),
        freight=plain_amount(freight),
        margin=plain_amount(m),
        commission=plain_amount((g + b + freight + m) * c / (1 - c)),
    )


def finite_amount(name: str, amount: Any) -> npt.NDArray[np.float64]:
    """Return an argument as an array, and refuse what is no finite number."""
    try:
        number = np.asarray(amount, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{name} must be a number or an array of numbers.") from None
    refuse_amount(name, number, ~np.isfinite(number), "give a finite number")
    return number


def refuse_amount(
    name: str, number: npt.NDArray[np.float64], wrong: npt.NDArray[np.bool_], remedy: str
) -> None:
    """Refuse an argument where it is wrong, by its name, number and place."""
    if np.any(wrong):
        first = np.extract(wrong, number)[0]
        where = "" if number.ndim == 0 else f" at position {int(np.flatnonzero(wrong)[0])}"
        raise DataError(f"{name} is {first:g}{where}: {remedy}.")


def plain_amount(amount: Any) -> Amount:
    """Return a number as a float, an array as a copy that cannot be changed."""
    array = np.array(amount, dtype=float)
    if array.ndim == 0:
        return float(array)
    array.setflags(write=False)
    return array
