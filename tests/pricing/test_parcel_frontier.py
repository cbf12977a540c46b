"""From which value per kilogram a parcel pays."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch.errors import DataError
from lcresearch.pricing.build_up import price_build_up
from lcresearch.pricing.parcel_frontier import express_fee, parcel_frontier

RICE = {
    "weight_kg": 5.0,
    "packaging": 0.8,
    "express_first": 8.0,
    "express_further": 1.0,
    "commission": 0.05,
    "margin_rate": 0.2,
    "multiple": 2.0,
}
yuan = st.floats(0.01, 1e3)
cases = st.fixed_dictionaries(
    {
        "weight_kg": st.floats(0.05, 100),
        "packaging": yuan,
        "express_first": yuan,
        "express_further": yuan,
        "commission": st.floats(0, 0.3),
        "margin_rate": st.floats(0, 0.5),
        "multiple": st.floats(2.2, 10),
    }
)
WEIGHTS = np.geomspace(0.1, 50, 40)


def price_over_gate(case, farm_gate):
    """Return the multiple at a farm-gate price, by the build-up."""
    fee = express_fee(
        case["weight_kg"], first=case["express_first"], further=case["express_further"]
    )
    return price_build_up(
        farm_gate=farm_gate,
        packaging=case["packaging"],
        express_fee=fee,
        weight_kg=case["weight_kg"],
        commission=case["commission"],
        margin=np.multiply(case["margin_rate"], farm_gate),
    ).mark_up + np.float64(1)


def test_by_hand():
    """Rice in parcels of 5 kg pays from (0.8 + 12 / 5) / (2 * 0.95 - 1 - 0.2) yuan a kg."""
    frontier = parcel_frontier(**RICE)
    assert frontier.farm_gate == pytest.approx(3.2 / 0.7)
    assert frontier.least_multiple == pytest.approx(1.2 / 0.95)
    assert frontier.verdict == (
        "in parcels of 5 kg a product pays from a farm-gate price of 4.57 yuan per kg",
    )


def test_fee_by_hand():
    """A parcel of up to one kilogram costs the first fee, one of 5 kg four further ones more."""
    fee = express_fee([0.5, 1.0, 5.0], first=8.0, further=1.5)
    assert fee.tolist() == [8.0, 8.0, 14.0]


@given(cases)
def test_build_up_agrees_at_the_frontier(case):
    """At the frontier the built-up price is the multiple; below it more, above it less."""
    least = parcel_frontier(**case).farm_gate
    assert price_over_gate(case, least) == pytest.approx(case["multiple"], rel=1e-9)
    assert price_over_gate(case, 0.9 * least) > case["multiple"]
    assert price_over_gate(case, 1.1 * least) < case["multiple"]


@given(cases)
def test_a_heavier_parcel_never_asks_for_more_value(case):
    """The frontier falls with the weight as far as a further kilogram costs less than the first."""
    case = case | {"express_further": min(case["express_further"], case["express_first"])}
    least = parcel_frontier(**case | {"weight_kg": WEIGHTS}).farm_gate
    assert np.all(np.diff(least) <= 1e-9 * least[:-1])


def test_dear_further_kilograms_turn_the_frontier():
    """If a further kilogram costs more than the first, small parcels ask for less value."""
    one, five = parcel_frontier(
        **RICE | {"express_further": 10.0, "weight_kg": [1.0, 5.0]}
    ).farm_gate
    assert one < five


@given(cases, st.floats(0.01, 100))
def test_unit_of_money(case, factor):
    """Amounts in fen give the frontier in fen, and the same least multiple."""
    money = {"packaging", "express_first", "express_further"}
    scaled = {name: v * factor if name in money else v for name, v in case.items()}
    one, other = parcel_frontier(**case), parcel_frontier(**scaled)
    assert other.farm_gate == pytest.approx(one.farm_gate * factor, rel=1e-9)
    assert other.least_multiple == one.least_multiple


@given(cases, st.sampled_from(["packaging", "express_first", "commission", "margin_rate"]))
def test_dearer_selling_asks_for_more_value(case, name):
    """Whatever makes selling dearer raises the frontier; a higher multiple lowers it."""
    least = parcel_frontier(**case).farm_gate
    assert parcel_frontier(**case | {name: case[name] + 0.01}).farm_gate > least
    assert parcel_frontier(**case | {"multiple": case["multiple"] + 0.1}).farm_gate < least


def test_no_price_is_high_enough():
    """Where commission and margin alone exceed the multiple, words say so, and nothing is NaN."""
    frontier = parcel_frontier(**RICE | {"multiple": [1.2, 2.0], "weight_kg": [[1.0], [5.0]]})
    assert frontier.farm_gate.shape == (2, 2)
    assert np.isinf(frontier.farm_gate[:, 0]).all()
    assert np.isfinite(frontier.farm_gate[:, 1]).all()
    frame = frontier.to_frame()
    assert not frame.isna().any(axis=None)
    assert frame["verdict"].str.startswith("no farm-gate price is high enough").tolist() == [
        True,
        False,
        True,
        False,
    ]
    assert "make the price 1.26 times the farm gate, where 1.2 is accepted" in frame["verdict"][0]


def test_the_bound_itself():
    """If commission and margin are just the multiple, only free packing and sending leaves room."""
    bound = RICE | {"commission": 0.0, "margin_rate": 1.0}
    assert math.isinf(parcel_frontier(**bound).farm_gate)
    free = {"packaging": 0.0, "express_first": 0.0, "express_further": 0.0}
    assert parcel_frontier(**bound | free).farm_gate == 0
    assert math.isinf(parcel_frontier(**bound | free | {"margin_rate": 1.5}).farm_gate)


def test_arrays():
    """Arrays give what numbers give one by one, in a frame with one row each."""
    together = parcel_frontier(**RICE | {"weight_kg": WEIGHTS})
    alone = [parcel_frontier(**RICE | {"weight_kg": w}).farm_gate for w in WEIGHTS]
    assert together.farm_gate == pytest.approx(alone, rel=1e-14)
    frame = together.to_frame()
    assert list(frame) == ["weight_kg", "multiple", "least_multiple", "farm_gate", "verdict"]
    assert len(frame) == len(WEIGHTS)
    assert (frame["multiple"] == 2).all()


def test_frozen():
    """A frontier cannot be changed, nor can its arrays."""
    frontier = parcel_frontier(**RICE | {"weight_kg": WEIGHTS})
    with pytest.raises(dataclasses.FrozenInstanceError):
        frontier.farm_gate = 0
    with pytest.raises(ValueError, match="read-only"):
        frontier.farm_gate[0] = 5


@pytest.mark.parametrize(
    ("name", "amount", "words"),
    [
        ("weight_kg", 0, "weight_kg is 0: give kg above zero"),
        ("weight_kg", [1, -2], "weight_kg is -2 at position 1: give kg above zero"),
        ("packaging", -1, "packaging is -1: give yuan"),
        ("express_first", -1, "express_first is -1: give yuan"),
        ("express_further", math.nan, "express_further is nan: give a finite number"),
        ("commission", 1, "commission is 1: give a share from 0 to below 1"),
        ("margin_rate", -0.1, "margin_rate is -0.1: give a share of the farm gate"),
        ("multiple", 0, "multiple is 0: give a price over the farm gate, above zero"),
        ("multiple", math.inf, "multiple is inf: give a finite number"),
        ("multiple", "twice", "multiple must be a number or an array of numbers"),
    ],
)
def test_wrong_amount(name, amount, words):
    """A wrong amount is refused by its own name, in one sentence."""
    with pytest.raises(DataError) as refusal:
        parcel_frontier(**RICE | {name: amount})
    assert str(refusal.value).startswith(words)
    assert str(refusal.value).count(". ") == 0


@pytest.mark.parametrize("name", ["express_first", "packaging", "multiple"])
def test_shapes_that_do_not_fit(name):
    """Arrays that cannot be broadcast are refused."""
    with pytest.raises(DataError, match="shapes do not fit together"):
        parcel_frontier(**RICE | {"weight_kg": [1.0, 2.0], name: [1.0, 2.0, 3.0]})
