import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.power import minimum_detectable_effect

COLUMNS = {"outcome": "y", "unit": "县", "time": "year"}


def panel(units, periods=10, sd=1.0, seed=0):
    """White noise around unit and time effects."""
    generator = np.random.default_rng(seed)
    y = generator.normal(0, sd, (units, periods)) + generator.normal(size=(units, 1))
    y = y + np.arange(periods)
    index = pd.MultiIndex.from_product(
        [[f"县{i:03d}" for i in range(units)], range(2000, 2000 + periods)], names=["县", "year"]
    )
    return pd.Series(y.ravel(), index, name="y").reset_index()


def test_the_effect_agrees_with_the_closed_form_of_white_noise():
    """With white noise the smallest effect is (z(1-a/2) + z(power)) times the standard error."""
    found = minimum_detectable_effect(
        panel(400, seed=1), **COLUMNS, start=2005, treated=20, draws=4000, seed=2
    )
    error = np.sqrt((1 / 5 + 1 / 5) * (1 / 20 + 1 / 380))
    closed = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) * error
    assert found.effect == pytest.approx(closed, rel=0.06)
    assert not found.exhaustive


def test_power_reaches_what_was_asked_at_the_effect_and_not_much_below():
    """The power at the effect must be the wanted one, and alpha at most without an effect."""
    found = minimum_detectable_effect(panel(100), **COLUMNS, start=2005, draws=999, seed=0)
    assert found.exhaustive
    assert found.power_at(found.effect * (1 + 1e-9))[0] >= 0.8
    assert found.power_at(found.effect * 0.9)[0] < 0.8
    assert found.power_at(0.0)[0] <= 0.05


def test_a_planted_effect_of_that_size_is_found_by_simulation():
    """Adding the effect to each placebo's data must be detected in the promised share."""
    data = panel(60, seed=3)
    found = minimum_detectable_effect(data, **COLUMNS, start=2006, seed=0)
    wide = data.pivot(index="县", columns="year", values="y").to_numpy()
    hits = 0
    for i in range(60):
        y = wide.copy()
        y[i, 6:] += found.effect * (1 + 1e-9)
        change = y[:, 6:].mean(axis=1) - y[:, :6].mean(axis=1)
        hits += abs(change[i] - np.delete(change, i).mean()) > found.critical_value
    assert hits / 60 >= 0.8


def test_units_of_the_outcome_and_the_order_of_rows_do_not_matter():
    """The effect must scale with the outcome and ignore the order of rows."""
    data = panel(50)
    one = minimum_detectable_effect(data, **COLUMNS, start=2005)
    shuffled = data.sample(frac=1, random_state=1).assign(y=lambda d: 10 * d["y"])
    assert minimum_detectable_effect(shuffled, **COLUMNS, start=2005).effect == pytest.approx(
        10 * one.effect
    )


def test_more_noise_needs_a_larger_effect_and_more_treated_units_a_smaller_one():
    """Power must move the way that every textbook says."""
    base = minimum_detectable_effect(panel(80), **COLUMNS, start=2005).effect
    noisy = minimum_detectable_effect(panel(80, sd=3), **COLUMNS, start=2005).effect
    many = minimum_detectable_effect(panel(80), **COLUMNS, start=2005, treated=10, seed=0).effect
    assert noisy > 2 * base > 4 * many


def test_seven_counties_cannot_give_a_test_at_five_per_cent():
    """One treated county and six neighbours have seven assignments: the error must say so."""
    with pytest.raises(DataError, match="7 assignments of 1 among 7 units .* at least 0.143"):
        minimum_detectable_effect(panel(7), **COLUMNS, start=2005)
    assert minimum_detectable_effect(panel(7), **COLUMNS, start=2005, alpha=0.15).exhaustive


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": 2000}, "leaves no year before it"),
        ({"start": 2100}, "or none from it on"),
        ({"treated": 0}, "treated must lie between 1 and 39"),
        ({"power": 0.01}, "power must lie between alpha"),
        ({"alpha": 2}, "alpha must lie between 0 and 1"),
        ({"treated": 5, "draws": 10}, "draws must be at least 400"),
        ({"design": "magic"}, "design 'magic' is not known"),
        ({"design": lambda *_: float("nan")}, "not a finite number"),
    ],
)
def test_wrong_arguments_are_refused(changes, words):
    """Each argument out of its range must be named with what it may be."""
    with pytest.raises(DataError, match=words):
        minimum_detectable_effect(panel(40), **COLUMNS | {"start": 2005} | changes)


def test_a_panel_with_gaps_is_refused():
    """The placebo assignments need every unit in every period."""
    with pytest.raises(DataError, match="The panel has gaps"):
        minimum_detectable_effect(panel(40).drop(index=3), **COLUMNS, start=2005)
