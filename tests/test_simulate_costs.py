"""Simulated carriers: the truth is a cost function, seeds, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from lcresearch.errors import DataError
from lcresearch.simulate import cost_panel

VARIABLES = ["parcels_down", "parcels_up", "stops", "wage", "fuel_price", "vehicle_price"]


def log_cost(params, data):
    """Return log cost from raw parameters, term by term."""
    logs = np.log(data[VARIABLES])
    total = params["const"] + sum(params[name] * logs[name] for name in VARIABLES)
    for i, a in enumerate(VARIABLES):
        for b in VARIABLES[i:]:
            total += params[f"{a}*{b}"] * logs[a] * logs[b] * (0.5 if a == b else 1)
    return total


def test_raw_parameters_give_the_costs() -> None:
    """The parameters on raw logs reproduce every row's log cost, and its scale economies."""
    panel = cost_panel(seed=1)
    params, rows = panel.truth.params, panel.truth.rows
    assert log_cost(params, panel.data).to_numpy() == pytest.approx(rows["log_cost"].to_numpy())
    step = 1e-5
    grown = panel.data.assign(**{n: panel.data[n] * np.exp(step) for n in VARIABLES[:3]})
    slope = (log_cost(params, grown) - log_cost(params, panel.data)) / step
    assert (1 / slope).to_numpy() == pytest.approx(rows["scale_economies"].to_numpy(), rel=1e-4)


def test_truth_is_homogeneous_in_prices() -> None:
    """Doubled prices double the cost, and shares add to one."""
    panel = cost_panel(seed=2)
    params = panel.truth.params
    doubled = panel.data.assign(**{name: 2 * panel.data[name] for name in VARIABLES[3:]})
    gap = log_cost(params, doubled) - log_cost(params, panel.data)
    assert gap.to_numpy() == pytest.approx(np.log(2))
    total = panel.data[["wage_share", "fuel_share", "vehicle_share"]].sum(axis=1)
    assert total.to_numpy() == pytest.approx(1)


def test_the_typical_carrier_has_the_economies_asked_for() -> None:
    """Without curvature, economies of scale and density are everywhere those of the arguments."""
    panel = cost_panel(scale=1.3, density=2.0, curvature=0, seed=1)
    assert panel.truth.scale_economies == pytest.approx(1.3)
    assert panel.truth.density_economies == pytest.approx(2.0)
    assert panel.truth.rows["scale_economies"].to_numpy() == pytest.approx(1.3)


def test_noise_has_the_moments_asked_for() -> None:
    """Effects, noise in cost and noise in shares have their standard deviations."""
    panel = cost_panel(carriers=3000, years=2, selection=0.6, seed=1, curvature=0)
    rows, data = panel.truth.rows, panel.data
    noise = np.log(data["cost"]) - rows["log_cost"] - rows["effect"]
    assert noise.std() == pytest.approx(0.05, rel=0.03)
    assert rows["effect"].std() == pytest.approx(0.1, rel=0.04)
    assert data["fuel_share"].std() == pytest.approx(0.02, rel=0.03)
    assert np.corrcoef(rows["effect"], np.log(data["parcels_down"]))[0, 1] == pytest.approx(
        0.6, abs=0.04
    )


def test_progress_lowers_cost_alone() -> None:
    """Progress changes costs by its rate a year, and leaves every other draw as it was."""
    still, moving = cost_panel(seed=4), cost_panel(seed=4, progress=0.03)
    others = still.data.columns.drop("cost")
    assert moving.data[others].equals(still.data[others])
    gap = np.log(still.data["cost"] / moving.data["cost"])
    assert gap.to_numpy() == pytest.approx(0.03 * (still.data["year"] - 2014).to_numpy())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"carriers": 1}, "carriers must be a whole number from 2 on"),
        ({"selection": 2}, "selection must be a number from -1 to 1"),
        ({"noise_sd": -1}, "noise_sd must be a number from 0 on"),
        ({"density": 1.1}, "density cannot be below scale"),
        ({"share_sd": 0.5}, "lower share_sd"),
    ],
)
def test_refusals(wrong: dict[str, float], message: str) -> None:
    """A parameter out of its range is named with its bounds."""
    with pytest.raises(DataError, match=f"cost_panel: .*{message}"):
        cost_panel(**({"seed": 1} | wrong))
