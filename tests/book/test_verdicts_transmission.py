"""What the chapter on price transmission says in words must hold for its numbers."""

from __future__ import annotations

from typing import Any

import pytest

WEEKS = (52, 104, 156, 260, 520)


@pytest.fixture(scope="module")
def known(known: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return every claim of the chapter, without the name of its notebook."""
    name = "transmission."
    found = {key.removeprefix(name): claim for key, claim in known.items() if key.startswith(name)}
    assert found, "the notebook transmission has recorded nothing"
    return found


def share(known: dict[str, dict[str, Any]], setup: str, test: str, weeks: int) -> float:
    """Return how often a test rejects in pairs of one kind and length."""
    return float(known[f"rejects.{setup}.{test}.{weeks}"]["value"])


def test_nothing_on_the_page_is_an_estimate(known):
    """The chapter says that everything on the two prices is simulated."""
    assert {claim["grade"] for claim in known.values()} == {"simulated"}


def test_the_shortest_lengths_are_those_named(known):
    """Four in five see the larger difference of speeds after five years, the smaller after ten."""
    assert known["weeks_needed.speeds_2.equation"]["value"] == 5 * 52
    assert known["weeks_needed.speeds_1.equation"]["value"] == 10 * 52
    assert share(known, "speeds_1", "equation", 260) < 0.7
    half = [known[f"half_life.speeds_2.{side}"]["value"] for side in ("rise", "fall")]
    assert half[0] == 1
    assert half[1] > 6


def test_how_fully_is_told_well_and_who_moves(known):
    """The interval of the pass-through is narrow and holds the truth; the farm gate stands still."""
    through = known["passthrough"]
    assert through["low"] < known["truth.passthrough"]["value"] < through["high"]
    assert through["high"] - through["low"] < 0.1
    assert known["closed_by_screen"]["low"] > 0
    assert known["closed_by_farm_gate"]["low"] < 0 < known["closed_by_farm_gate"]["high"]


def test_no_test_tells_rises_from_falls_in_the_pair_shown(known):
    """Five years, and every test of the example says alike; the order is wrong in one, right in one."""
    assert known["periods"]["value"] == 5 * 52
    p_values = [claim["value"] for key, claim in known.items() if "alike_p" in key]
    assert len(p_values) == 12
    assert min(p_values) > 0.05
    searched = [known[f"speed.{side}.level_searched"]["value"] for side in ("rise", "fall")]
    assert searched[0] < searched[1]
    assert known["equation.rise"]["value"] > known["equation.fall"]["value"]
    pair = [known[f"alike_p.{kind}.momentum_searched"]["value"] for kind in ("usual", "simulated")]
    assert pair[1] > 3 * pair[0]


def test_the_paths_are_right_in_the_week_itself_and_miss_the_rise_after_four(known):
    """The chapter says so of the bands."""
    for side in ("rise", "fall"):
        band = known[f"passed.{side}.0"]
        assert band["low"] < known[f"truth.passed.{side}.0"]["value"] < band["high"]
        assert band["value"] == pytest.approx(known[f"truth.passed.{side}.0"]["value"], abs=0.05)
    assert known["passed.rise.4"]["high"] < known["truth.passed.rise.4"]["value"]


def test_the_equation_sees_more_than_the_threshold_model(known):
    """At every length from two years on, for both sizes, and after five years by far."""
    for setup in ("speeds_1", "speeds_2"):
        for weeks in WEEKS[1:]:
            gap = share(known, setup, "equation", weeks)
            assert gap > share(known, setup, "level_simulated", weeks)
    for setup in ("speeds_1", "speeds_2"):
        assert share(known, setup, "level_simulated", 260) < 0.5


def test_the_week_itself_is_easier_to_see(known):
    """Equal differences are told by fewer weeks; three years do for the larger, five not for the smaller."""
    for weeks in WEEKS[1:4]:
        impacts, speeds = (
            share(known, "impacts_1", "impact", weeks),
            share(known, "speeds_1", "equation", weeks),
        )
        assert impacts > speeds
    rise, fall = (known[f"set.impacts_1.impact_{side}"]["value"] for side in ("rise", "fall"))
    other = known["set.speeds_1.speed_rise"]["value"] - known["set.speeds_1.speed_fall"]["value"]
    assert rise - fall == pytest.approx(other)
    assert known["weeks_needed.impacts_2.impact"]["value"] == 3 * 52
    assert share(known, "impacts_1", "impact", 260) < 0.8


def test_one_year_shows_none_of_the_differences(known):
    """No test finds any in more than two pairs of five."""
    found = [
        claim["value"]
        for key, claim in known.items()
        if key.startswith(("rejects.speeds", "rejects.impacts")) and key.endswith(".52")
    ]
    assert len(found) == 10
    assert max(found) < 0.4


def test_false_alarms_are_as_said(known):
    """The usual F after a search of momentum alarms far too often, and simulation puts it right."""
    usual = [share(known, "alike", "momentum_usual", weeks) for weeks in WEEKS]
    assert min(usual) > 3 * 0.05
    assert usual[-1] == max(usual)
    assert usual[0] == min(usual)
    for weeks in WEEKS:
        for test in ("momentum_simulated", "level_simulated", "equation"):
            assert abs(share(known, "alike", test, weeks) - 0.05) < 0.03
        assert 0.05 < share(known, "alike", "level_usual", weeks) < 0.1
    assert share(known, "alike", "long_run", 52) > 0.1
    assert known["rejects.alike.long_run.52"]["low"] > 0.05


def test_no_length_cures_the_two_models(known):
    """Speeds lie closer together than set; the equation keeps the proportion; paths are smoothed."""
    long = {key.removeprefix("long."): c["value"] for key, c in known.items() if "long." in key}
    assert long["set.fall"] < long["threshold.fall"] < long["threshold.rise"] < long["set.rise"]
    ratio = long["equation.rise"] / long["equation.fall"]
    assert ratio == pytest.approx(long["set.rise"] / long["set.fall"], rel=0.1)
    assert long["equation.rise"] < 0.8 * long["set.rise"]
    assert long["truth.fall"] < long["path.fall"] < long["path.rise"] < long["truth.rise"]
    assert long["mean_gap"] > 0.3


def test_the_side_of_the_beds_that_is_not_told_from_zero():
    """The printed t of one side is small, of the other large; both are found again."""
    from lcresearch.replications import load_published

    found = load_published().found["value"]
    assert abs(found["wooden_beds.positive_t"]) < 1.6
    assert abs(found["wooden_beds.negative_t"]) > 3
