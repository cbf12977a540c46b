"""Simulated counties: truth against potential outcomes, moments, seeds, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.fund import ImputationDiD, TwoWayFixedEffects
from lcresearch.simulate import CountyPanel, county_panel


def draw(**parameters: Any) -> CountyPanel:
    """Draw a panel of three hundred counties, with any parameter replaced."""
    return county_panel(**({"counties": 300, "seed": 1} | parameters))


def gaps(panel: CountyPanel) -> pd.DataFrame:
    """Return treated rows with the difference of their two potential outcomes."""
    data = panel.data.assign(
        gap=panel.data["log_income"] - panel.truth.rows["untreated_log_income"]
    )
    return data[(data["cohort"] > 0) & (data["year"] >= data["cohort"])]


def test_truth_is_the_average_of_potential_differences() -> None:
    """Overall, by cohort and year, and by event time, the truth averages what treatment changed."""
    panel = draw(effect={2014: 0.02, 2016: 0.08, 2018: -0.01}, effect_sd=0.02, spillover=0.03)
    treated = gaps(panel)
    assert panel.truth.overall == pytest.approx(treated["gap"].mean())
    cells = treated.groupby(["cohort", "year"])["gap"].agg(["mean", "size"])
    table = panel.truth.att.set_index(["cohort", "year"])
    assert table["effect"].to_numpy() == pytest.approx(cells["mean"].to_numpy())
    assert (table["counties"] == cells["size"]).all()
    event = treated.groupby(treated["year"] - treated["cohort"])["gap"].mean()
    by_event = panel.truth.by_event_time.set_index("event_time")["effect"]
    assert by_event.to_numpy() == pytest.approx(event.to_numpy())


def test_effects_follow_their_path() -> None:
    """Without spread a cohort's effect is what was asked for in its first year, and grows as asked."""
    panel = draw(effect={2014: 0.02, 2016: 0.08, 2018: 0.0}, effect_growth=0.01)
    table = panel.truth.att.set_index(["cohort", "event_time"])["effect"]
    assert table[2014, 0] == pytest.approx(0.02)
    assert table[2016, 3] == pytest.approx(0.11)
    assert table[2018, 2] == pytest.approx(0.02)


def test_a_seed_gives_the_same_panel_and_another_does_not() -> None:
    """The panel is a function of its parameters and the seed."""
    pd.testing.assert_frame_equal(draw().data, draw().data)
    assert not draw().data["log_income"].equals(draw(seed=2).data["log_income"])


def test_parts_have_streams_of_their_own() -> None:
    """A larger effect or more noise leaves cohorts, covariates and the other draws as they were."""
    plain, larger = draw(), draw(effect=0.5)
    columns = ["cohort", "covariate", "neighbour_share"]
    pd.testing.assert_frame_equal(plain.data[columns], larger.data[columns])
    pd.testing.assert_series_equal(
        plain.truth.rows["untreated_log_income"], larger.truth.rows["untreated_log_income"]
    )


def test_shares_and_shape() -> None:
    """Cohorts have the counties asked for, and every county every year once, in order."""
    panel = draw(counties=200, years=9, first_year=2011)
    first = panel.data.groupby("county")["cohort"].first()
    assert first.value_counts().to_dict() == {0: 120, 2014: 20, 2016: 30, 2018: 30}
    keys = panel.data[["county", "year"]]
    expected = pd.MultiIndex.from_product([range(1, 201), range(2011, 2020)])
    assert list(keys.itertuples(index=False, name=None)) == list(expected)


def test_shares_that_fill_the_panel_fit() -> None:
    """Shares of a third each are rounded so that no county is counted twice."""
    first = draw(counties=100, cohorts={2014: 1 / 3, 2015: 1 / 3, 2016: 1 / 3}).data["cohort"]
    assert (first.value_counts() / 12).to_dict() == {2014: 33, 2015: 34, 2016: 33}


def test_moments_of_the_noise() -> None:
    """Noise has the standard deviation and the serial correlation asked for, from the first year on."""
    panel = draw(
        counties=20_000, county_sd=0, covariate_level=0, growth=0, level=0, noise_sd=0.2, ar=0.7
    )
    noise = panel.truth.rows["untreated_log_income"].to_numpy().reshape(20_000, 12)
    assert noise.std(axis=0) == pytest.approx(np.full(12, 0.2), rel=0.02)
    correlation = np.corrcoef(noise, rowvar=False)
    assert correlation[0, 1:4] == pytest.approx([0.7, 0.49, 0.343], abs=0.03)


