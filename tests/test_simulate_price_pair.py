"""Simulated price pairs: the truth by hand, moments, streams, estimators that find it, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing import NARDL, ThresholdECM, engle_granger
from lcresearch.simulate import price_pair

NAMES = {"dependent": "screen", "driver": "farm_gate"}


def logs(**parameters: Any) -> pd.DataFrame:
    """Return the logs of a pair's prices, on its weeks."""
    return np.log(price_pair(**({"seed": 1} | parameters)).data.set_index("week"))


def test_prices_follow_the_rule_week_by_week() -> None:
    """Each screen price is the one before, moved by impact, by the gap's return and by noise."""
    pair = price_pair(weeks=60, screen_sd=0.0, seed=3)
    farm, screen = np.log(pair.data["farm_gate"]), np.log(pair.data["screen"])
    gap = screen - pair.truth.constant - 0.8 * farm
    assert pair.truth.rows["gap"].to_numpy() == pytest.approx(gap.to_numpy())
    for week in range(1, 60):
        move = farm[week] - farm[week - 1]
        impact = 0.4 if move > 0 else 0.2
        speed = 0.4 if gap[week - 1] < 0 else 0.1
        step = impact * 0.8 * move - speed * gap[week - 1]
        assert screen[week] - screen[week - 1] == pytest.approx(step, abs=1e-12)


def test_the_first_week_has_the_prices_asked_for() -> None:
    """The pair starts at the farm-gate price and the multiple of it, without a gap."""
    pair = price_pair(farm_gate=3.0, multiple=2.5, passthrough=0.6, seed=1)
    assert pair.data.loc[0, ["farm_gate", "screen"]].tolist() == pytest.approx([3.0, 7.5])
    assert pair.truth.rows.loc[0, ["long_run", "gap"]].tolist() == pytest.approx([7.5, 0.0])


