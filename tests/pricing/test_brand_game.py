"""A brand that several firms share."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from lcresearch.errors import DataError
from lcresearch.pricing.brand_game import BrandGame

MAKERS = {
    "firms": 35,
    "margin": 6.0,
    "volume": 20_000.0,
    "response": 0.1,
    "effort_cost": 4_000.0,
    "traceability": 0.2,
}
games = st.fixed_dictionaries(
    {
        "firms": st.integers(1, 500),
        "margin": st.floats(0.1, 50),
        "volume": st.floats(10, 1e6),
        "response": st.floats(0.001, 2),
        "effort_cost": st.floats(1, 1e5),
        "traceability": st.floats(0, 1),
    }
)


def profit(own, others, case, subsidy=0.0):
    """Profit of one firm, written out from the definition of reputation."""
    n, t = case["firms"], case["traceability"]
    reputation = t * own + (1 - t) * (own + (n - 1) * others) / n
    sales = case["margin"] * case["volume"] * (1 + case["response"] * reputation)
    return sales - case["effort_cost"] * own**2 / 2 + subsidy * own


@pytest.mark.parametrize("subsidy", [0.0, 5_000.0])
def test_nash_effort_is_the_best_answer_to_itself(subsidy):
    """No firm gains by leaving the equilibrium, found by search over profit written out."""
    effort = BrandGame(**MAKERS).with_subsidy(subsidy).effort
    best = minimize_scalar(
        lambda own: -profit(own, effort, MAKERS, subsidy), bounds=(0, 10), method="bounded"
    )
    assert best.x == pytest.approx(effort, abs=1e-4)


def test_joint_effort_maximises_profit_together():
    """Joint effort is what one owner of all firms would choose."""
    solution = BrandGame(**MAKERS).solve()
    best = minimize_scalar(lambda e: -profit(e, e, MAKERS), bounds=(0, 10), method="bounded")
    assert solution.joint_effort == pytest.approx(best.x, abs=1e-4)
    gain = profit(best.x, best.x, MAKERS) - profit(0, 0, MAKERS)
    assert solution.joint_surplus == pytest.approx(gain, rel=1e-6)


@given(games)
def test_one_firm_or_full_tracing_leaves_nothing_to_ride_on(case):
    """With one firm, or where all goods are traced, firms alone do what they would together."""
    for change in ({"firms": 1}, {"traceability": 1.0}):
        solution = BrandGame(**{**case, **change}).solve()
        assert solution.nash_effort == pytest.approx(solution.joint_effort, rel=1e-12)
        assert solution.surplus_share == pytest.approx(1, rel=1e-12)


@given(games)
def test_share_depends_on_firms_and_tracing_alone(case):
    """The share is 1 - (1 - phi)^2, whatever the units of money, volume and effort."""
    solution = BrandGame(**case).solve()
    phi = case["traceability"] + (1 - case["traceability"]) / case["firms"]
    assert solution.surplus_share == pytest.approx(1 - (1 - phi) ** 2)
    assert solution.nash_surplus == pytest.approx(solution.surplus_share * solution.joint_surplus)
    fen = {name: 100 * case[name] for name in ("margin", "effort_cost")}
    other = BrandGame(**{**case, **fen}).solve()
    assert other.nash_effort == pytest.approx(solution.nash_effort)
    assert other.nash_surplus == pytest.approx(100 * solution.nash_surplus)


def test_effort_falls_with_firms_to_what_tracing_alone_rewards():
    """As firms become many, effort falls to traceability times joint effort, and never rises."""
    firms = np.array([1, 2, 5, 35, 1_000, 10**9])
    solution = BrandGame(**{**MAKERS, "firms": firms}).solve()
    assert (np.diff(solution.nash_effort) < 0).all()
    assert solution.nash_effort[-1] == pytest.approx(0.2 * solution.joint_effort[-1], rel=1e-6)


@given(games)
def test_instruments_restore_joint_effort(case):
    """Subsidy and levy at their restoring rates, and the right standard, give joint effort."""
    game = BrandGame(**case)
    joint = game.solve().joint_effort
    for outcome in (
        game.with_subsidy(game.restoring_subsidy),
        game.with_levy(game.restoring_levy),
        game.with_standard(joint),
        game.with_label(traceability=1.0),
    ):
        assert outcome.effort == pytest.approx(joint, rel=1e-9)
        assert outcome.surplus_share == pytest.approx(1, rel=1e-9)


@given(games, st.floats(0, 10))
def test_levy_pays_for_its_subsidy(case, levy):
    """The same outcome follows when what the levy collects is paid as a subsidy on effort."""
    game = BrandGame(**case)
    levied = game.with_levy(levy)
    paid = game.with_subsidy(levied.transfer / levied.effort)
    assert paid.effort == pytest.approx(levied.effort)
    assert paid.transfer == pytest.approx(levied.transfer)


def test_instruments_that_do_nothing_leave_the_game_alone():
    """Zero rates, a slack standard and an uncopied label of equal tracing change nothing."""
    game = BrandGame(**MAKERS)
    alone = game.solve()
    for outcome in (
        game.with_subsidy(0),
        game.with_levy(0),
        game.with_standard(0),
        game.with_label(),
    ):
        assert outcome.effort == pytest.approx(alone.nash_effort)
        assert outcome.surplus == pytest.approx(alone.nash_surplus)


def test_copies_hurt_and_a_standard_too_high_does_harm():
    """More copies mean less effort and surplus; a standard above twice joint effort loses money."""
    game = BrandGame(**MAKERS)
    labels = game.with_label(copied=np.array([0.0, 0.3, 0.6, 1.0]))
    assert (np.diff(labels.effort) < 0).all()
    assert (np.diff(labels.surplus_share) < 0).all()
    assert labels.effort[-1] == pytest.approx(0.2 * game.solve().joint_effort)
    assert game.with_standard(2.1 * game.solve().joint_effort).surplus < 0


def test_ten_thousand_draws_are_fast_and_equal_one_by_one():
    """Draws are solved together in far less than two seconds, as if one by one."""
    rng = np.random.default_rng(3)
    draws = {**MAKERS, "margin": rng.uniform(1, 9, 10_000), "firms": rng.integers(1, 60, 10_000)}
    start = time.perf_counter()
    game = BrandGame(**draws)
    solution, levied = game.solve(), game.with_levy(0.1)
    assert time.perf_counter() - start < 2
    one = {**draws, "margin": draws["margin"][7], "firms": draws["firms"][7]}
    assert solution.nash_effort[7] == pytest.approx(BrandGame(**one).solve().nash_effort)
    assert levied.surplus[7] == pytest.approx(BrandGame(**one).with_levy(0.1).surplus)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"firms": 0}, "firms is 0: give a finite number from 1"),
        ({"firms": 2.5}, "whole numbers"),
        ({"margin": -1}, "margin is -1"),
        ({"effort_cost": 0}, "above 0"),
        ({"traceability": [0.1, 1.2]}, "traceability is 1.2 at position 1"),
        ({"volume": "much"}, "volume must be a number"),
        ({"margin": [1, 2], "volume": [1, 2, 3]}, "shapes do not fit"),
    ],
)
def test_arguments_out_of_range_are_refused(wrong, message):
    """A wrong argument is named with its value and remedy."""
    with pytest.raises(DataError, match=message):
        BrandGame(**{**MAKERS, **wrong})
