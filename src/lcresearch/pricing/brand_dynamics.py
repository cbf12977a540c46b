"""A common reputation over time: slow to build, and kept up by those who watch each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError
from lcresearch.pricing.brand_game import Amount, BrandGame

__all__ = ["cooperation_threshold", "slow_reputation_effort", "sustainable_effort"]


def slow_reputation_effort(
    game: BrandGame, *, adjustment: float, discount_rate: float
) -> tuple[Amount, Amount]:
    r"""Return efforts alone and together where reputation follows effort slowly.

    Reputation moves by :math:`\dot R_i = g (t e_i + (1 - t) \bar e - R_i)` and firms discount at
    the rate :math:`\rho`. Profit is linear in reputation, so that a unit of it is worth
    :math:`a / (\rho + g)` at any time, and effort is constant at the factor
    :math:`g / (\rho + g)` of that in `BrandGame.solve`. Closed-loop and open-loop equilibria
    coincide.

    Parameters
    ----------
    game
        Firms and brand.
    adjustment
        :math:`g`, share of the gap closed per year, above zero.
    discount_rate
        :math:`\rho` per year, zero or more.

    Returns
    -------
    tuple
        Effort alone and joint effort.

    Raises
    ------
    DataError
        If a rate is out of its range.

    References
    ----------
    The stock of common reputation is that of Winfree and McCluskey (2005), with linear profit.
    """
    if not (np.isfinite(adjustment) and adjustment > 0):
        raise DataError(f"adjustment is {adjustment}: give a rate per year above zero.")
    if not (np.isfinite(discount_rate) and discount_rate >= 0):
        raise DataError(f"discount_rate is {discount_rate}: give a rate per year, zero or more.")
    patience = adjustment / (discount_rate + adjustment)
    solution = game.solve()
    return patience * solution.nash_effort, patience * solution.joint_effort


def cooperation_threshold(detection: float) -> float:
    r"""Return the lowest discount factor at which firms keep up joint effort by themselves.

    Whoever shirks is found out in each period with probability :math:`q`, after which all play
    the equilibrium of one period for ever. With quadratic cost, the gain from shirking equals
    the loss from punishment, so that the threshold is :math:`1 / (1 + q)` whatever the number of
    firms: numbers matter for cooperation only through detection.

    Parameters
    ----------
    detection
        :math:`q`, from above 0 to 1.

    Raises
    ------
    DataError
        If `detection` is out of its range.
    """
    if not 0 < detection <= 1:
        raise DataError(f"detection is {detection}: give a probability from above 0 to 1.")
    return 1 / (1 + detection)


def sustainable_effort(
    game: BrandGame, *, discount_factor: npt.ArrayLike, detection: float
) -> Amount:
    r"""Return the most effort that firms keep up by themselves at a discount factor.

    It is :math:`e^N + (e^J - e^N) \min(1, 2 \delta q / (1 - \delta + \delta q))`, by the
    argument of `cooperation_threshold` for efforts short of the joint one.

    Parameters
    ----------
    game
        Firms and brand.
    discount_factor
        :math:`\delta` per period, from 0 to below 1.
    detection
        :math:`q` per period, from above 0 to 1.

    Raises
    ------
    DataError
        If a probability or discount factor is out of its range.
    """
    cooperation_threshold(detection)
    delta = np.asarray(discount_factor, dtype=float)
    if not ((delta >= 0) & (delta < 1)).all():
        raise DataError(f"discount_factor is {discount_factor!r}: give a number from 0 to below 1.")
    part = np.minimum(1.0, 2 * delta * detection / (1 - delta + delta * detection))
    solution = game.solve()
    found = solution.nash_effort + (solution.joint_effort - solution.nash_effort) * part
    return float(found) if np.ndim(found) == 0 else np.asarray(found)
