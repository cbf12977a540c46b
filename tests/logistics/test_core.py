"""The core: against every coalition, on games whose core is known, and under relabelling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch.errors import DataError
from lcresearch.logistics.alliances import sub_alliances
from lcresearch.logistics.core import in_core
from lcresearch.logistics.shapley import airport_shares, shapley_shares

games = st.integers(1, 8).flatmap(
    lambda players: st.tuples(
        st.lists(st.integers(0, 6), min_size=players, max_size=players),
        st.lists(st.integers(-20, 60), min_size=players, max_size=players),
        st.lists(st.integers(0, 90), min_size=48, max_size=48),
    )
)


def economies(volume):
    """Return a cost with falling average cost."""
    return np.where(volume > 0, 50 + 20 * np.sqrt(volume) + 0.4 * volume, 0.0)


@given(games)
def test_every_coalition(game):
    """Dynamic programming finds the excess that a look at every coalition finds, and a group."""
    sizes, paid, table = game
    costs = np.r_[0, table]
    found = in_core(paid, sizes, cost=lambda volume: costs[np.asarray(volume, dtype=int)])
    looked = in_core(paid, cost=lambda group: costs[sum(sizes[player] for player in group)])
    assert found.excess == looked.excess
    assert bool(found) == bool(looked)
    assert found.shortfall == looked.shortfall
    group = list(found.coalition)
    if len(sizes) > 1:
        assert 0 < len(group) < len(sizes)
        excess = sum(paid[player] for player in group) - costs[sum(sizes[p] for p in group)]
        assert found.excess == excess


@given(st.lists(st.integers(0, 500), min_size=2, max_size=35))
def test_shapley_is_in_the_core_of_concave_costs(sizes):
    """With a concave cost no group of up to 35 carriers leaves the Shapley shares (Shapley 1971)."""
    assert in_core(shapley_shares(sizes, economies), sizes, cost=economies)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=7))
def test_airport_shares_are_in_the_core(costs):
    """Nobody leaves an airport whose runway is paid by the Shapley shares."""
    assert in_core(
        airport_shares(costs), cost=lambda group: max((costs[p] for p in group), default=0)
    )


def test_equal_shares_drive_the_small_away():
    """If all pay the same, the smallest carrier is in the group that leaves."""
    sizes = np.r_[np.arange(1, 35), 8000]
    found = in_core(np.full(35, economies(sizes.sum()) / 35), sizes, cost=economies)
    assert not found
    assert found.efficient
    assert 0 in found.coalition
    assert 34 not in found.coalition
    assert "would save" in found.summary()


def test_empty_core():
    """Two of three who need no third leave any equal split: majority games have no core."""
    found = in_core([-1 / 3] * 3, cost=lambda group: -1.0 if len(group) >= 2 else 0.0)
    assert not found
    assert len(found.coalition) == 2
    assert found.excess == pytest.approx(1 / 3)


def test_shares_that_do_not_add_up():
    """Shares below the cost of all are not in the core, though no group complains."""
    found = in_core([1, 1], [1, 1], cost=lambda volume: 2.0 * volume)
    assert found.stable
    assert not found.efficient
    assert not found
    assert found.shortfall == 2
    assert "differ from the cost of all by 2" in found.summary()


def test_one_player():
    """A single player who pays its cost is in the core."""
    found = in_core([4], [2], cost=lambda volume: 2.0 * volume)
    assert found
    assert found.coalition == ()
    assert "single player" in found.summary()


def test_carrier_with_no_parcels_that_pays():
    """A carrier with no parcels that has to pay leaves."""
    found = in_core([2, 1, 1], [0, 5, 5], cost=lambda volume: 0.4 * volume)
    assert found.coalition == (0,)
    assert found.excess == 2


@given(games, st.randoms())
def test_order_does_not_matter(game, random):
    """Players in another order have the same excess."""
    sizes, paid, table = game
    costs = np.r_[0, table]
    order = list(range(len(sizes)))
    random.shuffle(order)
    one, other = (
        in_core(
            [paid[player] for player in who],
            [sizes[player] for player in who],
            cost=lambda volume: costs[np.asarray(volume, dtype=int)],
        )
        for who in (range(len(sizes)), order)
    )
    assert one.excess == other.excess
    assert bool(one) == bool(other)


def test_sizes_without_a_common_unit():
    """A few sizes without a common unit are judged by looking at every coalition."""
    sizes = np.array([1.0, math.sqrt(2), math.pi])
    assert in_core(2 * sizes, sizes, cost=lambda volume: 2 * volume)
    assert not in_core(2 * sizes[::-1], sizes, cost=lambda volume: 2 * volume)


def test_alliances_by_hand():
    """The smallest two of three gain by leaving what they pay beyond their own cost."""
    table = sub_alliances([5, 5, 5], [1, 9, 2], cost=lambda volume: 1.25 * volume)
    two = table.set_index(["carriers", "which"]).loc[2]
    assert two.loc["smallest", ["volume", "allocated", "alone", "gain"]].tolist() == [
        3,
        10,
        3.75,
        6.25,
    ]
    assert two["leave"].to_dict() == {"smallest": True, "largest": False}
    assert len(table) == 4


def test_no_alliance_leaves_the_core():
    """From shares in the core neither the smallest nor the largest carriers leave."""
    sizes = np.random.default_rng(3).integers(0, 900, 35)
    table = sub_alliances(shapley_shares(sizes, economies), sizes, cost=economies)
    assert len(table) == 68
    assert not table["leave"].any()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"allocation": [1, math.nan]}, "allocation: nan at position 1"),
        ({"sizes": [1, 2, 3]}, "allocation has 2 numbers and sizes 3"),
        ({"sizes": [1, -2]}, "sizes: -2.0 at position 1"),
        ({"allocation": [1] * 21, "sizes": None}, "21 players have too many coalitions"),
        ({"sizes": None, "cost": lambda group: 1.0 + len(group)}, "cost of nobody is 1"),
        ({"sizes": None, "cost": lambda group: math.inf * bool(group)}, "cost of .* is nan"),
        (
            {"allocation": np.ones(35), "sizes": np.random.default_rng(0).random(35)},
            "no common unit .* round them",
        ),
    ],
)
def test_wrong_arguments(arguments, words):
    """What is not finite, does not fit together, or is too much, is refused with what to do."""
    right = {"allocation": [1, 1], "sizes": [1, 1], "cost": lambda volume: 1.0 * volume}
    with pytest.raises(DataError, match=words):
        in_core(**(right | arguments))


def test_alliances_of_other_numbers():
    """Shares and sizes that differ in number are refused."""
    with pytest.raises(DataError, match="2 numbers and sizes 1"):
        sub_alliances([1, 1], [1], cost=lambda volume: volume)
