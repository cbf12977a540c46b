"""Diffusion: closed forms against integration, estimates against what was put in, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import curve_fit

from lcresearch.errors import DataError
from lcresearch.fund import AdoptionCurve

BASS = AdoptionCurve(market=1000, p=0.03, q=0.4)
LOGIT = AdoptionCurve(kind="logit", market=1000, rate=0.6, midpoint=7.0)


@given(p=st.floats(min_value=1e-4, max_value=0.3), q=st.floats(min_value=0, max_value=1.5))
def test_bass_agrees_with_its_differential_equation(p: float, q: float) -> None:
    """The closed form is the solution of dN/dt = (p + q N / m)(m - N) from zero."""
    curve = AdoptionCurve(market=500, p=p, q=q)
    times = np.linspace(0, 15, 7)
    solved = solve_ivp(
        lambda _, n: (p + q * n / 500) * (500 - n),
        (0, 15),
        [0.0],
        t_eval=times,
        rtol=1e-9,
        atol=1e-9,
    )
    assert curve.adopters(times) == pytest.approx(solved.y[0], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("curve", [BASS, LOGIT, AdoptionCurve(market=1000, p=0.3, q=0.1)])
def test_peak_is_where_most_adopt(curve: AdoptionCurve) -> None:
    """The closed forms of the peak are the largest rate on a fine grid, and its time."""
    times = np.linspace(0, 30, 300_001)
    rates = curve.new_adopters(times)
    assert curve.peak_time == pytest.approx(times[np.argmax(rates)], abs=1e-3)
    assert curve.peak_rate == pytest.approx(rates.max(), rel=1e-8)


@pytest.mark.parametrize("curve", [BASS, LOGIT])
def test_rate_is_the_slope(curve: AdoptionCurve) -> None:
    """New adopters per year are the slope of the curve."""
    times, h = np.linspace(0.5, 20, 9), 1e-5
    slope = (curve.adopters(times + h) - curve.adopters(times - h)) / (2 * h)
    assert curve.new_adopters(times) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("curve", [BASS, LOGIT])
def test_path_adds_up(curve: AdoptionCurve) -> None:
    """New adopters of each year add up to the adopters, which never pass the market."""
    path = curve.path(40)
    assert path["new"].cumsum().to_numpy() == pytest.approx(path["adopters"].to_numpy())
    assert (path["new"].iloc[1:] > 0).all()
    assert path["adopters"].iloc[-1] == pytest.approx(1000, abs=1)
    assert BASS.path(3)["adopters"].iloc[0] == 0


@pytest.mark.parametrize("curve", [BASS, LOGIT])
@pytest.mark.parametrize("target", ["levels", "increments"])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("stretch", [0.1, 1.0, 3.0])
def test_without_noise_the_parameters_return(
    curve: AdoptionCurve, target: Any, known: bool, stretch: float
) -> None:
    """Counts on a curve give its parameters back, whatever the unit of time."""
    a, b = curve._shape
    shape = (
        {"p": a / stretch, "q": b / stretch}
        if curve.kind == "bass"
        else {"rate": a / stretch, "midpoint": b * stretch}
    )
    true = AdoptionCurve(kind=curve.kind, market=3e5, **shape)
    times = stretch * np.arange(1, 13)
    fit = AdoptionCurve.fit(
        times, true.adopters(times), kind=curve.kind, target=target, market=3e5 if known else None
    )
    assert fit.curve.market == pytest.approx(3e5, rel=1e-5)
    assert fit.curve._shape == pytest.approx(true._shape, rel=1e-4)
    assert fit.std_errors.max() < 1


def test_agrees_with_scipy() -> None:
    """Estimates and standard errors are those of scipy's curve_fit from the true values."""
    times = np.arange(1.0, 16.0)
    counts = BASS.adopters(times) + np.random.default_rng(1).normal(scale=10, size=15)
    fit = AdoptionCurve.fit(times, counts)

    def bass(t: Any, m: float, p: float, q: float) -> Any:
        fallen = np.exp(-(p + q) * t)
        return m * (1 - fallen) / (1 + q / p * fallen)

    values, covariance = curve_fit(bass, times, counts, p0=[1000, 0.03, 0.4])
    assert fit.params.to_numpy() == pytest.approx(values, rel=1e-4)
    assert fit.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-3)
    assert fit.residual_sd == pytest.approx(
        np.sqrt(((bass(times, *values) - counts) ** 2).sum() / 12)
    )


