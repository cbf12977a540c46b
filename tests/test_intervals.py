import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch import Figure, Interval
from lcresearch.errors import DataError

positive = st.floats(0.01, 1e6)


@st.composite
def intervals(draw):
    low, value, high = sorted(draw(st.tuples(positive, positive, positive)))
    return Interval(value, low, high)


def figure(**changes):
    plain = {"key": "x", "value": 10, "unit": "count", "grade": "reported", "source": "s"}
    return Figure(**plain | changes)


@given(intervals(), intervals(), st.floats(0, 1), st.floats(0, 1))
def test_every_quotient_of_members_lies_in_the_quotient(a, b, s, t):
    """Whatever the operands truly are within their bounds, the result's bounds hold it."""
    x, y = a.low + s * (a.high - a.low), b.low + t * (b.high - b.low)
    for result, truth in ((a / b, x / y), (a * b, x * y), (a + b, x + y), (a - b, x - y)):
        slack = 1e-9 * max(1.0, abs(truth))
        assert result.low - slack <= truth <= result.high + slack


def test_an_amount_over_at_least_so_many_is_at_most_so_much():
    """A known amount divided by "at least n" must have the quotient as its upper bound."""
    each = Interval.of(5_000_000) / Interval.of(figure(value=10_000, low=10_000))
    assert (each.value, each.high) == (500, 500)
    assert each.low == 0


def test_at_least_plus_exact_stays_at_least():
    """Adding an exact number must leave an open end open."""
    total = Interval.of(figure(value=90, low=90)) + 10
    assert (total.low, total.value, total.high) == (100, 100, math.inf)


def test_division_by_an_interval_that_holds_zero_is_refused():
    """A quotient without bounds must be refused, not returned as infinity."""
    with pytest.raises(DataError, match="holds zero"):
        Interval.of(1) / Interval(1, 0, 2)


def test_a_direction_cannot_enter_a_computation():
    """A figure without a number must be refused by name."""
    with pytest.raises(DataError, match="'x' has no number"):
        Interval.of(figure(value=None))


def test_bounds_that_exclude_the_value_are_refused():
    """The value must lie between its bounds."""
    with pytest.raises(DataError, match="low <= value <= high"):
        Interval(1, 2, 3)


def test_draws_come_from_a_triangle_over_the_interval():
    """Their mean is that of the ends and the peak, and none lies outside."""
    drawn = Interval(2.0, 1.0, 6.0).draw(np.random.default_rng(1), 20_000)
    assert drawn.mean() == pytest.approx(3.0, abs=0.03)
    assert drawn.min() >= 1
    assert drawn.max() <= 6


def test_an_exact_value_is_repeated_and_leaves_the_generator_as_it_was():
    """To fix an assumption must not move the draws of the others."""
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    assert Interval.of(2.0).draw(one, 3).tolist() == [2.0, 2.0, 2.0]
    assert one.random() == other.random()


def test_an_open_interval_cannot_be_drawn_from():
    """At least so much is no range."""
    with pytest.raises(DataError, match="open on a side"):
        Interval(2.0, 1.0, float("inf")).draw(np.random.default_rng(1), 3)
