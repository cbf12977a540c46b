from __future__ import annotations

import numpy as np
import pytest
from factor_panel import factor_panel

from lcresearch.errors import DataError
from lcresearch.fund.simplex import fit_one
from lcresearch.fund.synthetic_conformal import conformal_p_values
from lcresearch.fund.synthetic_control import SyntheticControl


def fit(data, **options):
    given = {"outcome": "y", "unit": "unit", "time": "year", "treated": "unit 014", "start": 2018}
    return SyntheticControl(data, **(given | options)).fit()


def arrays(data):
    wide = data.pivot(index="unit", columns="year", values="y").to_numpy()
    return wide[-1], wide[:-1]


@pytest.mark.parametrize("effect", [-1.0, 2.0, 3.7])
def test_p_value_counts_cyclic_shifts(effect):
    """The p-value is that of the definition, shift by shift."""
    path, donors = arrays(factor_panel())
    under_null = path - effect * (np.arange(24) >= 18)
    errors = np.abs(under_null - fit_one(donors.T, under_null).weights @ donors)
    sums = np.array([np.roll(errors, shift)[18:].sum() for shift in range(24)])
    expected = (sums >= sums[0] - 1e-9).mean()
    found = conformal_p_values(path, donors, treated_periods=6, effects=np.array([effect]))
    assert found[0] == pytest.approx(expected)


def test_level_holds_where_the_truth_is_known():
    """The test of the true effect rejects no more often than it says, within Monte Carlo error."""
    draws, rejected = 200, 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        donors = rng.normal(size=(6, 20))
        path = rng.dirichlet(np.ones(6)) @ donors + 0.3 * rng.normal(size=20)
        path[-1] += 1.5
        p = conformal_p_values(path, donors, treated_periods=1, effects=np.array([1.5]))
        rejected += p[0] <= 0.1
    assert abs(rejected / draws - 0.1) < 3 * np.sqrt(0.09 / draws)


def test_ends_lie_between_accepted_and_rejected():
    """Just inside the interval the hypothesis stands; just outside it falls."""
    data = factor_panel()
    path, donors = arrays(data)
    low, high = fit(data).conformal_interval(alpha=0.1).iloc[0]
    nudge = 1e-3 * (high - low)
    tried = np.array([low + nudge, low - nudge, high - nudge, high + nudge])
    p = conformal_p_values(path, donors, treated_periods=6, effects=tried)
    assert p[1] <= 0.1
    assert p[3] <= 0.1
    assert p[0] > 0.1
    assert p[2] > 0.1


def test_each_period_has_an_interval_around_a_large_effect():
    """With little noise the interval of each period covers the effect and leaves out zero."""
    table = fit(factor_panel(noise=0.05)).conformal_interval(alpha=0.1, effect="each")
    assert list(table.index) == list(range(2018, 2024))
    assert (table["conf_low"] > 0).all()
    assert ((table["conf_low"] < 2) & (table["conf_high"] > 2)).mean() >= 5 / 6


def test_too_few_periods_give_the_whole_line():
    """Where no p-value can be as small as alpha, the interval is unbounded."""
    low, high = fit(factor_panel()).conformal_interval(alpha=0.01).iloc[0]
    assert low == -np.inf
    assert high == np.inf


def test_interval_moves_with_the_unit():
    """The interval scales with the outcome."""
    data = factor_panel()
    plain = fit(data).conformal_interval(alpha=0.1)
    scaled = fit(data.assign(y=100 * data["y"])).conformal_interval(alpha=0.1)
    np.testing.assert_allclose(scaled, 100 * plain, rtol=1e-3)
    np.testing.assert_allclose(fit(data).conf_int(alpha=0.1), plain)


def test_bad_options_are_refused():
    """An alpha out of range or an unknown kind of effect is refused."""
    res = fit(factor_panel())
    with pytest.raises(DataError, match="alpha"):
        res.conformal_interval(alpha=2)
    with pytest.raises(DataError, match="'constant' or 'each'"):
        res.conformal_interval(effect="all")
