"""A market of equal sellers, solved by one price, so that many draws are solved at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = ["EqualSellers", "EqualSellersOutcome"]

Floats = npt.NDArray[np.float64]
_PARAMETERS = ("sellers", "steepness", "likeness", "utility")
_STEPS = 60  # halvings of the bracket of the price: more than double precision can tell


@dataclass(frozen=True, kw_only=True, eq=False)
class EqualSellersOutcome:
    """Price, margins and surplus of one arrangement; arrays, one element for each draw.

    Parameters
    ----------
    price
        To buyers, in money per unit.
    sold
        Share of the possible buyers who buy from these sellers.
    retail_margin, wholesale_margin
        In money of the price per unit; the second is zero under a contract.
    consumer_surplus
        In money for each possible buyer.
    """

    price: Floats
    sold: Floats
    retail_margin: Floats
    wholesale_margin: Floats
    consumer_surplus: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class EqualSellers:
    r"""Equal sellers of one product each, bought by a nested logit with all of them in one nest.

    With :math:`n` sellers, price coefficient :math:`-a`, likeness :math:`\sigma` and one price
    :math:`p`, buyers buy the share

    .. math:: S = D / (1 + D), \qquad D = n^{1 - \sigma} e^{\delta - a p} .

    Retailers ask :math:`m = \tfrac1a (\tfrac{1 - \sigma/n}{1 - \sigma} - \tfrac S n)^{-1}` as
    rivals and :math:`1 / a (1 - S)` as one. Wholesalers move first and foresee the answer, as in
    `vertical_chain`, which solves the same market for sellers that differ.

    Parameters
    ----------
    sellers
        Number :math:`n`, whole and two or more.
    steepness
        :math:`a`, per unit of money, above zero.
    likeness
        :math:`\sigma`, from 0 to below 1.
    utility
        :math:`\delta`, mean utility net of price.

    Raises
    ------
    DataError
        If an argument is not finite or out of its range, or shapes do not fit.
    """

    sellers: npt.ArrayLike
    steepness: npt.ArrayLike
    likeness: npt.ArrayLike
    utility: npt.ArrayLike = field(repr=False)

    def __post_init__(self) -> None:
        given = {name: _finite(name, getattr(self, name)) for name in _PARAMETERS}
        n, sigma = given["sellers"], given["likeness"]
        _refuse("sellers", n, (n < 2) | (n != np.floor(n)), "whole numbers, two or more")
        _refuse("steepness", given["steepness"], given["steepness"] <= 0, "numbers above zero")
        _refuse("likeness", sigma, (sigma < 0) | (sigma >= 1), "numbers from 0 to below 1")
        _fit(given)
        for name, value in given.items():
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @classmethod
    def at_price(
        cls,
        price: npt.ArrayLike,
        *,
        sellers: npt.ArrayLike,
        elasticity: npt.ArrayLike,
        outside_share: npt.ArrayLike,
        likeness: npt.ArrayLike,
    ) -> EqualSellers:
        r"""Return the market in which buyers answer as given at one price of all.

        .. math:: a = \frac{\varepsilon}{p} \Bigl(\frac{1 - \sigma/n}{1 - \sigma}
                  - \frac{1 - s_0}{n}\Bigr)^{-1}, \qquad
                  \delta = \ln\frac{1 - s_0}{s_0} - (1 - \sigma) \ln n + a p .

        Parameters
        ----------
        price
            In money per unit, above zero.
        sellers, likeness
            As in the class.
        elasticity
            By how many per cent one seller's sales fall if it alone asks one per cent more.
        outside_share
            Share of the possible buyers who buy elsewhere or not at all, between 0 and 1.

        Raises
        ------
        DataError
            As the class, and if a price or an elasticity is not above zero.
        """
        given = {
            "price": _finite("price", price),
            "elasticity": _finite("elasticity", elasticity),
            "outside_share": _finite("outside_share", outside_share),
            "sellers": _finite("sellers", sellers),
            "likeness": _finite("likeness", likeness),
        }
        p, epsilon, outside, n, sigma = given.values()
        for name in ("price", "elasticity"):
            _refuse(name, given[name], given[name] <= 0, "numbers above zero")
        _refuse("outside_share", outside, (outside <= 0) | (outside >= 1), "shares from 0 to 1")
        _refuse("likeness", sigma, (sigma < 0) | (sigma >= 1), "numbers from 0 to below 1")
        _fit(given)
        a = epsilon / (p * ((1 - sigma / n) / (1 - sigma) - (1 - outside) / n))
        delta = np.log((1 - outside) / outside) - (1 - sigma) * np.log(n) + a * p
        return cls(sellers=n, steepness=a, likeness=sigma, utility=delta)

    def solve(
        self,
        cost: npt.ArrayLike,
        *,
        retail: Literal["rivals", "joint"] = "rivals",
        wholesale: Literal["rivals", "joint", "none"] = "none",
    ) -> EqualSellersOutcome:
        """Return the equilibrium, by bisection of the price at which it equals cost and margins.

        Parameters
        ----------
        cost
            Of a unit, in money of the price: divide by what a platform leaves of it.
        retail
            Whether those who sell to buyers set prices each for itself or as one.
        wholesale
            The same for those who sell to them; ``none`` where there is one stage only, or where
            a contract hands goods over at cost.

        Raises
        ------
        DataError
            If a cost is not finite, or an arrangement is not known.
        """
        for name, found, known in (
            ("retail", retail, ("rivals", "joint")),
            ("wholesale", wholesale, ("rivals", "joint", "none")),
        ):
            if found not in known:
                raise DataError(f"{name} is {found!r}: give one of {', '.join(known)}.")
        base = _finite("cost", cost)
        low = np.broadcast_to(base, np.broadcast_shapes(base.shape, self._shape)).copy()
        high = low + 1000 / np.asarray(self.steepness)
        for _ in range(_STEPS):
            price = (low + high) / 2
            _, margin, upstream = self._asked(price, retail, wholesale)
            short = price < base + margin + upstream
            low, high = np.where(short, price, low), np.where(short, high, price)
        sold, margin, upstream = self._asked(price, retail, wholesale)
        return EqualSellersOutcome(
            price=price,
            sold=sold,
            retail_margin=margin,
            wholesale_margin=upstream,
            consumer_surplus=-np.log1p(-sold) / np.asarray(self.steepness),
        )

    @property
    def _shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(np.shape(getattr(self, name)) for name in _PARAMETERS))

    def _asked(self, price: Floats, retail: str, wholesale: str) -> tuple[Floats, Floats, Floats]:
        """Return what is sold and both margins that first-order conditions ask for at a price."""
        n, a, sigma, delta = (np.asarray(getattr(self, name), dtype=float) for name in _PARAMETERS)
        sold = 1 / (1 + np.exp(-((1 - sigma) * np.log(n) + delta - a * price)))
        s, close = sold / n, sigma / (1 - sigma)
        own, cross = a * (1 + close * (1 - 1 / n) - s), a * (close / n + s)
        if retail == "joint":
            margin, alone, together = 1 / (a * (1 - sold)), np.ones_like(s), 1 - sold
        else:
            margin = 1 / own
            # Retailers' conditions differentiated by wholesale prices: one's own, another's.
            spread = a * close / (1 - sigma) / n
            mine = own + margin * a * (spread * (1 - 1 / n) + own * s)
            other = -margin * a * (spread / n + cross * s)
            alone, together = own / (mine - other), own / (mine + (n - 1) * other)
        # Derivatives of quantity by wholesale prices, over quantity: of all, and of one's own.
        by_all = -a * (1 - sold) * together
        by_own = (by_all - (n - 1) * (own + cross) * alone) / n
        upstream = {"rivals": -1 / by_own, "joint": -1 / by_all, "none": np.zeros_like(s)}
        return sold, margin, upstream[wholesale]


def _finite(name: str, values: Any) -> Floats:
    try:
        numbers = np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{name} must be numbers.") from None
    _refuse(name, numbers, ~np.isfinite(numbers), "finite numbers")
    return numbers


def _refuse(name: str, numbers: Floats, wrong: npt.NDArray[np.bool_], remedy: str) -> None:
    if np.any(wrong):
        raise DataError(f"{name} is {numbers[wrong].flat[0]:g}: give {remedy}.")


def _fit(given: dict[str, Floats]) -> None:
    try:
        np.broadcast_shapes(*(value.shape for value in given.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in given.items())
        raise DataError(
            f"The arrays' shapes do not fit together ({shapes}): give one length, or numbers."
        ) from None
