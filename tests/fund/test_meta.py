"""Meta-analysis: the maximum checked against a fine grid, limits, invariance, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.meta import meta_analysis

Y = [0.10, 0.35, -0.05, 0.62, 0.20, 0.15]
SE = [0.10, 0.12, 0.20, 0.18, 0.08, 0.25]


def restricted_loglik(tau2: float, y: np.ndarray, v: np.ndarray) -> float:
    """Return the restricted likelihood as the density of contrasts of the estimates."""
    contrasts = np.linalg.qr(np.c_[np.ones(len(y)), np.eye(len(y))[:, 1:]])[0][:, 1:]
    covariance = contrasts.T @ np.diag(v + tau2) @ contrasts
    return float(stats.multivariate_normal(cov=covariance).logpdf(contrasts.T @ y))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-3, 3), st.floats(0.05, 2)),
        min_size=3,
        max_size=8,
        unique_by=lambda t: t[0],
    )
)
def test_reml_is_the_greatest_restricted_likelihood(studies: list[tuple[float, float]]) -> None:
    """No between-study variance on a fine grid has a greater restricted likelihood."""
    y, se = np.array(studies).T
    got = meta_analysis(y, se)
    best = restricted_loglik(got.tau2, y, se**2)
    grid = np.r_[0, np.geomspace(1e-4, 100, 60)]
    assert best >= max(restricted_loglik(tau2, y, se**2) for tau2 in grid) - 1e-8


def test_paule_mandel_meets_its_equation() -> None:
    """At the Paule-Mandel variance the weighted squares equal their degrees of freedom."""
    got = meta_analysis(Y, SE, method="PM")
    w = 1 / (np.square(SE) + got.tau2)
    assert got.tau2 > 0
    assert w @ (np.array(Y) - got.estimate) ** 2 == pytest.approx(len(Y) - 1, abs=1e-6)


@pytest.mark.parametrize("method", ["REML", "PM", "DL"])
def test_equal_errors_give_the_sample_mean_and_variance(method: str) -> None:
    """With one standard error for all, tau^2 is the sample variance less its square."""
    got = meta_analysis(Y, [0.1] * 6, method=method)
    assert got.estimate == pytest.approx(np.mean(Y))
    assert got.tau2 == pytest.approx(np.var(Y, ddof=1) - 0.01, rel=1e-7)
    half = stats.t.isf(0.025, 5) * np.std(Y, ddof=1) / np.sqrt(6)
    np.testing.assert_allclose(got.conf_int, [np.mean(Y) - half, np.mean(Y) + half])


@pytest.mark.parametrize("method", ["REML", "PM", "DL", "FE"])
def test_agreement_beyond_chance_gives_the_fixed_effect(method: str) -> None:
    """Estimates closer than their errors have no variance between studies under any method."""
    y = [0.50, 0.51, 0.49, 0.505]
    got = meta_analysis(y, [0.2, 0.1, 0.3, 0.2], method=method, ci="normal")
    w = 1 / np.square([0.2, 0.1, 0.3, 0.2])
    assert got.tau2 == 0
    assert got.i2 == 0
    assert got.estimate == pytest.approx(w @ y / w.sum())
    assert got.std_error == pytest.approx(w.sum() ** -0.5)


def test_a_narrower_hksj_interval_is_said() -> None:
    """Where HKSJ is narrower than the normal interval, the notes say so."""
    y, se = [0.50, 0.51, 0.49, 0.505], [0.2, 0.1, 0.3, 0.2]
    assert any("narrower" in note for note in meta_analysis(y, se).notes)
    assert not meta_analysis(y, se, ci="normal").notes


@pytest.mark.parametrize("method", ["REML", "PM", "DL", "FE"])
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_and_order_do_not_matter(method: str, unit: float) -> None:
    """Other units scale every effect, and shuffled studies change nothing."""
    base = meta_analysis(Y, SE, method=method)
    got = meta_analysis(unit * np.array(Y[::-1]), unit * np.array(SE[::-1]), method=method)
    assert got.estimate == pytest.approx(unit * base.estimate, rel=1e-7)
    assert got.tau2 == pytest.approx(unit**2 * base.tau2, rel=1e-6)
    assert got.i2 == pytest.approx(base.i2, rel=1e-6)
    np.testing.assert_allclose(got.conf_int, np.multiply(unit, base.conf_int), rtol=1e-6)


def test_prediction_interval_is_wider_and_has_its_formula() -> None:
    """The next study's interval adds tau^2 and has k - 2 degrees of freedom."""
    got = meta_analysis(Y, SE)
    half = stats.t.isf(0.025, 4) * np.sqrt(got.tau2 + got.std_error_hksj**2)
    np.testing.assert_allclose(
        got.prediction_interval, [got.estimate - half, got.estimate + half], rtol=1e-12
    )
    assert got.prediction_interval[0] < got.conf_int[0]
    assert np.isinf(meta_analysis(Y[:2], SE[:2]).prediction_interval).all()
    assert np.isnan(meta_analysis(Y, SE, method="FE").prediction_interval).all()