def test_moments_of_levels_and_trends() -> None:
    """Levels and trends have the means, spreads and slopes on the covariate that were asked for."""
    panel = draw(counties=20_000, noise_sd=0, trend_sd=0.02, covariate_trend=0.01)
    wide = panel.truth.rows["untreated_log_income"].to_numpy().reshape(20_000, 12)
    x = panel.data["covariate"].to_numpy()[::12]
    assert (x.mean(), x.std()) == pytest.approx((0, 1), abs=0.03)
    slope, level = np.polyfit(x, wide[:, 0], 1)
    assert (slope, level) == pytest.approx((-0.1, 9.2), abs=0.01)
    assert (wide[:, 0] - slope * x).std() == pytest.approx(0.2, rel=0.03)
    slope, growth = np.polyfit(x, wide[:, 1] - wide[:, 0], 1)
    assert (slope, growth) == pytest.approx((0.01, 0.08), abs=1e-3)
    assert (wide[:, 1] - wide[:, 0] - slope * x).std() == pytest.approx(0.02, rel=0.03)


@pytest.mark.parametrize("selection", [-1.0, -0.5, 0.0, 0.6])
def test_selection_moves_the_covariate(selection: float) -> None:
    """Treated counties' covariate differs as a choice with that correlation makes it differ."""
    data = draw(counties=20_000, years=6, cohorts={2013: 0.5}, selection=selection).data
    means = data.groupby(data["cohort"] > 0)["covariate"].mean()
    # Above and below the median of a standard normal the means are plus and minus sqrt(2 / pi).
    assert means[True] - means[False] == pytest.approx(2 * selection * np.sqrt(2 / np.pi), abs=0.04)


def test_neighbour_share_counts_edges_of_the_grid() -> None:
    """Each county's share is that of the counties above, below, left and right, counted by hand."""
    panel = draw(counties=11, years=6, cohorts={2012: 0.3, 2014: 0.3})
    data = panel.data.set_index(["county", "year"])
    width = 4
    for county, year in data.index:
        row, column = divmod(county - 1, width)
        near = [
            r * width + c + 1
            for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
            if r >= 0 and 0 <= c < width and r * width + c < 11
        ]
        cohorts = [data.loc[(n, year), "cohort"] for n in near]
        expected = np.mean([0 < g <= year for g in cohorts])
        assert data.loc[(county, year), "neighbour_share"] == pytest.approx(expected)


def test_spillover_reaches_untreated_counties_only() -> None:
    """Neighbours' treatment moves counties not yet treated, by their share, and no treated row."""
    rows, data = draw(spillover=0.1).truth.rows, draw(spillover=0.1).data
    treated = (data["cohort"] > 0) & (data["year"] >= data["cohort"])
    assert (rows.loc[treated, "spillover"] == 0).all()
    expected = 0.1 * data.loc[~treated, "neighbour_share"]
    assert rows.loc[~treated, "spillover"].to_numpy() == pytest.approx(expected.to_numpy())
    assert expected.max() > 0


def test_estimators_find_the_truth_and_miss_it_where_they_must() -> None:
    """Imputation is near the truth; selection on trends biases it, as do spill-overs."""
    columns = {"outcome": "log_income", "unit": "county", "time": "year", "cohort": "cohort"}

    def miss(**parameters: Any) -> float:
        panel = draw(counties=2000, **parameters)
        result = ImputationDiD(panel.data, **columns).fit()
        return abs(result.estimate - panel.truth.overall) / result.std_error

    assert miss() < 3
    assert miss(selection=0.6, covariate_trend=0.01) > 6
    assert miss(spillover=0.05) > 6
    panel = draw(counties=2000, effect_growth=0.03)
    naive = TwoWayFixedEffects(panel.data, **columns).fit()
    assert abs(naive.estimate - panel.truth.overall) > 6 * naive.std_error


def test_one_county_treated_and_none() -> None:
    """One treated county of seven is possible, and so is a panel without treatment."""
    assert draw(counties=7, cohorts={2015: 1 / 7}).truth.att["counties"].eq(1).all()
    none = draw(cohorts={})
    assert np.isnan(none.truth.overall)
    assert none.truth.att.empty


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"counties": 1}, "counties must be a whole number from 2 on"),
        ({"counties": 80.5}, "counties must be a whole number"),
        ({"years": True}, "years must be a whole number"),
        ({"noise_sd": -1.0}, "noise_sd must be a number from 0 on"),
        ({"ar": 1.0}, "ar must lie between -1 and 1"),
        ({"selection": 2}, "selection must be a number from -1 to 1"),
        ({"growth": np.inf}, "growth must be a number, not inf"),
        ({"cohorts": {2010: 0.1}}, "cohort 2010 lies outside 2011 to 2021"),
        ({"cohorts": {2014: 0.7, 2015: 0.7}}, "shares add to 1.4"),
        ({"cohorts": {2014: 0.001}}, "leaves cohort 2014 without any"),
        ({"cohorts": [2014]}, "must map"),
        ({"effect": {2014: 0.1}}, "effect is given for \\[2014\\]"),
        ({"effect_growth": "fast"}, "effect_growth of cohort 2014 must be a number"),
    ],
)
def test_refusals(parameters: dict[str, Any], message: str) -> None:
    """Parameters out of range are refused by name."""
    with pytest.raises(DataError, match=message):
        draw(**parameters)
