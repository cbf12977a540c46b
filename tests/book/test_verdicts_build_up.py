"""What the chapter on rice and dried sweet potato says must hold for its numbers."""

from __future__ import annotations

import pytest

RICE, POTATO = "pricing.rice", "pricing.sweet_potato"
PARTS = ("express_first", "express_further", "commission", "margin_rate", "packaging")


@pytest.fixture(scope="module")
def size(known):
    """Return a function from a key to its number."""
    return lambda key: known[key]["value"]


def test_rice_is_dearer_in_most_draws(size):
    """The answer names the order of the two, and that one mostly pays and the other mostly not."""
    assert size("pricing.multiple") == 2
    assert size(f"{RICE}.dearer_than_sweet_potato") > 0.9
    assert size(f"{RICE}.pays") < 0.25
    assert size(f"{POTATO}.pays") > 0.75


def test_farm_gate_and_weight_move_both_products_most(size):
    """The answer says so, and the section on draws that the first kilogram's fee comes next."""
    for product in (RICE, POTATO):
        first = abs(size(f"{product}.rank.express_first"))
        assert min(abs(size(f"{product}.rank.{p}")) for p in ("farm_gate", "weight_kg")) > first
        assert first == max(abs(size(f"{product}.rank.{part}")) for part in PARTS)
    rice = [abs(size(f"{RICE}.rank.{part}")) for part in ("farm_gate", "weight_kg")]
    assert rice[0] > rice[1]
    potato = [size(f"{POTATO}.rank.{part}") for part in ("farm_gate", "weight_kg")]
    assert abs(potato[0] - potato[1]) < 0.05


def test_sweet_potato_as_dear_as_rice_is_near_the_low_end(known, size):
    """The answer says where the order turns: within the range, near its low end."""
    gate, even = known[f"{POTATO}.farm_gate"], size(f"{POTATO}.even_with_rice")
    assert gate["low"] < even < gate["low"] + 0.1 * (gate["value"] - gate["low"])


def test_freight_weighs_more_on_rice_although_its_parcel_is_heavier(size):
    """The build-up's section says so, and that a heavy bag is what brings rice near."""
    assert size(f"{RICE}.freight_share") > size(f"{POTATO}.freight_share")
    assert size(f"{RICE}.weight_kg") > size(f"{POTATO}.weight_kg")
    assert size(f"{RICE}.multiple_one_kg") > 1.5 * size(f"{RICE}.multiple")


def test_the_first_kilogram_weighs_on_both_alike_and_the_rest_on_rice(size):
    """The build-up's section says so of the usual parcels."""
    worth = [size(f"{product}.parcel_value") for product in (RICE, POTATO)]
    assert worth[0] == pytest.approx(worth[1], rel=0.02)
    again = []
    for product in (RICE, POTATO):
        further = size(f"{product}.express_fee") - size("pricing.express_first")
        packed = size(f"{product}.packaging") * size(f"{product}.weight_kg")
        again.append((further / size(f"{product}.parcel_value"), packed / worth[0]))
    assert again[0][0] > again[1][0]
    assert again[0][1] > again[1][1]


def test_the_first_kilograms_fee_lies_between_two_published_means(size):
    """The build-up's section says so, and that freight became cheaper."""
    early, late = size("express.revenue.fujian_2013"), size("express.revenue.zhangzhou_2023")
    assert late < size("pricing.express_first") < early


def test_the_frontier_falls_with_the_weight_and_not_to_zero(size):
    """The frontier's section names three points of it, and on which side each product lies."""
    points = [size(f"{RICE}.threshold{at}") for at in ("_any_weight", "", "_one_kg")]
    assert 0 < points[0] < points[1] < points[2]
    assert 0.8 * points[1] < size(f"{RICE}.farm_gate") < points[1]
    assert size(f"{POTATO}.farm_gate") > size(f"{POTATO}.threshold")


def test_another_yardstick_puts_both_on_one_side(size):
    """Three times lets both travel, one and a half times neither."""
    for product in (RICE, POTATO):
        assert 1.5 < size(f"{product}.multiple") < 3


def test_each_of_three_steps_takes_rice_across(known, size):
    """Each step is short: within the assumed range of what it changes."""
    gate, weight = known[f"{RICE}.farm_gate"], known[f"{RICE}.weight_kg"]
    needed = gate["value"] * (1 + size(f"{RICE}.premium_needed"))
    assert needed == pytest.approx(size(f"{RICE}.threshold"))
    assert gate["value"] < needed < gate["high"]
    assert weight["value"] < size(f"{RICE}.least_weight") < weight["high"]
    fee, most = size(f"{RICE}.express_fee"), size(f"{RICE}.highest_fee")
    assert size(f"{RICE}.subsidy") == pytest.approx(fee - most)
    assert 0.75 * fee < most < fee
    assert size(f"{POTATO}.subsidy") == 0
    assert size(f"{POTATO}.least_weight") < size(f"{POTATO}.weight_kg")
    assert size(f"{POTATO}.highest_fee") > size(f"{POTATO}.express_fee")


def test_a_label_takes_rice_across_at_best(size):
    """The whole premium at the farm gate is enough, and covers less than the parcel adds."""
    premium = size("literature.Ma22")
    assert size(f"{RICE}.label_price") == pytest.approx((1 + premium) * size(f"{RICE}.price"))
    assert size(f"{RICE}.label_farm_gate") > size(f"{RICE}.threshold")
    assert size(f"{RICE}.label_multiple") < size("pricing.multiple") < size(f"{RICE}.multiple")
    assert size(f"{RICE}.premium_needed") < premium
    assert size(f"{RICE}.label_cover") < 1


def test_draws_are_narrower_than_corners(known):
    """The section on draws says that not all assumptions err on the same side."""
    for product in (RICE, POTATO):
        for result in ("price", "multiple"):
            corners, drawn = known[f"{product}.{result}"], known[f"{product}.{result}_drawn"]
            assert corners["low"] < drawn["low"] < drawn["high"] < corners["high"]
            assert drawn["grade"] == "assumed"
    rice, potato = known[f"{RICE}.multiple"], known[f"{POTATO}.multiple"]
    assert rice["low"] < potato["high"]
    assert potato["low"] < rice["high"]
