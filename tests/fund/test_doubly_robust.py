"""One cohort against its controls, from changes and from two cross-sections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lcresearch.fund.doubly_robust import (
    CohortEffects,
    Estimator,
    NotIdentified,
    Sample,
    propensity,
)
from lcresearch.fund.repeated_sections import Rows, section_effect

PAIR = np.array([[-1.0], [1.0]])
ESTIMATORS: tuple[Estimator, ...] = ("dr", "ipw", "reg")


def two_samples(seed: int, size: int = 4000) -> tuple[Sample, Sample]:
    """Return treated and controls, with an effect of 1 and a trend that bends with the covariate."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=size)
    treated = rng.random(size) < 1 / (1 + np.exp(1 - 0.7 * x))
    before = rng.normal(size=size)
    after = before + x + 0.8 * x**2 + treated + rng.normal(size=size)
    columns, y = np.column_stack([np.ones(size), x]), np.column_stack([before, after])
    weight = np.ones(size)
    return (
        Sample(columns[treated], y[treated], weight[treated]),
        Sample(columns[~treated], y[~treated], weight[~treated]),
    )


def test_one_right_model_is_enough() -> None:
    """With a wrong outcome regression, a right propensity saves the doubly robust estimate."""
    found = {
        estimator: np.mean(
            [
                CohortEffects.fit(treated, [control], PAIR, estimator).effects[0]
                for treated, control in (two_samples(seed) for seed in range(20))
            ]
        )
        for estimator in ESTIMATORS
    }
    assert found["dr"] == pytest.approx(1, abs=0.05)
    assert found["ipw"] == pytest.approx(1, abs=0.05)
    assert abs(found["reg"] - 1) > 0.1


def test_logit_has_the_score_of_a_maximum() -> None:
    """The weighted score of the propensity is zero, and the information its negative slope."""
    treated, control = two_samples(1, 300)
    x = np.concatenate([treated.x, control.x])
    mark = np.repeat([1.0, 0.0], [len(treated.x), len(control.x)])
    weight = np.linspace(0.5, 2, len(x))

    def score(coefficients: np.ndarray) -> np.ndarray:
        return np.asarray(x.T @ (weight * (mark - 1 / (1 + np.exp(-x @ coefficients)))))

    logit, inverse = propensity(x, mark, weight)
    assert score(logit) == pytest.approx([0, 0], abs=1e-7)
    slope = np.column_stack(
        [(score(logit + h) - score(logit - h)) / 2e-5 for h in 1e-5 * np.eye(2)]
    )
    assert np.allclose(inverse @ slope, -np.eye(2), atol=1e-6)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_influence_sums_to_zero(estimator: Estimator) -> None:
    """The influence of all units on an effect sums to zero."""
    treated, control = two_samples(2, 500)
    found = CohortEffects.fit(treated, [control], PAIR, estimator)
    total = found.of_treated(treated).sum() + found.of_controls(control).sum()
    assert total == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_parts_of_the_controls_do_not_matter(estimator: Estimator) -> None:
    """Controls in two parts give what they give in one."""
    treated, control = two_samples(3, 500)
    parts = [
        Sample(control.x[rows], control.y[rows], control.weight[rows])
        for rows in (slice(0, 100), slice(100, None))
    ]
    whole = CohortEffects.fit(treated, [control], PAIR, estimator)
    split = CohortEffects.fit(treated, parts, PAIR, estimator)
    assert split.effects == pytest.approx(whole.effects, abs=1e-11)
    assert split.of_controls(parts[1]) == pytest.approx(whole.of_controls(parts[1]), abs=1e-11)


def test_controls_that_look_treated_have_no_weight() -> None:
    """Controls with a propensity above 0.995 are counted and do not move the weighting estimate."""
    rng = np.random.default_rng(5)
    x = np.r_[rng.normal(3.3, 1, 3000), rng.normal(0, 1, 3000)]
    y = np.column_stack([np.zeros(6000), rng.normal(size=6000)])
    samples = [
        Sample(np.column_stack([np.ones(3000), x[part]]), y[part], np.ones(3000))
        for part in (slice(0, 3000), slice(3000, None))
    ]
    samples[0] = replace(samples[0], x=np.clip(samples[0].x, None, 3.6))
    samples[1] = replace(samples[1], x=np.clip(samples[1].x, None, 3.4))
    found = CohortEffects.fit(samples[0], [samples[1]], PAIR, "ipw")
    far = 1 / (1 + np.exp(-samples[1].x @ found.logit)) >= 0.995
    assert found.trimmed == far.sum()
    moved = replace(samples[1], y=samples[1].y + 100 * far[:, None] * [0, 1])
    again = CohortEffects.fit(samples[0], [moved], PAIR, "ipw")
    assert again.effects == pytest.approx(found.effects)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_two_sections_without_covariates_are_differences_of_means(estimator: Estimator) -> None:
    """Without covariates the effect from rows is the difference of differences of four means."""
    rng = np.random.default_rng(6)
    treated, later = rng.random(400) < 0.4, rng.random(400) < 0.5
    y = rng.normal(size=400) + treated + 2 * later + 3 * (treated & later)
    rows = Rows(np.ones((400, 1)), y, np.ones(400), treated, later)
    mean = {(d, p): y[(treated == d) & (later == p)].mean() for d in (0, 1) for p in (0, 1)}
    expected = mean[1, 1] - mean[1, 0] - mean[0, 1] + mean[0, 0]
    effect, influence, trimmed = section_effect(rows, estimator)
    assert effect == pytest.approx(expected)
    assert influence.sum() == pytest.approx(0, abs=1e-12)
    assert trimmed == 0


def test_missing_rows_are_named() -> None:
    """A kind of row that is missing is said in words."""
    rows = Rows(np.ones((4, 1)), np.zeros(4), np.ones(4), np.arange(4) < 2, np.arange(4) % 2 == 1)
    for change, words in (
        ({"later": np.arange(4) != 0}, "no control has a row in the base period"),
        ({"later": np.arange(4) == 2}, "no treated unit has a row in the period"),
    ):
        with pytest.raises(NotIdentified, match=words):
            section_effect(replace(rows, **change), "dr")
