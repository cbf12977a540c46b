"""A price and its parts."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lcresearch as lc
from lcresearch.errors import DataError
from lcresearch.pricing import price_build_up

RICE = {
    "farm_gate": 4.0,
    "packaging": 0.5,
    "express_fee": 10.0,
    "weight_kg": 5.0,
    "commission": 0.1,
    "margin": 0.7,
}
yuan = st.floats(0, 1e4)
cases = st.fixed_dictionaries(
    {
        "farm_gate": st.floats(0.01, 1e4),
        "packaging": yuan,
        "express_fee": yuan,
        "weight_kg": st.floats(0.01, 100),
        "commission": st.floats(0, 0.9),
        "margin": yuan,
    }
)


def test_by_hand():
    """Four yuan of rice become eight: (4 + 0.5 + 10 / 5 + 0.7) / 0.9."""
    build_up = lc.pricing.price_build_up(**RICE)
    assert build_up.price == pytest.approx(8)
    assert build_up.freight == pytest.approx(2)
    assert build_up.commission == pytest.approx(0.8)
    assert build_up.mark_up == pytest.approx(1)
    assert build_up.freight_share == pytest.approx(0.25)


@given(cases)
def test_parts_add_up(case):
    """The parts add up to the price to the last digit, and the price is the one that pays them all."""
    build_up = price_build_up(**case)
    assert sum(build_up.parts.values()) == pytest.approx(build_up.price, rel=1e-14)
    assert build_up.commission == pytest.approx(case["commission"] * build_up.price, rel=1e-9)
    needed = sum(case[name] for name in ("farm_gate", "packaging", "margin"))
    needed += case["express_fee"] / case["weight_kg"]
    assert build_up.price * (1 - case["commission"]) == pytest.approx(needed, rel=1e-9)


@given(cases, st.floats(0.01, 100))
def test_unit_of_money(case, factor):
    """Amounts in fen give the price in fen, and the same shares."""
    money = {"farm_gate", "packaging", "express_fee", "margin"}
    scaled = {name: v * factor if name in money else v for name, v in case.items()}
    one, other = price_build_up(**case), price_build_up(**scaled)
    assert other.price == pytest.approx(one.price * factor, rel=1e-9)
    assert other.mark_up == pytest.approx(one.mark_up, rel=1e-6, abs=1e-9)
    assert other.freight_share == pytest.approx(one.freight_share, rel=1e-9)


@given(cases, st.sampled_from([name for name in RICE if name != "weight_kg"]))
def test_dearer_part_never_lowers_the_price(case, name):
    """Whatever becomes dearer, the price does not fall; a heavier parcel does not raise it."""
    base = price_build_up(**case).price
    more = case[name] + (0.05 if name == "commission" else 1.0)
    assert price_build_up(**{**case, name: more}).price >= base
    assert price_build_up(**{**case, "weight_kg": case["weight_kg"] * 2}).price <= base


@given(cases, st.floats(1.01, 100))
def test_value_decides(case, factor):
    """With all else equal, the dearer product has the lower mark-up and the lower freight share."""
    plain = price_build_up(**case)
    dear = price_build_up(**{**case, "farm_gate": case["farm_gate"] * factor})
    assert dear.mark_up <= plain.mark_up + 1e-9
    assert dear.freight_share <= plain.freight_share


def test_nothing_added():
    """With nothing added the price is the farm-gate price."""
    nothing = dict.fromkeys(["packaging", "express_fee", "commission", "margin"], 0)
    build_up = price_build_up(farm_gate=4, weight_kg=1, **nothing)
    assert build_up.price == 4
    assert build_up.mark_up == 0


def test_arrays():
    """Arrays are broadcast and give what the numbers give one by one."""
    weights, fees = np.array([[1.0], [5.0]]), np.array([5.0, 8.0, 14.0])
    together = price_build_up(**{**RICE, "weight_kg": weights, "express_fee": fees})
    assert np.shape(together.price) == (2, 3)
    for i, weight in enumerate(weights[:, 0]):
        for j, fee in enumerate(fees):
            alone = price_build_up(**{**RICE, "weight_kg": weight, "express_fee": fee})
            assert together.price[i, j] == pytest.approx(alone.price, rel=1e-14)
            assert together.mark_up[i, j] == pytest.approx(alone.mark_up, rel=1e-14)
    assert len(together.to_frame()) == 6


def test_frame():
    """The frame has the parts and the price, and each row adds up."""
    frame = price_build_up(**{**RICE, "farm_gate": [4.0, 20.0]}).to_frame()
    assert list(frame) == ["farm_gate", "packaging", "freight", "margin", "commission", "price"]
    assert np.allclose(frame.drop(columns="price").sum(axis=1), frame["price"])


def test_nothing_is_sold():
    """Where all is free the mark-up and the freight share are not numbers, and no warning comes."""
    free = price_build_up(**{**dict.fromkeys(RICE, 0.0), "weight_kg": 1.0})
    assert math.isnan(free.mark_up)
    assert math.isnan(free.freight_share)


def test_frozen():
    """A result cannot be changed, nor can its arrays, nor does it follow the caller's array."""
    farm_gate = np.array([4.0, 20.0])
    build_up = price_build_up(**{**RICE, "farm_gate": farm_gate})
    farm_gate[0] = 99
    assert build_up.farm_gate[0] == 4
    with pytest.raises(dataclasses.FrozenInstanceError):
        build_up.margin = 0
    with pytest.raises(ValueError, match="read-only"):
        build_up.farm_gate[0] = 5


@pytest.mark.parametrize(
    ("name", "amount", "words"),
    [
        ("farm_gate", -0.1, "farm_gate is -0.1: give yuan"),
        ("packaging", -1, "packaging is -1"),
        ("express_fee", -1, "express_fee is -1"),
        ("margin", -1, "margin is -1"),
        ("weight_kg", 0, "weight_kg is 0: give kg above zero"),
        ("weight_kg", [1, -2], "weight_kg is -2 at position 1"),
        ("commission", 1, "commission is 1: give a share from 0 to below 1"),
        ("commission", -0.01, "commission is -0.01"),
        ("commission", 5, "commission is 5"),
        ("farm_gate", math.nan, "farm_gate is nan: give a finite number"),
        ("farm_gate", [1.0, math.inf], "farm_gate is inf at position 1"),
        ("farm_gate", "cheap", "farm_gate must be a number"),
    ],
)
def test_wrong_amount(name, amount, words):
    """A wrong amount is refused by name, with what to give instead."""
    with pytest.raises(DataError, match=words):
        price_build_up(**{**RICE, name: amount})


def test_shapes_that_do_not_fit():
    """Arrays that cannot be broadcast are refused."""
    with pytest.raises(DataError, match="shapes do not fit"):
        price_build_up(**{**RICE, "farm_gate": [1, 2], "margin": [1, 2, 3]})
