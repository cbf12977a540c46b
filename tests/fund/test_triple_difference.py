"""Triple differences by cohort and period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import lcresearch as lc
from lcresearch.errors import DataError
from lcresearch.fund.group_time_results import GroupTimeResults

HERE = Path(__file__).parent / "moderndid"
PEER = pd.read_csv(HERE / "results.csv")
COLUMNS = {"outcome": "y", "unit": "id", "time": "t", "cohort": "g", "eligible": "e"}


def estimate(data: pd.DataFrame, **options: Any) -> GroupTimeResults:
    fit = {key: options.pop(key) for key in ("bootstrap", "seed") if key in options}
    return lc.fund.TripleDifference(data, **{**COLUMNS, **options}).fit(**fit)


def peer_panel() -> pd.DataFrame:
    """The panel that moderndid was given."""
    wide = pd.read_csv(HERE / "units.csv")
    return pd.wide_to_long(wide, stubnames="y", i="id", j="t").reset_index()


def regional_panel(seed: int, units: int = 400, effect: float = 1.0) -> pd.DataFrame:
    """A panel in which regions and eligible units each have a trend of their own."""
    rng = np.random.default_rng(seed)
    first = rng.choice([0, 3, 4], units, p=[0.4, 0.3, 0.3])
    eligible = rng.integers(0, 2, units)
    time = np.arange(1, 6)
    trend = 0.4 * (first > 0) + 0.3 * eligible
    on = (first[:, None] > 0) & (time >= first[:, None])
    y = trend[:, None] * time + effect * on * eligible[:, None] + rng.normal(size=(units, 5))
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(units), 5),
            "t": np.tile(time, units),
            "y": y.ravel(),
            "g": np.repeat(first, 5),
            "e": np.repeat(eligible, 5),
            "w": np.repeat(rng.uniform(0.5, 2, units), 5),
            "c": np.repeat(rng.integers(0, 60, units), 5),
        }
    )


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("estimator", ["dr", "reg", "ipw"])
def test_effects_and_standard_errors_equal_those_of_moderndid(estimator: str, control: str) -> None:
    """Every effect and standard error must be moderndid's, with either kind of controls.

    Where control cohorts are combined it divides by n - 1 where we divide by n.
    """
    ours = estimate(
        peer_panel(), covariates=["x", "z"], estimator=estimator, control_group=control
    ).att
    theirs = PEER[(PEER["estimator"] == estimator) & (PEER["control_group"] == control)]
    both = ours.merge(theirs, on=["cohort", "time"], suffixes=("", "_peer"))
    assert len(both) == len(ours) == 10
    np.testing.assert_allclose(both["estimate"], both["estimate_peer"], rtol=1e-6, atol=1e-8)
    rtol = 1e-6 if control == "never_treated" else 0.002
    np.testing.assert_allclose(both["std_error"], both["std_error_peer"], rtol=rtol)


def covariate_panel(seed: int) -> pd.DataFrame:
    """A regional panel with a covariate that differs between the four quarters and moves trends."""
    data = regional_panel(seed)
    x = np.random.default_rng(seed).normal(size=400).repeat(5)
    data["x"] = x + 0.5 * data["e"] + 0.3 * (data["g"] > 0)
    data["y"] += 0.4 * data["x"] * data["t"]
    return data


def double_robust(own: pd.DataFrame, others: pd.DataFrame) -> float:
    """A doubly robust difference in differences of changes ``d``, with statsmodels."""
    both = pd.concat([own, others])
    design = sm.add_constant(both["x"])
    member = np.repeat([1.0, 0.0], [len(own), len(others)])
    logit = sm.Logit(member, design).fit(disp=0, tol=1e-12)
    probability = logit.predict(sm.add_constant(others["x"])).to_numpy()
    regression = sm.OLS(others["d"], sm.add_constant(others["x"])).fit()
    rest = others["d"] - regression.predict(sm.add_constant(others["x"]))
    left = own["d"] - regression.predict(sm.add_constant(own["x"]))
    return float(left.mean() - np.average(rest, weights=probability / (1 - probability)))


def triple_by_hand(data: pd.DataFrame, base: int, time: int, control: int) -> float:
    """Cohort 3's effect from three doubly robust differences in differences."""
    units = data[data["t"] == base].set_index("id")
    units["d"] = data[data["t"] == time].set_index("id")["y"] - units["y"]
    quarter = dict(list(units.groupby(["g", "e"])))
    signs = {(3, 0): 1, (control, 1): 1, (control, 0): -1}
    return sum(
        sign * double_robust(quarter[3, 1], quarter[others]) for others, sign in signs.items()
    )


