"""Bounds on violations of parallel trends: against linear programmes, coverage, invariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from lcresearch.errors import DataError
from lcresearch.fund.honest import honest_bounds
from lcresearch.fund.honest_event_study import EventStudy
from lcresearch.fund.honest_relative import worst_cases
from lcresearch.fund.honest_smoothness import FixedLength, folded_normal_quantile
from lcresearch.fund.lasso_path import lasso_path


def study(n_pre: int, n_post: int, seed: int, target: list[float] | None = None) -> EventStudy:
    """Return estimates with correlated errors, as those of one base period are."""
    draw = np.random.default_rng(seed)
    count = n_pre + n_post
    root = 0.1 * draw.normal(size=(count, count + 2))
    sigma = root @ root.T / count + 0.002 + 0.002 * np.eye(count)
    beta = draw.multivariate_normal(0.05 * np.arange(count), sigma)
    return EventStudy.read(beta, sigma, n_pre=n_pre, n_post=n_post, target=target)


def second_differences(n_pre: int, n_post: int) -> np.ndarray:
    """Return the matrix of second differences of a violation that is zero in the base period."""
    whole = np.diff(np.eye(n_pre + n_post + 1), n=2, axis=0)
    return np.delete(whole, n_pre, axis=1)


@pytest.mark.parametrize("bias", [0.0, 0.3, 2.0, 9.0, 60.0])
@pytest.mark.parametrize("probability", [0.9, 0.95, 0.99])
def test_folded_normal_quantile(bias: float, probability: float) -> None:
    """The critical value is that of the absolute value of a shifted normal variable."""
    c = folded_normal_quantile(probability, bias)
    assert stats.norm.cdf(c - bias) - stats.norm.cdf(-c - bias) == pytest.approx(probability)


@pytest.mark.parametrize("seed", range(25))
def test_every_corner_of_the_path_solves_its_programme(seed: int) -> None:
    """Each corner meets the optimality conditions, and the last one has no penalty."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 9))
    root = draw.normal(size=(count, count + 2))
    quadratic, linear = root @ root.T, draw.normal(size=count)
    corners = lasso_path(quadratic, linear)
    assert not corners[0].any()
    np.testing.assert_allclose(corners[-1], -np.linalg.solve(quadratic, linear), atol=1e-9)
    for w in corners:
        slope = linear + quadratic @ w
        penalty = np.abs(slope).max()
        moving = np.abs(w) > 1e-9
        np.testing.assert_allclose(slope[moving], -penalty * np.sign(w[moving]), atol=1e-9)


@pytest.mark.parametrize("target", [None, [0.5, 0.5], [0.0, 1.0], [1.0, -1.0]])
@pytest.mark.parametrize("m", [0.0, 0.02, 0.2])
def test_no_affine_estimator_has_a_shorter_interval(target: list[float] | None, m: float) -> None:
    """A search over estimators, with biases by linear programmes, finds nothing shorter."""
    event = study(3, 2, seed=4, target=target)
    differences = second_differences(3, 2)

    def half_length(free: np.ndarray) -> float:
        # the line cancels by the choice of the third weight
        first = free[0] * 3 + free[1] * 2
        v = np.r_[free, event.target @ [1, 2] - first, event.target]
        bias = optimize.linprog(
            -v,
            A_ub=np.vstack([differences, -differences]),
            b_ub=np.ones(2 * len(differences)),
            bounds=(None, None),
        )
        sd = np.sqrt(v @ event.covariance @ v)
        return sd * folded_normal_quantile(0.95, -m * bias.fun / sd)

    low, high = FixedLength.of(event).interval(m, 0.05)
    searched = min(
        optimize.minimize(half_length, start, method="Nelder-Mead").fun
        for start in ([0.0, 0.0], [0.3, 0.3])
    )
    assert (high - low) / 2 == pytest.approx(searched, rel=1e-4)


