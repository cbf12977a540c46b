"""Shapley shares: against every order of joining, the published airport, and the axioms."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch.errors import DataError
from lcresearch.logistics.coalitions import costs_at, pooled_volumes, volume_grid
from lcresearch.logistics.shapley import airport_shares, enumerated_shares, shapley_shares
from lcresearch.logistics.shapley_sample import shapley_sample

whole_sizes = st.lists(st.integers(0, 40), min_size=1, max_size=7)
tables = st.lists(st.floats(-100, 100), min_size=300, max_size=300)


def economies(volume):
    """Return a cost with a fixed part and falling average cost, for arrays."""
    return np.where(volume > 0, 50 + 20 * np.sqrt(volume) + 0.4 * volume, 0.0)


def by_orders(sizes, cost):
    """Return the shares as the mean over all orders of joining."""
    shares = np.zeros(len(sizes))
    for order in permutations(range(len(sizes))):
        pooled = 0
        for player in order:
            joined = pooled + sizes[player]
            shares[player] += cost(joined) - cost(pooled)
            pooled = joined
    return shares / math.factorial(len(sizes))


def from_table(table):
    """Return a cost that is looked up, zero at zero: any game of pooled volume."""
    costs = np.r_[0.0, table]
    return lambda volume: costs[np.asarray(volume, dtype=int)]


@given(whole_sizes.filter(lambda sizes: len(sizes) <= 6), tables)
def test_every_order_of_joining(sizes, table):
    """Shares are the mean marginal cost over all orders, whatever the cost of a volume."""
    cost = from_table(table)
    expected = by_orders(sizes, cost)
    assert shapley_shares(sizes, cost) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("players", [10, 15])
def test_every_coalition(players):
    """Shares agree with the sum over all coalitions for up to fifteen carriers."""
    sizes = np.random.default_rng(players).integers(0, 900, players)
    expected = enumerated_shares(costs_at(economies, pooled_volumes(sizes.astype(float))))
    assert shapley_shares(sizes, economies) == pytest.approx(expected, rel=1e-12)


@given(tables)
def test_sum_over_coalitions_is_the_mean_over_orders(table):
    """The sum over coalitions, which other tests rely on, is the mean over all orders."""
    sizes, cost = [3, 0, 7, 7, 1], from_table(table)
    found = enumerated_shares(costs_at(cost, pooled_volumes(np.array(sizes, dtype=float))))
    assert found == pytest.approx(by_orders(sizes, cost), rel=1e-9, abs=1e-9)


def test_many_equal_carriers():
    """Sixty equal carriers share equally, though their coalitions exceed what integers hold."""
    shares = shapley_shares([7] * 60, economies)
    assert shares == pytest.approx(np.full(60, economies(420) / 60), rel=1e-12)


def test_published_airport():
    """The airport with costs of one, two, three and ten has the shares of the literature."""
    expected = [0.25, 0.5833, 1.0833, 8.0833]
    assert airport_shares([1, 2, 3, 10]) == pytest.approx(expected, abs=1e-4)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=7))
def test_airport_against_every_coalition(costs):
    """The airport's shares are the Shapley shares of the dearest member's cost."""
    dearest = np.zeros(1)
    for cost in costs:
        dearest = np.concatenate([dearest, np.maximum(dearest, cost)])
    assert airport_shares(costs) == pytest.approx(enumerated_shares(dearest), abs=1e-9)


@given(whole_sizes, tables)
def test_efficiency(sizes, table):
    """The shares add up to the cost of all."""
    cost = from_table(table)
    assert shapley_shares(sizes, cost).sum() == pytest.approx(cost(sum(sizes)), abs=1e-8)


@given(whole_sizes, tables)
def test_symmetry_and_no_parcels(sizes, table):
    """Carriers of one size pay exactly the same, and a carrier with no parcels pays nothing."""
    sizes = [*sizes, sizes[0], 0]
    shares = shapley_shares(sizes, from_table(table))
    assert shares[-2] == shares[0]
    assert shares[-1] == 0


@given(whole_sizes, tables, st.floats(-5, 5))
def test_additivity(sizes, table, slope):
    """Shares of a sum of costs are sums of shares; a cost in proportion is paid by size."""
    cost = from_table(table)
    together = shapley_shares(sizes, lambda volume: cost(volume) + slope * volume)
    apart = shapley_shares(sizes, cost) + slope * np.array(sizes)
    assert together == pytest.approx(apart, abs=1e-8)


@given(whole_sizes, tables, st.randoms())
def test_order_does_not_matter(sizes, table, random):
    """Carriers in another order pay the same."""
    order = list(range(len(sizes)))
    random.shuffle(order)
    mixed = shapley_shares([sizes[player] for player in order], from_table(table))
    assert mixed == pytest.approx(shapley_shares(sizes, from_table(table))[order], abs=1e-8)


@given(whole_sizes, st.integers(1, 10_000))
def test_unit_of_volume_does_not_matter(sizes, unit):
    """Sizes in other units, with the cost that belongs to them, give the same shares."""
    plain = shapley_shares(sizes, economies)
    large = shapley_shares(np.array(sizes) * unit, lambda volume: economies(volume / unit))
    small = shapley_shares(np.array(sizes) / 8, lambda volume: economies(volume * 8))
    assert large == pytest.approx(plain, rel=1e-9)
    assert small == pytest.approx(plain, rel=1e-9)


def test_shares_of_volume():
    """Decimal shares of one are measured in their common unit, so that many are allowed."""
    grid = volume_grid(np.array([0.125, 0.35, 0.525]))
    assert grid.steps.tolist() == [5, 14, 21]
    assert grid.volumes[-1] == 1.0
    shares = shapley_shares([1 / 35] * 35, lambda volume: economies(volume * 10_000))
    assert shares == pytest.approx(np.full(35, economies(10_000) / 35))


def test_sizes_without_a_common_unit():
    """A few sizes without a common unit are shared by looking at every coalition."""
    sizes = [1.0, math.sqrt(2), math.pi, math.e]
    assert volume_grid(np.array(sizes)) is None
    assert shapley_shares(sizes, economies) == pytest.approx(by_orders(sizes, economies))


def test_cost_for_one_number_at_a_time():
    """A function that takes single numbers gives what its array form gives."""

    def cost(volume):
        return 50 + 20 * math.sqrt(volume) + 0.4 * volume if volume > 0 else 0.0

    sizes = [100, 40, 0, 77]
    assert shapley_shares(sizes, cost) == pytest.approx(shapley_shares(sizes, economies))
    fixed = shapley_shares(sizes, lambda volume: 9.0 if volume else 0.0)
    assert fixed == pytest.approx([3, 3, 0, 3])


def test_series_of_sizes():
    """A series gives an array in its order."""
    sizes = pd.Series({"a": 3, "b": 1})
    assert shapley_shares(sizes, lambda volume: 2.0 * volume) == pytest.approx([6, 2])


def test_nobody_ships():
    """If no carrier has parcels, nobody pays."""
    assert shapley_shares([0, 0, 0], economies).tolist() == [0, 0, 0]


def test_sampled_shares_are_near_and_know_their_error():
    """Sampled shares deviate from the exact ones by what their standard errors say."""
    sizes = np.array([5, 11, 0, 23, 8, 31, 2])
    exact = shapley_shares(sizes, economies)

    def cost(group):
        return float(economies(sizes[list(group)].sum()))

    runs = [shapley_sample(7, cost, pairs=40, seed=seed) for seed in range(120)]
    assert all(run.shares.sum() == pytest.approx(exact.sum()) for run in runs)
    paying = sizes > 0
    scores = np.array([(run.shares - exact)[paying] / run.std_errors[paying] for run in runs])
    assert np.abs(scores.mean(axis=0)).max() < 4 / math.sqrt(len(runs))
    assert 0.85 < np.sqrt((scores**2).mean()) < 1.2
    idle = runs[0].to_frame().loc[2]
    assert (idle["share"], idle["std_error"]) == (0, 0)


def test_sample_is_seeded():
    """One seed gives one result, and another seed another."""

    def cost(group):
        return float(len(group)) ** 0.5 * (1 + 0 in group)

    one, again, other = (shapley_sample(6, cost, pairs=5, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.shares, again.shares)
    assert not np.array_equal(one.shares, other.shares)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([3, -1], "sizes: -1.0 at position 1"),
        ([3, math.nan], "sizes: nan at position 1"),
        ([], "one number for each"),
        (35, "one number for each"),
        (["many"], "sizes must be numbers"),
        (np.random.default_rng(0).random(35), "35 sizes have no common unit .* round them"),
    ],
)
def test_wrong_sizes(sizes, words):
    """Sizes that are no sizes, or too fine, are refused with what to do."""
    with pytest.raises(DataError, match=words):
        shapley_shares(sizes, economies)


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (lambda volume: volume + 5, r"cost\(0\) is 5: .* return zero there"),
        (lambda volume: np.where(volume > 3, np.nan, 0.0), r"cost\(4\) is nan"),
    ],
)
def test_wrong_cost(cost, words):
    """A cost that is not finite, or not zero without a parcel, is refused."""
    with pytest.raises(DataError, match=words):
        shapley_shares([2, 4], cost)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"players": 0}, "players is 0"),
        ({"pairs": 1}, "pairs is 1"),
        ({"cost": lambda group: len(group) * math.inf}, "cost of .* is inf"),
    ],
)
def test_wrong_sample(options, words):
    """A sample of nobody, of one pair, or of infinite costs is refused."""
    with pytest.raises(DataError, match=words):
        shapley_sample(**({"players": 3, "cost": len, "pairs": 4, "seed": 1} | options))
