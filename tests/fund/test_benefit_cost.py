"""Ratios of gains to costs: by hand, their limits, what must not move them, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from lcresearch.errors import DataError
from lcresearch.fund import BenefitCost

GAINS = {"a": [2.0, 3.0, 4.0, 1.0], "b": [1.0, 9.0, 4.0, 8.0]}
COSTS = {"a": [1.0, 1.0, 2.0, 2.0], "b": [2.0, 3.0, 2.0, 1.0]}
DRAWN = {"x": [1.0, 2.0, 3.0, 4.0], "flat": [5.0, 5.0, 5.0, 5.0]}


def measures(**changed: object) -> BenefitCost:
    """Return two measures over four draws, and any argument replaced."""
    return BenefitCost(**{"gains": GAINS, "costs": COSTS, "assumptions": DRAWN} | changed)  # type: ignore[arg-type]


def random_measures(draws: int = 400) -> BenefitCost:
    """Return a measure that gains what is drawn first, and one that costs what is drawn second."""
    up, down, idle = np.random.default_rng(5).uniform(1, 2, (3, draws))
    return BenefitCost(
        gains={"gains up": up, "costs down": np.ones(draws)},
        costs={"gains up": np.ones(draws), "costs down": down},
        assumptions={"up": up, "down": down, "idle": idle},
    )


def test_ratios_repaid_and_first_by_hand():
    """Ratios are 2, 3, 2, 0.5 and 0.5, 3, 2, 8: two draws are ties, which are divided."""
    found = measures()
    assert found.ratios["a"].tolist() == [2, 3, 2, 0.5]
    assert found.ratios["b"].tolist() == [0.5, 3, 2, 8]
    assert found.repaid.to_dict() == {"a": 0.75, "b": 0.75}
    assert found.first.to_dict() == {"a": 0.5, "b": 0.5}
    assert found.pairs().loc[("a", "b"), "higher"] == 0.25
    assert found.pairs().loc[("b", "a"), "higher"] == 0.25


def test_intervals_are_quantiles():
    """Of ratios 0, 1, ..., 100 nine in ten lie between 5 and 95, with 50 in the middle."""
    ratio = np.arange(101.0)
    found = BenefitCost(gains={"a": ratio}, costs={"a": np.ones(101)}, assumptions={})
    assert found.intervals().loc["a"].tolist() == pytest.approx([5, 50, 95])
    assert found.intervals(0.5).loc["a"].tolist() == pytest.approx([25, 50, 75])
    assert found.first["a"] == 1
    assert found.pairs().empty


def test_an_order_is_stated_only_where_ranges_are_apart():
    """A range that touches the other's has no order, however often it is the higher one."""
    low = np.linspace(1, 2, 200)
    for lift, apart in ((0.8, False), (1.5, True)):
        found = BenefitCost(
            gains={"low": low, "high": low + lift},
            costs={"low": np.ones(200), "high": np.ones(200)},
            assumptions={},
        ).pairs()
        assert found.loc[("high", "low"), "higher"] == 1
        assert found.loc[("high", "low"), "apart"] == apart
        assert not found.loc[("low", "high"), "apart"]


def test_yuan_or_thousands_make_no_difference():
    """A measure in thousands of yuan, gain and cost alike, has the same ratio and order."""
    plain = measures()
    other = measures(
        gains=GAINS | {"b": np.divide(GAINS["b"], 1000)},
        costs=COSTS | {"b": np.divide(COSTS["b"], 1000)},
    )
    assert np.allclose(plain.ratios, other.ratios)


def test_the_order_of_draws_makes_no_difference():
    """Draws taken in another order give the same ranges, first places and correlations."""
    plain = random_measures()
    order = np.random.default_rng(1).permutation(400)
    turned = BenefitCost(
        **{
            group: {name: x[order] for name, x in getattr(plain, group).items()}
            for group in ("gains", "costs", "assumptions")
        }
    )
    assert np.allclose(plain.intervals(), turned.intervals())
    assert np.allclose(plain.first, turned.first)
    assert np.allclose(plain.movers("costs down"), turned.movers("costs down"))


def test_movers_find_what_a_ratio_rests_on():
    """A gain moves its ratio up, a cost its own down, one for one in ranks; idle ones hardly."""
    found = random_measures()
    ups, downs = found.movers("gains up"), found.movers("costs down")
    assert ups.index[0] == "up"
    assert ups["up"] == pytest.approx(1)
    assert downs.index[0] == "down"
    assert downs["down"] == pytest.approx(-1)
    assert abs(ups["idle"]) < 0.15
    assert found.movers("gains up", ["idle"]).index.tolist() == ["idle"]
    assert measures().movers("a")["flat"] == 0


def test_what_is_handed_in_cannot_be_changed_afterwards():
    """Draws are copied and frozen, so that a result stays what it was."""
    gain = np.array([1.0, 2.0])
    found = BenefitCost(gains={"a": gain}, costs={"a": [1, 1]}, assumptions={})
    gain[:] = 9
    assert found.ratios["a"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        found.gains["a"][0] = 3


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"gains": {}}, "gains is empty"),
        ({"costs": {"a": COSTS["a"]}}, r"different measures \(b\)"),
        ({"costs": COSTS | {"b": [1.0, 0.0, 1.0, 1.0]}}, "cost of b is zero or less"),
        ({"gains": GAINS | {"b": [1.0, np.nan, 1.0, 1.0]}}, "b: give one finite number"),
        ({"gains": GAINS | {"b": [[1.0, 2.0]]}}, "b: give one finite number"),
        ({"assumptions": {"x": [1.0, 2.0]}}, r"numbers of draws differ \(\[2, 4\]\)"),
    ],
)
def test_wrong_input_is_refused(changed: dict[str, object], words: str):
    """Every fault is named with its place and remedy."""
    with pytest.raises(DataError, match=words):
        measures(**changed)


def test_unknown_names_and_levels_are_refused():
    """A measure, an assumption or a level that does not exist is named."""
    found = measures()
    with pytest.raises(DataError, match="no 'c' here"):
        found.movers("c")
    with pytest.raises(DataError, match="no 'y' here"):
        found.movers("a", ["y"])
    with pytest.raises(DataError, match="level is 1"):
        found.intervals(1)
