import pytest

from lcresearch.workflow.verify.compare import Difference, compare


def sides(*, charts=(), **claims):
    """What `gather` returns for claims given as changes to a plain one."""
    plain = {"value": 2.0, "low": None, "high": None, "unit": "count", "grade": "assumed"}
    return {
        "claims": {
            key: {"key": key, "inputs": ["a"], **plain, **change} for key, change in claims.items()
        },
        "charts": {key: {"key": key} for key in charts},
    }


@pytest.mark.parametrize(
    ("recorded", "found"),
    [
        ({"value": 2.0}, {"value": 2.0 * (1 + 1e-9)}),
        ({"value": -2.0}, {"value": -2.0 * (1 + 9e-7)}),
        ({"value": 3}, {"value": 3.0}),
        ({"value": 0.0}, {"value": 1e-13}),
        ({"value": 5.0, "low": 0.0, "high": 9.0}, {"value": 5.0, "low": 1e-9, "high": 9.0}),
    ],
)
def test_noise_of_arithmetic_is_no_difference(recorded, found):
    """Last digits differ between machines: they, and a zero with rounding, must agree."""
    assert compare(sides(k=recorded), sides(k=found)) == []


@pytest.mark.parametrize(
    ("recorded", "found", "what"),
    [
        ({"value": 2.0}, {"value": 2.00001}, "value"),
        ({"value": 2.0}, {"value": float("nan")}, "value"),
        ({"value": 0.0}, {"value": 1e-9}, "value"),
        ({"low": 1.0}, {"low": None}, "low"),
        ({"high": None}, {"high": 3.0}, "high"),
        ({"high": 3.0}, {"high": 3.1}, "high"),
        ({"unit": "km"}, {"unit": "m"}, "unit"),
        ({"grade": "assumed"}, {"grade": "estimated"}, "grade"),
        ({"inputs": ["a"]}, {"inputs": ["a", "b"]}, "inputs"),
    ],
)
def test_everything_else_is_named_with_both_sides(recorded, found, what):
    """Each part of a claim must be compared, and a difference must show what stood and what came."""
    [difference] = compare(sides(k=recorded), sides(k=found))
    assert (difference.key, difference.what) == ("k", what)
    assert difference.recorded == recorded[what]
    assert repr(difference.found) == repr(found[what])
    assert f"{what} of k: {recorded[what]!r} recorded, {found[what]!r} found" == str(difference)


def test_what_one_side_lacks_is_a_difference_on_either_side():
    """A claim or chart that vanished, or is new, must be told; charts count by key alone."""
    recorded, found = sides(a={}, b={}, charts=["x", "y"]), sides(b={}, c={}, charts=["y", "z"])
    differences = compare(recorded, found)
    assert differences == [
        Difference("a", "claim", 2.0, None),
        Difference("c", "claim", None, 2.0),
        Difference("x", "chart", "chart", None),
        Difference("z", "chart", None, "chart"),
    ]
    assert str(differences[0]) == "claim a is recorded, but the run does not make it"
    assert str(differences[3]) == "chart z is made by the run, but it is not recorded"


def test_a_claim_without_a_number_is_told_from_no_claim():
    """A claim may state a direction only: it must not look as if it were absent."""
    [difference] = compare(sides(k={"value": None}), sides())
    assert difference == Difference("k", "claim", "no number", None)
