from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from factor_panel import factor_panel

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_control import SyntheticControl

matplotlib.use("Agg")

KEYS = {"outcome": "y", "unit": "unit", "time": "year"}
TREATED = "unit 014"


def fit(data, **options):
    given = KEYS | {"treated": TREATED, "start": 2018} | options
    return SyntheticControl(data, **given).fit()


def test_known_effect_is_found():
    """On factor models whose truth is known the estimate is right on average, near it each time."""
    errors = [fit(factor_panel(seed=seed, effect=2.0)).effect - 2.0 for seed in range(60)]
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(60)
    assert np.std(errors) < 0.2


def test_gap_is_outcome_less_weighted_donors():
    """Weights, gaps, synthetic outcome and RMSPE fit together."""
    data = factor_panel()
    res = fit(data)
    wide = data.pivot(index="year", columns="unit", values="y")
    synthetic = wide[res.weights.index] @ res.weights
    np.testing.assert_allclose(res.gap, wide[TREATED] - synthetic, atol=1e-12)
    np.testing.assert_allclose(res.synthetic, synthetic, atol=1e-12)
    assert res.effect == pytest.approx(res.gap.loc[2018:].mean())
    assert res.rmspe["pre"] == pytest.approx(np.sqrt((res.gap.loc[:2017] ** 2).mean()))
    assert res.rmspe["ratio"] == pytest.approx(res.rmspe["post"] / res.rmspe["pre"])
    assert res.weights.sum() == pytest.approx(1)
    assert res.kkt < 1e-12
    assert res.unique


def test_order_labels_and_units_do_not_matter():
    """Rows in another order, other labels, and another unit of measure change nothing but names."""
    data = factor_panel()
    plain = fit(data)
    shuffled = fit(data.sample(frac=1, random_state=1))
    np.testing.assert_allclose(shuffled.weights, plain.weights, atol=1e-12)
    renamed = data.assign(unit="县" + data["unit"].str[::-1])
    other = fit(renamed, treated="县" + TREATED[::-1])
    np.testing.assert_allclose(
        other.weights.to_numpy(),
        plain.weights.to_numpy(),
        atol=1e-10,
    )
    assert [label[:0:-1] for label in other.weights.index[:3]] == list(plain.weights.index[:3])
    scaled = fit(data.assign(y=1e4 * data["y"]))
    np.testing.assert_allclose(scaled.weights, plain.weights, atol=1e-10)
    assert scaled.effect == pytest.approx(1e4 * plain.effect, rel=1e-9)
    assert scaled.placebo_test().p_value == plain.placebo_test().p_value


def test_donor_far_away_changes_nothing():
    """A donor far away, on the side away from the gap, has no weight and moves no other's."""
    data = factor_panel()
    plain = fit(data)
    far = data[data["unit"] == "unit 000"].assign(unit="far")
    path = 1e3 + 50 * far["y"].to_numpy()
    # On the other side of the gap a trace of its weight would improve the fit.
    side = -np.sign(plain.gap.loc[:2017] @ path[:18])
    more = fit(pd.concat([data, far.assign(y=side * path)]))
    assert more.weights["far"] == 0
    np.testing.assert_allclose(more.weights[plain.weights.index], plain.weights, atol=1e-12)


def test_donor_without_weight_may_go():
    """Dropping a donor that has no weight leaves weights and effect."""
    data = factor_panel()
    plain = fit(data)
    idle = plain.weights.index[plain.weights == 0][0]
    less = fit(data[data["unit"] != idle])
    assert less.effect == pytest.approx(plain.effect, abs=1e-10)


def test_outcomes_as_predictors_are_outcomes_alone():
    """A frame of the outcomes before the start, weighted by variances, matches them directly."""
    data = factor_panel()
    wide = data.pivot(index="unit", columns="year", values="y").loc[:, :2017]
    res = fit(data, predictors=wide, v=wide.var().to_numpy())
    np.testing.assert_allclose(res.weights, fit(data).weights, atol=1e-9)


def test_windows_are_averages():
    """A window's predictor is the mean over its periods, both ends included."""
    data = factor_panel()
    wide = data.pivot(index="unit", columns="year", values="y")
    ready = pd.DataFrame({"a": wide.loc[:, 2003:2006].mean(axis=1), "b": wide[2010]})
    listed = fit(data, predictors=[("y", 2003, 2006), ("y", 2010, 2010)])
    np.testing.assert_allclose(listed.weights, fit(data, predictors=ready).weights, atol=1e-12)
    np.testing.assert_allclose(listed.balance["treated"], ready.loc[TREATED])
    assert list(listed.v.index) == ["y 2003-2006", "y 2010"]


