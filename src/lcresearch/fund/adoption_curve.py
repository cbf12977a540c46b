"""How a novelty spreads in a market of known or unknown size: Bass and logit diffusion."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from lcresearch.errors import DataError

if TYPE_CHECKING:
    from lcresearch.fund.adoption_fit import AdoptionFit

__all__ = ["NAMES", "AdoptionCurve", "Kind", "Target", "share"]

Floats = npt.NDArray[np.float64]
Kind = Literal["bass", "logit"]
Target = Literal["levels", "increments"]

NAMES: dict[str, tuple[str, str]] = {"bass": ("p", "q"), "logit": ("rate", "midpoint")}


@dataclass(frozen=True, kw_only=True)
class AdoptionCurve:
    """Adopters over time, in a market of ``market`` persons, households or firms.

    Bass (Management Science 15, 1969, equations 1 to 9): of those who have not adopted, the share
    ``p + q N / market`` does so per year, moved by the outside (``p``) and by the ``N`` who have.
    From ``N(0) = 0`` this gives

        N(t) = market (1 - exp(-(p + q) t)) / (1 + (q / p) exp(-(p + q) t)),

    whose rate peaks at ``ln(q / p) / (p + q)``, or at once if ``q <= p``. Logit diffusion has no
    beginning, ``N(t) = market / (1 + exp(-rate (t - midpoint)))``, and peaks at its midpoint.

    Parameters
    ----------
    market
        Adopters in the end.
    p, q
        Innovation, per year, greater than zero, and imitation, per year, zero or more.
    rate, midpoint
        Of logit diffusion: per year, greater than zero; and the time at which half have adopted.
    kind
        ``"bass"`` or ``"logit"``.

    Raises
    ------
    DataError
        If a parameter is missing, out of its range, or of the other kind.
    """

    market: float
    p: float | None = None
    q: float | None = None
    rate: float | None = None
    midpoint: float | None = None
    kind: Kind = field(default="bass")

    def __post_init__(self) -> None:
        if self.kind not in NAMES:
            raise DataError(f"AdoptionCurve: kind must be 'bass' or 'logit', not {self.kind!r}.")
        mine = NAMES[self.kind]
        _check("market", self.market, lambda x: x > 0, "greater than zero")
        for name in ("p", "q", "rate", "midpoint"):
            value = getattr(self, name)
            if (value is not None) != (name in mine):
                raise DataError(
                    f"AdoptionCurve: kind {self.kind!r} takes market, {mine[0]} and {mine[1]}: "
                    f"{'give' if name in mine else 'leave out'} {name}."
                )
        if self.kind == "bass":
            _check("p", self.p, lambda x: x > 0, "greater than zero")
            _check("q", self.q, lambda x: x >= 0, "zero or more")
        else:
            _check("rate", self.rate, lambda x: x > 0, "greater than zero")
            _check("midpoint", self.midpoint, lambda _: True, "a number")

    @property
    def _shape(self) -> tuple[float, float]:
        first, second = (getattr(self, name) for name in NAMES[self.kind])
        return float(first), float(second)

    def adopters(self, times: npt.ArrayLike) -> Floats:
        """Return the number that has adopted by each time, in years since the start."""
        return self.market * share(self.kind, *self._shape, np.asarray(times, dtype=float))

    def new_adopters(self, times: npt.ArrayLike) -> Floats:
        """Return how many adopt per year at each time: the slope of the curve."""
        reached = share(self.kind, *self._shape, np.asarray(times, dtype=float))
        a, b = self._shape
        pull = a + b * reached if self.kind == "bass" else a * reached
        return np.asarray(self.market * pull * (1 - reached))

    @property
    def peak_time(self) -> float:
        """The time at which most adopt, years since the start."""
        a, b = self._shape
        if self.kind == "logit":
            return b
        return math.log(b / a) / (a + b) if b > a else 0.0

    @property
    def peak_rate(self) -> float:
        """How many adopt per year at the peak."""
        a, b = self._shape
        if self.kind == "logit":
            return self.market * a / 4
        return self.market * ((a + b) ** 2 / (4 * b) if b > a else a)

    def path(self, years: int) -> pd.DataFrame:
        """Return adopters year by year.

        Parameters
        ----------
        years
            Last year, counted from the start as 0.

        Returns
        -------
        pandas.DataFrame
            Columns ``year``, ``adopters`` (by then) and ``new`` (since the year before; in year 0,
            those who had adopted before).

        Raises
        ------
        DataError
            If `years` is not a whole number from 0 on.
        """
        if not isinstance(years, numbers.Integral) or isinstance(years, bool) or years < 0:
            raise DataError(
                f"AdoptionCurve: years must be a whole number from 0 on, not {years!r}."
            )
        year = np.arange(int(years) + 1)
        adopters = self.adopters(year)
        return pd.DataFrame(
            {"year": year, "adopters": adopters, "new": np.diff(adopters, prepend=0.0)}
        )

    @classmethod
    def fit(
        cls,
        times: npt.ArrayLike,
        adopters: npt.ArrayLike,
        *,
        kind: Kind = "bass",
        market: float | None = None,
        target: Target = "levels",
    ) -> AdoptionFit:
        """Estimate the curve from counts of adopters by nonlinear least squares.

        Parameters
        ----------
        times
            Years since the start, rising; not below 0 for Bass.
        adopters
            Number that has adopted by then.
        kind
            ``"bass"`` or ``"logit"``.
        market
            Its size where it is known (households, say); by default it is estimated.
        target
            ``"levels"`` where each count has an error of its own, as in repeated surveys;
            ``"increments"`` (Srinivasan and Mason, Marketing Science 5, 1986) where new adopters
            were counted and added up, so that errors accumulate.

        Returns
        -------
        AdoptionFit
            Estimates, with standard errors from the curvature of the sum of squares.

        Raises
        ------
        DataError
            If there are too few counts, they are not numbers that fit the model, or they do not
            tell the parameters apart.
        """
        from lcresearch.fund.adoption_fit import fit_curve

        return fit_curve(times, adopters, kind=kind, market=market, target=target)


def share(kind: str, first: float, second: float, times: Floats) -> Floats:
    """Return the share of the market that has adopted by each time."""
    if kind == "logit":
        return np.asarray(expit(first * (times - second)))
    # Before the start nobody has adopted; expm1 keeps the digits of the first adopters.
    fallen = np.exp(-(first + second) * np.maximum(times, 0.0))
    gone = -np.expm1(-(first + second) * np.maximum(times, 0.0))
    return np.asarray(gone / (1 + second / first * fallen))


def _check(name: str, value: float | None, holds: Callable[[float], bool], words: str) -> None:
    numeric = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (numeric and value is not None and math.isfinite(value) and holds(value)):
        raise DataError(f"AdoptionCurve: {name} must be {words}, not {value!r}: correct it.")