def moments(event: EventStudy, m: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each part of the restriction, its moments and the loadings of its nuisance."""
    steps = np.delete(np.diff(np.eye(event.n_pre + event.n_post + 1), axis=0), event.n_pre, axis=1)
    before, after = steps[: event.n_pre], steps[event.n_pre :]
    _, _, axes = np.linalg.svd(event.target[None, :])
    parts = []
    for row in before:
        for sign in (1.0, -1.0):
            a = np.vstack([after - m * sign * row, -after - m * sign * row])
            parts.append((a, a[:, event.n_pre :] @ axes[1:].T))
    return parts


def by_linear_programmes(event: EventStudy, a, nuisance, null: float, critical: float) -> bool:
    """Return whether the hybrid test rejects, each step by a linear programme."""
    target = event.target
    sd = np.sqrt(np.einsum("ij,jk,ik->i", a, event.covariance, a))
    shift = a[:, event.n_pre :] @ target * null / (target @ target)
    y = a @ np.r_[event.pre, event.post] - shift
    free = [(None, None)] * (1 + nuisance.shape[1])
    columns = np.column_stack([-sd, -nuisance])
    best = optimize.linprog(np.r_[1, np.zeros(nuisance.shape[1])], columns, -y, bounds=free)
    statistic, weights = best.fun, -best.ineqlin.marginals
    if statistic > critical:
        return True
    sigma = a @ event.covariance @ a.T
    variance = weights @ sigma @ weights
    if statistic <= 0 or variance < 1e-14:
        return statistic > 1e-9
    loading = sigma @ weights / variance
    rest = y - loading * statistic
    # the values x at which the same weights stay optimal
    columns = np.column_stack([loading - sd, -nuisance])
    ends = []
    for sign in (1, -1):
        end = optimize.linprog(sign * np.eye(columns.shape[1])[0], columns, -rest, bounds=free)
        ends.append(sign * end.fun if end.status == 0 else -sign * np.inf)
    spread = np.sqrt(variance)
    upper = stats.norm.sf(min(ends[1], critical) / spread)
    tail = (stats.norm.sf(statistic / spread) - upper) / (stats.norm.sf(ends[0] / spread) - upper)
    return tail < (0.05 - 0.005) / (1 - 0.005)


@pytest.mark.parametrize(
    ("n_pre", "n_post", "target"),
    [(3, 1, None), (2, 3, None), (3, 3, [0.2, 0.3, 0.5]), (2, 2, [0.0, 1.0]), (2, 3, [1, -1, 0.5])],
)
@pytest.mark.parametrize("m", [0.0, 0.7, 2.0])
def test_closed_form_equals_linear_programmes(
    n_pre: int, n_post: int, target: list[float] | None, m: float
) -> None:
    """Part by part and null by null, the test decides as it does with every step a programme."""
    event = study(n_pre, n_post, seed=11, target=target)
    compared = 0
    for part, (a, nuisance) in zip(worst_cases(event, m, 0.05), moments(event, m), strict=False):
        nulls = event.estimate + event.std_error * np.linspace(-6, 6, 13)
        decided = part.accepts(nulls)
        for null, accepted in zip(nulls, decided, strict=True):
            rejected = by_linear_programmes(event, a, nuisance, null, part.least_favourable)
            assert accepted != rejected
            compared += accepted
    assert compared > 0


@pytest.mark.parametrize("m", [0.0, 0.5, 2.0])
def test_least_favourable_value_by_simulation(m: float) -> None:
    """The first stage's critical value is exceeded with the stated probability."""
    event = study(3, 3, seed=2, target=[0.5, 0.25, 0.25])
    draw = np.random.default_rng(0)
    for part in worst_cases(event, m, 0.05, kappa=0.04):
        noise = draw.multivariate_normal([0, 0], part.covariance, size=100_000)
        exceeded = np.mean((noise @ part.loadings.T).max(1) > part.least_favourable)
        assert exceeded == pytest.approx(0.04, abs=0.0025)


@pytest.mark.parametrize(("noise", "most"), [(1.0, 1.0), (0.01, 0.97)])
def test_relative_interval_covers_at_the_edge_of_the_restriction(noise: float, most: float) -> None:
    """At the edge of the restriction the effect is covered in 95 % of samples, or more in noise."""
    event = study(3, 2, seed=6)
    violation, m = np.array([0.02, -0.10, 0.15, 0.25, 0.5]), 1.0
    mean, sigma = violation + np.array([0.0, 0, 0, 1, 1]), noise * event.covariance
    draw, covered, size = np.random.default_rng(3), 0, 800
    for _ in range(size):
        beta = draw.multivariate_normal(mean, sigma)
        sample = EventStudy.read(beta, sigma, n_pre=3, n_post=2)
        covered += any(part.accepts(np.array([1.0]))[0] for part in worst_cases(sample, m, 0.05))
    assert 0.93 < covered / size <= most


def test_smoothness_interval_covers_at_the_edge_of_the_restriction() -> None:
    """With the worst violation the effect is covered in about 95 % of samples, no more."""
    event, m = study(3, 2, seed=6), 0.05
    interval = FixedLength.of(event).interval(m, 0.05)
    probe = np.eye(5)
    centre = [
        np.mean(
            FixedLength.of(EventStudy.read(row, event.covariance, n_pre=3, n_post=2)).interval(
                m, 0.05
            )
        )
        for row in probe
    ]
    differences = second_differences(3, 2)
    worst = optimize.linprog(
        -np.array(centre),
        A_ub=np.vstack([differences, -differences, [[0, 0, 1, 0, 0]], [[0, 0, -1, 0, 0]]]),
        b_ub=np.r_[np.full(2 * len(differences), m), 0.3, 0.3],
        bounds=(None, None),
    ).x
    draws = np.random.default_rng(5).multivariate_normal(worst, event.covariance, size=20_000)
    half = (interval[1] - interval[0]) / 2
    assert np.mean(np.abs(draws @ centre) <= half) == pytest.approx(0.95, abs=0.006)


@pytest.mark.parametrize("restriction", ["relative_magnitude", "smoothness"])
def test_units_and_sign_do_not_matter(restriction: str) -> None:
    """Other units scale the intervals, and a mirrored outcome mirrors them."""
    event = study(4, 2, seed=8)
    beta, m = np.r_[event.pre, event.post], np.array([0.1, 0.4])
    base = honest_bounds(beta, event.covariance, n_pre=4, n_post=2, restriction=restriction, m=m)
    for unit in (1e-6, -1.0, 1e5):
        got = honest_bounds(
            unit * beta,
            unit**2 * event.covariance,
            n_pre=4,
            n_post=2,
            restriction=restriction,
            m=m if restriction == "relative_magnitude" else m * abs(unit),
        )
        expected = np.sort(unit * base.table[["conf_low", "conf_high"]].to_numpy(), axis=1)
        got_ends = got.table[["conf_low", "conf_high"]].to_numpy()
        np.testing.assert_allclose(got_ends, expected, rtol=1e-4, atol=1e-5 * abs(unit))


@pytest.mark.parametrize("restriction", ["relative_magnitude", "smoothness"])
def test_intervals_grow_and_the_breakdown_is_where_zero_enters(restriction: str) -> None:
    """Intervals widen with m, exclude zero just below the breakdown value and not just above."""
    event = study(4, 2, seed=8)
    arguments = {
        "estimates": np.r_[event.pre, event.post + 1.0],
        "covariance": event.covariance,
        "n_pre": 4,
        "n_post": 2,
        "restriction": restriction,
    }
    got = honest_bounds(**arguments)
    width = (got.table["conf_high"] - got.table["conf_low"]).to_numpy()
    assert (np.diff(width) > 0).all()
    edge = got.breakdown
    assert 0 < edge < np.inf
    near = honest_bounds(m=[edge * 0.999, edge * 1.001], **arguments).table
    assert near["conf_low"].iloc[0] > 0 > near["conf_low"].iloc[1]


def test_zero_breakdown_and_parallel_trends() -> None:
    """An insignificant estimate breaks down at zero, and m = 0 nearly gives the usual interval."""
    event = study(3, 1, seed=1)
    beta = np.r_[event.pre, 0.0]
    got = honest_bounds(beta, event.covariance, n_pre=3, n_post=1, m=0.0)
    assert got.breakdown == 0.0
    usual = got.original[1] - got.original[0]
    assert got.table.loc[0, "conf_high"] - got.table.loc[0, "conf_low"] == pytest.approx(
        usual, rel=0.02
    )


def test_one_period_before_is_enough() -> None:
    """With one estimate before the start both restrictions give finite intervals."""
    event = study(1, 2, seed=5)
    for restriction in ("relative_magnitude", "smoothness"):
        got = honest_bounds(
            [*event.pre, *event.post],
            event.covariance,
            n_pre=1,
            n_post=2,
            restriction=restriction,
            target=[0.5, 0.5],
            m=[0, 0.1],
        )
        assert np.isfinite(got.table.to_numpy()).all()
        assert got.estimate == pytest.approx(event.post.mean())


def test_summary_frame_and_plot() -> None:
    """The summary names the breakdown value, the frame is the table, the plot has an interval each."""
    event = study(3, 2, seed=8)
    got = honest_bounds([*event.pre, *event.post], event.covariance, n_pre=3, n_post=2, m=(0.5, 1))
    assert f"{got.breakdown:.4g}" in got.summary()
    pd.testing.assert_frame_equal(got.to_frame(), got.table)
    assert list(got.table.columns) == ["m", "conf_low", "conf_high"]
    axes = got.plot(unit="yuan").axes[0]
    assert len(axes.get_xticks()) == 3
    assert axes.get_ylabel().startswith("yuan")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"restriction": "linear"}, "restriction must be"),
        ({"m": -1}, "m must be"),
        ({"m": []}, "m must be"),
        ({"m": "one"}, "m must be"),
        ({"m": [np.nan]}, "m must be"),
        ({"n_pre": 0}, "n_pre must be"),
        ({"n_post": 1.5}, "n_post must be"),
        ({"n_pre": 4}, "n_pre \\+ n_post = 6 numbers"),
        ({"estimates": [1.0, 2, 3, 4, np.nan]}, "estimates must be finite"),
        ({"estimates": list("abcde")}, "estimates must be numbers"),
        ({"covariance": np.eye(4)}, "covariance must be 5 by 5"),
        ({"covariance": np.ones((5, 5))}, "not positive definite"),
        ({"covariance": np.zeros((5, 5))}, "not positive definite"),
        ({"covariance": np.eye(5) + np.triu(np.ones((5, 5)), 1)}, "not symmetric"),
        ({"target": [1.0]}, "target must hold n_post = 2"),
        ({"target": [0.0, 0.0]}, "target must hold n_post = 2"),
        ({"alpha": 1.5}, "alpha must lie"),
        (
            {
                "estimates": pd.Series(np.ones(5)),
                "covariance": pd.DataFrame(np.eye(5), index=range(1, 6), columns=range(1, 6)),
            },
            "different labels",
        ),
    ],
)
def test_wrong_arguments_are_refused(changed: dict, message: str) -> None:
    """Each wrong argument is refused with a sentence that names it."""
    arguments = {
        "estimates": [0.0, 0.1, 0.0, 1.0, 1.0],
        "covariance": 0.01 * np.eye(5),
        "n_pre": 3,
        "n_post": 2,
        "m": 1.0,
    }
    with pytest.raises(DataError, match=message):
        honest_bounds(**(arguments | changed))
