"""A brand that several firms share: who pays for its reputation, and which rules mend that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = ["BrandGame", "BrandOutcome", "BrandSolution"]

Floats = npt.NDArray[np.float64]
Amount = float | Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class BrandSolution:
    """Effort and surplus where each firm decides alone, and where all decide together.

    Parameters
    ----------
    nash_effort, joint_effort
        Effort of each firm.
    nash_surplus, joint_surplus
        What effort adds to the profit of each firm, in yuan a year.
    surplus_share
        Share of the joint surplus that firms obtain when each decides alone.
    """

    nash_effort: Amount
    joint_effort: Amount
    nash_surplus: Amount
    joint_surplus: Amount
    surplus_share: Amount


@dataclass(frozen=True, kw_only=True, eq=False)
class BrandOutcome:
    """Effort and surplus under an instrument.

    Parameters
    ----------
    effort
        Effort of each firm.
    surplus
        What effort adds to the profit of each firm, in yuan a year, transfers left out.
    surplus_share
        Surplus over that of joint effort under a brand that nobody copies.
    transfer
        What the association collects from each firm and pays back for effort, in yuan a year.
    """

    effort: Amount
    surplus: Amount
    surplus_share: Amount
    transfer: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class BrandGame:
    r"""Common reputation as a public good among equal firms.

    Firm :math:`i` of :math:`n` makes effort :math:`e_i` at a cost of :math:`k e_i^2 / 2`. Buyers
    trace a share :math:`t` of its goods to the firm and judge the rest by the mean:

    .. math:: R_i = t\,e_i + (1 - t)\,\bar e, \qquad
              \pi_i = m v (1 + r R_i) - \tfrac{k}{2} e_i^2 .

    With :math:`a = m v r` and the share of its own effort's return that a firm keeps,
    :math:`\varphi = t + (1 - t)/n`, efforts are :math:`e^N = a \varphi / k` alone and
    :math:`e^J = a / k` together, and firms alone obtain :math:`1 - (1 - \varphi)^2` of the joint
    surplus :math:`a^2 / 2k`. Every argument may be an array: one element for each draw.

    Parameters
    ----------
    firms
        Number of firms :math:`n` that share the brand.
    margin
        Margin :math:`m`, in yuan per kg.
    volume
        Volume :math:`v` that a firm sells without any reputation, in kg a year.
    response
        Growth :math:`r` of volume for one unit of reputation, as a share.
    effort_cost
        :math:`k`, in yuan a year per unit of effort squared.
    traceability
        Share :math:`t` of goods that buyers trace to their maker, from 0 to 1.

    Raises
    ------
    DataError
        If an argument is not finite or out of its range, or shapes do not fit.

    Notes
    -----
    The model is this project's; the problem that it states, free-riding that grows with the
    number of firms, is that of Winfree and McCluskey (2005). Firms are equal, the response of
    buyers is linear, and prices do not change with effort.
    """

    firms: npt.ArrayLike
    margin: npt.ArrayLike
    volume: npt.ArrayLike
    response: npt.ArrayLike
    effort_cost: npt.ArrayLike
    traceability: npt.ArrayLike = 0.0

    def __post_init__(self) -> None:
        given = {
            "firms": _within("firms", self.firms, 1),
            "margin": _within("margin", self.margin, 0),
            "volume": _within("volume", self.volume, 0),
            "response": _within("response", self.response, 0),
            "effort_cost": _within("effort_cost", self.effort_cost, 0, open_low=True),
            "traceability": _within("traceability", self.traceability, 0, 1),
        }
        n = given["firms"]
        if (n != np.floor(n)).any():
            raise DataError(f"firms is {n[n != np.floor(n)].flat[0]:g}: give whole numbers.")
        try:
            np.broadcast_shapes(*(value.shape for value in given.values()))
        except ValueError:
            shapes = ", ".join(f"{name} {value.shape}" for name, value in given.items())
            raise DataError(
                f"the arrays' shapes do not fit together ({shapes}): give one length, or numbers."
            ) from None
        for name, value in given.items():
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @property
    def return_to_effort(self) -> Floats:
        """What a unit of effort by every firm earns each of them: a, in yuan a year."""
        return np.asarray(
            np.asarray(self.margin) * np.asarray(self.volume) * np.asarray(self.response)
        )

    @property
    def kept(self) -> Floats:
        """Share of the return to its own effort that a firm keeps: phi."""
        return _kept(np.asarray(self.firms), np.asarray(self.traceability))

    def solve(self) -> BrandSolution:
        """Return efforts and surplus alone and together; closed forms of the class's model."""
        a, k, phi = np.broadcast_arrays(self.return_to_effort, self.effort_cost, self.kept)
        joint = a**2 / (2 * k)
        share = phi * (2 - phi)
        return BrandSolution(
            nash_effort=_plain(a * phi / k),
            joint_effort=_plain(a / k),
            nash_surplus=_plain(joint * share),
            joint_surplus=_plain(joint),
            surplus_share=_plain(share),
        )

    def with_subsidy(self, rate: npt.ArrayLike) -> BrandOutcome:
        """Return the outcome where the association pays for effort out of a lump-sum fee.

        Parameters
        ----------
        rate
            Payment, in yuan for a unit of effort; `restoring_subsidy` brings joint effort about.
        """
        s = _within("rate", rate, 0)
        effort = (self.return_to_effort * self.kept + s) / np.asarray(self.effort_cost)
        return self._outcome(effort, transfer=s * effort)

    def with_levy(self, levy: npt.ArrayLike) -> BrandOutcome:
        r"""Return the outcome where a levy on volume is paid back in proportion to effort.

        The levy collects :math:`L = \lambda v` from each firm, whatever its effort. Paid back in
        full, it sets the rate :math:`s = L / e`, so that :math:`k e^2 - a \varphi e - L = 0`.

        Parameters
        ----------
        levy
            In yuan per kg of the volume without reputation.
        """
        collected = _within("levy", levy, 0) * np.asarray(self.volume)
        own, k = self.return_to_effort * self.kept, np.asarray(self.effort_cost)
        effort = (own + np.sqrt(own**2 + 4 * k * collected)) / (2 * k)
        return self._outcome(effort, transfer=collected)

    def with_standard(self, minimum: npt.ArrayLike) -> BrandOutcome:
        """Return the outcome where no firm may make less than a minimum effort.

        Parameters
        ----------
        minimum
            Lowest effort, enforced at no cost; above twice the joint effort it does harm.
        """
        alone = self.return_to_effort * self.kept / np.asarray(self.effort_cost)
        return self._outcome(np.maximum(alone, _within("minimum", minimum, 0)), transfer=0.0)

    def with_label(
        self, *, traceability: npt.ArrayLike | None = None, copied: npt.ArrayLike = 0.0
    ) -> BrandOutcome:
        r"""Return the outcome under a label, which may be copied.

        Copies make no effort. Where they are a share :math:`c` of goods under the label that are
        not traced, reputation is :math:`t e_i + (1 - t)(1 - c) \bar e`. Zero is an exclusive,
        credible label; a sticker that anybody can print has a share above zero.

        Parameters
        ----------
        traceability
            Share of goods that the label lets buyers trace; by default that of the game.
        copied
            Share :math:`c` of untraced goods that carry the label without a right to it.
        """
        given = self.traceability if traceability is None else traceability
        t, c = _within("traceability", given, 0, 1), _within("copied", copied, 0, 1)
        genuine = (1 - t) * (1 - c)
        own = t + genuine / np.asarray(self.firms)
        effort = self.return_to_effort * own / np.asarray(self.effort_cost)
        return self._outcome(effort, transfer=0.0, heard=t + genuine)

    @property
    def restoring_subsidy(self) -> Amount:
        """The rate at which firms alone make joint effort, in yuan for a unit of effort."""
        return _plain(self.return_to_effort * (1 - self.kept))

    @property
    def restoring_levy(self) -> Amount:
        """The levy at which firms alone make joint effort, in yuan per kg; needs sales."""
        volume = np.asarray(self.volume)
        if (volume == 0).any():
            raise DataError("volume is zero, so that no levy on it can restore effort: give kg.")
        a = self.return_to_effort
        return _plain(a**2 * (1 - self.kept) / (np.asarray(self.effort_cost) * volume))

    def _outcome(
        self, effort: Floats, *, transfer: npt.ArrayLike, heard: npt.ArrayLike = 1.0
    ) -> BrandOutcome:
        """Value an effort; `heard` is the part of common effort that reputation reflects."""
        a, k = self.return_to_effort, np.asarray(self.effort_cost)
        surplus = a * np.asarray(heard) * effort - k * effort**2 / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            share = surplus / (a**2 / (2 * k))
        # Without a return to effort there is nothing to share: all of it is had if none is spent.
        share = np.where(a > 0, share, np.where(effort > 0, -np.inf, 1.0))
        effort, surplus, share, paid = np.broadcast_arrays(effort, surplus, share, transfer)
        return BrandOutcome(
            effort=_plain(effort),
            surplus=_plain(surplus),
            surplus_share=_plain(share),
            transfer=_plain(paid),
        )


def _kept(firms: Floats, traceability: Floats) -> Floats:
    return np.asarray(traceability + (1 - traceability) / firms)


def _within(
    name: str, value: Any, low: float, high: float = np.inf, *, open_low: bool = False
) -> Floats:
    """Return finite numbers within a range, as a copy."""
    try:
        number = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{name} must be a number or an array of numbers.") from None
    fits = np.isfinite(number) & (number <= high) & (number > low if open_low else number >= low)
    if not fits.all():
        first = number[~fits].flat[0]
        where = f" at position {int(np.flatnonzero(~fits)[0])}" if number.ndim else ""
        lowest = f"{'above' if open_low else 'from'} {low:g}"
        highest = f" to {high:g}" if np.isfinite(high) else ""
        raise DataError(f"{name} is {first:g}{where}: give a finite number {lowest}{highest}.")
    return number


def _plain(amount: Any) -> Amount:
    """Return a number as a float, an array as a copy that cannot be changed."""
    array = np.array(amount, dtype=float)
    if array.ndim == 0:
        return float(array)
    array.setflags(write=False)
    return array
