from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from factor_panel import factor_panel

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_did import SyntheticDiD

matplotlib.use("Agg")

KEYS = {"outcome": "y", "unit": "unit", "time": "year"}


def model(data, **options):
    given = KEYS | {"treated": "unit 014", "start": 2018} | options
    return SyntheticDiD(data, **given)


def three(**options):
    return factor_panel(units=20, treated=3, **options), ["unit 017", "unit 018", "unit 019"]


def test_known_effect_is_found_where_trends_are_not_parallel():
    """On factor models the estimate is near the truth, and nearer than the double difference."""
    own, plain = [], []
    for seed in range(40):
        data, treated = three(seed=seed)
        res = model(data, treated=treated).fit(inference=None)
        own.append(res.effect - 2)
        plain.append(res.did - 2)
    assert abs(np.mean(own)) < 3 * np.std(own) / np.sqrt(40)
    assert np.std(own) < 0.3 * np.std(plain)


def test_parallel_trends_are_recovered_exactly():
    """Without noise, unit and time effects and one effect are all there is, and it is found."""
    units, periods = np.meshgrid(np.arange(8), np.arange(10), indexing="ij")
    y = 3.0 * units + np.sin(periods) + 1.25 * ((units == 7) & (periods >= 6))
    data = pd.DataFrame({"unit": units.ravel(), "year": periods.ravel(), "y": y.ravel()})
    res = model(data, treated=7, start=6).fit()
    assert res.effect == pytest.approx(1.25)
    assert res.did == pytest.approx(1.25)
    assert res.std_errors["effect"] == pytest.approx(0, abs=1e-10)


def test_weights_make_the_estimate():
    """The estimate is the double difference of the weights that are reported."""
    data = factor_panel()
    res = model(data).fit(inference=None)
    wide = data.pivot(index="year", columns="unit", values="y")
    gap = wide["unit 014"] - wide[res.unit_weights.index] @ res.unit_weights[2018]
    before = (res.time_weights[2018].dropna() * gap.loc[:2017]).sum()
    assert gap.loc[2018:].mean() - before == pytest.approx(res.effect)
    assert res.curve.loc[2018:, 2018].mean() == pytest.approx(res.effect)
    assert res.unit_weights.sum().item() == pytest.approx(1)
    assert res.time_weights.sum().item() == pytest.approx(1)
    assert res.kkt < 1e-11


def test_order_labels_units_and_levels_do_not_matter():
    """Row order, labels, the unit of measure, and levels of units or periods change nothing."""
    data = factor_panel()
    plain = model(data).fit()
    for other, factor in (
        (data.sample(frac=1, random_state=2), 1.0),
        (data.assign(y=1e3 * data["y"]), 1e3),
        (data.assign(y=data["y"] + 7.0 * data["unit"].str[-2:].astype(int)), 1.0),
        (data.assign(y=data["y"] - 100), 1.0),
    ):
        res = model(other).fit()
        assert res.effect == pytest.approx(factor * plain.effect, rel=1e-7)
        assert res.std_errors["effect"] == pytest.approx(
            factor * plain.std_errors["effect"], rel=1e-6
        )
    renamed = data.assign(unit=data["unit"].str[::-1])
    assert model(renamed, treated="410 tinu").fit().effect == pytest.approx(plain.effect)


def test_one_treated_unit_is_enumerated():
    """With one treated unit every control is a placebo, whatever the draws or the seed."""
    data = factor_panel()
    first, second = model(data).fit(draws=5, seed=1), model(data).fit(draws=500, seed=2)
    assert first.exhaustive
    assert list(first.estimates.index) == [f"unit {i:03d}" for i in range(14)]
    assert first.std_errors["effect"] == second.std_errors["effect"]
    assert "all of them" in first.summary()
    assert first.permutation_p_value == pytest.approx(1 / 15)


def test_placebos_are_separate_estimates():
    """A placebo is the estimate for that control on a panel without the treated unit."""
    data = factor_panel()
    res = model(data).fit()
    rest = data[data["unit"] != "unit 014"]
    alone = model(rest, treated="unit 004").fit(inference=None)
    # The regularisation follows from all controls, so that the two differ a little.
    assert res.estimates["unit 004"] == pytest.approx(alone.effect, abs=0.05)


def test_few_sets_are_enumerated_and_many_drawn():
    """Sets of controls are all tried where draws suffice, and drawn with a seed where not."""
    data = factor_panel(units=8, treated=2)
    pair = ["unit 006", "unit 007"]
    every = model(data, treated=pair).fit(draws=15)
    assert every.exhaustive
    assert len(every.estimates) == 15
    drawn = model(data, treated=pair).fit(draws=14, seed=3)
    again = model(data, treated=pair).fit(draws=14, seed=3)
    assert drawn.exhaustive is False
    assert drawn.std_errors["effect"] == again.std_errors["effect"]