@pytest.mark.parametrize("target", ["levels", "increments"])
def test_intervals_cover(target: Any) -> None:
    """Intervals of every parameter hold the truth about as often as they say."""
    rng, times = np.random.default_rng(7), np.arange(16.0)
    hits = []
    for _ in range(150):
        noise = rng.normal(scale=5, size=16)
        noise = np.cumsum(noise) if target == "increments" else noise
        counts = np.maximum(BASS.adopters(times) + noise, 0)
        interval = AdoptionCurve.fit(times, counts, target=target).conf_int()
        truth = np.array([1000, 0.03, 0.4])
        hits.append((interval["conf_low"] <= truth) & (truth <= interval["conf_high"]))
    error = np.sqrt(0.95 * 0.05 / 150)
    assert np.mean(hits, axis=0) == pytest.approx(np.full(3, 0.95), abs=3.5 * error)


def test_units_of_count_make_no_difference() -> None:
    """Ten thousand times the adopters give ten thousand times the market, and the same shape."""
    times = np.arange(1.0, 13.0)
    counts = LOGIT.adopters(times) + np.random.default_rng(2).normal(scale=5, size=12)
    one = AdoptionCurve.fit(times, counts, kind="logit")
    many = AdoptionCurve.fit(times, 1e4 * counts, kind="logit")
    assert many.params.to_numpy() == pytest.approx(one.params.to_numpy() * [1e4, 1, 1], rel=1e-5)
    assert many.std_errors.to_numpy() == pytest.approx(one.std_errors * [1e4, 1, 1], rel=1e-4)


def test_counts_that_end_before_the_peak_are_noted() -> None:
    """A market that is an extrapolation is called so in the summary."""
    times = np.arange(1.0, 6.0)
    assert (
        "before the estimated peak"
        in AdoptionCurve.fit(times, LOGIT.adopters(times), kind="logit").summary()
    )
    times = np.arange(1.0, 16.0)
    assert not AdoptionCurve.fit(times, LOGIT.adopters(times), kind="logit").notes


@pytest.mark.parametrize(
    ("times", "counts", "options", "message"),
    [
        ([1, 2, 3], [1, 2, 3], {}, "3 counts are too few to estimate market, p, q"),
        ([1, 2, 3, 4], [1, 2, 3, 5], {"target": "increments"}, "give at least 5"),
        ([1, 2, 3, 3], [1, 2, 3, 4], {}, "do not rise at position 3"),
        ([-1, 2, 3, 4], [1, 2, 3, 4], {}, "none is below 0"),
        ([1, 2, 3, 4], [1, 2, math.nan, 4], {}, "adopters is not finite at position 2"),
        ([1, 2, 3, 4], [1, -2, 3, 4], {}, "zero or more"),
        ([1, 2, 3, 4], [0, 0, 0, 0], {}, "not all zero"),
        ([1, 2, 3], [1, 2, 3, 4], {}, "two lists of one length"),
        (["a"], [1], {}, "must be numbers"),
        ([1, 2, 3, 4], [1, 2, 3, 4], {"market": 3}, "market of 3 is smaller than the 4"),
        ([1, 2, 3, 4], [1, 2, 3, 4], {"kind": "gompertz"}, "kind must be"),
        ([1, 2, 3, 4], [1, 2, 3, 4], {"target": "rates"}, "target must be"),
        (range(1, 9), [1e6] * 8, {}, "do not tell market, p, q apart"),
        (range(1, 9), np.exp(0.1 * np.arange(8)), {"kind": "logit"}, "do not tell market"),
    ],
)
def test_refused_counts(times: Any, counts: Any, options: dict[str, Any], message: str) -> None:
    """Counts that no curve can be fitted to are refused with the remedy."""
    with pytest.raises(DataError, match=message):
        AdoptionCurve.fit(times, counts, **options)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"market": 0, "p": 0.1, "q": 0.1}, "market must be greater"),
        ({"market": 1, "p": 0.1}, "give q"),
        ({"market": 1, "p": 0.1, "q": 0.1, "rate": 1}, "leave out rate"),
        ({"market": 1, "p": 0, "q": 0.1}, "p must be greater"),
        ({"market": 1, "p": 0.1, "q": -0.1}, "q must be zero or more"),
        ({"market": 1, "kind": "logit", "rate": -1, "midpoint": 3}, "rate must be greater"),
        (
            {"market": 1, "kind": "logit", "rate": 1, "midpoint": math.inf},
            "midpoint must be a number",
        ),
        ({"market": 1, "kind": "other"}, "kind must be"),
    ],
)
def test_refused_parameters(parameters: dict[str, Any], message: str) -> None:
    """Parameters that are missing, out of range or of the other kind are refused by name."""
    with pytest.raises(DataError, match=message):
        AdoptionCurve(**parameters)


def test_years_out_of_range() -> None:
    """A path needs a whole number of years."""
    with pytest.raises(DataError, match="whole number"):
        BASS.path(2.5)  # type: ignore[arg-type]
