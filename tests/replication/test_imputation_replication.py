"""Imputation, leads and the naive estimate against peers, on simulated data and real counties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_panel import panel

from lcresearch.fund import ImputationDiD, TwoWayFixedEffects

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "cohort": "cohort"}


@pytest.fixture(scope="module")
def mpdta(replication: Path) -> pd.DataFrame:
    """Teen employment in 500 counties, 2003 to 2007, with staggered minimum wages."""
    data = pd.read_csv(replication / "mpdta.csv")
    return data.rename(
        columns={"countyreal": "unit", "year": "time", "first.treat": "cohort", "lemp": "y"}
    )


def treated(data: pd.DataFrame) -> pd.Series:
    """Return 1 for treated rows."""
    return ((data["cohort"] > 0) & (data["time"] >= data["cohort"])).astype(float)


def check_against_diff_diff(
    data: pd.DataFrame, covariates: list[str], options: dict[str, Any]
) -> None:
    """Compare every estimate and standard error."""
    peer = pytest.importorskip("diff_diff").ImputationDiD(**options)
    found = peer.fit(
        data, "y", "unit", "time", "cohort", covariates=covariates or None, aggregate="event_study"
    )
    ours = ImputationDiD(data, **COLUMNS, covariates=covariates).fit(**options)
    assert (ours.estimate, ours.std_error) == pytest.approx((found.att, found.se), rel=1e-8)
    table = (
        found.to_dataframe("event_study").set_index("relative_period").loc[ours.att["event_time"]]
    )
    assert ours.att["estimate"].to_numpy() == pytest.approx(table["effect"].to_numpy(), rel=1e-8)
    assert ours.att["std_error"].to_numpy() == pytest.approx(table["se"].to_numpy(), rel=1e-8)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("covariates", [[], ["x"]])
@pytest.mark.parametrize("leave_one_out", [False, True])
@pytest.mark.parametrize("kept", [1.0, 0.8])
@pytest.mark.parametrize("cohorts", [(0, 3, 5, 6), (3, 5, 6)])
def test_agrees_with_diff_diff(
    covariates: list[str], leave_one_out: bool, kept: float, cohorts: tuple[int, ...]
) -> None:
    """All estimates and standard errors are those of diff-diff, with and without never-treated units."""
    data = panel(units=60, kept=kept, cohorts=cohorts)
    check_against_diff_diff(data, covariates, {"leave_one_out": leave_one_out})


@pytest.mark.filterwarnings("ignore")
def test_agrees_with_diff_diff_on_counties(mpdta: pd.DataFrame) -> None:
    """The same holds on the counties' teen employment."""
    check_against_diff_diff(mpdta, [], {})


@pytest.mark.filterwarnings("ignore")
def test_agrees_with_two_stage_least_squares() -> None:
    """The average effect is that of pyfixest's two-stage estimator.

    Every unit has two untreated rows here: on the counties pyfixest 0.60 fails, since it drops
    those with one from its first stage alone.
    """
    pyfixest = pytest.importorskip("pyfixest")
    data = panel(units=60)
    data = data.assign(treated=treated(data))
    peer = pyfixest.did2s(
        data,
        yname="y",
        first_stage="~ 0 | unit + time",
        second_stage="~ treated",
        treatment="treated",
        cluster="unit",
    )
    ours = ImputationDiD(data, **COLUMNS).fit()
    assert ours.estimate == pytest.approx(float(peer.coef()["treated"]), rel=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cluster", ["unit", "cluster"])
@pytest.mark.parametrize("kept", [1.0, 0.8])
def test_naive_estimate_agrees_with_pyfixest(cluster: str, kept: float) -> None:
    """Estimate and standard error are pyfixest's, its factor for parameters set aside and ours added.

    Which effects pyfixest counts as nested has been seen to vary between runs of one program.
    """
    pyfixest = pytest.importorskip("pyfixest")
    data = panel(units=60, kept=kept)
    peer = pyfixest.feols(
        "y ~ treated | unit + time",
        data.assign(treated=treated(data)),
        vcov={"CRV1": cluster},
        ssc=pyfixest.ssc(k_adj=False),
    )
    ours = TwoWayFixedEffects(data, **COLUMNS, cluster=cluster).fit()
    factor = (len(data) - 1) / (len(data) - 2 - (data["time"].nunique() - 1))
    assert ours.estimate == pytest.approx(float(peer.coef()["treated"]), rel=1e-7)
    assert ours.std_error == pytest.approx(float(peer.se()["treated"]) * np.sqrt(factor), rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_naive_estimate_on_counties(mpdta: pd.DataFrame) -> None:
    """The same on the counties' teen employment, where the naive effect is nearer to zero."""
    pyfixest = pytest.importorskip("pyfixest")
    peer = pyfixest.feols("y ~ d | unit + time", mpdta.assign(d=treated(mpdta)))
    ours = TwoWayFixedEffects(mpdta, **COLUMNS).fit()
    assert ours.estimate == pytest.approx(float(peer.coef()["d"]), rel=1e-7)


@pytest.mark.filterwarnings("ignore")
def test_leads_agree_with_pyfixest() -> None:
    """The coefficients of leads are those of a regression on untreated rows with dummies."""
    pyfixest = pytest.importorskip("pyfixest")
    data = panel(units=60)
    free = data[treated(data) == 0].copy()
    for lead in (1, 2):
        free[f"lead{lead}"] = (free["time"] - free["cohort"] == -lead).astype(float)
    peer = pyfixest.feols(
        "y ~ lead2 + lead1 + x | unit + time",
        free,
        vcov={"CRV1": "unit"},
        ssc=pyfixest.ssc(k_adj=False),
    )
    test = ImputationDiD(data, **COLUMNS, covariates=["x"]).fit().pretrend_test(2)
    names = ["lead2", "lead1"]
    factor = (len(free) - 1) / (len(free) - 4 - (free["time"].nunique() - 1))
    assert test.table["estimate"].to_numpy() == pytest.approx(
        peer.coef()[names].to_numpy(), rel=1e-6
    )
    expected = peer.se()[names].to_numpy() * np.sqrt(factor)
    assert test.table["std_error"].to_numpy() == pytest.approx(expected, rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_decomposition_agrees_with_diff_diff(mpdta: pd.DataFrame) -> None:
    """Each comparison of the counties' cohorts has the weight and estimate that diff-diff finds."""
    peer = pytest.importorskip("diff_diff").bacon_decompose(mpdta, "y", "unit", "time", "cohort")
    theirs = peer.to_dataframe()
    theirs["control_group"] = pd.to_numeric(theirs["control_group"], errors="coerce").fillna(0)
    theirs["treated_group"] = theirs["treated_group"].astype(float)
    ours = TwoWayFixedEffects(mpdta, **COLUMNS).fit().decomposition().fillna({"control_cohort": 0})
    both = ours.merge(
        theirs,
        left_on=["treated_cohort", "control_cohort"],
        right_on=["treated_group", "control_group"],
        validate="1:1",
    )
    assert len(both) == len(ours) == len(theirs)
    assert both["weight_x"].to_numpy() == pytest.approx(both["weight_y"].to_numpy(), rel=1e-9)
    assert both["estimate_x"].to_numpy() == pytest.approx(both["estimate_y"].to_numpy(), rel=1e-8)
