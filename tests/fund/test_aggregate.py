"""Averages of effects by cohort and period."""

from __future__ import annotations

from typing import get_args

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from staggered import staggered_panel

import lcresearch as lc
from lcresearch.errors import DataError
from lcresearch.fund.aggregate import Aggregate
from lcresearch.fund.group_time_results import GroupTimeResults

matplotlib.use("Agg")

KINDS = get_args(Aggregate)


def fitted(**fit: int) -> GroupTimeResults:
    model = lc.fund.GroupTimeATT(
        staggered_panel(), outcome="y", unit="id", time="t", cohort="g", covariates=["x1"]
    )
    return model.fit(**fit)


def test_parts_are_weighted_means() -> None:
    """Each average is the mean of the effects that its name says, by cohorts' shares."""
    found = fitted()
    att = found.att
    att["share"] = att["cohort"].map(found.shares)
    after = att[att["time"] >= att["cohort"]]
    mean = np.average(after["estimate"], weights=after["share"])
    assert found.aggregate("simple").estimate == pytest.approx(mean)
    dynamic = found.aggregate("dynamic").table.set_index("event_time")["estimate"]
    one = att[att["time"] - att["cohort"] == 1]
    assert dynamic[1] == pytest.approx(np.average(one["estimate"], weights=one["share"]))
    assert found.aggregate("dynamic").estimate == pytest.approx(dynamic[dynamic.index >= 0].mean())
    group = found.aggregate("group").table.set_index("cohort")["estimate"]
    assert group[5] == pytest.approx(after.loc[after["cohort"] == 5, "estimate"].mean())
    by_share = np.average(group, weights=found.shares[group.index])
    assert found.aggregate("group").estimate == pytest.approx(by_share)
    calendar = found.aggregate("calendar").table.set_index("time")["estimate"]
    six = after[after["time"] == 6]
    assert calendar[6] == pytest.approx(np.average(six["estimate"], weights=six["share"]))
    assert found.aggregate("calendar").estimate == pytest.approx(calendar.mean())


def test_windows() -> None:
    """min_e and max_e bound the times since treatment; a balanced window drops short cohorts."""
    found = fitted()
    window = found.aggregate("dynamic", min_e=-1, max_e=2)
    assert window.table["event_time"].tolist() == [-1, 0, 1, 2]
    att = found.att
    att["share"] = att["cohort"].map(found.shares)
    balanced = found.aggregate("dynamic", balance_e=2).table.set_index("event_time")["estimate"]
    assert balanced.index.max() == 2
    long = att[(att["cohort"] < 6) & (att["time"] == att["cohort"])]
    assert balanced[0] == pytest.approx(np.average(long["estimate"], weights=long["share"]))
    start = att[(att["time"] == att["cohort"])]
    simple = found.aggregate("simple", max_e=0).estimate
    assert simple == pytest.approx(np.average(start["estimate"], weights=start["share"]))


def test_bands_hold_all_at_once() -> None:
    """With draws, the table's intervals are wider than pointwise ones by the critical value."""
    found = fitted(bootstrap=999, seed=1).aggregate("dynamic")
    table = found.table
    half = (table["conf_high"] - table["conf_low"]) / 2
    assert (half / table["std_error"]).to_numpy() == pytest.approx(found.critical_value())
    assert found.critical_value() > 2.3
    low, high = found.overall_conf_int()
    assert (high - low) / 2 == pytest.approx(1.959964 * found.std_error, rel=1e-6)
    assert "all at once (999 bootstrap draws)" in found.summary()


@pytest.mark.parametrize("kind", KINDS)
def test_plots_and_words(kind: Aggregate) -> None:
    """Every average has a plot with labelled axes, and a summary with its overall value."""
    found = fitted().aggregate(kind)
    axes = found.plot().axes[0]
    assert axes.get_xlabel()
    assert axes.get_title() == found.title
    plt.close("all")
    assert f"Overall: {found.estimate:.6g}" in found.summary()


def test_wrong_requests_are_refused() -> None:
    """Unknown kinds, options of another kind and empty windows are refused in words."""
    found = fitted()
    with pytest.raises(DataError, match="kind must be one of"):
        found.aggregate("event")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="balance_e belongs to"):
        found.aggregate("group", balance_e=1)
    with pytest.raises(DataError, match="do not belong"):
        found.aggregate("calendar", max_e=1)
    with pytest.raises(DataError, match="balance_e must be 0 or more"):
        found.aggregate("dynamic", balance_e=-1)
    for window in ({"min_e": 9}, {"max_e": -1}):
        with pytest.raises(DataError, match="no estimated effect after treatment"):
            found.aggregate("dynamic", **window)
