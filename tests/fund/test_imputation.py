"""Imputation: the formulas written out densely, exact effects, coverage, names, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_panel import panel

from lcresearch.errors import DataError
from lcresearch.fund import ImputationDiD
from lcresearch.fund.imputation import ImputationResults

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "cohort": "cohort"}


def fit(
    data: pd.DataFrame, fit_options: dict[str, Any] | None = None, **model: Any
) -> ImputationResults:
    """Fit with the usual columns."""
    return ImputationDiD(data, **(COLUMNS | model)).fit(**(fit_options or {}))


def dense(
    data: pd.DataFrame,
    chosen: pd.Series,
    *,
    covariates: list[str],
    weights: str | None,
    cluster: str,
    leave_one_out: bool,
) -> tuple[float, float]:
    """Return one average and its standard error from dummies and the paper's formulas."""
    w = data[weights].to_numpy() if weights else np.ones(len(data))
    d = ((data["cohort"] > 0) & (data["time"] >= data["cohort"])).to_numpy()
    dummies = pd.get_dummies(data[["unit", "time"]].astype("category"), dtype=float)
    z = np.column_stack([dummies, data[covariates]])
    y = data["y"].to_numpy()
    root = np.sqrt(w[~d])[:, None]
    inverse = np.linalg.pinv(root * z[~d], rcond=1e-10)
    beta = inverse @ (root[:, 0] * y[~d])
    gap = y - z @ beta
    v = np.where(chosen, w, 0.0) / w[chosen].sum()
    estimate = float(v @ gap)
    # Weights of untreated rows: the estimate is linear in their outcomes.
    v[~d] = -(v[d] @ z[d]) @ inverse * root[:, 0]
    error = gap.copy()
    rows = data.assign(v=v, gap=gap)[d & chosen.to_numpy()]
    for _, cell in rows.groupby(["cohort", "time"]):
        for name, own in cell.groupby(cluster):
            others = cell[cell[cluster] != name] if leave_one_out else cell
            sums = others.assign(vg=others["v"] * others["gap"]).groupby(cluster)[["v", "vg"]].sum()
            average = (sums["v"] * sums["vg"]).sum() / (sums["v"] ** 2).sum()
            error[data.index.get_indexer(own.index)] -= average
    scores = pd.Series(v * error).groupby(data[cluster].to_numpy()).sum()
    return estimate, float(np.sqrt((scores**2).sum()))


@pytest.mark.parametrize("kept", [1.0, 0.85])
@pytest.mark.parametrize("covariates", [[], ["x"]])
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("cluster", ["unit", "cluster"])
@pytest.mark.parametrize("leave_one_out", [False, True])
def test_agrees_with_the_formulas_written_out(
    kept: float, covariates: list[str], weights: str | None, cluster: str, leave_one_out: bool
) -> None:
    """Every average and standard error equals the paper's formula on dense dummies."""
    data = panel(kept=kept, units=48)
    result = fit(
        data,
        {"leave_one_out": leave_one_out},
        covariates=covariates,
        weights=weights,
        cluster=cluster,
    )
    options = {
        "covariates": covariates,
        "weights": weights,
        "cluster": cluster,
        "leave_one_out": leave_one_out,
    }
    treated = (data["cohort"] > 0) & (data["time"] >= data["cohort"])
    found = dense(data, treated, **options)
    assert (result.estimate, result.std_error) == pytest.approx(found, rel=1e-9)
    for row in result.att.itertuples():
        chosen = treated & (data["time"] - data["cohort"] == row.event_time)
        assert (row.estimate, row.std_error) == pytest.approx(dense(data, chosen, **options))


def test_without_noise_the_effects_are_exact() -> None:
    """Without noise each row's effect is found, and its average has no standard error."""
    data = panel(noise=0.0)
    result = fit(data, covariates=["x"])
    merged = result.effects.merge(data, on=["unit", "time"])
    assert merged["effect_x"].to_numpy() == pytest.approx(merged["effect_y"].to_numpy())
    assert result.estimate == pytest.approx(data.loc[data["effect"] > 0, "effect"].mean())
    assert result.std_error == pytest.approx(0, abs=1e-9)
    assert result.coefficients["x"] == pytest.approx(0.5)


