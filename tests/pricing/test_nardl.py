"""The nonlinear distributed-lag model, against regressions by hand and simulated truth."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.ardl import UECM

from lcresearch.errors import DataError
from lcresearch.pricing.nardl import NARDL

NAMES = {"dependent": "shop", "driver": "farm"}
TRUTH = {"positive": 0.9, "negative": 0.5}


def ratchet(periods: int = 300, *, seed: int = 4, truth: dict[str, float] = TRUTH) -> pd.DataFrame:
    """Return a shop price that takes over rises and falls of the farm price unequally."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal(periods)
    steps[0] = 0
    up, down = np.clip(steps, 0, None).cumsum(), np.clip(steps, None, 0).cumsum()
    target = 3 + truth["positive"] * up + truth["negative"] * down
    noise = 0.3 * rng.standard_normal(periods)
    shop = np.empty(periods)
    shop[0] = target[0]
    for now in range(1, periods):
        rise, fall = max(steps[now], 0), min(steps[now], 0)
        shop[now] = (
            shop[now - 1]
            - 0.4 * (shop[now - 1] - target[now - 1])
            + 0.6 * rise
            + 0.1 * fall
            + noise[now]
        )
    return pd.DataFrame({"shop": shop, "farm": 10 + steps.cumsum()})


def sums(data: pd.DataFrame) -> pd.DataFrame:
    """Return the partial sums of rises and falls, by pandas."""
    change = data["farm"].diff().fillna(0)
    return pd.DataFrame(
        {"up": change.clip(lower=0).cumsum(), "down": change.clip(upper=0).cumsum()}
    )


@pytest.mark.parametrize(("lags", "driver_lags"), [(1, 1), (3, 2), (2, 4)])
def test_agrees_with_regression_by_hand(lags: int, driver_lags: int) -> None:
    """Estimates and standard errors are those of least squares on a design made by shifts."""
    data = ratchet()
    ours = NARDL(data, **NAMES, lags=lags, driver_lags=driver_lags).fit()
    parts = sums(data)
    frame = pd.DataFrame({"constant": np.ones(len(data)), "level": data["shop"].shift()})
    frame["level positive"], frame["level negative"] = parts["up"].shift(), parts["down"].shift()
    for lag in range(1, lags):
        frame[f"change lag {lag}"] = data["shop"].diff().shift(lag)
    for lag in range(driver_lags):
        frame[f"positive lag {lag}"] = parts["up"].diff().shift(lag)
        frame[f"negative lag {lag}"] = parts["down"].diff().shift(lag)
    first = max(lags, driver_lags)
    theirs = sm.OLS(data["shop"].diff().iloc[first:], frame.iloc[first:]).fit()
    assert ours.nobs == theirs.nobs
    np.testing.assert_allclose(ours.params, theirs.params[ours.params.index], rtol=1e-7)
    np.testing.assert_allclose(ours.std_errors, theirs.bse[ours.params.index], rtol=1e-7)

    levels = ["level", "level positive", "level negative"]
    picks = np.array([theirs.params.index == name for name in levels], dtype=float)
    f = float(theirs.f_test(picks).fvalue)
    bounds = ours.bounds.set_index("test")["statistic"]
    np.testing.assert_allclose(bounds["F"], f)
    np.testing.assert_allclose(bounds["t"], theirs.tvalues["level"])
    equal = picks[1] - picks[2]
    symmetry = theirs.f_test(equal)
    assert ours.symmetry.loc["long run", "statistic"] == pytest.approx(float(symmetry.fvalue))
    assert ours.symmetry.loc["long run", "p_value"] == pytest.approx(float(symmetry.pvalue))
    each = [theirs.params.index.str.startswith(f"{sign} lag") for sign in TRUTH]
    short = theirs.f_test(each[0].astype(float) - each[1])
    assert ours.symmetry.loc["short run", "statistic"] == pytest.approx(float(short.fvalue))


def test_f_is_that_of_a_model_of_two_regressors() -> None:
    """F equals that of the unconstrained model of statsmodels on the partial sums."""
    data = ratchet()
    ours = NARDL(data, **NAMES, lags=2, driver_lags=2).fit().bounds
    theirs = UECM(data["shop"], 2, sums(data), 2, trend="c").fit().bounds_test(case=3)
    np.testing.assert_allclose(ours.loc[ours["test"] == "F", "statistic"], theirs[0], rtol=1e-8)


def test_bounds_are_the_published_ones() -> None:
    """Bounds of F are within 1 % of those printed for one and two regressors, those of t equal.

    Pesaran, Shin and Smith's case III at 10, 5 and 1 %, as Stata's ardl prints them; the F bounds
    in use come from many more draws.
    """
    table = NARDL(ratchet(), **NAMES).fit().bounds.set_index(["test", "regressors"])
    printed = {
        ("F", 1): [(4.04, 4.78), (4.94, 5.73), (6.84, 7.84)],
        ("F", 2): [(3.17, 4.14), (3.79, 4.85), (5.15, 6.36)],
        ("t", 1): [(-2.57, -2.91), (-2.86, -3.22), (-3.43, -3.82)],
        ("t", 2): [(-2.57, -3.21), (-2.86, -3.53), (-3.43, -4.10)],
    }
    for key, bounds in printed.items():
        exact = 0.01 if key[0] == "F" else 1e-12
        np.testing.assert_allclose(table.loc[[key], ["lower", "upper"]], bounds, rtol=exact)


