import json
from itertools import combinations

import numpy as np
import pytest

import lcresearch as lc
from lcresearch import Figure, Grade, Interval
from lcresearch.errors import EvidenceError, UnitError


def figure(key="fund.annual", **changes):
    plain = {"value": 10, "unit": "CNY/year", "grade": "reported", "source": "a study"}
    return Figure(key=key, **plain | changes)


@pytest.fixture
def ledger():
    book = lc.Ledger()
    book.know(
        [
            figure(),
            figure("people", unit="person", grade="published", value=5),
            figure("detour", unit="ratio", grade="assumed", value=2, low=1, high=3),
            figure("township.1.lat", unit="degree", grade="published", value=1),
            figure("township.2.lat", unit="degree", grade="assumed", value=2),
        ]
    )
    return book


def test_grades_are_ordered_from_simulated_to_reported():
    """The grades must be totally ordered, the reported one strongest."""
    ranked = sorted(Grade)
    assert [str(grade) for grade in ranked] == [
        "simulated", "assumed", "estimated", "published", "reported",
    ]  # fmt: skip
    assert all(a < b and b > a and a <= b and b >= a for a, b in combinations(ranked, 2))
    assert Grade.weakest(["reported", "assumed", "published"]) == "assumed"


@pytest.mark.parametrize(
    ("inputs", "grade"),
    [
        (["fund.annual"], "reported"),
        (["fund.annual", "people"], "published"),
        (["detour", "fund.annual", "people"], "assumed"),
        (["township.*.lat"], "assumed"),
    ],
)
def test_a_claim_takes_the_weakest_grade_of_its_inputs(ledger, inputs, grade):
    """A derived figure must not look better than the worst of what it came from."""
    assert ledger.record("x", 1, unit="count", inputs=inputs).grade == grade


def test_a_claim_derived_from_a_claim_inherits_its_grade(ledger):
    """Grades must pass through chains of claims."""
    ledger.record("first", 1, unit="count", inputs=["detour"])
    assert ledger.record("second", 1, unit="count", inputs=["first"]).grade == "assumed"


def test_a_pattern_stands_for_every_key_it_matches(ledger):
    """A pattern must be expanded to the keys, so that the page can link each."""
    claim = ledger.record("x", 1, unit="count", inputs=["township.*.lat"])
    assert claim.inputs == ("township.1.lat", "township.2.lat")


def test_a_claim_may_be_graded_weaker_but_never_stronger(ledger):
    """A stated grade must not exceed what the inputs allow."""
    weak = ledger.record("x", 1, unit="count", inputs=["people"], grade="simulated")
    assert weak.grade == "simulated"
    with pytest.raises(EvidenceError, match="cannot be reported: its weakest input is published"):
        ledger.record("y", 1, unit="count", inputs=["people"], grade="reported")


def test_an_unknown_input_is_refused_with_the_nearest_key(ledger):
    """A claim cannot rest on a key that nothing recorded."""
    with pytest.raises(
        EvidenceError, match=r"'fund.anual' is neither .* Did you mean 'fund.annual'"
    ):
        ledger.record("x", 1, unit="count", inputs=["fund.anual"])
    with pytest.raises(EvidenceError, match="no key matches the pattern 'village"):
        ledger.record("x", 1, unit="count", inputs=["village.*"])


def test_a_root_needs_a_grade_and_a_source(ledger):
    """A claim from nowhere must be refused; a declared root is accepted."""
    for given in ({}, {"grade": "simulated"}, {"source": "a model"}):
        with pytest.raises(EvidenceError, match="has no inputs"):
            ledger.record("x", 1, unit="count", **given)
    assert ledger.record("x", 1, unit="count", grade="simulated", source="a model").inputs == ()


def test_a_key_repeated_with_the_same_value_is_one_claim(ledger):
    """Recording the same thing twice must change nothing."""
    one = ledger.record("x", 1 / 3, unit="count", inputs=["people"])
    ledger.record("x", 1 / 3 * (1 + 1e-15), unit="count", inputs=["people"])
    assert len(ledger.claims) == 1
    assert ledger.claims[0].key == one.key


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 2}, "was recorded as 1, now as 2"),
        ({"unit": "share"}, "was recorded in count, now in share"),
        ({"inputs": ["fund.annual"]}, "use two keys"),
        ({"low": 0}, "use two keys"),
    ],
)
def test_a_key_repeated_otherwise_is_refused(ledger, change, words):
    """A key must have one value, one unit and one origin."""
    first = {"key": "x", "value": 1, "unit": "count", "inputs": ["people"]}
    ledger.record(**first)
    with pytest.raises(EvidenceError, match=words):
        ledger.record(**first | change)


def test_a_claim_cannot_take_the_key_of_a_figure(ledger):
    """A computation must not overwrite what a source printed."""
    with pytest.raises(EvidenceError, match="is a figure of the county"):
        ledger.record("people", 5, unit="person", inputs=["fund.annual"])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "3", True, 1j, [1]])
def test_only_finite_real_numbers_are_recorded(ledger, value):
    """NaN, infinity, text, truth values and lists must be refused by key."""
    with pytest.raises(EvidenceError, match="'x': value"):
        ledger.record("x", value, unit="count", inputs=["people"])


@pytest.mark.parametrize("value", [np.float64(2.5), np.int64(3), np.float32(0.5)])
def test_numpy_numbers_become_plain_ones(ledger, value):
    """NumPy scalars must be stored as numbers that JSON carries unchanged."""
    claim = ledger.record("x", value, unit="count", inputs=["people"])
    assert json.loads(json.dumps(claim.to_dict()))["value"] == value


def test_a_misspelt_unit_is_refused(ledger):
    """A unit must be a known one."""
    with pytest.raises(UnitError, match="Did you mean 'person'"):
        ledger.record("x", 1, unit="persom", inputs=["people"])


def test_an_interval_brings_its_bounds(ledger):
    """An open end must be stored as no bound, an exact number as no interval."""
    at_most = ledger.record("x", Interval(5, 0, 5), unit="count", inputs=["people"])
    exact = ledger.record("y", Interval.of(5), unit="count", inputs=["people"])
    at_least = ledger.record("z", Interval(5, 5, float("inf")), unit="count", inputs=["people"])
    assert (at_most.low, at_most.high) == (0, 5)
    assert (exact.low, exact.high) == (None, None)
    assert (at_least.low, at_least.high) == (5, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": " "}, "has no source"),
        ({"grade": "certain"}, "has grade 'certain'"),
        ({"key": "Fund Annual"}, "is malformed"),
        ({"low": 11}, "low <= value <= high"),
        ({"value": float("nan")}, "not a finite number"),
    ],
)
def test_a_faulty_figure_is_refused(changes, words):
    """A figure needs a key, a source, a grade and a number within its bounds."""
    with pytest.raises(EvidenceError, match=words):
        figure(**changes)


def test_a_claim_shows_rounded_digits_and_carries_exact_ones(ledger):
    """Readers see rounded digits; the exact claim travels in the output's metadata."""
    claim = ledger.record("x", 1 / 3, unit="share", inputs=["people"])
    data, metadata = claim._repr_mimebundle_()
    assert data["text/plain"] == "x = 33.3% [published]"
    assert metadata["lcresearch"]["claim"]["value"] == 1 / 3