def test_order_names_and_labels_do_not_matter() -> None:
    """Shuffled rows, Chinese names and labels, and renumbered units leave the result alone."""
    data = panel(kept=0.9)
    plain = fit(data, covariates=["x"], cluster="cluster")
    changed = data.sample(frac=1, random_state=5).assign(
        unit=lambda d: "县" + ((d["unit"] * 7) % 40).astype(str),
        cluster=lambda d: "市" + d["cluster"].astype(str),
    )
    changed["cohort"] = changed["cohort"].replace({0: np.nan})
    names = {
        "unit": "县",
        "time": "年份",
        "cohort": "首年",
        "y": "收入",
        "x": "人口",
        "cluster": "市",
    }
    other = ImputationDiD(
        changed.rename(columns=names),
        outcome="收入",
        unit="县",
        time="年份",
        cohort="首年",
        covariates=["人口"],
        cluster="市",
    ).fit()
    assert other.estimate == pytest.approx(plain.estimate, rel=1e-12)
    assert other.std_error == pytest.approx(plain.std_error, rel=1e-12)
    assert other.covariance.to_numpy() == pytest.approx(plain.covariance.to_numpy())


def test_units_of_measure_do_not_matter() -> None:
    """A shift of the outcome changes nothing, a factor scales it, and years may start anywhere."""
    data = panel()
    plain = fit(data)
    other = fit(
        data.assign(
            y=1e6 + 1000 * data["y"],
            time=data["time"] + 2000,
            cohort=data["cohort"].where(data["cohort"] == 0, data["cohort"] + 2000),
        )
    )
    assert other.estimate == pytest.approx(1000 * plain.estimate, rel=1e-8)
    assert other.std_error == pytest.approx(1000 * plain.std_error, rel=1e-8)
    assert list(other.att["event_time"]) == list(plain.att["event_time"])


def test_what_is_not_identified_is_named() -> None:
    """Units without an untreated period, and periods without an untreated unit, are left out by name."""
    data = panel(cohorts=(1, 3, 5))
    result = fit(data)
    assert set(result.effects["time"]) == {3, 4}
    text = result.summary()
    assert "no untreated period: unit 0, 3, 6, 9, 12 and 9 more" in text
    assert "no untreated unit: time 5, 6, 7" in text
    lost = result.dropped["treated, effect not identified"]
    assert lost + result.nobs == len(data)
    assert f"Rows dropped, treated, effect not identified: {lost}" in text


def test_units_apart_from_their_comparison_are_left_out() -> None:
    """A treated row whose period is tied to its unit by no untreated row has no effect here."""
    rows = [
        ("a", 1, 3),
        ("a", 2, 3),
        ("a", 3, 3),
        ("b", 1, 0),
        ("b", 2, 0),
        ("c", 3, 0),
        ("c", 4, 0),
    ]
    rows += [("d", 1, 2), ("d", 2, 2)]
    data = pd.DataFrame(rows, columns=["unit", "time", "cohort"]).assign(y=np.arange(9.0))
    result = fit(data)
    assert list(result.effects["unit"]) == ["d"]
    assert "not linked" in result.summary()
    assert "unit a" in result.summary()


def test_units_alone_in_their_cell_are_named() -> None:
    """A cohort of one unit is named beside the standard error, which sees none of its noise."""
    data = panel(units=21, cohorts=(0, 0, 3)).query("unit not in [2, 5, 8, 11, 14, 17]")
    single = fit(data)
    assert "too small: unit 20 stand alone" in single.summary()
    assert "too small" not in fit(panel()).summary()
    several = panel(units=22, cohorts=(0, 3)).query("cohort == 0 or unit in [1, 3]")
    several.loc[several["unit"] == 3, "cohort"] = 4
    assert "too small" in fit(several).summary()
    pooled = fit(several, {"cells": "event_time"})
    assert pooled.std_error > fit(several).std_error


def test_missing_outcomes_are_counted() -> None:
    """Rows without an outcome are dropped and counted, and the rest is as if they never were."""
    data = panel()
    holes = data["y"].where(data.index % 9 > 0)
    result = fit(data.assign(y=holes))
    assert result.dropped["no y"] == holes.isna().sum()
    assert result.estimate == fit(data[holes.notna()]).estimate


