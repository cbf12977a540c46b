from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from factor_panel import factor_panel

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_control import SyntheticControl

matplotlib.use("Agg")

KEYS = {"outcome": "y", "unit": "unit", "time": "year", "start": 2018}


def fit(data, treated="unit 014"):
    return SyntheticControl(data, treated=treated, **KEYS).fit()


def test_placebos_are_separate_fits():
    """Each placebo is what a fit with that unit as treated gives."""
    data = factor_panel()
    test = fit(data).placebo_test()
    assert test.exhaustive
    assert len(test.ratios) == 15
    for label in ("unit 003", "unit 009"):
        alone = fit(data, label)
        assert test.ratios.loc[label, "ratio"] == pytest.approx(alone.rmspe["ratio"])
        np.testing.assert_allclose(test.gaps[label], alone.gap, atol=1e-10)


def test_treated_may_be_kept_out_of_the_placebos():
    """Without the treated unit as donor, placebos are fits on a panel that lacks it."""
    data = factor_panel()
    test = fit(data).placebo_test(treated_as_donor=False)
    alone = fit(data[data["unit"] != "unit 014"], "unit 003")
    np.testing.assert_allclose(test.gaps["unit 003"], alone.gap, atol=1e-10)


def test_large_effect_has_the_least_p_value():
    """A large effect ranks first, so that p is one over the number of units."""
    assert fit(factor_panel(effect=8.0)).placebo_test().p_value == pytest.approx(1 / 15)


def test_p_value_is_uniform_without_effect():
    """Without effect, and with a unit drawn at random, no p-value comes too often."""
    rng = np.random.default_rng(0)
    drawn = []
    for seed in range(60):
        data = factor_panel(effect=0.0, seed=seed, units=10, treated=0)
        drawn.append(fit(data, f"unit {rng.integers(10):03d}").placebo_test().p_value)
    assert np.mean(np.array(drawn) <= 0.2) < 0.2 + 3 * np.sqrt(0.16 / 60)
    assert abs(np.mean(drawn) - 0.55) < 3 * 0.29 / np.sqrt(60)


def test_badly_fitted_placebos_are_counted():
    """Placebos that fit worse than asked are left out, and their number is kept."""
    res = fit(factor_panel())
    every, some = res.placebo_test(), res.placebo_test(worst_fit=1.5)
    assert some.left_out > 0
    assert len(some.ratios) + some.left_out == len(every.ratios)
    assert (some.ratios["pre"] <= 1.5 * res.rmspe["pre"]).all()


def test_leave_one_out_covers_donors_with_weight():
    """Every donor with weight is left out once, as if it were not in the panel."""
    data = factor_panel()
    res = fit(data)
    table = res.leave_one_out()
    assert set(table.index) == set(res.weights.index[res.weights > 0])
    first = table.index[0]
    without = fit(data[data["unit"] != first])
    assert table.loc[first, "effect"] == pytest.approx(without.effect, abs=1e-10)
    assert (table["pre"] >= res.rmspe["pre"] * (1 - 1e-12)).all()


def test_too_few_donors_are_refused():
    """One donor permits neither placebos nor leaving it out."""
    data = factor_panel()
    res = fit(data[data["unit"].isin(["unit 000", "unit 014"])])
    with pytest.raises(DataError, match="too few"):
        res.placebo_test()
    with pytest.raises(DataError, match="only one donor"):
        res.leave_one_out()
    with pytest.raises(DataError, match="greater than zero"):
        fit(data).placebo_test(worst_fit=0)


def test_plot_shows_the_treated_over_the_placebos():
    """The plot has one line for each unit and one at zero."""
    canvas = fit(factor_panel()).placebo_test().plot()
    assert len(canvas.axes[0].lines) == 16
