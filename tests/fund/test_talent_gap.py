"""The talent gap: closed forms against step-by-step iteration, limits, scale, refusals."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lcresearch.errors import DataError
from lcresearch.fund import TalentGap

people = st.floats(min_value=1, max_value=1e6)
flows = st.floats(min_value=0, max_value=1e5)
# Subnormal leaving rates are no use to anyone and lose their digits before any formula sees them.
rates = st.one_of(st.just(0.0), st.floats(min_value=1e-9, max_value=0.99))


def step(employed: float, inflow: float, rate: float) -> float:
    """One year of the model, as its definition has it."""
    return (1 - rate) * employed + inflow


def model(**changed: float) -> TalentGap:
    """Return a gap of 60 with flows that close it, and any argument replaced."""
    return TalentGap(
        **{"demand": 100.0, "employed": 40.0, "yearly_inflow": 20.0, "leaving_rate": 0.1} | changed
    )


@given(demand=people, employed=people)
def test_gap_and_coverage_restate_the_demand(demand: float, employed: float) -> None:
    """The gap adds up to the demand with the people at work, and coverage is their share of it."""
    result = TalentGap(demand=demand, employed=employed).solve()
    assert result.gap + employed == pytest.approx(demand)
    assert result.coverage * demand == pytest.approx(employed)


def test_without_flows_nothing_is_said_of_the_future() -> None:
    """Without flows there is no steady state, no closing time and no word on whether it closes."""
    result = TalentGap(demand=25_000, employed=12_000).solve()
    assert (result.gap, result.coverage) == (13_000, 0.48)
    assert result.steady_state is result.years_to_close is result.closes is None


@given(employed=people, inflow=flows, rate=rates)
def test_path_agrees_with_iteration(employed: float, inflow: float, rate: float) -> None:
    """Every year of the closed-form path equals the model stepped forward by hand."""
    path = model(employed=employed, yearly_inflow=inflow, leaving_rate=rate).solve().path(30)
    stock = employed
    for row in path.itertuples():
        assert row.employed == pytest.approx(stock, rel=1e-6, abs=1e-6)
        assert row.gap == pytest.approx(100.0 - row.employed)
        stock = step(stock, inflow, rate)


@given(employed=people, inflow=flows, rate=rates)
def test_steady_state_stays(employed: float, inflow: float, rate: float) -> None:
    """A stock at its finite steady state does not move."""
    steady = model(employed=employed, yearly_inflow=inflow, leaving_rate=rate).solve().steady_state
    assume(math.isfinite(steady))
    assert step(steady, inflow, rate) == pytest.approx(steady)


@given(
    demand=people,
    employed=people,
    inflow=st.floats(min_value=1, max_value=1e5),
    rate=st.one_of(st.just(0.0), st.floats(min_value=1e-3, max_value=0.9)),
)
def test_closing_time_agrees_with_iteration(
    demand: float, employed: float, inflow: float, rate: float
) -> None:
    """Stepped by hand, the stock is short the year before the closing time, and not after it."""
    years = (
        model(demand=demand, employed=employed, yearly_inflow=inflow, leaving_rate=rate)
        .solve()
        .years_to_close
    )
    stock = employed
    if years is None:
        for _ in range(2000):
            stock = step(stock, inflow, rate)
        assert stock <= demand * (1 + 1e-9)
        return
    assume(years < 3000)
    # A millionth of a year is allowed in the time, and so what flows in or out during it: between
    # whole years the curve is at its steepest at the start, -ln(1 - d) / d times the yearly flow,
    # which is below 2.6 for the leaving rates drawn here.
    first, slack = math.ceil(years - 1e-6), 2.6 * (demand + employed + inflow) * 1e-6
    for _ in range(max(0, first - 1)):
        stock = step(stock, inflow, rate)
    if first > 0:
        assert stock <= demand + slack
        stock = step(stock, inflow, rate)
    assert stock >= demand - slack


@given(demand=people, employed=people, rate=rates, years=st.integers(min_value=1, max_value=60))
def test_needed_inflow_closes_the_gap_on_time(
    demand: float, employed: float, rate: float, years: int
) -> None:
    """With the inflow that it names, the stock equals the demand after just that many years."""
    needed = TalentGap(demand=demand, employed=employed, leaving_rate=rate).inflow_to_close(
        years=years
    )
    assert needed >= 0
    stock = employed
    for _ in range(years):
        stock = step(stock, needed, rate)
    if needed > 0:
        assert stock == pytest.approx(demand, rel=1e-5)
    else:
        assert stock >= demand * (1 - 1e-9)


@given(rate=st.floats(min_value=0.001, max_value=0.9))
def test_inflow_for_no_deadline_is_the_leavers_of_the_demand(rate: float) -> None:
    """With no deadline the needed inflow is the demand's leavers, at which the gap never closes."""
    least = model(leaving_rate=rate).inflow_to_close(years=math.inf)
    assert least == pytest.approx(rate * 100.0)
    assert model(leaving_rate=rate, yearly_inflow=least * 0.999).solve().closes is False
    assert model(leaving_rate=rate, yearly_inflow=least * 1.001).solve().closes is True


