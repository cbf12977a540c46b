"""Fifty Swiss mountain railways: two outputs on a network with stops, the case nearest to ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.logistics.cost_function import CostFunction
from lcresearch.logistics.cost_function_results import CostFunctionResults

NETWORK = ["NETWORK", "STOPS"]


@pytest.fixture
def railways(replication: Any) -> pd.DataFrame:
    """Yearly rows of railways: passenger and ton kilometres, network length, stops, prices."""
    return pd.read_csv(replication / "swissrailways.csv")


def fit(data: pd.DataFrame, **model: Any) -> CostFunctionResults:
    """Fit cost on passenger and freight output, with a trend."""
    columns = {
        "cost": "CT",
        "outputs": ["Q2", "Q3"],
        "prices": ["PL", "PK", "PE"],
        "network": NETWORK,
        "controls": ["T"],
        "unit": "ID",
        "time": "YEAR",
    }
    return CostFunction(data, **(columns | model)).fit()


@pytest.mark.parametrize("form", ["cobb_douglas", "translog"])
@pytest.mark.parametrize("effects", [None, "unit", "random"])
def test_economies_are_plausible(railways: pd.DataFrame, form: str, effects: str | None) -> None:
    """Cost grows less than outputs and network together, and far less than outputs alone."""
    res = fit(railways, form=form, effects=effects)
    assert res.nobs == 605
    scale, density = res.scale_economies(), res.density_economies()
    assert scale.conf_int()[0] > 1
    assert density.conf_int()[0] > scale.estimate
    assert scale.estimate < 1.7
    shares = res.elasticities().loc[["PL", "PK", "PE"], "estimate"]
    assert shares.between(0, 1).all()
    assert shares.sum() == pytest.approx(1)


def test_cobb_douglas_is_regular_and_translog_is_not(railways: pd.DataFrame) -> None:
    """Without shares to hold it, the translog is not concave in prices; Cobb–Douglas is."""
    regular = fit(railways, form="cobb_douglas", effects="unit").check_regularity()
    assert regular.at_mean
    assert regular.monotone == regular.concave == 1
    flexible = fit(railways, effects="unit").check_regularity()
    assert flexible.monotone < 1
    assert flexible.concave is not None
    assert flexible.concave < 0.5
    assert flexible.table.loc["cost rises with Q2", "observations"] == 1


@pytest.mark.parametrize("effects", ["unit", "two_way", "random"])
def test_linearmodels_agrees(railways: pd.DataFrame, effects: str) -> None:
    """On the unbalanced panel, the translog with effects is that of linearmodels."""
    models = pytest.importorskip("linearmodels.panel")
    data = railways.set_index(["ID", "YEAR"])
    base = np.log(data["PE"])
    v = {name: np.log(data[name]) for name in ("Q2", "Q3", *NETWORK)}
    v |= {name: np.log(data[name]) - base for name in ("PL", "PK")}
    columns = dict(v)
    names = list(v)
    for i, a in enumerate(names):
        for b in names[i:]:
            columns[f"{a}*{b}"] = v[a] * v[b] * (0.5 if a == b else 1.0)
    right, left = pd.DataFrame(columns), np.log(data["CT"]) - base
    if effects == "random":
        other = models.RandomEffects(left, right.assign(const=1.0)).fit(small_sample=True)
    else:
        other = models.PanelOLS(
            left, right, entity_effects=True, time_effects=effects == "two_way"
        ).fit()
    res = fit(railways, effects=effects, controls=[])
    # Raw logs are nearly collinear: a peer that demeans in sequence is exact to fewer digits.
    assert res.params[names].to_numpy() == pytest.approx(other.params[names].to_numpy(), abs=1e-6)
    assert res.std_errors[list(columns)].to_numpy() == pytest.approx(
        other.std_errors[list(columns)].to_numpy(), rel=1e-5
    )
