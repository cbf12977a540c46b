"""Frontiers: what is refused, and how."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from frontier_by_hand import draw

from lcresearch.errors import DataError
from lcresearch.logistics.frontier import Frontier
from lcresearch.logistics.frontier_results import FrontierResults

PANEL = {"unit": "firm", "time": "year"}
DECAY = PANEL | {"time_varying": True}


def fit(data: pd.DataFrame, **model: Any) -> FrontierResults:
    """Fit y on x1 and x2, or with what a case gives instead."""
    return Frontier(data, **({"dependent": "y", "regressors": ["x1", "x2"]} | model)).fit()


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a word for a list": ({"regressors": "x1"}, "regressors is a word"),
    "no regressors": ({"regressors": []}, "regressors is empty"),
    "an unknown kind": ({"kind": "costs"}, "Did you mean 'cost'"),
    "an unknown distribution": ({"inefficiency": "gamma"}, "give one of 'half_normal'"),
    "a column that is not there": ({"regressors": ["x1", "x3"]}, "has no column 'x3'"),
    "a column twice": ({"regressors": ["x1", "x1"]}, "'x1' is named twice"),
    "the dependent variable as regressor": ({"regressors": ["x1", "y"]}, "'y' is named twice"),
    "the dependent variable as driver": ({"inefficiency_drivers": ["y"]}, "and a driver"),
    "text": ({"regressors": ["x1", "name"]}, "column 'name'.*text"),
    "a constant": ({"regressors": ["x1", "one"]}, "'one': is a constant"),
    "a sum of others": ({"regressors": ["x1", "x2", "both"]}, "'both'.*linear combination"),
    "infinite": ({"regressors": ["huge"]}, "'huge': is infinite in row 4"),
    "a parameter's name": ({"regressors": ["gamma"]}, "name of a parameter"),
    "time alone": ({"time": "year"}, "time is given without unit"),
    "decay without time": ({"unit": "firm", "time_varying": True}, "needs unit= and time="),
    "decay with drivers": (
        DECAY | {"inefficiency_drivers": ["x2"]},
        "cannot be combined",
    ),
    "decay over one period": (DECAY, "one period only"),
    "a firm twice in a year": (PANEL | {"unit": "one"}, "more than one row"),
    "an exact fit": ({"dependent": "both"}, "explain it exactly"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_input_is_refused_in_one_sentence(name: str) -> None:
    """Each fault is named, with the column or the rows, and what to do."""
    data = draw(50).assign(
        name="a", one=1.0, gamma=1.0, both=lambda d: d["x1"] + d["x2"], huge=lambda d: d["x1"]
    )
    data.loc[4, "huge"] = np.inf
    model, words = BROKEN[name]
    with pytest.raises(DataError, match=words) as caught:
        fit(data, **model)
    assert "\n" not in str(caught.value)


def test_too_few_rows_and_no_noise_are_refused() -> None:
    """Rows as few as parameters, and rows without noise, leave nothing to report."""
    with pytest.raises(DataError, match="5 complete rows for 6 parameters"):
        fit(draw(5))
    with pytest.raises(DataError, match="gamma = 1"):
        fit(draw(100, noise=0.0))
    with pytest.raises(DataError, match="alpha must lie between 0 and 1"):
        fit(draw()).efficiency(alpha=1.0)
