"""What the chapter on countermeasures says in words must hold for the numbers it inserts."""

from __future__ import annotations

from typing import Any

MEASURES = ("talent", "awareness", "brand", "logistics")


def value(known: dict[str, dict[str, Any]], key: str) -> float:
    """Return the value of a claim of the chapter."""
    return float(known[f"countermeasures.{key}"]["value"])


def ends(known: dict[str, dict[str, Any]], key: str) -> tuple[float, float]:
    """Return the range of a claim of the chapter."""
    claim = known[f"countermeasures.{key}"]
    return float(claim["low"]), float(claim["high"])


def movers(known: dict[str, dict[str, Any]], measure: str) -> list[str]:
    """Return the assumptions of a measure, the one that moves its ratio most first."""
    start = f"countermeasures.{measure}.moves."
    found = {key.removeprefix(start): known[key]["value"] for key in known if key.startswith(start)}
    return sorted(found, key=lambda name: abs(found[name]), reverse=True)


def test_everything_of_the_chapter_is_called_assumed(known):
    """The answer says that all of it is assumed: no ratio may look like a measurement."""
    grades = {item["grade"] for key, item in known.items() if key.startswith("countermeasures.")}
    assert grades == {"assumed"}


def test_no_order_is_stated_because_all_ranges_overlap(known):
    """No range of a ratio lies above another's, and the number of pairs is that of four."""
    ranges = {name: ends(known, f"{name}.ratio") for name in MEASURES}
    assert max(low for low, _ in ranges.values()) < min(high for _, high in ranges.values())
    assert value(known, "pairs_apart") == 0
    assert value(known, "pairs") == 6
    assert value(known, "surest_pair") == value(known, "talent.above.brand") < 0.95


def test_first_places_are_as_the_chapter_orders_them(known):
    """Training comes first most often, then the network, publicity and the code, and they add up."""
    first = {name: value(known, f"{name}.first") for name in MEASURES}
    assert list(first) == ["talent", "awareness", "brand", "logistics"]
    assert sorted(first, key=first.__getitem__, reverse=True) == [
        "talent",
        "logistics",
        "awareness",
        "brand",
    ]
    assert abs(sum(first.values()) - 1) < 1e-9


def test_half_the_gains_of_people_turn_the_first_place(known):
    """The chapter says that the network then comes first most often."""
    halved = {name: value(known, f"{name}.first_halved") for name in MEASURES}
    assert max(halved, key=halved.__getitem__) == "logistics"
    assert halved["talent"] < value(known, "talent.first")


def test_the_medians_lie_on_the_side_of_one_yuan_that_the_chapter_names(known):
    """Those of training, publicity and the network lie above it, that of the code below."""
    above = {name for name in MEASURES if value(known, f"{name}.ratio") > 1}
    assert above == {"talent", "awareness", "logistics"}


def test_gains_of_workers_and_households_may_be_nothing(known):
    """The chapter says that their ranges start at nought, and that the list has one trial of it."""
    for key in ("talent.income_gain", "awareness.seller_gain"):
        assert known[key]["low"] == 0 < known[key]["value"]


def test_the_thresholds_lie_inside_what_is_assumed(known):
    """What must hold for a yuan to come back can hold and can fail within the assumed ranges."""
    for threshold, key in (
        ("talent.gain_needed", "talent.income_gain"),
        ("awareness.per_year", "awareness.seller_gain"),
        ("brand.gain_kg", "brand.label_cost"),
    ):
        assert known[key]["low"] < value(known, threshold) < known[key]["high"]
    low, high = ends(known, "logistics.saving")
    assert low < value(known, "logistics.cost") < high


def test_what_moves_each_most_is_what_the_chapter_names(known):
    """The assumptions are named in order; today's sharing moves the network by far the most."""
    assert movers(known, "talent")[:2] == ["income_gain", "course_cost"]
    assert movers(known, "awareness")[:2] == ["seller_gain", "fund_share"]
    assert movers(known, "brand")[:3] == ["response", "margin", "label_cost"]
    first, second = movers(known, "logistics")[:2]
    assert first == "groups_today"
    sizes = [abs(value(known, f"logistics.moves.{name}")) for name in (first, second)]
    assert sizes[0] > 2 * sizes[1]


def test_codes_are_rather_a_matter_for_makers_than_for_the_fund(known):
    """For all makers they take more than the fund at the median; the centre takes about half."""
    assert value(known, "brand.cost_of_fund") > 1
    assert ends(known, "logistics.cost_of_fund")[1] < 1


def test_a_joint_price_is_a_transfer_of_which_most_is_lost(known):
    """Members gain, all others lose, and most of what they lose reaches nobody, in every range."""
    assert ends(known, "association.members")[0] > 0
    for party in ("firms", "platform", "buyers"):
        assert ends(known, f"association.{party}")[1] < 0
    assert ends(known, "association.transfer")[1] < 0.5
    assert ends(known, "association.nobody")[0] > 0.5
    total = value(known, "association.transfer") + value(known, "association.nobody")
    assert abs(total - 1) < 1e-9


def test_the_chapters_that_it_rests_on_say_the_same(known):
    """The joint price at the modes is that of the cooperatives; the saving lies on the curve."""
    theirs = known["cooperatives.own.gain_joint.cooperatives"]["value"]
    assert abs(value(known, "association.members_at_modes") - theirs) < 1e-6
    few, many = (known[f"pooling.saving_from_{groups}"]["value"] for groups in (4, 16))
    assert few < value(known, "logistics.saving") < many
    assert known["pooling.gainers"]["value"] == known["express.firms"]["value"]


def test_a_subsidy_for_parcels_has_no_ratio_but_a_growth_that_repays_it(known):
    """The chapter quotes what growth repays it, and claims no ratio for the two-way network."""
    assert known["logistics.uplink_growth_needed"]["value"] > 0
    ratios = {key for key in known if key.startswith("countermeasures.") and key.endswith(".ratio")}
    assert ratios == {f"countermeasures.{name}.ratio" for name in MEASURES}
