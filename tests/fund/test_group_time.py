"""Effects by cohort and period."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from staggered import staggered_panel

import lcresearch as lc
from lcresearch.errors import DataError
from lcresearch.fund.aggregate import Aggregate
from lcresearch.fund.group_time_results import GroupTimeResults

COLUMNS = {"outcome": "y", "unit": "id", "time": "t", "cohort": "g"}
ESTIMATORS = ("dr", "ipw", "reg")


def estimate(data: pd.DataFrame, **options: Any) -> GroupTimeResults:
    fit = {key: options.pop(key) for key in ("bootstrap", "seed", "alpha") if key in options}
    return lc.fund.GroupTimeATT(data, **{**COLUMNS, **options}).fit(**fit)


def test_frame_has_the_promised_columns() -> None:
    """Every cohort and period from the second on is one row, with an interval round it."""
    att = estimate(staggered_panel()).att
    assert list(att) == ["cohort", "time", "estimate", "std_error", "conf_low", "conf_high"]
    assert len(att) == 3 * 6
    assert ((att["conf_low"] < att["estimate"]) & (att["estimate"] < att["conf_high"])).all()


def test_effect_without_covariates_is_a_difference_of_mean_changes() -> None:
    """Without covariates an effect is the cohort's mean change less that of the never treated."""
    data = staggered_panel()
    wide = data.pivot_table(index="id", columns="t", values="y")
    first = data.groupby("id")["g"].first()
    change = wide[6] - wide[4]
    expected = change[first == 5].mean() - change[first == 0].mean()
    variance = change[first == 5].var(ddof=0) / (first == 5).sum()
    variance += change[first == 0].var(ddof=0) / (first == 0).sum()
    for estimator in ESTIMATORS:
        cell = estimate(data, estimator=estimator).att.set_index(["cohort", "time"]).loc[(5, 6)]
        assert cell["estimate"] == pytest.approx(expected, abs=1e-12)
        assert cell["std_error"] == pytest.approx(np.sqrt(variance), abs=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("complete", [True, False])
def test_standard_errors_are_those_of_small_changes_of_weights(
    estimator: str, complete: bool
) -> None:
    """A unit's influence is the effect of its weight, through every step of the estimate.

    The derivative is taken by differences of whole fits, aggregates with their shares included.
    """
    data = staggered_panel(units=90, periods=4, cohorts=(0, 3, 4), seed=3)
    if not complete:
        data = data.sample(frac=0.9, random_state=1)

    def numbers(frame: pd.DataFrame) -> tuple[list[float], list[float]]:
        found = estimate(frame, covariates=["x1", "x2"], estimator=estimator, weights="w")
        totals = [found.aggregate(kind) for kind in get_args(Aggregate)]
        values = [*found.params, *(total.estimate for total in totals)]
        return values, [*found.std_errors, *(total.std_error for total in totals)]

    influence = []
    for unit in data["id"].unique():
        step = np.where(data["id"] == unit, 1e-4, 0)
        up = numbers(data.assign(w=data["w"] * (1 + step)))[0]
        down = numbers(data.assign(w=data["w"] * (1 - step)))[0]
        influence.append((np.array(up) - np.array(down)) / 2e-4)
    expected = np.sqrt((np.array(influence) ** 2).sum(axis=0))
    assert numbers(data)[1] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("complete", [True, False])
def test_nothing_hangs_on_order_labels_or_units(estimator: str, complete: bool) -> None:
    """Row order, unit labels, Chinese names and a shift in time change nothing; scale scales."""
    data = staggered_panel(seed=4)
    if not complete:
        data = data.sample(frac=0.9, random_state=2)
    options = {"estimator": estimator, "covariates": ["x1", "x3"], "cluster": "c", "bootstrap": 99}
    base = estimate(data, seed=7, **options).att
    label = {unit: f"县{(unit * 7919) % 1000:04d}" for unit in data["id"].unique()}
    names = {"id": "县", "t": "年", "y": "网络零售额", "g": "首年", "x1": "人口", "c": "市"}
    shuffled = data.sample(frac=1, random_state=5).assign(
        id=lambda d: d["id"].map(label),
        t=lambda d: d["t"] + 2010,
        g=lambda d: d["g"].where(d["g"] == 0, d["g"] + 2010),
        y=lambda d: 1000 * d["y"] + 5e4,
        x1=lambda d: 100 - 7 * d["x1"],
        c=lambda d: d["c"].map("市{}".format),
    )
    other = lc.fund.GroupTimeATT(
        shuffled.rename(columns=names),
        outcome="网络零售额",
        unit="县",
        time="年",
        cohort="首年",
        cluster="市",
        covariates=["人口", "x3"],
        estimator=estimator,  # type: ignore[arg-type]
    ).fit(bootstrap=99, seed=7)
    assert (other.att["cohort"] - 2010).tolist() == base["cohort"].tolist()
    assert (other.att["time"] - 2010).tolist() == base["time"].tolist()
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        assert other.att[column].to_numpy() / 1000 == pytest.approx(base[column], abs=1e-6)


def test_weights_repeat_units() -> None:
    """A unit of weight two counts as two units with the same rows, in each kind of estimate."""
    data = staggered_panel(units=150)
    data["w"] = 1 + data["id"] % 2.0
    twice = data[data["w"] == 2].assign(id=lambda d: d["id"] + 1000)
    options = {"covariates": ["x1"]}
    weighted = estimate(data, weights="w", **options)
    repeated = estimate(pd.concat([data, twice]), **options)
    assert weighted.att["estimate"].to_numpy() == pytest.approx(repeated.att["estimate"], abs=1e-9)
    for kind in ("simple", "dynamic", "group", "calendar"):
        ours = weighted.aggregate(kind).estimate  # type: ignore[arg-type]
        assert ours == pytest.approx(repeated.aggregate(kind).estimate, abs=1e-9)  # type: ignore[arg-type]


def test_clusters_of_copies_give_the_errors_of_single_units() -> None:
    """Five copies of each unit, clustered together, have the standard errors of the units alone."""
    data = staggered_panel(units=150)
    copies = pd.concat([data.assign(pair=data["id"], id=data["id"] + 1000 * k) for k in range(5)])
    alone = estimate(data, covariates=["x1"])
    together = estimate(copies, covariates=["x1"], cluster="pair")
    assert together.att["std_error"].to_numpy() == pytest.approx(alone.att["std_error"], abs=1e-10)
    ours, theirs = together.aggregate("dynamic"), alone.aggregate("dynamic")
    assert ours.std_error == pytest.approx(theirs.std_error, abs=1e-10)


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard errors are the same whether units are added in one block or in many."""
    data = staggered_panel()
    for options in ({"cluster": "c"}, {}):
        whole = estimate(data, covariates=["x1"], **options)
        with monkeypatch.context() as patch:
            patch.setattr("lcresearch.fund.group_time_effects.CHUNK", 17)
            patch.setattr("lcresearch.fund.influence.CHUNK", 17)
            pieces = estimate(data, covariates=["x1"], **options)
        assert np.allclose(whole.covariance, pieces.covariance, rtol=1e-12, atol=1e-15)


def test_estimates_find_the_truth_and_intervals_cover_it() -> None:
    """Over 200 panels the doubly robust estimate has no bias, and 95 % intervals cover 95 %."""
    hits, errors = [], []
    for seed in range(200):
        data = staggered_panel(units=250, periods=4, cohorts=(0, 3), seed=100 + seed)
        truth = data.loc[data["effect"] > 0, "effect"].mean()
        found = estimate(data, covariates=["x1", "x2"]).aggregate("simple")
        low, high = found.overall_conf_int()
        hits.append(low < truth < high)
        errors.append(found.estimate - truth)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(200)
    assert abs(np.mean(hits) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200)
    naive = [
        estimate(staggered_panel(units=250, periods=4, cohorts=(0, 3), seed=s)).aggregate().estimate
        for s in range(20)
    ]
    assert np.mean(naive) > 1.2


def test_not_yet_treated_controls_grow_the_comparison() -> None:
    """Not yet treated controls change estimates before the last cohort starts, not after."""
    data = staggered_panel()
    never = estimate(data).att.set_index(["cohort", "time"])["estimate"]
    later = estimate(data, control_group="not_yet_treated").att
    later = later.set_index(["cohort", "time"])["estimate"]
    assert later.loc[3, 7] == pytest.approx(never.loc[3, 7], abs=1e-12)
    assert abs(later.loc[3, 3] - never.loc[3, 3]) > 1e-3


def test_last_cohort_serves_where_nobody_is_never_treated() -> None:
    """With everyone treated in the end, the last cohort is control, and the results say so."""
    data = staggered_panel()
    data = data[data["g"] > 0]
    with pytest.raises(DataError, match=r'choose control_group="not_yet_treated"'):
        estimate(data)
    found = estimate(data, control_group="not_yet_treated")
    assert set(found.att["cohort"]) == {3, 5}
    assert found.att["time"].max() == 5
    assert "the last cohort, 6, serves as control" in found.notes[0]
    assert sum(found.dropped.values()) == 2 * data["id"].nunique()
    relabelled = data[data["t"] < 6].assign(g=lambda d: d["g"].replace(6, 0))
    expected = estimate(relabelled, control_group="not_yet_treated").att
    pd.testing.assert_frame_equal(found.att, expected)


def test_universal_base_contains_its_reference() -> None:
    """With a universal base the reference period is zero without error; later effects agree."""
    data = staggered_panel()
    universal = estimate(data, base_period="universal").att.set_index(["cohort", "time"])
    varying = estimate(data).att.set_index(["cohort", "time"])
    assert len(universal) == 3 * 7
    assert universal.loc[(5, 4), ["estimate", "std_error"]].tolist() == [0, 0]
    for period in (5, 6, 7):
        assert universal.loc[(5, period), "estimate"] == varying.loc[(5, period), "estimate"]
    summed = -varying.loc[(5, 4), "estimate"] - varying.loc[(5, 3), "estimate"]
    assert universal.loc[(5, 2), "estimate"] == pytest.approx(summed, abs=1e-12)


def test_anticipation_moves_the_base() -> None:
    """With one period of anticipation the base lies two periods before treatment."""
    data = staggered_panel()
    wide = data.pivot_table(index="id", columns="t", values="y")
    first = data.groupby("id")["g"].first()
    found = estimate(data, anticipation=1).att.set_index(["cohort", "time"])["estimate"]
    for period in (4, 6):
        change = wide[period] - wide[3]
        expected = change[first == 5].mean() - change[first == 0].mean()
        assert found.loc[5, period] == pytest.approx(expected, abs=1e-12)
    assert estimate(data, anticipation=1).pretrend_test().df < estimate(data).pretrend_test().df
    assert "no base period" in estimate(data, anticipation=2).skipped["reason"][0]


def test_bootstrap_agrees_with_analytic_errors_and_bands_are_wider() -> None:
    """Each law of multipliers gives the analytic standard errors, and a simultaneous band."""
    data = staggered_panel()
    analytic = estimate(data, covariates=["x1"])
    model = lc.fund.GroupTimeATT(data, **COLUMNS, covariates=["x1"])
    for law in ("rademacher", "mammen", "gaussian"):
        found = model.fit(bootstrap=4000, seed=1, multipliers=law)  # type: ignore[arg-type]
        assert found.std_errors.to_numpy() == pytest.approx(analytic.std_errors, rel=0.1)
        assert found.aggregate().std_error == pytest.approx(analytic.aggregate().std_error, rel=0.1)
        assert 2.5 < found.critical_value() < 3.3
        again = model.fit(bootstrap=4000, seed=1, multipliers=law)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(found.att, again.att)


def test_intervals_are_worked_out_anew() -> None:
    """An interval at another alpha is computed, not relabelled, with and without draws."""
    data = staggered_panel()
    for draws in (0, 999):
        found = estimate(data, bootstrap=draws, seed=2, alpha=0.1)
        at_fit = found.att[["conf_low", "conf_high"]].to_numpy()
        assert at_fit == pytest.approx(found.conf_int(0.1).to_numpy())
        wider = found.conf_int(0.01)
        assert (wider["conf_low"].to_numpy() < at_fit[:, 0]).all()
        assert (wider["conf_high"].to_numpy() > at_fit[:, 1]).all()
    with pytest.raises(DataError, match="too few draws"):
        found.conf_int(0.0001)


def test_lack_of_overlap_is_reported_by_name() -> None:
    """A cohort that a covariate tells from its controls is skipped with the reason."""
    data = staggered_panel()
    data["mark"] = (data["g"] == 3) * 5 + 0.1 * data["x1"]
    for complete in (data, data.drop(index=data.index[10])):
        found = estimate(complete, covariates=["mark"])
        assert set(found.att["cohort"]) == {5, 6}
        assert found.skipped["cohort"].unique().tolist() == [3]
        assert found.skipped["reason"].str.contains("no overlap").all()
        assert any("Cohort 3 is left out" in note for note in found.notes)
        assert np.isfinite(found.att.to_numpy()).all()
        assert "Cohort 3 is left out" in found.summary()
    with pytest.raises(DataError, match="no effect can be estimated.*no overlap"):
        estimate(data[data["g"].isin([0, 3])], covariates=["mark"])


def test_covariate_that_is_the_same_for_all_adds_nothing() -> None:
    """A covariate without variation between units in a period leaves estimates as they are."""
    data = staggered_panel().assign(year=lambda d: d["t"] * 1.0)
    for frame in (data, data.drop(index=data.index[10])):
        with_it = estimate(frame[frame["t"] < 4], covariates=["x1", "year"])
        without = estimate(frame[frame["t"] < 4], covariates=["x1"])
        if len(frame) == len(data):
            assert with_it.att["estimate"].to_numpy() == pytest.approx(without.att["estimate"])
    with pytest.raises(DataError, match="collinear"):
        estimate(data.assign(z=2 * data["x1"] + 1), covariates=["x1", "z"])


def test_cohort_of_one_unit_is_reported_by_name() -> None:
    """A cohort of one unit has no standard error: it is skipped, and alone it is refused."""
    data = staggered_panel()
    lonely = data.loc[data["g"] == 3, "id"].iloc[0]
    few = data[(data["g"] != 3) | (data["id"] == lonely)]
    found = estimate(few)
    assert set(found.att["cohort"]) == {5, 6}
    assert "one unit" in found.skipped["reason"][0]
    only = few[few["g"].isin([0, 3])]
    for cluster in (None, "c"):
        with pytest.raises(DataError, match="Cohort 3 is left out: the cohort is one unit"):
            estimate(only, cluster=cluster)


def test_cohort_in_one_cluster_is_said() -> None:
    """Standard errors of a cohort that lies in one cluster are flagged as too small."""
    data = staggered_panel()
    data["c"] = data["c"].where(data["g"] != 3, 99)
    assert any("Cohort 3 lies in one cluster" in n for n in estimate(data, cluster="c").notes)


def test_gaps_are_said_and_dropped_rows_counted() -> None:
    """Missing outcomes are counted, and an unbalanced panel is called so."""
    data = staggered_panel()
    data.loc[[5, 9], "y"] = np.nan
    found = estimate(data)
    assert found.dropped == {"no y": 2}
    assert found.nobs == len(data) - 2
    assert "two cross-sections" in found.notes[0]
    assert "Rows dropped, no y: 2" in found.summary()


def test_pretrend_test_rejects_a_broken_trend_only() -> None:
    """The Wald statistic is large if a cohort's trend breaks before treatment, else not."""
    data = staggered_panel(units=600)
    options = {"covariates": ["x1", "x2"]}
    fine = estimate(data, **options).pretrend_test()
    assert fine.df == 1 + 3 + 4
    assert fine.p_value > 0.01
    broken = data.assign(y=data["y"] + 1.0 * ((data["g"] == 6) & (data["t"] == 4)))
    assert estimate(broken, **options).pretrend_test().p_value < 1e-4
    universal = estimate(data, base_period="universal").pretrend_test()
    assert universal.statistic == pytest.approx(estimate(data).pretrend_test().statistic)


def test_pretrend_test_needs_something_to_test() -> None:
    """Without two periods before treatment, or with too few clusters, the test is refused."""
    with pytest.raises(DataError, match="no effect before treatment"):
        estimate(staggered_panel(cohorts=(0, 2)).query("t >= 1")).pretrend_test()
    data = staggered_panel()
    with pytest.raises(DataError, match="too few independent"):
        estimate(data.assign(c=data["c"] % 4), cluster="c").pretrend_test()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"estimator": "ols"}, "estimator must be one of"),
        ({}, {"control_group": "all"}, "control_group must be one of"),
        ({}, {"base_period": "first"}, "base_period must be one of"),
        ({}, {"anticipation": -1}, "anticipation must be"),
        ({}, {"covariates": "x1"}, "must be a list of names"),
        ({}, {"covariates": ["x1", "x1"]}, "twice"),
        ({}, {"covariates": ["x9"]}, "no column 'x9'"),
        ({"k": 3.0}, {"covariates": ["k"]}, "'k': is the same in every row"),
        ({}, {"bootstrap": 5}, "too few draws"),
        ({}, {"bootstrap": -1}, "whole number of draws"),
        ({}, {"alpha": 0.0}, "alpha must lie"),
        ({"w": -1.0}, {"weights": "w"}, "not positive for 300 units"),
        ({"w": range(2100)}, {"weights": "w"}, "changes within id 0"),
        ({"c": range(2100)}, {"cluster": "c"}, "belongs to two clusters"),
        ({"g": 0}, {}, "nobody is treated"),
        ({"g": 1}, {}, "treated in the first period"),
        ({"g": 5}, {"control_group": "not_yet_treated"}, "none stays untreated"),
        ({"g": 8}, {"anticipation": 1}, "within the 1 of anticipation"),
        ({"g": "3"}, {}, "'g': holds text"),
    ],
)
def test_wrong_input_is_refused(change: Any, options: Any, message: str) -> None:
    """Wrong data and arguments are refused in a sentence that names them."""
    with pytest.raises(DataError, match=message):
        estimate(staggered_panel().assign(**change), **options)
