"""Randomization inference: exact counts, agreement of draws with the enumeration, refusals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.randomization import randomization_test

DATA = pd.DataFrame(
    {"sales": [3.1, 4.0, 5.2, 6.3, 1.0, 2.2, 2.9, 3.6], "fund": [1, 1, 1, 1, 0, 0, 0, 0]}
)


def all_of_four() -> list[np.ndarray]:
    """Return every way to treat four rows of eight."""
    rows = []
    for chosen in combinations(range(8), 4):
        rows.append(np.isin(np.arange(8), chosen).astype(int))
    return rows


def shuffled(generator: np.random.Generator) -> np.ndarray:
    """Draw four rows of eight."""
    return generator.permutation([1, 1, 1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_enumeration_equals_scipys_exact_permutation_test(alternative: str) -> None:
    """With all assignments listed the p-value is that of an exact permutation test."""
    got = randomization_test(
        DATA,
        outcome="sales",
        treatment="fund",
        assignments=all_of_four(),
        alternative=alternative,
    )
    treated, control = (DATA.sales[DATA.fund == d].to_numpy() for d in (1, 0))
    peer = stats.permutation_test(
        (treated, control), lambda x, y: x.mean() - y.mean(), alternative=alternative
    )
    assert got.exhaustive
    assert got.draws == 70
    assert got.statistic == pytest.approx(peer.statistic)
    assert got.p_value == pytest.approx(peer.pvalue)


def test_draws_approach_the_enumeration_and_the_seed_decides_them() -> None:
    """A drawn p-value is within simulation error of the exact one, and repeats with its seed."""
    arguments = {"outcome": "sales", "treatment": "fund"}
    exact = randomization_test(DATA, assignments=all_of_four(), **arguments)
    first, again = (
        randomization_test(DATA, assignments=shuffled, draws=3000, seed=4, **arguments)
        for _ in range(2)
    )
    assert not first.exhaustive
    assert first.draws == 3001
    assert first.p_value == again.p_value
    assert first.p_value == pytest.approx(exact.p_value, abs=0.02)


def test_a_users_statistic_and_assignment() -> None:
    """A statistic of one's own, on an assignment that is no column of zeros and ones, is used."""
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    got = randomization_test(
        observed=np.array([1, 2, 3, 4, 5]),
        statistic=lambda dose: float(np.corrcoef(dose, x)[0, 1]),
        assignments=lambda generator: generator.permutation(5) + 1,
        draws=500,
        seed=1,
    )
    assert got.statistic == pytest.approx(1)
    assert 0 < got.p_value < 0.05


def test_the_p_value_is_never_zero() -> None:
    """The assignment that happened counts, so that the p-value is at least one over the draws."""
    data = pd.DataFrame(
        {"sales": np.r_[np.full(20, 100.0), np.zeros(20)], "fund": [1] * 20 + [0] * 20}
    )
    got = randomization_test(
        data,
        outcome="sales",
        treatment="fund",
        assignments=lambda generator: generator.permutation(data.fund),
        draws=99,
        seed=0,
    )
    assert got.p_value == pytest.approx(1 / 100)


def test_shifts_and_units_do_not_matter() -> None:
    """Other units of the outcome, and a constant added to it, leave the p-value as it is."""
    arguments = {"outcome": "sales", "treatment": "fund", "assignments": all_of_four()}
    base = randomization_test(DATA, **arguments)
    got = randomization_test(DATA.assign(sales=1e6 * DATA.sales + 1e7), **arguments)
    assert got.p_value == base.p_value


def test_gaps_are_counted() -> None:
    """Rows without an outcome are left out of both means and counted."""
    data = DATA.assign(sales=[np.nan, *DATA.sales[1:]])
    got = randomization_test(data, outcome="sales", treatment="fund", assignments=all_of_four())
    assert got.dropped == {"no sales": 1}
    assert "Rows dropped, no sales: 1" in got.summary()
    known = data.dropna()
    means = known.groupby("fund").sales.mean()
    assert got.statistic == pytest.approx(means[1] - means[0])


def test_size_is_exact_under_the_sharp_null() -> None:
    """Over all assignments that could have happened, one in ten at most is rejected at a tenth."""
    y = DATA.sales
    p_values = [
        randomization_test(
            pd.DataFrame({"sales": y, "fund": happened}),
            outcome="sales",
            treatment="fund",
            assignments=all_of_four(),
        ).p_value
        for happened in all_of_four()
    ]
    assert 0 < np.mean(np.array(p_values) <= 0.1) <= 0.1


def test_frame_and_plot() -> None:
    """The frame is one row, and the plot's axes are labelled."""
    got = randomization_test(DATA, outcome="sales", treatment="fund", assignments=all_of_four())
    assert got.to_frame().loc[0, "p_value"] == got.p_value
    axes = got.plot().axes[0]
    assert axes.get_xlabel()
    assert axes.get_ylabel()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"assignments": all_of_four()[1:]}, "is not among those listed"),
        ({"assignments": [np.ones(3)]}, "assignment 0 has shape"),
        ({"assignments": [np.ones(8)]}, "treats all rows"),
        ({"assignments": [2 * np.arange(8)]}, "zeros and ones"),
        ({"outcome": "sale"}, "no column 'sale'"),
        ({"outcome": None}, "A statistic is missing"),
        ({"treatment": None}, "The assignment that happened is missing"),
        ({"treatment": "funds"}, "no column 'funds'"),
        ({"draws": 0, "assignments": shuffled}, "draws must be"),
        ({"alternative": "both"}, "alternative must be"),
        ({"statistic": lambda _: np.nan}, "finite number"),
    ],
)
def test_wrong_arguments_are_refused(changed: dict, message: str) -> None:
    """Each wrong argument is refused with a sentence that says what to do."""
    arguments = {"outcome": "sales", "treatment": "fund", "assignments": all_of_four()} | changed
    with pytest.raises(DataError, match=message):
        randomization_test(DATA, **arguments)
