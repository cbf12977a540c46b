"""What the pages say in words must hold for the numbers that they insert."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CLAIMS = Path(__file__).resolve().parents[2] / "book" / "results" / "claims.json"


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    """Return every figure and claim of the book by key."""
    if not CLAIMS.is_file():
        pytest.skip(f"the notebooks have no results: {CLAIMS} is missing (make book)")
    document = json.loads(CLAIMS.read_text("utf-8"))
    return document["figures"] | document["claims"]


def test_the_range_of_the_break_even_holds_the_average_point(known):
    """The intro and the logistics chapter leave it open whether a point pays for itself."""
    needed, average = known["logistics.break_even"], known["logistics.parcels_per_point"]
    assert needed["low"] < average["value"] < needed["high"]
    assert known["logistics.break_even_cover"]["value"] < 1


def test_an_express_firm_has_about_one_vehicle_of_parcels(known):
    """The logistics chapter says so."""
    load = (
        known["logistics.parcels_per_firm"]["value"] / known["logistics.vehicle_capacity"]["value"]
    )
    assert 0.85 < load < 1.15


def test_the_detour_matters_more_than_the_unmeasured_points(known):
    """The logistics chapter says so of the kilometres."""
    whole = known["logistics.vehicle_km"]
    without = known["logistics.vehicle_km_measured"]["value"]
    assert whole["high"] - whole["low"] > 3 * abs(whole["value"] - without)


def test_rice_lies_just_below_its_threshold_and_sweet_potato_above(known):
    """The pricing chapter says which product can be sold at twice its farm-gate price."""
    rice, potato = "pricing.rice", "pricing.sweet_potato"
    gate = known[f"{rice}.farm_gate"]["value"] / known[f"{rice}.threshold"]["value"]
    assert 0.8 < gate < 1
    assert known[f"{potato}.farm_gate"]["value"] > known[f"{potato}.threshold"]["value"]


def test_the_ranges_of_the_two_products_overlap(known):
    """The pricing chapter says that their order holds for the modes only."""
    rice, potato = known["pricing.rice.multiple"], known["pricing.sweet_potato.multiple"]
    assert potato["value"] < rice["value"]
    assert rice["low"] < potato["high"]
    alone = "pricing.{}.multiple_one_kg"
    assert known[alone.format("sweet_potato")]["value"] < known[alone.format("rice")]["value"]


def test_residents_hardly_changed_and_rural_ones_did(known):
    """The county chapter says so of the years between the censuses."""
    assert abs(known["county.change_population"]["value"]) < 0.02
    assert known["county.change_rural_population"]["value"] < -0.1


def test_the_assumed_inflow_does_not_hold_the_workers(known):
    """The fund chapter says that the workers settle below the demand, and where."""
    settled = known["fund.talent_steady_state"]
    assert settled["value"] < known["talent.demand"]["value"]
    assert known["talent.yearly_inflow"]["value"] < known["fund.talent_leavers"]["value"]


def test_what_pays_is_far_below_what_one_county_could_show(known):
    """The fund chapter says so, and that the synthetic designs find nothing smaller."""
    plain = known["power.difference_in_differences_84"]["value"]
    assert known["power.difference_in_differences_2800"]["low"] > 3 * 0.01
    for design in ("synthetic_control", "synthetic_did"):
        assert known[f"power.{design}_84"]["value"] > 0.95 * plain


def test_the_naive_estimator_misleads_and_the_modern_ones_do_not(known):
    """The fund chapter says which estimators miss the simulated truth, and how they cover it."""

    def size(name):
        return abs(known[f"estimators.bias.{name}"]["value"])

    assert size("two_way_fixed_effects") > 10 * max(size("group_time"), size("imputation"))
    cover = {
        name: known[f"estimators.coverage.{name}"]["value"]
        for name in ("two_way_fixed_effects", "group_time", "imputation")
    }
    assert cover["two_way_fixed_effects"] < 0.6
    assert 0.85 < cover["imputation"] < 0.95 < cover["group_time"]
    assert (
        known["estimators.violated_estimate"]["value"] > known["estimators.violated_truth"]["value"]
    )
