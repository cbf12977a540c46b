"""What the chapter on cooperatives and firms says in words must hold for its numbers."""

from __future__ import annotations

import pytest

CASES = ("own", "one")
PARTIES = ("cooperatives", "firms", "platform", "consumers")


@pytest.fixture
def size(known):
    """Return a function that gives the value of a claim of the chapter."""
    return lambda name: known[f"cooperatives.{name}"]["value"]


def test_every_result_of_the_chapter_is_assumed(known):
    """No result on cooperatives may look like a measurement."""
    grades = {at["grade"] for key, at in known.items() if key.startswith("cooperatives.")}
    assert grades == {"assumed"}


@pytest.mark.parametrize("case", CASES)
def test_a_joint_price_alone_helps_the_cooperatives_only(size, case):
    """The chapter says that everybody else loses, and that no draw is a win-win."""
    gain = {party: size(f"{case}.gain_joint.{party}") for party in PARTIES}
    assert gain.pop("cooperatives") > 0
    assert max(gain.values()) < 0
    assert size(f"{case}.price_joint") > size(f"{case}.price_today")
    assert size(f"{case}.won_joint.all") == size(f"{case}.won_joint.consumers") == 0


@pytest.mark.parametrize("case", CASES)
def test_pooled_freight_with_rivalry_helps_all_four(size, case):
    """The chapter says so of the modes and of every draw."""
    assert min(size(f"{case}.gain_pooled.{party}") for party in PARTIES) > 0
    assert size(f"{case}.won_pooled.all") == 1


def test_contracts_always_help_buyers_and_their_parties_only_with_one_firm(size):
    """The chapter says that with a firm each the buyers have nearly all of the gain."""
    assert {size(f"{case}.won_contract.consumers") for case in CASES} == {1}
    assert size("one.won_contract.all") == 1
    assert size("own.won_contract.all") < 0.33
    assert abs(size("pair_with_all")) < 0.01 * size("own.gain_contract.consumers")
    assert size("pair_alone") > 0.3
    assert 2 * size("own.gain_contract.firms") == pytest.approx(size("pair_with_all"), abs=1e-4)


def test_the_drawn_gain_of_a_pair_is_below_zero_more_often_than_above(known):
    """The chapter says that firms and cooperatives have a reason not to look for contracts."""
    drawn = known["cooperatives.own.contract_pair_drawn"]
    assert drawn["low"] < drawn["value"] < 0 < drawn["high"]
    assert abs(drawn["low"]) > drawn["high"]


def test_the_assumed_saving_does_not_pay_for_a_joint_price(size, known):
    """The chapter says that at the modes the price stays above today's."""
    saving = known["pricing.market.freight_saving"]
    for case in CASES:
        assert saving["value"] < size(f"{case}.break_even")
        assert size(f"{case}.gain_joint_pooled.consumers") < 0
    assert size("own.break_even") < size("one.break_even")
    assert size("own.won_joint_pooled.all") > size("one.won_joint_pooled.all")
    assert size("own.won_joint_pooled.all") < 0.33
    drawn = known["cooperatives.own.break_even_drawn"]
    assert drawn["low"] < size("own.break_even") < drawn["value"] < saving["high"] < drawn["high"]


def test_the_assumed_saving_is_what_the_chapter_on_pooling_finds(known):
    """The assumption's reason says from which results its mode and its high value are."""
    saving = known["pricing.market.freight_saving"]
    few, whole = known["pooling.saving_from_4"], known["pooling.saving_waiting"]
    assert few["low"] < saving["value"] < few["high"]
    assert 0.9 < saving["high"] / whole["value"] < 1.1


def test_a_removed_margin_makes_up_for_a_joint_price(size):
    """The chapter says that price is then between contracts and today, mostly a win-win."""
    prices = [size(f"own.price_{move}") for move in ("contract", "joint_contract", "today")]
    assert prices == sorted(prices)
    assert size("own.won_joint_contract.all") > 0.5
    others = [size(f"own.won_{move}.all") for move in ("joint", "joint_pooled")]
    assert max(others) < 0.5
    assert prices[0] < size("contract.price_half_agreed") < prices[1]


def test_the_brand_needed_is_far_below_what_a_label_asks(size):
    """The chapter compares the two."""
    assert size("own.brand_needed_of_label") < 0.25
    assert size("own.brand_needed") == pytest.approx(
        size("own.brand_needed_share") * size("own.price_today")
    )


def test_likeness_moves_the_saving_needed_most(size, known):
    """The chapter says so, in which direction each goes, and that the last exceeds the fee."""
    ends = {
        name: [size(f"own.break_even_{name}_{end}") for end in ("low", "high")]
        for name in ("cooperatives", "elasticity", "outside_share", "likeness")
    }
    rising = {name for name, (low, high) in ends.items() if low < high}
    assert rising == {"cooperatives", "likeness"}
    swings = {name: abs(high - low) for name, (low, high) in ends.items()}
    assert max(swings, key=swings.__getitem__) == "likeness"
    fee = known["pricing.rice.freight"]["value"] * known["pricing.rice.weight_kg"]["value"]
    assert ends["likeness"][1] > fee
    assert 0 < size("own.gain_joint_likeness_low.cooperatives") < 0.01
    assert 0 < size("own.price_rise_likeness_low") < size("own.price_rise") / 3


def test_a_joint_price_adds_little_to_pooled_freight_for_the_cooperatives(size):
    """The chapter says that the others pay for it."""
    joint, rival = (size(f"own.gain_{move}.cooperatives") for move in ("joint_pooled", "pooled"))
    assert 0 < joint - rival < size("own.gain_pooled.consumers")
    for party in ("firms", "platform", "consumers"):
        assert size(f"own.gain_joint_pooled.{party}") < size(f"own.gain_pooled.{party}")


def test_rivals_pass_more_of_a_saving_on_than_an_association(size):
    """The chapter says so, with nearly all of it passed on in each case."""
    passed = [
        size(f"passed_freight_{move}") for move in ("joint_contract", "joint", "today", "contract")
    ]
    assert passed == sorted(passed)
    assert passed[0] > 0.85
    assert passed[2] > 1


def test_contracts_and_pooled_freight_are_a_win_win_more_often_than_contracts(size):
    """The chapter gives both shares of draws."""
    assert size("own.won_contract.all") < size("own.won_contract_pooled.all") < 1
