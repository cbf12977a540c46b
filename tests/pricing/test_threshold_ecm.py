"""Threshold cointegration, against regressions by hand, simulated truth and bad data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.pricing.threshold_ecm import ThresholdECM

NAMES = {"dependent": "shop", "driver": "farm"}


def sticky(
    periods: int = 300,
    *,
    kind: str = "tar",
    above: float = -0.1,
    below: float = -0.6,
    threshold: float = 0.0,
    seed: int = 3,
) -> pd.DataFrame:
    """Return prices whose margin returns at `above` when it is high and at `below` when it is low.

    With ``kind="mtar"`` high means that the margin has just risen by at least the threshold.
    """
    rng = np.random.default_rng(seed)
    farm = 20 + rng.standard_normal(periods).cumsum()
    noise = rng.standard_normal(periods)
    margin = np.zeros(periods)
    for now in range(2, periods):
        compared = margin[now - 1] - (margin[now - 2] if kind == "mtar" else 0)
        speed = above if compared >= threshold else below
        margin[now] = margin[now - 1] * (1 + speed) + noise[now]
    return pd.DataFrame({"shop": 5 + 1.5 * farm + margin, "farm": farm})


def by_hand(
    data: pd.DataFrame, kind: str, threshold: float, lags: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Return regressors and outcome of the threshold regression, by pandas' own shifts."""
    error = sm.OLS(data["shop"], sm.add_constant(data["farm"])).fit().resid
    change, before = error.diff(), error.shift()
    above = (before if kind == "tar" else change.shift()) >= threshold
    frame = pd.DataFrame({"positive": before.where(above, 0), "negative": before.where(~above, 0)})
    for lag in range(1, lags + 1):
        frame[f"change lag {lag}"] = change.shift(lag)
    first = 1 + max(lags, 1 if kind == "mtar" else 0)
    return frame.iloc[first:], change.iloc[first:]


