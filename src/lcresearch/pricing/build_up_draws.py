"""How unsure a price build-up is when its assumptions are drawn from their ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.intervals import Interval, tails
from lcresearch.pricing.build_up import PriceBuildUp, price_build_up
from lcresearch.pricing.parcel_frontier import express_fee

__all__ = ["BuildUpDraws", "build_up_draws"]

Floats = npt.NDArray[np.float64]

# What a price is built from, and what each range must keep to.
_LEAST: Final = {
    "farm_gate": "above zero",
    "packaging": "zero or more",
    "weight_kg": "above zero",
    "express_first": "zero or more",
    "express_further": "zero or more",
    "commission": "a share from 0 to below 1",
    "margin_rate": "zero or more",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class BuildUpDraws:
    """Build-ups of several products, one case for each draw of the assumptions.

    Parameters
    ----------
    assumptions
        For each product what was drawn: one row a draw, one column an assumption. A shared
        assumption has the same column in all.
    build_ups
        For each product its price and parts, in yuan per kg, each of shape (draws,).
    """

    assumptions: Mapping[str, pd.DataFrame] = field(repr=False)
    build_ups: Mapping[str, PriceBuildUp] = field(repr=False)

    @property
    def price(self) -> pd.DataFrame:
        """Price to the buyer, in yuan per kg: one row a draw, one column a product."""
        return self._table({name: each.price for name, each in self.build_ups.items()})

    @cached_property
    def multiple(self) -> pd.DataFrame:
        """Price over farm-gate price: one row a draw, one column a product."""
        return self._table({name: np.add(each.mark_up, 1) for name, each in self.build_ups.items()})

    def intervals(self, level: float = 0.9) -> pd.DataFrame:
        """Return the median of price and multiple and the range that holds most draws.

        Parameters
        ----------
        level
            Share of the draws within the range; as many lie below it as above.

        Returns
        -------
        pandas.DataFrame
            Columns `low`, `median`, `high`; one row for each product and result.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        orders = tails(level)
        found = {
            (name, result): table[name].quantile(orders).to_numpy()
            for name in self.build_ups
            for result, table in (("price", self.price), ("multiple", self.multiple))
        }
        frame = pd.DataFrame.from_dict(found, orient="index", columns=["low", "median", "high"])
        frame.index = pd.MultiIndex.from_tuples(found, names=["product", "result"])
        return frame

    def share_dearer(self, one: str, other: str) -> float:
        """Return the share of draws in which a product has the higher multiple of the two.

        Parameters
        ----------
        one, other
            Names of two products.

        Raises
        ------
        DataError
            If there is no such product.
        """
        for name in (one, other):
            if name not in self.build_ups:
                hint = did_you_mean(name, self.build_ups)
                raise DataError(
                    f"There is no product {name!r} among {', '.join(self.build_ups)}.{hint}"
                )
        return float((self.multiple[one] > self.multiple[other]).mean())

    def rank_correlations(self) -> pd.DataFrame:
        """Return Spearman's rank correlation of each product's multiple with its assumptions.

        Returns
        -------
        pandas.DataFrame
            One row an assumption, one column a product; zero where an assumption does not vary.
        """
        return pd.DataFrame(
            {
                name: {part: _spearman(drawn[part], self.multiple[name]) for part in _LEAST}
                for name, drawn in self.assumptions.items()
            }
        ).rename_axis(index="assumption", columns="product")

    @staticmethod
    def _table(columns: Mapping[str, npt.ArrayLike]) -> pd.DataFrame:
        table = pd.DataFrame({name: np.asarray(values) for name, values in columns.items()})
        return table.rename_axis(index="draw", columns="product")


