"""Price pairs whose truth is known: how the price on the screen follows that at the farm gate."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.simulate.arguments import check_number

__all__ = ["PricePair", "PricePairTruth", "price_pair"]

Floats = npt.NDArray[np.float64]

_NAME: Final = "price_pair"


@dataclass(frozen=True, kw_only=True, eq=False)
class PricePairTruth:
    """What estimates from a simulated pair of prices should find.

    Parameters
    ----------
    constant, passthrough
        Of the long run: log screen price = constant + passthrough log farm-gate price.
    impact_rise, impact_fall
        Share of a rise and of a fall that is passed on in the same week.
    speed_rise, speed_fall
        Share of the gap that closes in a week where the screen price has to rise, being below
        the long run, and where it has to fall.
    rows
        One row for each row of the data, in its order: ``week``, ``long_run`` (the screen price
        without a gap, yuan per kg) and ``gap`` (of the screen price to it, log points).
    """

    constant: float
    passthrough: float
    impact_rise: float
    impact_fall: float
    speed_rise: float
    speed_fall: float
    rows: pd.DataFrame = field(repr=False)

    def responses(self, horizon: int = 26) -> pd.DataFrame:
        """Return how much of a lasting change of the farm-gate price has been passed on.

        Parameters
        ----------
        horizon
            Weeks after the change.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``week`` from 0; columns ``rise`` and ``fall``, log points of the screen
            price for each log point of the farm-gate price, from a week without a gap and without
            further shocks. Both approach the pass-through from below, if they move at all.

        Raises
        ------
        DataError
            If `horizon` is not a whole number from 1 on.
        """
        check_number("responses", "horizon", horizon, whole=True, low=1)
        week = np.arange(horizon + 1)
        return pd.DataFrame(
            {
                name: self.passthrough * (1 - (1 - impact) * (1 - speed) ** week)
                for name, impact, speed in (
                    ("rise", self.impact_rise, self.speed_rise),
                    ("fall", self.impact_fall, self.speed_fall),
                )
            },
            index=pd.Index(week, name="week"),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PricePair:
    """A simulated pair of price series and its truth.

    Parameters
    ----------
    data
        One row for each week, in order: ``week`` (from 1), ``farm_gate`` and ``screen`` (prices,
        yuan per kg).
    truth
        How the one follows the other.
    """

    data: pd.DataFrame = field(repr=False)
    truth: PricePairTruth


def price_pair(
    *,
    weeks: int = 260,
    farm_gate: float = 6.0,
    multiple: float = 2.0,
    passthrough: float = 0.8,
    impact_rise: float = 0.4,
    impact_fall: float = 0.2,
    speed_rise: float = 0.4,
    speed_fall: float = 0.1,
    farm_sd: float = 0.03,
    screen_sd: float = 0.01,
    seed: int | None = None,
) -> PricePair:
    """Draw weekly prices at the farm gate and on the screen, which may follow rises sooner.

    With ``f`` and ``s`` the logs of the two prices and ``u`` the gap to the long run,

        f_t = f_t-1 + v_t
        s_t = constant + passthrough f_t + u_t
        u_t = (1 - speed_t) u_t-1 - (1 - impact_t) passthrough v_t + e_t

    where ``speed_t`` is `speed_rise` if ``u_t-1 < 0`` and `speed_fall` otherwise, ``impact_t`` is
    `impact_rise` if ``v_t > 0`` and `impact_fall` otherwise, and ``v`` and ``e`` are normal with
    standard deviations `farm_sd` and `screen_sd`. The first week has no gap. With both speeds zero
    the prices are not cointegrated.

    If rises and falls differ the gap does not average zero. A long-run regression then finds the
    pass-through, but not `constant`, and its errors, which do average zero, are measured from
    another level than the one that the screen price returns to: speeds estimated from them are
    closer to each other than `speed_rise` and `speed_fall` are, however long the series.

    Farm-gate price and screen price have streams of random numbers of their own: a changed
    parameter of the one leaves the draws of the other as they were, and a longer pair begins with
    the shorter one.

    Parameters
    ----------
    weeks
        Length of the series.
    farm_gate
        Farm-gate price in the first week, yuan per kg.
    multiple
        Screen price over farm-gate price in the first week.
    passthrough
        Long-run elasticity of the screen price by the farm-gate price.
    impact_rise, impact_fall
        Share of a rise and of a fall passed on in the same week, from 0 to 1.
    speed_rise, speed_fall
        Share of the gap closed in a week by a screen price that has to rise or to fall, from 0
        to 1.
    farm_sd, screen_sd
        Standard deviations of the weekly shocks, log points.
    seed
        Of the random numbers; with a seed the pair is the same each time.

    Returns
    -------
    PricePair
        The series, and how the one follows the other. The defaults are chosen, not estimated.

    Raises
    ------
    DataError
        If a parameter is out of its range.

    References
    ----------
    Enders and Siklos (2001), *Journal of Business & Economic Statistics*, whose adjustment about
    a threshold of zero the gap follows.
    """
    check_number(_NAME, "weeks", weeks, whole=True, low=2)
    for name, value in (("farm_gate", farm_gate), ("multiple", multiple)):
        check_number(_NAME, name, value, low=1e-6)
    for name, value in (
        ("passthrough", passthrough),
        ("farm_sd", farm_sd),
        ("screen_sd", screen_sd),
    ):
        check_number(_NAME, name, value, low=0)
    for name, value in (
        ("impact_rise", impact_rise),
        ("impact_fall", impact_fall),
        ("speed_rise", speed_rise),
        ("speed_fall", speed_fall),
    ):
        check_number(_NAME, name, value, low=0, high=1)

    of_farm, of_screen = np.random.default_rng(seed).spawn(2)
    move = farm_sd * of_farm.standard_normal(weeks)
    noise = screen_sd * of_screen.standard_normal(weeks)
    move[0] = noise[0] = 0.0
    missed = (1 - np.where(move > 0, impact_rise, impact_fall)) * passthrough * move
    gap = _gaps(noise - missed, speed_rise, speed_fall)
    farm = math.log(farm_gate) + np.cumsum(move)
    constant = math.log(multiple) + (1 - passthrough) * math.log(farm_gate)
    long_run = constant + passthrough * farm
    week = np.arange(1, weeks + 1)
    return PricePair(
        data=pd.DataFrame(
            {"week": week, "farm_gate": np.exp(farm), "screen": np.exp(long_run + gap)}
        ),
        truth=PricePairTruth(
            constant=constant,
            passthrough=passthrough,
            impact_rise=impact_rise,
            impact_fall=impact_fall,
            speed_rise=speed_rise,
            speed_fall=speed_fall,
            rows=pd.DataFrame({"week": week, "long_run": np.exp(long_run), "gap": gap}),
        ),
    )


def _gaps(shocks: Floats, speed_rise: float, speed_fall: float) -> Floats:
    """Return gaps that start at the first shock and close at one speed from either side."""
    gap = np.empty(len(shocks))
    before = 0.0
    for week, shock in enumerate(shocks.tolist()):
        before = shock + (1 - (speed_rise if before < 0 else speed_fall)) * before
        gap[week] = before
    return gap