def test_decisions() -> None:
    """Tied prices pass both tests, untied ones neither; between the bounds the matter is open."""
    assert (NARDL(ratchet(), **NAMES).fit().bounds["decision"] == "relation").all()
    walks = np.random.default_rng(6).standard_normal((300, 2)).cumsum(axis=0)
    loose = NARDL(pd.DataFrame(walks, columns=["shop", "farm"]), **NAMES).fit().bounds
    assert not (loose["decision"] == "relation").any()
    for _, row in loose.iterrows():
        size = abs(row["statistic"]) if row["test"] == "F" else -row["statistic"]
        place = (size > abs(row["lower"])) + (size > abs(row["upper"]))
        assert row["decision"] == ("none", "open", "relation")[place]


def test_simulated_truth() -> None:
    """Long-run responses, impacts and speed are found within three standard errors."""
    res = NARDL(ratchet(2000), **NAMES, lags=1, driver_lags=1).fit()
    table = res.long_run()
    for sign, truth in (TRUTH | {"difference": 0.4}).items():
        assert abs(table.loc[sign, "estimate"] - truth) < 3 * table.loc[sign, "std_error"]
    for name, truth in (("level", -0.4), ("positive lag 0", 0.6), ("negative lag 0", 0.1)):
        assert abs(res.params[name] - truth) < 3 * res.std_errors[name]
    assert (res.symmetry["p_value"] < 0.01).all()


def test_intervals_cover() -> None:
    """Of 200 samples about 95 % of the intervals of the long-run difference hold the truth."""
    held = 0
    for seed in range(200):
        row = NARDL(ratchet(200, seed=seed), **NAMES).fit().long_run().loc["difference"]
        held += row["conf_low"] < 0.4 < row["conf_high"]
    assert 0.88 <= held / 200 <= 0.99


def test_multipliers_are_the_model_run_forward() -> None:
    """The response to a rise equals the difference of two paths of the equation, step by step."""
    data = ratchet()
    res = NARDL(data, **NAMES, lags=3, driver_lags=2).fit()
    b, periods = res.params, 12
    for sign, unit in (("positive", 1.0), ("negative", -1.0)):
        y, x = np.zeros(periods + 5), np.zeros(periods + 5)
        x[4:] = unit
        for now in range(4, periods + 5):
            y[now] = y[now - 1] + b["level"] * y[now - 1] + b[f"level {sign}"] * x[now - 1]
            for lag in (1, 2):
                y[now] += b[f"change lag {lag}"] * (y[now - lag] - y[now - lag - 1])
            for lag in (0, 1):
                y[now] += b[f"{sign} lag {lag}"] * (x[now - lag] - x[now - lag - 1])
        table = res.multipliers(horizon=periods, draws=10)
        np.testing.assert_allclose(table[sign], y[4:], rtol=1e-10)


def test_multipliers_end_at_the_long_run() -> None:
    """Far ahead the responses are the long-run ones; the interval holds the sum; draws are fixed."""
    res = NARDL(ratchet(), **NAMES).fit()
    table = res.multipliers(horizon=200, draws=200)
    long_run = res.long_run()["estimate"]
    assert table["positive"].iloc[-1] == pytest.approx(long_run["positive"])
    assert table["negative"].iloc[-1] == pytest.approx(-long_run["negative"])
    assert table["difference"].between(table["conf_low"], table["conf_high"]).all()
    pd.testing.assert_frame_equal(table, res.multipliers(horizon=200, draws=200))
    assert res.long_run().loc["positive", "conf_low"] < long_run["positive"]


def test_plot_and_summary() -> None:
    """The plot shows rise, fall, sum and interval; the summary has the three tests."""
    res = NARDL(ratchet(), **NAMES).fit()
    canvas = res.plot_multipliers(horizon=5, draws=20)
    labels = [text.get_text() for text in canvas.legends[0].get_texts()]
    assert labels == ["after a rise", "after a fall", "their sum", "95% interval of the sum"]
    plt.close(canvas)
    text = res.summary()
    for part in ("Long-run responses", "no relation in levels", "Tests of symmetry"):
        assert part in text


def test_units_of_money() -> None:
    """The driver in fen divides its long-run responses by a hundred and leaves the tests."""
    data = ratchet()
    plain = NARDL(data, **NAMES).fit()
    other = NARDL(data.assign(farm=100 * data["farm"]), **NAMES).fit()
    np.testing.assert_allclose(other.long_run() * 100, plain.long_run(), rtol=1e-7)
    np.testing.assert_allclose(other.symmetry, plain.symmetry, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda d: d, {"lags": 0}, "lags is 0"),
        (lambda d: d, {"driver_lags": 0}, "driver_lags is 0"),
        (lambda d: d, {"driver": "farms"}, "Did you mean 'farm'"),
        (lambda d: d, {"driver": "shop"}, "named twice"),
        (lambda d: d.assign(farm=d["farm"].where(d.index != 9)), {}, "'farm' has a gap in row 9 "),
        (lambda d: d.assign(shop=d["shop"].where(d.index > 3)), {}, "two lengths"),
        (lambda d: d.assign(farm=2.0), {}, "'farm' is constant"),
        (lambda d: d.assign(farm=d.index * 1.0), {}, "'farm' never falls"),
        (lambda d: d.assign(farm=d.index * -1.0), {}, "'farm' never rises"),
        (lambda d: d.assign(shop=2 * d["farm"]), {}, "without any error|a sum of the others"),
        (lambda d: d.head(10), {}, "10 periods are too few"),
    ],
)
def test_bad_input_is_refused(change: object, options: dict[str, object], message: str) -> None:
    """Every fault of series or options gives one sentence that names it."""
    with pytest.raises(DataError, match=message):
        NARDL(change(ratchet(60)), **(NAMES | options)).fit()