@pytest.mark.parametrize("control", [0, 4])
def test_effects_are_three_doubly_robust_differences_by_hand(control: int) -> None:
    """Logits and regressions of statsmodels, one pair for each comparison, give each effect."""
    data = covariate_panel(7)
    kept = data[data["g"].isin([3, control]) & (data["t"] < (6 if control == 0 else 4))]
    kind = "never_treated" if control == 0 else "not_yet_treated"
    found = estimate(kept, covariates=["x"], control_group=kind).params
    pairs = [(1, 2), (2, 3), *([(2, 4), (2, 5)] if control == 0 else [])]
    assert len(found) == len(pairs)
    for base, time in pairs:
        by_hand = triple_by_hand(kept, base, time, control)
        assert found[(3, time)] == pytest.approx(by_hand, abs=1e-8)


@pytest.mark.filterwarnings("ignore:Base period 0")
@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("estimator", ["dr", "reg", "ipw"])
def test_effects_and_standard_errors_equal_those_of_diff_diff(estimator: str, control: str) -> None:
    """Every effect and standard error must be diff-diff's.

    Where control cohorts are combined it divides by n - 1 where we divide by n.
    """
    diff_diff = pytest.importorskip("diff_diff")
    data = covariate_panel(8)
    found = estimate(data, covariates=["x"], estimator=estimator, control_group=control)
    peer = diff_diff.TripleDifference(estimation_method=estimator, control_group=control)
    columns = {"outcome": "y", "unit": "id", "time": "t", "first_treat": "g", "partition": "e"}
    theirs = peer.fit(data, **columns, covariates=["x"]).group_time_effects
    assert len(theirs) == len(found.params)
    rtol = 1e-8 if control == "never_treated" else 0.002
    for cell, peer in theirs.items():
        assert found.params[cell] == pytest.approx(peer["effect"], abs=1e-8)
        assert found.std_errors[cell] == pytest.approx(peer["se"], rel=rtol)


def test_without_covariates_it_is_a_difference_of_two_double_differences() -> None:
    """The effect is the eligible units' difference in differences less the ineligible ones'."""
    data = regional_panel(0)
    found = estimate(data).params[(3, 4)]
    double = [
        lc.fund.GroupTimeATT(part, outcome="y", unit="id", time="t", cohort="g")
        .fit()
        .params[(3, 4)]
        for _, part in data.groupby("e")
    ]
    assert found == pytest.approx(double[1] - double[0], abs=1e-12)


def test_it_finds_the_truth_where_a_double_difference_does_not() -> None:
    """With trends by region and by kind, the mean over draws is the truth and coverage is right."""
    errors, covered, naive = [], [], []
    for seed in range(200):
        data = regional_panel(seed, units=240)
        found = estimate(data).aggregate("simple")
        errors.append(found.estimate - 1)
        low, high = found.overall_conf_int()
        covered.append(low <= 1 <= high)
        double = lc.fund.GroupTimeATT(
            data[data["e"] == 1], outcome="y", unit="id", time="t", cohort="g"
        )
        naive.append(double.fit().aggregate("simple").estimate - 1)
    noise = np.std(errors) / np.sqrt(len(errors))
    assert abs(np.mean(errors)) < 3 * noise
    assert 0.91 <= np.mean(covered) <= 0.985
    assert np.mean(naive) > 10 * noise


def test_not_yet_treated_controls_are_combined_for_the_least_variance() -> None:
    """With later cohorts as further controls no standard error is larger than without them."""
    data = regional_panel(1)
    never = estimate(data).std_errors
    later = estimate(data, control_group="not_yet_treated").std_errors
    assert (later <= never * (1 + 1e-9)).all()
    assert later[(3, 3)] < never[(3, 3)]


@pytest.mark.parametrize("complete", [True, False])
def test_standard_errors_are_those_of_small_changes_of_weights(complete: bool) -> None:
    """A unit's influence is the effect of its weight, through all three comparisons."""
    data = regional_panel(2, units=100)
    data["x"] = np.random.default_rng(2).normal(size=100).repeat(5)
    if not complete:
        data = data.sample(frac=0.9, random_state=1)
    options = {"covariates": ["x"], "weights": "w"}
    found = estimate(data, **options)
    squares = np.zeros(len(found.params))
    for unit in data["id"].unique():
        shifted = []
        for step in (1e-4, -1e-4):
            weight = data["w"].where(data["id"] != unit, data["w"] * (1 + step))
            shifted.append(estimate(data.assign(w=weight), **options).params)
        squares += ((shifted[0] - shifted[1]) / 2e-4).to_numpy() ** 2
    np.testing.assert_allclose(np.sqrt(squares), found.std_errors, rtol=1e-4)