def test_nested_v_fits_better_than_equal_and_worse_than_outcomes():
    """The search over V improves on equal weights, and cannot beat matching the outcomes."""
    data = factor_panel(noise=0.5)
    windows = [("y", year, year + 1) for year in range(2000, 2017, 2)]
    equal = fit(data, predictors=windows)
    nested = fit(data, predictors=windows, v="nested")
    assert fit(data).rmspe["pre"] <= nested.rmspe["pre"] < equal.rmspe["pre"]
    assert nested.v.sum() == pytest.approx(1)
    again = fit(data, predictors=windows, v=nested.v)
    np.testing.assert_allclose(again.weights, nested.weights, atol=1e-5)


def test_several_treated_are_averaged():
    """Several treated units are one unit whose outcome is their mean."""
    data = factor_panel(treated=2)
    both = fit(data, treated=["unit 013", "unit 014"])
    pair = data[data["unit"].isin(["unit 013", "unit 014"])]
    mean = pair.groupby("year", as_index=False)["y"].mean().assign(unit="pair")
    rest = data[~data["unit"].isin(["unit 013", "unit 014"])]
    single = fit(pd.concat([rest, mean]), treated="pair")
    assert both.effect == pytest.approx(single.effect, abs=1e-10)
    with pytest.raises(DataError, match="no single donor is like an average"):
        both.placebo_test()


def test_weights_that_are_not_unique_are_called_so():
    """With fewer periods than donors can fill, the summary warns."""
    data = factor_panel(units=30)
    res = fit(data, start=2003, treated="unit 029")
    assert not res.unique
    assert "not unique" in res.summary()


def test_placebo_in_time_sees_nothing():
    """A pretended start finds no effect, from periods before the real start alone."""
    res = fit(factor_panel(effect=5.0))
    earlier = res.placebo_in_time(start=2012)
    assert earlier.gap.index.max() == 2017
    assert abs(earlier.effect) < 1 < res.effect - 3
    with pytest.raises(DataError, match="not before the real start"):
        res.placebo_in_time(start=2018)


def test_summary_and_plot_say_what_was_done():
    """The summary names donors, fit and the missing standard error; the plot has both lines."""
    res = fit(factor_panel())
    text = res.summary()
    assert "RMSPE before" in text
    assert "No standard error" in text
    canvas = res.plot()
    assert len(canvas.axes) == 2
    assert canvas.axes[0].get_ylabel() == "y"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"treated": "nobody"}, "'nobody' has no row"),
        ({"treated": []}, "names no unit"),
        ({"treated": [TREATED, TREATED]}, "twice"),
        ({"start": 2050}, "after the last period"),
        ({"start": 2001}, "only 1 of 24 periods"),
        ({"start": "soon"}, "cannot be compared"),
        ({"v": "nested"}, "none are given"),
        ({"v": [1.0]}, "18 weights are needed"),
        ({"v": -np.ones(18)}, "not negative"),
        ({"v": "best"}, "neither"),
        ({"window": (2010, 2020)}, "end it before"),
        ({"window": (1900, 1910)}, "no period"),
        ({"predictors": [("z", 2000, 2001)]}, "no column 'z'"),
        ({"predictors": [("y", 2000, 2018)]}, "end the window before"),
        ({"predictors": [("y", 1900, 1901)]}, "no finite value"),
        ({"predictors": [("y", 2000)]}, "is not"),
        ({"predictors": [("y", 2000, 2001, "mode")]}, "none of"),
        ({"predictors": []}, "is empty"),
        ({"outcome": "Y"}, "no column 'Y'"),
    ],
)
def test_bad_input_is_refused(options, words):
    """What cannot be answered is refused in words that name it."""
    with pytest.raises(DataError, match=words):
        fit(factor_panel(), **options)


def test_gaps_are_named():
    """A missing cell is refused, and unit and period are named."""
    data = factor_panel()
    data.loc[5, "y"] = np.nan
    with pytest.raises(DataError, match="'unit 000' in 2005"):
        fit(data)


def test_flat_or_lacking_predictors_are_refused():
    """A predictor without variation, or without a row for a unit, is refused by name."""
    data = factor_panel()
    units = data["unit"].unique()
    with pytest.raises(DataError, match="'flat' is the same"):
        fit(data, predictors=pd.DataFrame({"flat": 1.0}, index=units))
    with pytest.raises(DataError, match="no row for unit 'unit 000'"):
        fit(data, predictors=pd.DataFrame({"a": np.arange(14.0)}, index=units[1:]))


def test_uneven_windows_are_noted():
    """Units that lack values inside a window are summarised over the rest, and it is said."""
    data = factor_panel().assign(x=lambda d: d["y"] ** 2)
    data.loc[3, "x"] = np.nan
    res = fit(data, predictors=[("x", 2000, 2009), ("y", 2000, 2009)])
    assert any("9 to 10 values" in note for note in res.notes)