def build_up_draws(
    products: Mapping[str, Mapping[str, Interval]],
    *,
    shared: Mapping[str, Interval] | None = None,
    draws: int = 10_000,
    seed: int | None = None,
) -> BuildUpDraws:
    """Draw every assumption from a triangle and build up the products' prices for all draws.

    A triangle has its ends at the interval's bounds and its peak at the interval's value.
    Assumptions are drawn independently, each from a stream of its own, so that to fix one, or to
    add a product behind the others, leaves the draws of the rest as they were. A shared
    assumption is drawn once for all products: they are compared under one fee and one platform.

    Parameters
    ----------
    products
        For each product the ranges of its own assumptions. With `shared`, each product needs
        `farm_gate`, `packaging` and `express_further` in yuan per kg, `weight_kg`,
        `express_first` in yuan per parcel, `commission` as a share of the price, and
        `margin_rate`, the seller's margin over the farm-gate price.
    shared
        Ranges of the assumptions that all products have in common.
    draws
        How often to draw.
    seed
        Seed of the draws; ``None`` draws anew each time.

    Returns
    -------
    BuildUpDraws
        Draws and build-ups.

    Raises
    ------
    DataError
        If an assumption is missing, unknown, given twice, open on a side or out of its range,
        there is no product, or there are fewer than two draws.
    """
    common = dict(shared or {})
    if not products:
        raise DataError("products is empty: give the ranges of at least one product.")
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 2:
        raise DataError(f"draws is {draws!r}: give a whole number, two or more.")
    _check_ranges("shared", common)
    for name, own in products.items():
        _check_ranges(name, own)
        _check_names(name, own, common)
    generator = np.random.default_rng(seed)
    drawn_for_all = _drawn(generator, common, int(draws))
    assumptions, build_ups = {}, {}
    for name, own in products.items():
        drawn = drawn_for_all | _drawn(generator, own, int(draws))
        assumptions[name] = pd.DataFrame(
            {part: drawn[part] for part in _LEAST}, index=pd.RangeIndex(draws, name="draw")
        )
        build_ups[name] = price_build_up(
            farm_gate=drawn["farm_gate"],
            packaging=drawn["packaging"],
            express_fee=express_fee(
                drawn["weight_kg"], first=drawn["express_first"], further=drawn["express_further"]
            ),
            weight_kg=drawn["weight_kg"],
            commission=drawn["commission"],
            margin=drawn["margin_rate"] * drawn["farm_gate"],
        )
    return BuildUpDraws(assumptions=assumptions, build_ups=build_ups)


def _drawn(
    generator: np.random.Generator, ranges: Mapping[str, Interval], draws: int
) -> dict[str, Floats]:
    streams = dict(zip(_LEAST, generator.spawn(len(_LEAST)), strict=True))
    return {part: bounds.draw(streams[part], draws) for part, bounds in ranges.items()}


def _spearman(one: pd.Series, other: pd.Series) -> float:
    first, second = one.rank().to_numpy(), other.rank().to_numpy()
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _check_ranges(where: str, ranges: Mapping[str, Interval]) -> None:
    for part, bounds in ranges.items():
        if part not in _LEAST:
            hint = did_you_mean(part, _LEAST)
            raise DataError(f"{where}: {part!r} is not one of {', '.join(_LEAST)}.{hint}")
        if not isinstance(bounds, Interval):
            raise DataError(
                f"{where}: {part} is {bounds!r}: give an interval, such as Interval(2, 1, 4) or "
                f"Interval.of(2)."
            )
        ends = f"{bounds.low:g} to {bounds.high:g}"
        if not (math.isfinite(bounds.low) and math.isfinite(bounds.high)):
            raise DataError(f"{where}: {part} runs from {ends}: give a bound on both sides.")
        words = _LEAST[part]
        right = bounds.low > 0 if words == "above zero" else bounds.low >= 0
        if not right or (part == "commission" and bounds.high >= 1):
            raise DataError(f"{where}: {part} runs from {ends}: give {words}.")


def _check_names(name: str, own: Mapping[str, Interval], common: Mapping[str, Interval]) -> None:
    twice = [part for part in _LEAST if part in own and part in common]
    if twice:
        raise DataError(
            f"{name}: {', '.join(twice)} stands in shared too: leave it out of one of them."
        )
    missing = [part for part in _LEAST if part not in own and part not in common]
    if missing:
        raise DataError(f"{name}: {', '.join(missing)} is missing: give its range, or share one.")
