"""What several measures bring for each yuan spent, where all that is known are ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.intervals import tails

__all__ = ["BenefitCost"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class BenefitCost:
    """Gains and costs of several measures over the same draws of their assumptions.

    The benefit-cost ratio of a measure is gain over cost, draw by draw. Gains and costs of one
    measure need one unit and one time (both of a year, or both present values), so that the
    ratio is yuan per yuan; those of different measures need not have the same scale. As all
    measures share the draws, what they have in common moves them together.

    Parameters
    ----------
    gains
        By measure what it brings, shape (draws,); below zero where it does harm.
    costs
        By measure what it takes, shape (draws,), above zero.
    assumptions
        By name what was drawn, shape (draws,).

    Raises
    ------
    DataError
        If there is no measure, the two name different ones, a cost is not above zero, a number
        is not finite, or the numbers of draws differ or are below two.
    """

    gains: Mapping[str, npt.ArrayLike] = field(repr=False)
    costs: Mapping[str, npt.ArrayLike] = field(repr=False)
    assumptions: Mapping[str, npt.ArrayLike] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.gains:
            raise DataError("gains is empty: give what at least one measure brings.")
        if self.gains.keys() != self.costs.keys():
            odd = ", ".join(sorted(self.gains.keys() ^ self.costs.keys()))
            raise DataError(f"gains and costs name different measures ({odd}): give both of each.")
        lengths = set()
        for group in ("gains", "costs", "assumptions"):
            checked = {name: _draws(name, x) for name, x in getattr(self, group).items()}
            lengths |= {len(x) for x in checked.values()}
            object.__setattr__(self, group, checked)
        if len(lengths) != 1:
            raise DataError(f"The numbers of draws differ ({sorted(lengths)}): give one number.")
        for name, cost in self.costs.items():
            if not (np.asarray(cost) > 0).all():
                raise DataError(
                    f"The cost of {name} is zero or less in some draw: a ratio needs yuan spent."
                )

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """Yuan gained for each yuan spent: one row a draw, one column a measure."""
        table = {name: np.divide(gain, self.costs[name]) for name, gain in self.gains.items()}
        return pd.DataFrame(table).rename_axis(index="draw", columns="measure")

    def intervals(self, level: float = 0.9) -> pd.DataFrame:
        """Return the median of each ratio and the range that holds most draws.

        Parameters
        ----------
        level
            Share of the draws within the range; as many lie below it as above.

        Returns
        -------
        pandas.DataFrame
            Columns `low`, `median`, `high`; one row for each measure.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        table = self.ratios.quantile(tails(level)).T
        return table.set_axis(["low", "median", "high"], axis=1)

    @property
    def repaid(self) -> pd.Series:
        """Share of the draws in which a measure brings more than it takes, by measure."""
        return (self.ratios > 1).mean()

    @property
    def first(self) -> pd.Series:
        """Share of the draws in which each measure has the highest ratio; a tie is divided."""
        ratios = self.ratios.to_numpy()
        best = ratios == ratios.max(axis=1, keepdims=True)
        return pd.Series((best / best.sum(axis=1, keepdims=True)).mean(axis=0), self.ratios.columns)

    def pairs(self, level: float = 0.9) -> pd.DataFrame:
        """Return for each pair how often one beats the other, and whether an order may be stated.

        An order is stated where the two ranges of `intervals` do not overlap, and nowhere else.

        Returns
        -------
        pandas.DataFrame
            Columns `higher` (share of the draws in which `one` has the higher ratio) and `apart`
            (whether the range of `one` lies above that of `other`); rows are `one`, `other`.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        ranges = self.intervals(level)
        rows = {
            (one, other): (
                float((self.ratios[one] > self.ratios[other]).mean()),
                bool(ranges.loc[one, "low"] > ranges.loc[other, "high"]),
            )
            for one, other in permutations(self.ratios.columns, 2)
        }
        index = pd.MultiIndex.from_tuples(rows, names=["one", "other"]) if rows else None
        return pd.DataFrame(list(rows.values()), index=index, columns=["higher", "apart"])

    def movers(self, measure: str, names: Iterable[str] | None = None) -> pd.Series:
        """Return Spearman's rank correlation of a ratio with the assumptions, strongest first.

        Parameters
        ----------
        measure
            Name of a measure.
        names
            The assumptions that it rests on; by default all, of which those that it does not
            rest on are correlated by chance alone.

        Returns
        -------
        pandas.Series
            Rank correlation by assumption; zero where one of the two does not vary.

        Raises
        ------
        DataError
            If there is no such measure or assumption.
        """
        names = list(self.assumptions) if names is None else list(names)
        for name, known in ((measure, self.gains), *((name, self.assumptions) for name in names)):
            if name not in known:
                raise DataError(f"There is no {name!r} here.{did_you_mean(name, known)}")
        ratio = self.ratios[measure].rank().to_numpy()
        found = {name: _correlation(ratio, self.assumptions[name]) for name in names}
        return pd.Series(found, dtype=float).sort_values(key=np.abs, ascending=False, kind="stable")


def _draws(name: str, values: npt.ArrayLike) -> Floats:
    """Return a copy that cannot be changed, or refuse what is no row of finite numbers."""
    numbers = np.array(values, dtype=float)
    if numbers.ndim != 1 or len(numbers) < 2 or not np.isfinite(numbers).all():
        raise DataError(f"{name}: give one finite number for each of two or more draws.")
    numbers.setflags(write=False)
    return numbers


def _correlation(ranks: Floats, values: npt.ArrayLike) -> float:
    other = pd.Series(np.asarray(values)).rank().to_numpy()
    if np.ptp(ranks) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(ranks, other)[0, 1])
