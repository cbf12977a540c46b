"""Rent-free years: closed forms against firms counted one by one, limits, scale, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund import ParkSubsidy


def model(**changed: Any) -> ParkSubsidy:
    """Return a hundred firms with three free years, and any argument replaced."""
    return ParkSubsidy(
        **(
            {
                "firms": 100.0,
                "rent": 30_000.0,
                "free_years": 3,
                "margin": 25_000.0,
                "margin_growth": 0.1,
                "margin_spread": 0.6,
                "closing_rate_free": 0.1,
                "closing_rate_after": 0.2,
            }
            | changed
        )
    )


def step_by_step(
    given: ParkSubsidy, last_year: int, free_years: int
) -> tuple[list[float], list[float]]:
    """Return firms open and rent forgone in each year, from a large cohort followed year by year."""
    grid = (np.arange(200_000) + 0.5) / 200_000
    margins = given.margin * np.exp(given.margin_spread * stats.norm.ppf(grid))
    alive = np.ones(len(grid))
    firms, costs = [], []
    for year in range(last_year + 1):
        if year >= free_years:
            alive = alive * (margins >= (given.rent + given.outside_income) * (1 - 1e-12))
        firms.append(given.firms * alive.mean())
        costs.append(given.rent * firms[-1] if year < free_years else 0.0)
        rate = given.closing_rate_free if year < free_years else given.closing_rate_after
        alive = alive * (1 - rate)
        margins = margins * (1 + given.margin_growth)
    return firms, costs


@pytest.mark.parametrize("free_years", [0, 2, 3])
@pytest.mark.parametrize("growth", [-0.1, 0.0, 0.15])
@pytest.mark.parametrize("spread", [0.0, 0.6])
def test_agrees_with_firms_followed_one_by_one(
    free_years: int, growth: float, spread: float
) -> None:
    """Firms, costs and the count without subsidy are those of firms followed year by year."""
    given = model(
        free_years=free_years, margin_growth=growth, margin_spread=spread, outside_income=2_000.0
    )
    for after in (0, 4):
        result = given.solve(years_after=after)
        firms, costs = step_by_step(given, free_years + after, free_years)
        assert result.survivors == pytest.approx(firms[-1], abs=0.01)
        assert result.cost == pytest.approx(sum(costs), abs=0.01)
        without, _ = step_by_step(given, free_years + after, 0)
        assert result.survivors_without == pytest.approx(without[-1], abs=0.01)
        path = result.path(free_years + after)
        assert path["firms"].to_numpy() == pytest.approx(firms, abs=0.01)
        assert path["cost"].sum() == pytest.approx(result.cost)


def test_what_a_firm_must_reach() -> None:
    """A firm at the margin needed at entry just pays the rent when it begins, and one below does not."""
    result = model(outside_income=5_000.0).solve()
    assert result.margin_needed == 35_000
    assert result.entry_margin_needed * 1.1**3 == pytest.approx(35_000)
    alike = {"margin_spread": 0.0, "outside_income": 5_000.0}
    assert model(margin=result.entry_margin_needed, **alike).solve().share_able == 1
    assert model(margin=0.999 * result.entry_margin_needed, **alike).solve().share_able == 0
    assert model(margin_growth=result.growth_needed, **alike).solve().share_able == 1
    assert model(margin_growth=result.growth_needed - 1e-6, **alike).solve().share_able == 0


def test_logistics_firms_with_two_years_need_more_at_entry() -> None:
    """One free year less leaves one year of growth less, and forgoes less rent."""
    three, two = model().solve(), model(free_years=2).solve()
    assert two.entry_margin_needed == pytest.approx(1.1 * three.entry_margin_needed)
    assert two.share_able < three.share_able
    assert two.cost < three.cost


def test_costs_per_firm() -> None:
    """Costs divide by survivors, and by those alone who would not be there without the years."""
    result = model().solve()
    assert result.cost_per_survivor * result.survivors == pytest.approx(result.cost)
    more = result.survivors - result.survivors_without
    assert result.cost_per_additional_survivor * more == pytest.approx(result.cost)
    assert result.cost_per_additional_survivor > result.cost_per_survivor


def test_nobody_survives_and_nothing_is_given() -> None:
    """Where no firm can pay, a survivor costs infinitely much; without free years nothing is spent."""
    none = model(margin_spread=0.0, margin=1.0).solve()
    assert none.survivors == 0
    assert none.cost_per_survivor == none.cost_per_additional_survivor == math.inf
    without = model(free_years=0).solve()
    assert (without.cost, without.growth_needed) == (0, None)
    assert without.survivors == without.survivors_without


@given(
    unit=st.floats(min_value=1e-3, max_value=1e3), firms=st.floats(min_value=1e-2, max_value=1e4)
)
def test_units_of_money_and_numbers_of_firms(unit: float, firms: float) -> None:
    """Costs scale with the unit of money and the number of firms, survivors with the latter alone."""
    plain = model().solve()
    other = model(firms=100 * firms, rent=30_000 * unit, margin=25_000 * unit).solve()
    assert other.survivors == pytest.approx(firms * plain.survivors)
    assert other.cost == pytest.approx(unit * firms * plain.cost)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"firms": 0}, "firms must be greater than zero"),
        ({"rent": math.nan}, "rent must be"),
        ({"rent": "30000"}, "rent must be"),
        ({"free_years": 2.5}, "free_years must be a whole number"),
        ({"free_years": True}, "free_years must be a whole number"),
        ({"margin": -1}, "margin must be greater than zero"),
        ({"margin_growth": -1}, "margin_growth must be a share above -1"),
        ({"margin_spread": -0.1}, "margin_spread must be zero or more"),
        ({"closing_rate_free": 1.0}, "closing_rate_free must be a share"),
        ({"closing_rate_after": -0.1}, "closing_rate_after must be a share"),
        ({"outside_income": -1}, "outside_income must be zero or more"),
    ],
)
def test_refusals(changed: dict[str, Any], message: str) -> None:
    """A number out of its range is refused by name."""
    with pytest.raises(DataError, match=message):
        model(**changed)


def test_years_out_of_range() -> None:
    """Years that are not whole numbers from 0 on are refused."""
    with pytest.raises(DataError, match="years_after"):
        model().solve(years_after=-1)
    with pytest.raises(DataError, match="years must"):
        model().solve().path(-1)