def test_long_run_and_gap_make_the_screen_price() -> None:
    """The screen price is the long run's, away by the gap."""
    pair = price_pair(seed=2)
    rows = pair.truth.rows
    expected = rows["long_run"] * np.exp(rows["gap"])
    assert pair.data["screen"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (rows["week"] == pair.data["week"]).all()


@pytest.mark.parametrize(("sign", "column"), [(1, "rise"), (-1, "fall")])
def test_responses_follow_the_rule(sign: int, column: str) -> None:
    """A single change is passed on by the same impact and return as the weekly prices."""
    response = price_pair(seed=1).truth.responses(12)[column]
    impact, speed = (0.4, 0.4) if sign > 0 else (0.2, 0.1)
    screen = impact * 0.8 * sign
    path = [screen]
    for _ in range(12):
        screen += speed * (0.8 * sign - screen)
        path.append(screen)
    assert response.to_numpy() == pytest.approx(sign * np.array(path))


def test_moments_of_the_shocks() -> None:
    """Farm-gate prices move, and prices without a gap to close are off, by the deviations set."""
    flat = {"impact_rise": 1.0, "impact_fall": 1.0, "speed_rise": 1.0, "speed_fall": 1.0}
    pair = price_pair(weeks=20_000, farm_sd=0.02, screen_sd=0.005, seed=4, **flat)
    assert np.log(pair.data["farm_gate"]).diff().std() == pytest.approx(0.02, rel=0.02)
    assert pair.truth.rows["gap"].std() == pytest.approx(0.005, rel=0.02)


def test_streams_and_seeds() -> None:
    """A seed fixes the pair; each price has its own draws; a longer pair begins with a shorter."""
    pd.testing.assert_frame_equal(logs(), logs())
    assert not logs().equals(logs(seed=2))
    pd.testing.assert_series_equal(logs()["farm_gate"], logs(screen_sd=0.1)["farm_gate"])
    pd.testing.assert_frame_equal(logs(weeks=100), logs().iloc[:100])


def test_symmetry_tests_do_not_depend_on_units_of_the_shocks() -> None:
    """Shocks of both prices twice as large leave every test of symmetry as it was."""
    small, large = logs(), logs(farm_sd=0.06, screen_sd=0.02)
    first, second = (ThresholdECM(data, **NAMES).fit().symmetry_f for data in (small, large))
    assert first == pytest.approx(second)
    first, second = (NARDL(data, **NAMES).fit().symmetry["statistic"] for data in (small, large))
    np.testing.assert_allclose(first, second)


def test_estimators_find_the_truth() -> None:
    """In a long pair pass-through, one speed and the difference of impacts are found."""
    data = logs(weeks=6000)
    found = engle_granger(data, dependent="screen", regressors=["farm_gate"])
    assert found.params["farm_gate"] == pytest.approx(0.8, abs=0.02)
    even = logs(weeks=6000, speed_rise=0.2, speed_fall=0.2, impact_fall=0.4)
    speeds = ThresholdECM(even, **NAMES, lags=0, threshold=0.0).fit().params
    assert speeds[["positive", "negative"]].tolist() == pytest.approx([-0.2, -0.2], abs=0.02)
    even = logs(weeks=6000, speed_rise=0.2, speed_fall=0.2)
    fit = NARDL(even, **NAMES, lags=1, driver_lags=1).fit()
    impacts = fit.params[["positive lag 0", "negative lag 0"]]
    assert impacts.tolist() == pytest.approx([0.8 * 0.4, 0.8 * 0.2], abs=0.02)
    assert fit.long_run()["estimate"].iloc[:2].tolist() == pytest.approx([0.8, 0.8], abs=0.03)


def test_unequal_speeds_lie_in_the_gap_and_move_its_mean() -> None:
    """The true gap gives both speeds; errors about their own mean give two that are too close."""
    pair = price_pair(weeks=20_000, impact_fall=0.4, seed=1)
    gap = pair.truth.rows["gap"].to_numpy()
    before, change = gap[:-1], np.diff(gap)
    sides = np.column_stack([np.maximum(before, 0), np.minimum(before, 0)])
    found = np.linalg.lstsq(sides, change)[0]
    assert found.tolist() == pytest.approx([-0.1, -0.4], abs=0.02)
    assert gap.mean() > 0.3 * gap.std()
    data = np.log(pair.data.set_index("week"))
    speeds = ThresholdECM(data, **NAMES, lags=0, threshold=0.0).fit().params
    assert -0.3 < speeds["negative"] < speeds["positive"] < -0.11


def test_without_return_there_is_no_cointegration() -> None:
    """With both speeds zero the long run's errors are a random walk, as the test says."""
    found = [
        engle_granger(
            logs(speed_rise=0.0, speed_fall=0.0, seed=seed),
            dependent="screen",
            regressors=["farm_gate"],
        ).p_value
        for seed in range(60)
    ]
    assert np.mean(np.array(found) < 0.05) < 0.15


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"weeks": 1}, "weeks must be a whole number from 2 on"),
        ({"weeks": 52.0}, "weeks must be a whole number"),
        ({"farm_gate": 0.0}, "farm_gate must be a number from 1e-06 on"),
        ({"multiple": -2}, "multiple must be a number"),
        ({"passthrough": np.nan}, "passthrough must be a number from 0 on"),
        ({"impact_rise": 1.1}, "impact_rise must be a number from 0 to 1"),
        ({"speed_fall": -0.1}, "speed_fall must be a number from 0 to 1"),
        ({"screen_sd": -0.1}, "screen_sd must be a number from 0 on"),
    ],
)
def test_refusals(wrong: dict[str, Any], message: str) -> None:
    """A parameter out of its range is named with its bounds."""
    with pytest.raises(DataError, match=f"price_pair: {message}"):
        price_pair(**wrong)


def test_a_horizon_of_nothing_is_refused() -> None:
    """Responses need a week after the change."""
    with pytest.raises(DataError, match="responses: horizon"):
        price_pair(seed=1).truth.responses(0)
