"""The volume at which a service point pays for itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch.errors import DataError
from lcresearch.logistics.break_even import break_even_subsidy, break_even_volume

amounts = st.floats(0.01, 1e4)


def test_by_hand():
    """Forty yuan a day at half a yuan a parcel net take eighty parcels a day."""
    assert break_even_volume(fixed=40, fee=0.75, handling=0.25) == 80


@given(fixed=amounts, net=amounts, handling=st.floats(0, 1e4))
def test_profit_is_zero(fixed, net, handling):
    """At the break-even volume, what is earned equals what is spent."""
    fee = handling + net
    volume = break_even_volume(fixed=fixed, fee=fee, handling=handling)
    assert volume * fee == pytest.approx(fixed + volume * handling, rel=1e-9)


@given(fixed=amounts, net=amounts, scale=amounts)
def test_unit_of_money_does_not_matter(fixed, net, scale):
    """Fen instead of yuan leave the number of parcels as it is."""
    volume = break_even_volume(fixed=fixed, fee=net, handling=0)
    scaled = break_even_volume(fixed=fixed * scale, fee=net * scale, handling=0)
    assert scaled == pytest.approx(volume, rel=1e-12)


def test_nothing_to_cover():
    """A point without fixed cost breaks even at no parcels."""
    assert break_even_volume(fixed=0, fee=1, handling=0.2) == 0


@pytest.mark.parametrize("fee", [0.2, 0.5])
def test_no_volume_pays(fee):
    """A fee that does not exceed the handling is refused: no volume pays."""
    with pytest.raises(DataError, match="no volume covers"):
        break_even_volume(fixed=40, fee=fee, handling=0.5)


@pytest.mark.parametrize("name", ["fixed", "fee", "handling"])
@pytest.mark.parametrize("amount", [-1.0, math.nan, math.inf])
def test_amount_that_is_none(name, amount):
    """A negative, missing or infinite amount is refused by name."""
    amounts = {"fixed": 40.0, "fee": 1.0, "handling": 0.2, name: amount}
    with pytest.raises(DataError, match=f"^{name} is"):
        break_even_volume(**amounts)


@given(fixed=amounts, net=amounts, volume=st.floats(0, 1e4), handling=st.floats(0, 10))
def test_subsidy_closes_the_gap(fixed, net, volume, handling):
    """With its subsidy a point below break-even neither gains nor loses; above it, it gets none."""
    point = {"fixed": fixed, "fee": handling + net, "handling": handling}
    subsidy = break_even_subsidy(volume, **point)
    profit = volume * (point["fee"] - handling) - fixed
    if volume < break_even_volume(**point):
        assert profit + subsidy == pytest.approx(0, abs=1e-6 * max(1, fixed))
    else:
        assert subsidy == pytest.approx(0, abs=1e-6 * max(1, fixed))


def test_subsidy_where_each_parcel_loses():
    """A point that loses on each parcel needs more the more of them come."""
    assert break_even_subsidy(10, fixed=40, fee=0.25, handling=0.75) == 45


@pytest.mark.parametrize("name", ["volume", "fixed", "fee", "handling"])
@pytest.mark.parametrize("amount", [-1.0, math.nan, math.inf])
def test_subsidy_of_an_amount_that_is_none(name, amount):
    """A negative, missing or infinite volume or amount is refused by name."""
    given = {"volume": 10.0, "fixed": 40.0, "fee": 1.0, "handling": 0.2, name: amount}
    with pytest.raises(DataError, match=f"^{name} is"):
        break_even_subsidy(given.pop("volume"), **given)
