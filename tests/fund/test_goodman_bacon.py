"""The decomposition: it adds up, its comparisons are simple ones, and it refuses gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_panel import panel

from lcresearch.errors import DataError
from lcresearch.fund import TwoWayFixedEffects
from lcresearch.fund.two_way import TwoWayResults


def fit(data: pd.DataFrame) -> TwoWayResults:
    """Fit with the usual columns."""
    return TwoWayFixedEffects(data, outcome="y", unit="unit", time="time", cohort="cohort").fit()


@pytest.mark.parametrize(
    "cohorts", [(0, 3, 5, 6), (3, 5, 6), (0, 1, 4), (1, 4), (1, 2, 7, 0, 0), (0, 3), (0, 3, 99)]
)
def test_weighted_sum_is_the_estimate(cohorts: tuple[int, ...]) -> None:
    """Weights are positive, add to one, and rebuild the two-way estimate, always-treated included."""
    result = fit(panel(units=41, cohorts=cohorts))
    table = result.decomposition()
    assert (table["weight"] > 0).all()
    assert table["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert table["weight"] @ table["estimate"] == pytest.approx(result.estimate, abs=1e-10)


def test_each_estimate_is_that_of_its_two_cohorts() -> None:
    """A comparison's estimate is the two-way estimate on its cohorts and its span of periods."""
    data = panel(units=44)
    for row in fit(data).decomposition().itertuples():
        control = 0 if np.isnan(row.control_cohort) else row.control_cohort
        part = data[data["cohort"].isin([row.treated_cohort, control])]
        if row.kind == "earlier vs later treated":
            part = part[part["time"] < control]
        if row.kind == "later vs earlier treated":
            part = part[part["time"] >= control]
            part = part.assign(cohort=part["cohort"].where(part["cohort"] != control, 0))
        assert row.estimate == pytest.approx(fit(part).estimate), row


def test_cohorts_after_the_panel_are_never_treated() -> None:
    """Units treated after the last period are one group with those never treated."""
    data = panel(cohorts=(0, 3, 99))
    merged = data.assign(cohort=data["cohort"].replace({99: 0}))
    pd.testing.assert_frame_equal(fit(data).decomposition(), fit(merged).decomposition())


def test_gaps_are_refused() -> None:
    """A panel with a missing row is refused with the count of what is missing."""
    with pytest.raises(DataError, match="balanced panel, and 2 rows of it are missing"):
        fit(panel().iloc[2:]).decomposition()
