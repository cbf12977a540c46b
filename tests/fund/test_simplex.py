from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import minimize

from lcresearch.errors import DataError
from lcresearch.fund.simplex import fit_many, fit_one


def objective(columns, target, weights, ridge=0.0):
    return ((columns @ weights - target) ** 2).sum() + ridge * (weights**2).sum()


def problem(seed, observations=6, size=8, inside=False):
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(observations, size))
    target = columns @ rng.dirichlet(np.ones(size)) if inside else rng.normal(size=observations)
    return columns, target


def brute_force(columns, target, ridge):
    """The best of all supports, each solved as an equality-constrained problem."""
    best = np.inf
    size = columns.shape[1]
    for count in range(1, size + 1):
        for support in itertools.combinations(range(size), count):
            held = columns[:, support]
            system = np.block(
                [
                    [held.T @ held + ridge * np.eye(count), np.ones((count, 1))],
                    [np.ones((1, count)), np.zeros((1, 1))],
                ]
            )
            found = np.linalg.lstsq(system, np.r_[held.T @ target, 1.0], rcond=None)[0][:count]
            if (found >= -1e-12).all() and abs(found.sum() - 1) < 1e-9:
                best = min(best, objective(held, target, found, ridge))
    return best


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("ridge", [0.0, 1e-6, 0.5, 20.0])
def test_no_support_fits_better(seed, ridge):
    """The value found is the least over all supports, tried one by one."""
    columns, target = problem(seed, observations=4, size=6)
    fit = fit_one(columns, target, ridge=ridge)
    value = objective(columns, target, fit.weights, ridge)
    assert value == pytest.approx(brute_force(columns, target, ridge), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("ridge", [0.0, 1.0])
def test_slsqp_agrees(ridge):
    """A general optimiser of scipy reaches the same value and weights, at its own precision."""
    columns, target = problem(3, observations=12, size=7)
    fit = fit_one(columns, target, ridge=ridge)
    other = minimize(
        lambda w: objective(columns, target, w, ridge),
        np.full(7, 1 / 7),
        method="SLSQP",
        bounds=[(0, 1)] * 7,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert objective(columns, target, fit.weights, ridge) <= other.fun * (1 + 1e-12)
    np.testing.assert_allclose(fit.weights, other.x, atol=1e-5)


numbers = st.floats(-1e3, 1e3, allow_nan=False, width=32)
shapes = st.tuples(st.integers(1, 7), st.integers(1, 9))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), shape=shapes, ridge=st.sampled_from([0.0, 1e-3, 1.0, 1e4]))
def test_kkt_conditions_hold(data, shape, ridge):
    """On any numbers the weights are feasible, and no direction improves them beyond rounding."""
    columns = data.draw(hnp.arrays(float, shape, elements=numbers))
    target = data.draw(hnp.arrays(float, shape[0], elements=numbers))
    fit = fit_one(columns, target, ridge=ridge)
    assert (fit.weights >= 0).all()
    assert fit.weights.sum() == pytest.approx(1, abs=1e-12)
    gradient = columns.T @ (columns @ fit.weights - target) + ridge * fit.weights
    scale = ((columns - target[:, None]) ** 2).sum(axis=0).max() + ridge
    level = fit.weights @ gradient
    assert level - gradient.min() <= 1e-11 * scale + 1e-300
    assert np.abs(gradient[fit.weights > 0] - level).max() <= 1e-11 * scale + 1e-300
    assert fit.kkt <= 1e-11


def test_many_problems_are_those_taken_one_by_one():
    """Problems solved together have the weights of each solved alone, excluded columns left out."""
    rng = np.random.default_rng(5)
    columns = rng.normal(size=(9, 30))
    allowed = ~np.eye(30, dtype=bool)
    for ridge in (0.0, 3.0):
        together = fit_many(columns, columns, allowed=allowed, ridge=ridge)
        for i in range(30):
            alone = fit_one(np.delete(columns, i, axis=1), columns[:, i], ridge=ridge)
            np.testing.assert_allclose(np.delete(together.weights[i], i), alone.weights, atol=1e-10)
            assert together.weights[i, i] == 0


def test_start_does_not_matter():
    """A warm start, good or bad, changes no weight."""
    columns, target = problem(9, observations=10, size=20)
    cold = fit_one(columns, target).weights
    for start in (cold, np.full(20, 0.05), np.eye(20)[7], np.zeros(20)):
        np.testing.assert_allclose(fit_one(columns, target, start=start).weights, cold, atol=1e-11)


def test_common_level_and_unit_do_not_matter():
    """A level added everywhere, or another unit of measure, leaves the weights."""
    columns, target = problem(2, observations=10, size=20)
    plain = fit_one(columns, target).weights
    level = np.linspace(1e5, 2e5, 10)
    np.testing.assert_allclose(
        fit_one(columns + level[:, None], target + level).weights, plain, atol=1e-8
    )
    np.testing.assert_allclose(fit_one(columns * 1e-9, target * 1e-9).weights, plain, atol=1e-10)


def test_perfect_fit_with_spare_columns_is_not_unique():
    """A target inside the hull of many columns is reproduced, and the weights called not unique."""
    columns, target = problem(1, observations=3, size=10, inside=True)
    fit = fit_one(columns, target)
    np.testing.assert_allclose(columns @ fit.weights, target, atol=1e-12)
    assert not fit.unique
    outside, far = problem(1, observations=12, size=4)
    assert fit_one(outside, far).unique


def test_equal_columns_share_under_a_ridge():
    """With a ridge, columns that are the same have the same weight."""
    columns, target = problem(4, observations=5, size=3)
    fit = fit_one(columns[:, [0, 1, 2, 1]], target, ridge=0.3)
    assert fit.weights[1] == pytest.approx(fit.weights[3], abs=1e-12)


def test_nearly_dependent_columns_keep_their_digits():
    """Columns that differ in the seventh digit do not spoil the optimum."""
    rng = np.random.default_rng(8)
    base = rng.normal(size=20)
    columns = base[:, None] + 1e-7 * rng.normal(size=(20, 6))
    target = base + 1e-7 * rng.normal(size=20)
    fit = fit_one(columns, target)
    scaled = fit_one((columns - base[:, None]) * 1e7, (target - base) * 1e7)
    np.testing.assert_allclose(fit.weights, scaled.weights, atol=1e-6)


@pytest.mark.parametrize(
    ("columns", "target", "options", "words"),
    [
        (np.ones((3, 2)), np.ones(2), {}, "do not go together"),
        (np.array([[1.0, np.nan]]), np.ones(1), {}, "missing or infinite"),
        (np.ones((3, 2)), np.ones(3), {"ridge": -1.0}, "zero or more"),
    ],
)
def test_bad_input_is_refused(columns, target, options, words):
    """What cannot be solved is refused in words."""
    with pytest.raises(DataError, match=words):
        fit_one(columns, target, **options)


def test_nothing_allowed_is_refused():
    """A problem without candidates is refused."""
    with pytest.raises(DataError, match="allows no candidate"):
        fit_many(np.ones((2, 2)), np.ones((2, 1)), allowed=np.zeros((1, 2), dtype=bool))