def test_pretrend_test_finds_a_trend_and_only_that() -> None:
    """The test of leads rejects where cohorts grow apart, and has the size of its level elsewhere."""
    data = panel(units=200, seed=3)
    trend = data.assign(y=data["y"] + 0.6 * data["time"] * (data["cohort"] > 0))
    assert fit(trend, covariates=["x"]).pretrend_test(2).p_value < 1e-4
    tests = [fit(panel(units=120, seed=s), covariates=["x"]).pretrend_test(2) for s in range(500)]
    rejected = np.mean([test.p_value < 0.1 for test in tests])
    assert rejected == pytest.approx(0.1, abs=3 * np.sqrt(0.09 / 500))


def test_intervals_cover() -> None:
    """Intervals for the average effect cover the truth as often as they say, or a little more."""
    hits = []
    for seed in range(300):
        data = panel(units=80, seed=seed)
        truth = data.loc[data["effect"] != 0, "effect"].mean()
        low, high = fit(data, {"leave_one_out": True}, covariates=["x"]).estimate_interval
        hits.append(low <= truth <= high)
    error = np.sqrt(0.95 * 0.05 / len(hits))
    assert 0.95 - 3 * error <= np.mean(hits)


def test_estimates_are_not_biased() -> None:
    """Over many panels the mean of estimate less truth is zero within its simulation error."""
    misses = []
    for seed in range(200):
        data = panel(units=40, seed=seed, kept=0.9)
        truth = data.loc[data["effect"] != 0, "effect"].mean()
        misses.append(fit(data, covariates=["x"]).estimate - truth)
    assert abs(np.mean(misses)) < 3 * np.std(misses) / np.sqrt(len(misses))


@pytest.mark.parametrize(
    ("change", "model", "message"),
    [
        ({"cohort": 0}, {}, "no row is treated"),
        ({"cohort": 99}, {}, "no row is treated"),
        ({"cohort": 1}, {}, "every row is treated"),
        ({"cohort": 3}, {}, "no effect is identified"),
        ({"x": 1.0}, {"covariates": ["x"]}, "'x': does not vary beyond"),
        (
            {"z": lambda d: d["unit"] + d["time"] ** 2},
            {"covariates": ["x", "z"]},
            "'z': does not vary",
        ),
        (
            {"z": lambda d: 2 * d["x"] + d["time"]},
            {"covariates": ["x", "z"]},
            "a combination of other",
        ),
        ({}, {"covariates": "x"}, "write \\['x'\\]"),
        ({"w": lambda d: d["x"] * 0}, {"weights": "w"}, "'w': is zero or negative in 280 rows"),
        ({"cluster": lambda d: d["time"]}, {"cluster": "cluster"}, "belongs to two clusters"),
        ({"cluster": 1}, {"cluster": "cluster"}, "holds one cluster only"),
        ({"cluster": None}, {"cluster": "cluster"}, "'cluster': is empty in row 0"),
        ({}, {"cluster": "nowhere"}, "no column 'nowhere'"),
    ],
)
def test_refusals(change: dict[str, Any], model: dict[str, Any], message: str) -> None:
    """What cannot be estimated is refused with the column and the remedy."""
    with pytest.raises(DataError, match=message):
        fit(panel().assign(**change), **model)


@pytest.mark.parametrize("options", [{"alpha": 0.0}, {"cells": "none"}])
def test_options_out_of_range(options: dict[str, Any]) -> None:
    """Options that mean nothing are refused."""
    with pytest.raises(DataError):
        fit(panel(), options)


@pytest.mark.parametrize("leads", [0, 5, 1.5, True])
def test_leads_out_of_range(leads: Any) -> None:
    """More leads than the panel has periods before treatment, or none, are refused."""
    with pytest.raises(DataError, match="from 1 to 4"):
        fit(panel()).pretrend_test(leads)


def test_leads_without_never_treated_units() -> None:
    """Leads that unit and time effects absorb are refused with advice to take fewer."""
    with pytest.raises(DataError, match="take fewer"):
        fit(panel(cohorts=(4, 5))).pretrend_test(3)


def test_summary_and_plot() -> None:
    """The summary states the average with its interval, and the plot shows each event time."""
    result = fit(panel())
    assert f"{result.estimate:.6g}" in result.summary()
    axes = result.plot().axes[0]
    assert len(axes.lines[0].get_xdata()) == len(result.att)
