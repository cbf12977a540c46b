"""What the front page says in words must hold for the numbers that it inserts."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def size(known):
    """Return a function from a key to its number."""
    return lambda key: known[key]["value"]


def test_what_repays_the_fund_is_many_times_smaller_than_what_could_be_seen(known):
    """The first card sets one per cent beside the smallest effect that a comparison finds."""
    found = known["power.difference_in_differences_2800"]
    assert found["value"] > 10 * 0.01
    assert found["low"] > 5 * 0.01
    assert found["grade"] == "simulated"


def test_the_assumed_inflow_never_meets_the_demand(size):
    """The second card says so of the assumed shares of those who leave."""
    assert size("talent.yearly_inflow") < size("programme.inflow_to_hold")


def test_sharing_saves_most_and_four_groups_most_of_that(size):
    """The fourth card says so of the last leg's cost."""
    assert size("pooling.saving_share_waiting") > 0.5
    assert size("pooling.saving_by_few") > 0.5


def test_the_order_of_the_two_products_is_that_of_the_fifth_card(size):
    """Dried sweet potato stays within twice its price in most draws, rice in few."""
    rice, potato = "pricing.rice", "pricing.sweet_potato"
    assert size(f"{potato}.multiple") < 2 < size(f"{rice}.multiple")
    assert size(f"{rice}.pays") < 0.25 < 0.75 < size(f"{potato}.pays")


def test_the_further_findings_hold(size):
    """Every draw and no other party, as the list says of working together; a code lifts a share."""
    for case in ("own", "one"):
        assert size(f"cooperatives.{case}.won_pooled.all") == 1
        assert size(f"cooperatives.{case}.gain_joint.cooperatives") > 0
        for party in ("firms", "platform", "consumers"):
            assert size(f"cooperatives.{case}.gain_joint.{party}") < 0
    assert size("brand.share_code") > size("brand.share_today")
    assert size("logistics.uplink_share") < 0.5
    assert size("townships.coverage") == 1
