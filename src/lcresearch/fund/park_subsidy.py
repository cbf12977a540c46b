"""Rent-free years in an industrial park: which firms outlast them, and what each of these costs."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from lcresearch.errors import DataError

__all__ = ["ParkSubsidy", "ParkSubsidyResult"]


@dataclass(frozen=True, kw_only=True)
class ParkSubsidy:
    """Firms that pay no rent for some years, and must then earn it.

    A firm's yearly margin before rent in its year ``k``, counted from 0, is ``M (1 + g)^k``, and
    the log of ``M`` is normal with mean ``ln(margin)`` and standard deviation ``s``. From year
    ``F`` on a firm pays the rent ``R``, and closes once its margin falls short of ``R + o``, where
    ``o`` is what its owner would earn elsewhere. Besides, a share of the firms closes after each
    year for reasons of its own: ``c0`` of them while the rent is free, ``c1`` later. So

        open(k) = firms (1 - c0)^min(k, F) (1 - c1)^max(k - F, 0) P(k),
        P(k)    = 1 for k < F, and from then on  Phi(ln(margin (1 + g)^b / (R + o)) / s),

    with ``b = F`` if margins do not shrink, and ``b = k`` if they do. The park forgoes ``R`` for
    each firm that is open in a free year.

    Parameters
    ----------
    firms
        Firms that enter.
    rent
        Yearly rent of a firm, yuan, ``R``.
    free_years
        Years without rent, ``F``: three for e-commerce firms and two for express firms in the
        programme that this model was written for.
    margin
        Median yearly margin at entry, yuan, before rent.
    margin_growth
        Yearly growth of each firm's margin, a share, ``g``.
    margin_spread
        Standard deviation of the log of margins at entry, ``s``; with 0 all firms are alike.
    closing_rate_free, closing_rate_after
        Shares that close in a year for other reasons, ``c0`` and ``c1``.
    outside_income
        What the owner would earn elsewhere, yuan a year, ``o``.

    Raises
    ------
    DataError
        If a number is not finite or out of its range.
    """

    firms: float
    rent: float
    free_years: int
    margin: float
    margin_growth: float = 0.0
    margin_spread: float = 0.0
    closing_rate_free: float = 0.0
    closing_rate_after: float = 0.0
    outside_income: float = 0.0

    def __post_init__(self) -> None:
        _check("firms", self.firms, lambda x: x > 0, "greater than zero")
        _check("rent", self.rent, lambda x: x > 0, "greater than zero")
        _check_years("free_years", self.free_years)
        _check("margin", self.margin, lambda x: x > 0, "greater than zero")
        _check("margin_growth", self.margin_growth, lambda x: x > -1, "a share above -1")
        _check("margin_spread", self.margin_spread, lambda x: x >= 0, "zero or more")
        for name in ("closing_rate_free", "closing_rate_after"):
            _check(name, getattr(self, name), lambda x: 0 <= x < 1, "a share from 0 to below 1")
        _check("outside_income", self.outside_income, lambda x: x >= 0, "zero or more")

    def solve(self, *, years_after: int = 0) -> ParkSubsidyResult:
        """Return what a firm must reach, how many firms do, and what each of them costs.

        Parameters
        ----------
        years_after
            Year in which firms are counted, after the first with rent: 0 counts those that stay
            when the rent begins.

        Returns
        -------
        ParkSubsidyResult
            Margins in yuan a year, costs in yuan, firms as expected numbers.

        Raises
        ------
        DataError
            If `years_after` is not a whole number from 0 on.
        """
        _check_years("years_after", years_after)
        year = self.free_years + int(years_after)
        needed = self.rent + self.outside_income
        stay = 1 - self.closing_rate_free
        # A sum of powers; its closed form loses digits where few firms close.
        cost = self.rent * self.firms * sum(stay**k for k in range(self.free_years))
        survivors = self._open(year, self.free_years)
        without = self._open(year, 0)
        growth = (needed / self.margin) ** (1 / self.free_years) - 1 if self.free_years else None
        return ParkSubsidyResult(
            model=self,
            margin_needed=needed,
            entry_margin_needed=needed
            / (1 + self.margin_growth) ** self._binding(year, self.free_years),
            growth_needed=growth,
            share_able=self._share_able(year, self.free_years),
            survivors=survivors,
            cost=cost,
            survivors_without=without,
        )

    def _binding(self, year: int, free_years: int) -> int:
        """Return the year in which the rent is hardest to pay, of those up to `year`."""
        return free_years if self.margin_growth >= 0 else year

    def _share_able(self, year: int, free_years: int) -> float:
        """Return the share of firms whose margin has covered the rent in every year it was due."""
        if year < free_years:
            return 1.0
        distance = (
            math.log(self.margin)
            + self._binding(year, free_years) * math.log1p(self.margin_growth)
            - math.log(self.rent + self.outside_income)
        )
        if self.margin_spread == 0:
            # A margin that equals the rent pays it; the logarithms leave rounding around zero.
            return float(distance >= -1e-12)
        return float(ndtr(distance / self.margin_spread))

    def _open(self, year: int, free_years: int) -> float:
        free, due = min(year, free_years), max(year - free_years, 0)
        left = (1 - self.closing_rate_free) ** free * (1 - self.closing_rate_after) ** due
        return self.firms * left * self._share_able(year, free_years)


@dataclass(frozen=True, kw_only=True)
class ParkSubsidyResult:
    """What firms must reach, and what those that reach it cost.

    Parameters
    ----------
    model
        The model that was solved.
    margin_needed
        Yearly margin before rent with which a firm stays once the rent is due, yuan.
    entry_margin_needed
        Margin at entry that grows (or shrinks) to it by then, yuan a year.
    growth_needed
        Yearly growth, a share, with which the median firm is just able to pay when the rent
        begins; negative if it could lose some margin; ``None`` without free years.
    share_able
        Share of firms whose margin suffices, other closures aside.
    survivors
        Firms expected to be open in the year that was asked for.
    cost
        Rent forgone, yuan.
    survivors_without
        Firms that would be open in that year had all paid rent from the start.
    """

    model: ParkSubsidy
    margin_needed: float
    entry_margin_needed: float
    growth_needed: float | None
    share_able: float
    survivors: float
    cost: float
    survivors_without: float

    @property
    def cost_per_survivor(self) -> float:
        """Rent forgone for each firm that is open, yuan; infinite if none is."""
        return self.cost / self.survivors if self.survivors > 0 else math.inf

    @property
    def cost_per_additional_survivor(self) -> float:
        """Rent forgone for each firm that would not be there without it, yuan; infinite if none."""
        additional = self.survivors - self.survivors_without
        return self.cost / additional if additional > 0 else math.inf

    def path(self, years: int) -> pd.DataFrame:
        """Return firms and the rent forgone year by year.

        Parameters
        ----------
        years
            Last year, counted from entry as 0.

        Returns
        -------
        pandas.DataFrame
            Columns ``year``, ``firms`` (open in it), ``margin`` (of the median firm, yuan) and
            ``cost`` (rent forgone in it, yuan).

        Raises
        ------
        DataError
            If `years` is not a whole number from 0 on.
        """
        _check_years("years", years)
        model = self.model
        year = np.arange(int(years) + 1)
        firms = np.array([model._open(int(k), model.free_years) for k in year])
        return pd.DataFrame(
            {
                "year": year,
                "firms": firms,
                "margin": model.margin * (1 + model.margin_growth) ** year,
                "cost": np.where(year < model.free_years, model.rent * firms, 0.0),
            }
        )


def _check(name: str, value: float, holds: Callable[[float], bool], words: str) -> None:
    numeric = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (numeric and math.isfinite(value) and holds(value)):
        raise DataError(f"ParkSubsidy: {name} must be {words}, not {value!r}: correct it.")


def _check_years(name: str, value: int) -> None:
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 0:
        raise DataError(
            f"ParkSubsidy: {name} must be a whole number from 0 on, not {value!r}: correct it."
        )