def test_hksj_covers_where_the_normal_interval_falls_short() -> None:
    """With six unequal studies 95 % HKSJ intervals cover the mean in about 95 % of samples."""
    draw, se = np.random.default_rng(1), np.array(SE)
    covered = {"hksj": 0, "normal": 0}
    for _ in range(400):
        y = 0.3 + 0.2 * draw.normal(size=6) + se * draw.normal(size=6)
        for ci in covered:
            low, high = meta_analysis(y, se, ci=ci).conf_int
            covered[ci] += low <= 0.3 <= high
    assert 0.92 < covered["hksj"] / 400 < 0.98
    assert covered["normal"] < covered["hksj"]


def test_frame_names_the_studies() -> None:
    """The frame has a row for each study by its label, then the pooled and the next effect."""
    got = meta_analysis(pd.Series(Y, index=list("abcdef")), SE)
    frame = got.to_frame()
    assert list(frame.index) == [*"abcdef", "pooled", "next study"]
    assert frame.loc["pooled", "conf_low"] == got.conf_int[0]
    assert frame.loc["next study", "conf_high"] == got.prediction_interval[1]
    assert got.studies["weight"].sum() == pytest.approx(1)
    assert "6 studies (REML)" in got.summary()
    labelled = meta_analysis(Y, SE, labels=[f"县{i}" for i in range(6)], method="FE").to_frame()
    assert next(iter(labelled.index)) == "县0"
    assert "next study" not in labelled.index


def test_forest_plot_has_a_row_for_each_study() -> None:
    """The forest plot labels each study, the pooled effect and the next study."""
    axes = meta_analysis(Y, SE).plot(unit="log points").axes[0]
    assert len(axes.get_yticks()) == 8
    assert axes.get_xlabel().startswith("log points")
    assert axes.get_ylabel()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimates": [1.0], "std_errors": [1.0]}, "two studies or more, not 1"),
        ({"std_errors": SE[:5]}, "of one length"),
        ({"std_errors": [*SE[:5], 0]}, "Study 6 has no finite, positive standard error"),
        ({"std_errors": [*SE[:5], -1]}, "Study 6 has no finite, positive standard error"),
        ({"estimates": [np.nan, *Y[1:]]}, "Study 1 has no finite estimate"),
        ({"estimates": [np.inf, *Y[1:]]}, "Study 1 has no finite estimate"),
        ({"estimates": list("abcdef")}, "sequences of numbers"),
        ({"method": "EB"}, "method must be one of"),
        ({"ci": "t"}, "ci must be"),
        ({"alpha": 0}, "alpha must lie"),
        ({"labels": ["a"]}, "names 1 studies"),
        (
            {"estimates": pd.Series(Y), "std_errors": pd.Series(SE, index=range(1, 7))},
            "different indices",
        ),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict, message: str) -> None:
    """Each wrong argument is refused with a sentence that names the study or the remedy."""
    with pytest.raises(DataError, match=message):
        meta_analysis(**({"estimates": Y, "std_errors": SE} | arguments))