@pytest.mark.parametrize("inference", ["placebo", "jackknife", "bootstrap"])
def test_intervals_cover(inference):
    """With several treated units 95 % intervals cover the truth about as often as they say."""
    covered, times = 0, 40
    for seed in range(times):
        data, treated = three(seed=seed, noise=0.5, periods=14, start=10)
        res = model(data, treated=treated, start=2010).fit(inference=inference, draws=40, seed=1)
        low, high = res.conf_int().iloc[0]
        covered += low < 2 < high
    assert covered / times > 0.95 - 3 * np.sqrt(0.95 * 0.05 / times) - 0.05


def test_jackknife_is_leaving_out_each_unit():
    """The jackknife's estimates are those with the weights that remain, scaled up."""
    data, treated = three()
    res = model(data, treated=treated).fit(inference="jackknife")
    wide = data.pivot(index="unit", columns="year", values="y")
    lam = res.time_weights[2018].dropna()
    change = wide.loc[:, 2018:].mean(axis=1) - wide.loc[:, :2017] @ lam
    omega = res.unit_weights[2018]
    rest = omega.drop("unit 002")
    expected = change[treated].mean() - rest @ change[rest.index] / rest.sum()
    assert res.estimates.iloc[2] == pytest.approx(expected)
    assert len(res.estimates) == 20


def test_staggered_starts_average_cohorts():
    """Starts given as a mapping or a column are cohorts, averaged by treated unit-periods."""
    data, treated = three()
    starts = {treated[0]: 2016, treated[1]: 2018, treated[2]: 2018}
    res = model(data, treated=None, start=starts).fit(inference=None)
    assert list(res.cohorts.index) == [2016, 2018]
    np.testing.assert_allclose(res.cohorts["share"], [8 / 20, 12 / 20])
    rest = data[data["unit"] != treated[0]]
    later = model(rest, treated=treated[1:]).fit(inference=None)
    assert res.cohorts.loc[2018, "estimate"] == pytest.approx(later.effect)
    column = data.assign(first=data["unit"].map(starts))
    same = model(column, treated=None, start="first").fit(inference=None)
    assert same.effect == pytest.approx(res.effect)
    placebo = model(data, treated=None, start=starts).fit(draws=20, seed=1)
    assert placebo.std_errors["effect"] > 0


def test_same_start_for_all_is_one_cohort():
    """A mapping with one period is the same as that period."""
    data, treated = three()
    mapped = model(data, start=dict.fromkeys(treated, 2018), treated=None).fit(inference=None)
    single = model(data, treated=treated).fit(inference=None)
    assert mapped.effect == pytest.approx(single.effect)


@pytest.mark.parametrize(
    ("options", "fit", "words"),
    [
        ({}, {"inference": "jackknife"}, "one treated unit"),
        ({}, {"inference": "bootstrap"}, "one treated unit"),
        ({}, {"inference": "guess"}, "none of"),
        ({}, {"draws": 1}, "2 or more"),
        ({"treated": None}, {}, "names no unit"),
        ({"treated": [f"unit {i:03d}" for i in range(14)]}, {}, "leaves 1 unit"),
        ({"treated": [f"unit {i:03d}" for i in range(15)]}, {}, "names every unit"),
        ({"treated": [f"unit {i:03d}" for i in range(8)]}, {}, "cannot stand for 8"),
        ({"start": {"unit 003": 2018}}, {}, "has no period for 'unit 014'"),
        ({"start": 2001}, {}, "only 1 of 24"),
    ],
)
def test_bad_input_is_refused(options, fit, words):
    """What cannot be answered is refused in words that name it."""
    with pytest.raises(DataError, match=words):
        model(factor_panel(), **options).fit(**fit)


def test_starts_that_change_within_a_unit_are_refused():
    """A unit with two first periods in a column of starts is refused by name."""
    data = factor_panel().assign(first=0)
    data.loc[data.index[-3:], "first"] = 2018
    with pytest.raises(DataError, match="changes within unit 'unit 014'"):
        model(data, treated=None, start="first").fit()


def test_gaps_are_named():
    """A panel with a missing row is refused, and unit and period are named."""
    with pytest.raises(DataError, match="'unit 000' in 2004"):
        model(factor_panel().drop(index=4)).fit()


def test_plot_and_p_value():
    """The plot has one line for a cohort; a p-value needs placebos."""
    res = model(factor_panel()).fit(inference=None)
    assert len(res.plot().axes) == 1
    assert np.isnan(res.std_errors["effect"])
    with pytest.raises(DataError, match="placebo"):
        _ = res.permutation_p_value