def test_order_units_of_measure_and_labels_do_not_matter() -> None:
    """Shuffled rows, scaled outcomes and other names of units give the same effects."""
    data = regional_panel(3)
    first = estimate(data, control_group="not_yet_treated").to_frame()
    mixed = data.sample(frac=1, random_state=0)
    mixed["id"] = "unit " + mixed["id"].astype(str)
    mixed["y"] = 1000 * mixed["y"] + 5
    second = estimate(mixed, control_group="not_yet_treated").to_frame() / 1000
    np.testing.assert_allclose(second, first, rtol=1e-8, atol=1e-10)


def test_averages_weigh_cohorts_by_their_eligible_units() -> None:
    """The mean by cohort counts the units that the policy reaches, not all of its region."""
    data = regional_panel(4)
    drop = (data["g"] == 3) & (data["e"] == 1) & (data["id"] % 2 == 0)
    data = data[~drop]
    found = estimate(data)
    reached = data[(data["e"] == 1) & (data["g"] > 0)].groupby("g")["id"].nunique()
    share = found.shares / found.shares.sum()
    np.testing.assert_allclose(share, reached / reached.sum())


def test_clusters_and_bootstrap_widen_and_repeat() -> None:
    """Shocks that clusters share widen clustered errors; a seed gives the same band twice."""
    data = regional_panel(5)
    data["c"] = data["c"] % 10 + 10 * data["g"]  # ten clusters in each region
    shock = np.random.default_rng(0).normal(size=50)[data["c"]]
    data["y"] += shock * (data["t"] > 3) * data["e"]
    plain, grouped = estimate(data), estimate(data, cluster="c")
    assert grouped.std_errors[(4, 4)] > plain.std_errors[(4, 4)]
    bands = [estimate(data, bootstrap=199, seed=1).att for _ in range(2)]
    pd.testing.assert_frame_equal(*bands)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"e": 2}, "column 'e': holds 2 for id 0: give 1 for eligible units and 0"),
        ({"e": 1}, "no unit of cohort 3 is ineligible"),
        ({"g": 3}, "every unit is treated at some time"),
    ],
)
def test_bad_input_gets_one_sentence(change: dict[str, int], words: str) -> None:
    """A flag that is none, a cohort without ineligible units and no controls are refused."""
    with pytest.raises(DataError, match=words):
        estimate(regional_panel(0).assign(**change))


def test_eligibility_that_changes_is_refused() -> None:
    """A unit that becomes eligible is neither one kind nor the other."""
    data = regional_panel(0)
    data.loc[3, "e"] = 1 - data.loc[3, "e"]
    with pytest.raises(DataError, match="column 'e': changes within id 0: a unit is eligible"):
        estimate(data)


def test_eligibility_is_no_covariate() -> None:
    """The column of eligibility among the covariates is refused by name."""
    with pytest.raises(DataError, match="covariates names 'e', the column of eligible"):
        estimate(regional_panel(0), covariates=["e"])


def test_a_thin_quarter_is_skipped_with_its_reason() -> None:
    """A cohort with one ineligible unit is left out by name, and the others are estimated."""
    data = regional_panel(6)
    others = data[(data["g"] == 3) & (data["e"] == 0)]["id"].unique()[1:]
    found = estimate(data[~data["id"].isin(others)])
    assert set(found.att["cohort"]) == {4}
    assert found.skipped["reason"].str.contains("one unit of cohort 3 is ineligible").all()


def test_a_control_cohort_left_out_is_named() -> None:
    """A control cohort with a thin quarter does not serve, and the summary says for whom."""
    data = regional_panel(6)
    others = data[(data["g"] == 4) & (data["e"] == 0)]["id"].unique()[1:]
    kept = data[~data["id"].isin(others)]
    found = estimate(kept, control_group="not_yet_treated")
    assert "Cohort 3 is compared in 2, 3 without cohort 4: one unit of cohort 4 is" in str(
        found.summary()
    )
    never = estimate(kept).params
    np.testing.assert_allclose(found.params[3], never[3], rtol=1e-12)


def test_an_outcome_that_never_changes_has_no_effect_and_no_error() -> None:
    """Control cohorts without any variation are combined all the same."""
    found = estimate(regional_panel(0).assign(y=2.0), control_group="not_yet_treated")
    assert (found.params == 0).all()
    assert (found.std_errors == 0).all()