@pytest.mark.parametrize("kind", ["tar", "mtar"])
@pytest.mark.parametrize("lags", [0, 2])
def test_agrees_with_regression_by_hand(kind: str, lags: int) -> None:
    """At a given threshold estimates, standard errors and both F are those of least squares."""
    data = sticky()
    ours = ThresholdECM(data, **NAMES, kind=kind, threshold=0.3, lags=lags).fit()
    design, outcome = by_hand(data, kind, 0.3, lags)
    theirs = sm.OLS(outcome, design).fit()
    assert ours.nobs == theirs.nobs
    np.testing.assert_allclose(ours.params, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(ours.std_errors, theirs.bse, rtol=1e-8)
    assert ours.phi == pytest.approx(float(theirs.f_test("positive = 0, negative = 0").fvalue))
    symmetry = theirs.f_test("positive = negative")
    assert ours.symmetry_f == pytest.approx(float(symmetry.fvalue))
    assert ours.symmetry_p_value == pytest.approx(float(symmetry.pvalue))


@pytest.mark.parametrize("kind", ["tar", "mtar"])
def test_consistent_threshold_explains_most(kind: str) -> None:
    """No candidate within the trimmed range leaves a smaller sum of squares."""
    data = sticky(120, kind=kind)
    ours = ThresholdECM(data, **NAMES, kind=kind, lags=1).fit()
    design, outcome = by_hand(data, kind, 0.0, 1)
    error = sm.OLS(data["shop"], sm.add_constant(data["farm"])).fit().resid
    variable = (error.shift() if kind == "tar" else error.diff().shift()).loc[design.index]
    # Of 118 periods 15 % are 17 at either end.
    tried = np.sort(variable)[17:-17]
    left = {t: sm.OLS(outcome, by_hand(data, kind, t, 1)[0]).fit().ssr for t in tried}
    best = min(left, key=left.__getitem__)
    assert ours.threshold == pytest.approx(best)


def test_simulated_truth() -> None:
    """Both speeds and the threshold that made the data are found, and symmetry is rejected."""
    data = sticky(4000, kind="mtar", threshold=0.5)
    res = ThresholdECM(data, **NAMES, kind="mtar", lags=0).fit()
    assert res.threshold == pytest.approx(0.5, abs=0.15)
    assert abs(res.params["positive"] + 0.1) < 3 * res.std_errors["positive"]
    assert abs(res.params["negative"] + 0.6) < 3 * res.std_errors["negative"]
    assert res.symmetry_p_value < 1e-6
    np.testing.assert_allclose(res.long_run, [5, 1.5], atol=0.6)


@pytest.mark.parametrize("kind", ["tar", "mtar"])
@pytest.mark.parametrize("threshold", [None, 0.0])
def test_size_of_symmetry(kind: str, threshold: float | None) -> None:
    """With equal speeds the simulated test rejects as often as it says, searched or given.

    The F distribution does not hold: after a search of the momentum it rejects a quarter of the
    time, and at a given level of zero almost never.
    """
    found, usual = [], []
    for seed in range(100):
        data = sticky(100, above=-0.4, below=-0.4, seed=seed)
        res = ThresholdECM(data, **NAMES, kind=kind, threshold=threshold, lags=0).fit()
        found.append(res.symmetry_test(draws=199, seed=seed)["p_value"])
        usual.append(res.symmetry_p_value)
    assert stats.kstest(found, "uniform").pvalue > 0.01
    if kind == "mtar" and threshold is None:
        assert np.mean(np.array(usual) < 0.05) > 0.12
    if kind == "tar" and threshold == 0:
        assert np.mean(np.array(usual) < 0.05) < 0.03


def test_power_of_symmetry() -> None:
    """Unequal speeds are found by the simulated test; a seed fixes it, and few draws are refused."""
    res = ThresholdECM(sticky(300, kind="mtar"), **NAMES, kind="mtar", lags=1).fit()
    test = res.symmetry_test(draws=300, seed=1)
    assert test["statistic"] == res.symmetry_f
    assert test["p_value"] < 0.02
    pd.testing.assert_series_equal(test, res.symmetry_test(draws=300, seed=1))
    with pytest.raises(DataError, match="draws is 10"):
        res.symmetry_test(draws=10)


def test_phi_by_simulation() -> None:
    """Phi is beyond chance for tied prices and not for untied ones; a seed fixes the draws."""
    tied = ThresholdECM(sticky(150, above=-0.3), **NAMES).fit()
    test = tied.phi_test(draws=500, seed=1)
    assert test["p_value"] < 0.02
    assert test["critical_10"] < test["critical_5"] < test["critical_1"] < test["statistic"]
    pd.testing.assert_series_equal(test, tied.phi_test(draws=500, seed=1))
    walks = np.random.default_rng(8).standard_normal((150, 2)).cumsum(axis=0)
    loose = ThresholdECM(pd.DataFrame(walks, columns=["shop", "farm"]), **NAMES).fit()
    assert loose.phi_test(draws=500, seed=1)["p_value"] > 0.05
    # A search can only raise Phi, so its critical values must be higher.
    given = ThresholdECM(sticky(150), **NAMES, threshold=0.0).fit().phi_test(draws=500, seed=1)
    assert given["critical_5"] < test["critical_5"]
    with pytest.raises(DataError, match="draws is 10"):
        tied.phi_test(draws=10)


def test_error_correction_agrees_with_regression_by_hand() -> None:
    """Each equation equals least squares on rises, falls and the split error, by other means."""
    data = sticky()
    res = ThresholdECM(data, **NAMES, kind="mtar", threshold=0.2).fit()
    step = res.error_correction(lags=2)
    error = sm.OLS(data["shop"], sm.add_constant(data["farm"])).fit().resid
    change = data.diff()
    frame = pd.DataFrame({"constant": np.ones(len(data))})
    for word, part in (("rise", change.clip(lower=0)), ("fall", change.clip(upper=0))):
        for lag in (1, 2):
            for price in ("shop", "farm"):
                frame[f"{price} {word} lag {lag}"] = part[price].shift(lag)
    above = error.diff().shift() >= 0.2
    frame["error above"] = error.shift().where(above, 0)
    frame["error below"] = error.shift().where(~above, 0)
    for price in ("shop", "farm"):
        theirs = sm.OLS(change[price].iloc[3:], frame.iloc[3:]).fit()
        ours = step.table[step.table["equation"] == price].set_index("term")
        for column, found in (
            ("estimate", theirs.params),
            ("std_error", theirs.bse),
            ("p_value", theirs.pvalues),
        ):
            np.testing.assert_allclose(ours[column], found[ours.index], rtol=1e-7)
        contrast = (frame.columns == "error above").astype(float) - (frame.columns == "error below")
        symmetry = step.symmetry.set_index("equation").loc[price]
        assert symmetry["statistic"] == pytest.approx(float(theirs.f_test(contrast).fvalue))
    assert step.nobs == 297


def test_units_and_summary() -> None:
    """Both prices in fen leave the tests and speeds, and multiply the threshold by a hundred."""
    data = sticky(120)
    plain = ThresholdECM(data, **NAMES).fit()
    other = ThresholdECM(100 * data, **NAMES).fit()
    np.testing.assert_allclose(other.params, plain.params, rtol=1e-8)
    assert other.phi == pytest.approx(plain.phi)
    assert other.threshold == pytest.approx(100 * plain.threshold)
    text = plain.summary()
    assert "Threshold, consistent" in text
    assert "Phi of no cointegration" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "mtra"}, "kind is 'mtra'.*Did you mean 'mtar'"),
        ({"lags": -1}, "lags is -1"),
        ({"trim": 0.5}, "trim must lie"),
        ({"threshold": float("nan")}, "threshold is nan"),
        ({"threshold": 1e6}, "one side of the threshold"),
        ({"driver": "farms"}, "Did you mean 'farm'"),
        ({"driver": "shop"}, "named twice"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    """Every option out of range gives one sentence that names it."""
    with pytest.raises(DataError, match=message):
        ThresholdECM(sticky(60), **(NAMES | options)).fit()


def test_bad_series_are_refused() -> None:
    """A gap, two lengths, a constant, too few periods and a copy are refused by name."""
    data = sticky(60)
    for frame, message in (
        (data.assign(farm=data["farm"].where(data.index != 9)), "'farm' has a gap in row 9 "),
        (data.assign(farm=data["farm"].where(data.index < 50)), "two lengths"),
        (data.assign(farm=1.0), "'farm' is constant"),
        (data.head(11), "11 periods are too few"),
        (data.assign(shop=3 + 2 * data["farm"]), "one series in other units"),
    ):
        with pytest.raises(DataError, match=message):
            ThresholdECM(frame, **NAMES).fit()
    with pytest.raises(DataError, match="too few for"):
        ThresholdECM(data.head(20), **NAMES).fit().error_correction(lags=5)
