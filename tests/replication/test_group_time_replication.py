"""Published effects by cohort and period, and agreement with independent software."""

from __future__ import annotations

import io
import itertools
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from staggered import staggered_panel

import lcresearch as lc
from lcresearch.replications.minimum_wages import COLUMNS as MPDTA

PANEL = {"outcome": "y", "unit": "id", "time": "t", "cohort": "g"}
KINDS = ("simple", "dynamic", "group", "calendar")
PRINTED = {
    (2004, 2004): -0.0105,
    (2004, 2005): -0.0704,
    (2004, 2006): -0.1373,
    (2004, 2007): -0.1008,
    (2006, 2006): -0.0046,
    (2006, 2007): -0.0412,
    (2007, 2007): -0.0261,
}


@pytest.fixture(scope="module")
def mpdta(replication: Path) -> pd.DataFrame:
    """County teenage employment and minimum wages, 2003 to 2007."""
    return pd.read_csv(replication / "mpdta.csv")


@pytest.mark.parametrize("estimator", ["dr", "ipw", "reg"])
def test_minimum_wages_without_covariates(mpdta: pd.DataFrame, estimator: str) -> None:
    """The three estimators give the printed effects, aggregates and standard errors."""
    found = lc.fund.GroupTimeATT(mpdta, **MPDTA, estimator=estimator).fit()  # type: ignore[arg-type]
    att = found.att.set_index(["cohort", "time"])["estimate"]
    for cell, value in PRINTED.items():
        assert att[cell] == pytest.approx(value, abs=5e-5)
    published = {
        "simple": (-0.039951, 0.012034),
        "dynamic": (-0.07724, 0.019965),
        "group": (-0.031018, 0.012446),
        "calendar": (-0.0417, 0.015972),
    }
    for kind, (value, error) in published.items():
        ours = found.aggregate(kind)  # type: ignore[arg-type]
        assert ours.estimate == pytest.approx(value, abs=1e-5)
        assert ours.std_error == pytest.approx(error, abs=1e-5)


def test_minimum_wages_with_population(mpdta: pd.DataFrame) -> None:
    """With log population as covariate the doubly robust aggregates are the printed ones."""
    found = lc.fund.GroupTimeATT(mpdta, **MPDTA, covariates=["lpop"]).fit()
    simple, dynamic = found.aggregate("simple"), found.aggregate("dynamic")
    assert simple.estimate == pytest.approx(-0.0417518, abs=1e-6)
    assert simple.std_error == pytest.approx(0.0115028, abs=1e-6)
    assert dynamic.estimate == pytest.approx(-0.080354, abs=5e-5)
    assert dynamic.std_error == pytest.approx(0.018958, abs=5e-5)


def test_minimum_wages_before_treatment(mpdta: pd.DataFrame) -> None:
    """The pre-trend tests have the p-values that R did prints for these data."""
    plain = lc.fund.GroupTimeATT(mpdta, **MPDTA).fit().pretrend_test()
    assert plain.p_value == pytest.approx(0.16812, abs=5e-6)
    population = lc.fund.GroupTimeATT(mpdta, **MPDTA, covariates=["lpop"]).fit().pretrend_test()
    assert population.p_value == pytest.approx(0.23267, abs=5e-6)


SETTINGS = [
    *itertools.product(
        ["dr", "ipw", "reg"],
        ["never_treated", "not_yet_treated"],
        ["varying"],
        [0],
        [None],
        [False],
    ),
    *itertools.product(["dr"], ["not_yet_treated"], ["varying"], [1], ["w"], [False]),
    *itertools.product(["dr", "reg"], ["never_treated"], ["universal"], [0, 1], ["w"], [False]),
    *itertools.product(
        ["dr", "ipw", "reg"], ["not_yet_treated"], ["varying"], [0], [None, "w"], [True]
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "controls", "base", "early", "weights", "gaps"), SETTINGS)
def test_csdid_agrees(
    estimator: Any, controls: Any, base: Any, early: int, weights: str | None, gaps: bool
) -> None:
    """Effects, aggregates and standard errors with covariates are those of csdid."""
    att_gt = pytest.importorskip("csdid.att_gt")
    data = staggered_panel(units=400, seed=8)
    if gaps:
        data = data.sample(frac=0.9, random_state=1)
    covariates = ["x1", "x3"]
    with redirect_stdout(io.StringIO()):
        peer = att_gt.ATTgt(
            yname="y",
            tname="t",
            idname="id",
            gname="g",
            data=data.copy(),
            control_group=controls.replace("_", ""),
            xformla="y ~ x1 + x3",
            anticipation=early,
            weights_name=weights,
            allow_unbalanced_panel=gaps,
        ).fit(est_method=estimator, base_period=base, bstrap=False)
        totals = {kind: peer.aggte(kind, bstrap=False).atte for kind in KINDS}
    found = lc.fund.GroupTimeATT(
        data,
        **PANEL,
        covariates=covariates,
        control_group=controls,
        estimator=estimator,
        base_period=base,
        anticipation=early,
        weights=weights,
    ).fit()
    theirs = pd.DataFrame(
        {
            "cohort": peer.results["group"],
            "time": peer.results["year"],
            "value": peer.results["att"],
            "error": peer.results["se"],
        }
    )
    both = found.att.merge(theirs, on=["cohort", "time"], how="outer")
    assert len(both) == len(found.att) == len(theirs)
    assert both["estimate"].to_numpy() == pytest.approx(both["value"], abs=1e-9)
    real = both["estimate"] != 0
    assert both["std_error"][real].to_numpy() == pytest.approx(both["error"][real], abs=1e-9)
    for kind, total in totals.items():
        ours = found.aggregate(kind)  # type: ignore[arg-type]
        assert ours.estimate == pytest.approx(total["overall_att"], abs=1e-9)
        assert ours.std_error == pytest.approx(float(total["overall_se"]), abs=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_csdid_agrees_where_nobody_is_never_treated() -> None:
    """With the last cohort as control, effects are those of csdid."""
    att_gt = pytest.importorskip("csdid.att_gt")
    data = staggered_panel(units=400, seed=8).query("g > 0")
    with redirect_stdout(io.StringIO()):
        peer = att_gt.ATTgt(
            yname="y",
            tname="t",
            idname="id",
            gname="g",
            data=data.copy(),
            control_group="notyettreated",
            xformla="y ~ x1",
        ).fit(est_method="dr", bstrap=False)
    found = lc.fund.GroupTimeATT(
        data, **PANEL, covariates=["x1"], control_group="not_yet_treated"
    ).fit()
    assert found.att["estimate"].to_numpy() == pytest.approx(peer.results["att"], abs=1e-9)
    assert found.att["std_error"].to_numpy() == pytest.approx(peer.results["se"], abs=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_diff_diff_agrees() -> None:
    """Effects with covariates are those of diff-diff, but for its last digits."""
    diff_diff = pytest.importorskip("diff_diff")
    data = staggered_panel(units=800, seed=8)
    peer = diff_diff.CallawaySantAnna().fit(
        data, outcome="y", unit="id", time="t", first_treat="g", covariates=["x1", "x2"]
    )
    found = lc.fund.GroupTimeATT(data, **PANEL, covariates=["x1", "x2"]).fit()
    for (cohort, time), cell in peer.group_time_effects.items():
        ours = found.params.loc[cohort, time]
        assert ours == pytest.approx(cell["effect"], abs=1e-3)
        assert found.std_errors.loc[cohort, time] == pytest.approx(cell["se"], rel=0.02)