def test_small_leaving_rate_meets_the_limit_without_leavers() -> None:
    """As the leaving rate goes to zero, closing time and needed inflow go to gap over inflow."""
    nearly = model(leaving_rate=1e-13)
    assert nearly.solve().years_to_close == pytest.approx(60 / 20, rel=1e-9)
    assert nearly.inflow_to_close(years=5) == pytest.approx(60 / 5, rel=1e-9)
    assert model(leaving_rate=0.0).solve().years_to_close == 60 / 20
    assert model(leaving_rate=0.0).solve().steady_state == math.inf


@given(factor=st.floats(min_value=0.01, max_value=100))
def test_counting_in_other_units_changes_no_time(factor: float) -> None:
    """Counting heads in dozens scales stocks and flows, and leaves coverage and time alone."""
    one = model().solve()
    other = model(
        demand=100.0 * factor, employed=40.0 * factor, yearly_inflow=20.0 * factor
    ).solve()
    assert other.coverage == pytest.approx(one.coverage)
    assert other.years_to_close == pytest.approx(one.years_to_close)
    assert other.steady_state == pytest.approx(one.steady_state * factor)


def test_met_demand_takes_no_time() -> None:
    """Where more people work than are wanted, the gap is negative and closed today."""
    result = model(employed=130.0).solve()
    assert (result.gap, result.years_to_close, result.closes) == (-30.0, 0.0, True)


def test_no_inflow_and_no_leavers_keeps_the_stock() -> None:
    """With neither flow the stock of today is the steady state and the gap never closes."""
    result = model(yearly_inflow=0, leaving_rate=0).solve()
    assert (result.steady_state, result.closes) == (40.0, False)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"demand": 0}, "demand must be greater than zero"),
        ({"employed": -1}, "employed must be zero or more"),
        ({"employed": "many"}, "employed must be zero or more, not 'many'"),
        ({"demand": math.nan}, "demand must be greater than zero, not nan"),
        ({"yearly_inflow": math.inf}, "yearly_inflow must be zero or more, not inf"),
        ({"leaving_rate": 1.0}, "leaving_rate must be a share from 0 to below 1"),
        ({"leaving_rate": 10}, "leaving_rate must be a share from 0 to below 1"),
        ({"leaving_rate": None}, "yearly_inflow without leaving_rate"),
    ],
)
def test_wrong_numbers_are_refused(changed: dict[str, object], words: str) -> None:
    """A number out of its range is refused with its name and what it must be."""
    with pytest.raises(DataError, match=words):
        model(**changed)


def test_questions_without_their_flows_are_refused() -> None:
    """A path without flows, and an inflow without a leaving rate or any time, are refused."""
    bare = TalentGap(demand=100, employed=40)
    with pytest.raises(DataError, match="needs a leaving_rate"):
        bare.inflow_to_close(years=5)
    with pytest.raises(DataError, match="path needs yearly_inflow"):
        bare.solve().path(3)
    with pytest.raises(DataError, match="years must be a whole number"):
        model().solve().path(2.5)
    with pytest.raises(DataError, match="years must be greater than zero"):
        model().inflow_to_close(years=0)


def test_results_cannot_be_changed() -> None:
    """Model and result are frozen."""
    result = model().solve()
    with pytest.raises(FrozenInstanceError):
        result.gap = 0
    with pytest.raises(FrozenInstanceError):
        result.model.demand = 0
