"""The naive estimate: dummies by hand, invariance, bias where effects grow, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_panel import panel

from lcresearch.errors import DataError
from lcresearch.fund import ImputationDiD, TwoWayFixedEffects
from lcresearch.fund.two_way import TwoWayResults

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "cohort": "cohort"}


def fit(data: pd.DataFrame, **model: Any) -> TwoWayResults:
    """Fit with the usual columns."""
    return TwoWayFixedEffects(data, **(COLUMNS | model)).fit()


@pytest.mark.parametrize("kept", [1.0, 0.8])
@pytest.mark.parametrize("cluster", ["unit", "cluster"])
def test_agrees_with_dummies(kept: float, cluster: str) -> None:
    """Estimate and standard error are those of least squares on dummies with a sandwich by hand."""
    data = panel(kept=kept)
    d = ((data["cohort"] > 0) & (data["time"] >= data["cohort"])).astype(float)
    dummies = pd.get_dummies(data[["unit", "time"]].astype("category"), dtype=float)
    z = np.column_stack([d, dummies])
    inverse = np.linalg.pinv(z, rcond=1e-10)
    beta = inverse @ data["y"].to_numpy()
    scores = pd.Series(inverse[0] * (data["y"] - z @ beta).to_numpy()).groupby(data[cluster]).sum()
    g, n, k = data[cluster].nunique(), len(data), 1 + data["time"].nunique()
    variance = g / (g - 1) * (n - 1) / (n - k) * (scores**2).sum()
    result = fit(data, cluster=cluster)
    assert result.estimate == pytest.approx(beta[0])
    assert result.std_error == pytest.approx(np.sqrt(variance))
    assert result.degrees_of_freedom == g - 1


def test_weights_of_rows_give_the_estimate() -> None:
    """The rows' weights rebuild the estimate, and those of treated rows add to one."""
    data = panel()
    result = fit(data)
    rows = result.weights.merge(data, on=["unit", "time"])
    assert rows["weight"] @ rows["y"] == pytest.approx(result.estimate)
    assert rows.loc[rows["treated"], "weight"].sum() == pytest.approx(1)
    assert rows["weight"].sum() == pytest.approx(0, abs=1e-12)


def test_the_naive_estimate_misleads_where_effects_grow() -> None:
    """Without noise and with growing effects it falls below every single effect."""
    data = panel(noise=0.0, cohorts=(2, 5))
    data["y"] -= 0.5 * data["x"]
    result = fit(data)
    kinds = result.decomposition().groupby("kind")["weight"].sum()
    assert kinds["later vs earlier treated"] > 0
    imputed = ImputationDiD(data, **COLUMNS).fit()
    assert result.estimate < imputed.effects["effect"].min() - 0.01
    assert imputed.estimate == pytest.approx(imputed.effects["effect"].mean())


def test_one_date_gives_difference_in_differences() -> None:
    """With one date of treatment and never-treated units it is the difference of mean changes."""
    data = panel(cohorts=(0, 4))
    means = data.groupby([data["cohort"] > 0, data["time"] >= 4])["y"].mean()
    change = means[True, True] - means[True, False] - means[False, True] + means[False, False]
    assert fit(data).estimate == pytest.approx(change)


def test_order_labels_and_units_do_not_matter() -> None:
    """Shuffled rows and new labels leave it alone, and a factor scales it."""
    data = panel(kept=0.9)
    plain = fit(data)
    changed = data.sample(frac=1, random_state=2).assign(
        unit=lambda d: "县" + d["unit"].astype(str), y=lambda d: 7 - 100 * d["y"]
    )
    other = fit(changed)
    assert other.estimate == pytest.approx(-100 * plain.estimate)
    assert other.std_error == pytest.approx(100 * plain.std_error)


@pytest.mark.parametrize("cohort", [0, 3, 1, 99])
def test_treatment_that_does_not_vary_is_refused(cohort: int) -> None:
    """One date for all, all or none treated: the effect is not told from the periods'."""
    with pytest.raises(DataError, match="does not vary beyond unit and period effects"):
        fit(panel().assign(cohort=cohort))
