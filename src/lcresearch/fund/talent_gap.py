"""The gap between the skilled people a county wants and those it has, and when it closes."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lcresearch.errors import DataError

__all__ = ["TalentGap", "TalentGapResult"]


@dataclass(frozen=True, kw_only=True)
class TalentGap:
    """A demand for skilled people, the stock that meets part of it, and the flows that move it.

    The stock follows a constant yearly inflow ``h`` and a constant leaving rate ``d``,

        E[t + 1] = (1 - d) E[t] + h,   so that   E[t] = S + (E[0] - S) (1 - d)^t,   S = h / d.

    The demand stays as it is: a demand that grows closes later, or never.

    Parameters
    ----------
    demand
        People wanted.
    employed
        People at work today, ``E[0]``.
    yearly_inflow
        People who start each year, ``h``; ``None`` where it is not known.
    leaving_rate
        Share of the people at work who leave in a year, ``d``, from 0 to below 1; ``None`` where
        it is not known.

    Raises
    ------
    DataError
        If a number is not finite or out of its range, or an inflow comes without a leaving rate.
    """

    demand: float
    employed: float
    yearly_inflow: float | None = None
    leaving_rate: float | None = None

    def __post_init__(self) -> None:
        _check("demand", self.demand, lambda x: x > 0, "greater than zero")
        _check("employed", self.employed, lambda x: x >= 0, "zero or more")
        if self.yearly_inflow is not None:
            _check("yearly_inflow", self.yearly_inflow, lambda x: x >= 0, "zero or more")
        if self.leaving_rate is not None:
            _check(
                "leaving_rate", self.leaving_rate, lambda x: 0 <= x < 1, "a share from 0 to below 1"
            )
        elif self.yearly_inflow is not None:
            raise DataError(
                "TalentGap: yearly_inflow without leaving_rate says nothing of the stock: give "
                "both (a leaving_rate of 0 if nobody leaves)."
            )

    def solve(self) -> TalentGapResult:
        """Return the gap today and, where both flows are given, what becomes of it.

        Returns
        -------
        TalentGapResult
            The gap (persons), the coverage (share) and, with flows, steady state and closing time.
        """
        steady_state = years = None
        if self.yearly_inflow is not None and self.leaving_rate is not None:
            steady_state = _steady_state(self.employed, self.yearly_inflow, self.leaving_rate)
            years = self._years_to_close(self.yearly_inflow, self.leaving_rate)
        return TalentGapResult(
            model=self,
            gap=self.demand - self.employed,
            coverage=self.employed / self.demand,
            steady_state=steady_state,
            years_to_close=years,
        )

    def inflow_to_close(self, *, years: float) -> float:
        """Return the yearly inflow with which the gap closes after so many years.

        Solving the path for ``h`` gives ``h = d E[0] + d (D - E[0]) / (1 - (1 - d)^years)``: those
        who leave are replaced, and the rest wears the gap down. It needs no `yearly_inflow`.

        Parameters
        ----------
        years
            Time until the stock equals the demand; ``math.inf`` gives the inflow below which the
            gap never closes, ``d D``.

        Returns
        -------
        float
            Persons per year; 0 where the demand is met without anyone starting.

        Raises
        ------
        DataError
            If there is no leaving rate, or `years` is not greater than zero.
        """
        if self.leaving_rate is None:
            raise DataError("TalentGap: inflow_to_close needs a leaving_rate: give one.")
        if not years > 0:
            raise DataError(f"TalentGap: years must be greater than zero, not {years}.")
        rate, gap = self.leaving_rate, self.demand - self.employed
        # expm1 and log1p keep their digits where the leaving rate is close to zero.
        worn = -math.expm1(years * math.log1p(-rate)) if rate else 0.0
        needed = rate * self.employed + rate * gap / worn if worn else gap / years
        return max(0.0, needed)

    def _years_to_close(self, inflow: float, rate: float) -> float | None:
        gap = self.demand - self.employed
        if gap <= 0:
            return 0.0
        if inflow <= rate * self.demand:
            return None
        if rate == 0:
            return gap / inflow
        # ln((S - D) / (S - E0)) / ln(1 - d), written so that a small d loses no digits.
        return math.log1p(-rate * gap / (inflow - rate * self.employed)) / math.log1p(-rate)


@dataclass(frozen=True, kw_only=True)
class TalentGapResult:
    """The gap today and, where flows were given, what becomes of it.

    Parameters
    ----------
    model
        The model that was solved.
    gap
        Demand less people at work, persons; negative where there are more than wanted.
    coverage
        People at work over demand, share.
    steady_state
        Stock to which the flows lead, persons; infinite if nobody leaves; ``None`` without flows.
    years_to_close
        Years until the stock first equals the demand, counted in fractions along the closed form;
        0 where it does today; ``None`` where it never does, or without flows.
    """

    model: TalentGap
    gap: float
    coverage: float
    steady_state: float | None
    years_to_close: float | None

    @property
    def closes(self) -> bool | None:
        """Whether the gap ever closes; ``None`` without flows."""
        return None if self.steady_state is None else self.years_to_close is not None

    def path(self, years: int) -> pd.DataFrame:
        """Return the stock and the gap year by year.

        Parameters
        ----------
        years
            Last year, counted from today as 0.

        Returns
        -------
        pandas.DataFrame
            Columns ``year``, ``employed`` (persons) and ``gap`` (persons), one row for each year.

        Raises
        ------
        DataError
            If the model has no flows, or `years` is not a whole number from 0 on.
        """
        if self.steady_state is None:
            raise DataError("TalentGap: a path needs yearly_inflow and leaving_rate: give both.")
        if isinstance(years, bool) or int(years) != years or years < 0:
            raise DataError(f"TalentGap: years must be a whole number from 0 on, not {years}.")
        start, rate = self.model.employed, self.model.leaving_rate or 0.0
        year = np.arange(int(years) + 1)
        if rate:
            # The share of the way to the steady state that is covered by then.
            covered = -np.expm1(year * math.log1p(-rate))
            employed = start + covered * (self.steady_state - start)
        else:
            employed = start + (self.model.yearly_inflow or 0.0) * year
        return pd.DataFrame(
            {"year": year, "employed": employed, "gap": self.model.demand - employed}
        )


def _steady_state(employed: float, inflow: float, rate: float) -> float:
    if rate > 0:
        return inflow / rate
    return math.inf if inflow > 0 else float(employed)


def _check(name: str, value: float, holds: Callable[[float], bool], words: str) -> None:
    numeric = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (numeric and math.isfinite(value) and holds(value)):
        raise DataError(f"TalentGap: {name} must be {words}, not {value!r}: correct it.")
