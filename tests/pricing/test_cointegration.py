"""Johansen's cointegration, against an independent implementation, simulated truth and bad data."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.tsa.coint_tables import c_sja, c_sjt
from statsmodels.tsa.stattools import coint
from statsmodels.tsa.vector_ar.vecm import VECM, coint_johansen

from lcresearch.errors import DataError
from lcresearch.pricing.cointegration import Cointegration
from lcresearch.pricing.cointegration_results import CointegrationResults
from lcresearch.pricing.engle_granger import engle_granger
from lcresearch.pricing.johansen_moments import DETERMINISTIC, critical_value, p_value

PEER_CASES = {
    "none": "n",
    "restricted_constant": "ci",
    "constant": "co",
    "restricted_trend": "coli",
    "trend": "colo",
}


def tied(periods: int = 400, seed: int = 1) -> pd.DataFrame:
    """Return two prices: the shop follows 2 + 0.8 farm at 0.2 a period, farm wanders alone."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((periods, 2)) * 0.1
    farm = 5 + noise[:, 0].cumsum()
    shop = np.empty(periods)
    shop[0] = 2 + 0.8 * farm[0]
    for now in range(1, periods):
        shop[now] = shop[now - 1] - 0.2 * (shop[now - 1] - 2 - 0.8 * farm[now - 1]) + noise[now, 1]
    return pd.DataFrame({"shop": shop, "farm": farm})


def three(seed: int = 2) -> pd.DataFrame:
    """Return three prices with one relation and a season of four periods."""
    data = tied(200, seed)
    data["city"] = np.random.default_rng(seed + 1).standard_normal(200).cumsum()
    return data + np.tile([0.3, -0.1, -0.1, -0.1], 50)[:, None]


@pytest.mark.parametrize("deterministic", DETERMINISTIC)
@pytest.mark.parametrize("lags", [1, 3])
def test_estimates_agree_with_an_independent_vecm(deterministic: str, lags: int) -> None:
    """Relation, loadings and both standard errors equal the peer's in all five cases."""
    data = three()
    ours = Cointegration(data, lags=lags, deterministic=deterministic, rank=1).fit()
    theirs = VECM(
        data, k_ar_diff=lags - 1, coint_rank=1, deterministic=PEER_CASES[deterministic]
    ).fit()
    vector, errors = ours.vectors["relation 1"], ours.vector_std_errors
    np.testing.assert_allclose(vector.iloc[:3], theirs.beta.ravel(), rtol=1e-7)
    np.testing.assert_allclose(errors.iloc[1:3], theirs.stderr_beta.ravel()[1:], rtol=1e-7)
    if len(vector) > 3:
        np.testing.assert_allclose(vector.iloc[3], theirs.det_coef_coint.item(), rtol=1e-7)
        np.testing.assert_allclose(errors.iloc[3], theirs.stderr_det_coef_coint.item(), rtol=1e-7)
    np.testing.assert_allclose(ours.loadings["relation 1"], theirs.alpha.ravel(), rtol=1e-7)
    np.testing.assert_allclose(
        ours.loading_std_errors["relation 1"], theirs.stderr_alpha.ravel(), rtol=1e-7
    )


def test_loadings_of_two_relations_are_those_of_the_peer() -> None:
    """Two relations normalised otherwise span the same space: loadings times relations agree."""
    data = three()
    ours = Cointegration(data, lags=2, deterministic="constant", rank=2).fit()
    theirs = VECM(data, k_ar_diff=1, coint_rank=2, deterministic="co").fit()
    product = ours.loadings.to_numpy()[:, :2] @ ours.vectors.to_numpy()[:, :2].T
    np.testing.assert_allclose(product, theirs.alpha @ theirs.beta.T, atol=1e-9)
    assert ours.loading_std_errors.shape == (3, 2)
    with pytest.raises(DataError, match="rank is 2"):
        _ = ours.vector_std_errors


def test_seasonal_dummies_are_those_of_the_peer() -> None:
    """With four seasons the relation agrees with the peer's; without them it is another."""
    data = three()
    ours = Cointegration(data, lags=2, deterministic="constant", seasons=4, rank=1).fit()
    theirs = VECM(data, k_ar_diff=1, coint_rank=1, deterministic="co", seasons=4).fit()
    np.testing.assert_allclose(ours.vectors["relation 1"], theirs.beta.ravel(), rtol=1e-7)
    plain = Cointegration(data, lags=2, deterministic="constant", rank=1).fit()
    assert not np.allclose(ours.vectors["relation 1"], plain.vectors["relation 1"], rtol=1e-4)


def test_rank_tests_agree_with_the_peer() -> None:
    """Trace and maximum-eigenvalue statistics equal the peer's where it has the case."""
    data = three()
    for order, case in ((-1, "none"), (0, "constant")):
        ours = Cointegration(data, lags=3, deterministic=case).fit()
        theirs = coint_johansen(data, order, 2)
        np.testing.assert_allclose(ours.trace["statistic"], theirs.lr1, rtol=1e-9)
        np.testing.assert_allclose(ours.max_eigen["statistic"], theirs.lr2, rtol=1e-9)


@pytest.mark.parametrize(("order", "case"), [(-1, "none"), (0, "constant"), (1, "trend")])
def test_critical_values_agree_with_simulated_tables(order: int, case: str) -> None:
    """The gamma approximation is within 3 % of MacKinnon, Haug and Michelis in every entry."""
    for trends in range(1, 9):
        for test, table in (("trace", c_sjt), ("max_eigen", c_sja)):
            found = [
                critical_value(size, test=test, deterministic=case, trends=trends)
                for size in (0.1, 0.05, 0.01)
            ]
            np.testing.assert_allclose(found, table(trends, order), rtol=0.03)


def test_p_values_of_critical_values_are_the_sizes() -> None:
    """A statistic at its critical value has the size as its p-value, and a larger one a smaller."""
    for case in DETERMINISTIC:
        value = critical_value(0.05, test="trace", deterministic=case, trends=2)
        known = {"test": "trace", "deterministic": case, "trends": 2}
        assert p_value(value, **known) == pytest.approx(0.05)
        assert p_value(value + 1, **known) < 0.05


@pytest.mark.parametrize("case", ["restricted_constant", "restricted_trend"])
def test_p_values_are_uniform_without_cointegration(case: str) -> None:
    """Among independent random walks the trace test's p-values are near uniform."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(300):
        walks = pd.DataFrame(rng.standard_normal((400, 2)).cumsum(axis=0), columns=["a", "b"])
        found.append(Cointegration(walks, lags=1, deterministic=case).fit().trace["p_value"][0])
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_simulated_truth() -> None:
    """The relation, the speed and the fact that only the shop adjusts are found."""
    res = Cointegration(tied(2000), lags=1).fit()
    assert res.rank == 1
    vector, errors = res.vectors["relation 1"], res.vector_std_errors
    assert abs(vector["farm"] + 0.8) < 3 * errors["farm"]
    assert abs(vector["constant"] + 2) < 3 * errors["constant"]
    for name, truth in (("shop", -0.2), ("farm", 0.0)):
        gap = res.loadings.loc[name, "relation 1"] - truth
        assert abs(gap) < 3 * res.loading_std_errors.loc[name, "relation 1"]


def test_units_of_money_change_only_the_scale() -> None:
    """In fen for one price the tests stay, and its coefficient is divided by a hundred."""
    data = three()
    plain = Cointegration(data, lags=2).fit()
    other = Cointegration(data.assign(farm=100 * data["farm"]), lags=2).fit()
    np.testing.assert_allclose(other.trace, plain.trace, rtol=1e-8)
    expected = plain.vectors["relation 1"] / [1, 100, 1, 1]
    np.testing.assert_allclose(other.vectors["relation 1"], expected, rtol=1e-7)


def test_units_far_apart() -> None:
    """A price that varies in the ninth digit beside one in millions leaves the tests as they are."""
    data = tied()
    other = pd.DataFrame({"shop": 1e3 + 1e-6 * data["shop"], "farm": 1e8 + 1e6 * data["farm"]})
    for case in DETERMINISTIC[1:]:
        plain = Cointegration(data, lags=2, deterministic=case).fit().trace["statistic"]
        found = Cointegration(other, lags=2, deterministic=case).fit().trace["statistic"]
        np.testing.assert_allclose(found, plain, rtol=1e-4)


def test_order_of_series_changes_only_the_normalisation() -> None:
    """The other way round the tests stay, and the relation is proportional."""
    data = three()
    plain = Cointegration(data, lags=2).fit()
    other = Cointegration(data[["farm", "city", "shop"]], lags=2).fit()
    np.testing.assert_allclose(other.trace, plain.trace, rtol=1e-8)
    vector = other.vectors["relation 1"]
    expected = (vector / vector["shop"])[plain.vectors.index]
    np.testing.assert_allclose(plain.vectors["relation 1"], expected, rtol=1e-7)


def test_summary_and_columns() -> None:
    """The summary says how the rank came about; chosen columns are those used."""
    res = Cointegration(three(), columns=["shop", "farm"], lags=2).fit()
    assert isinstance(res, CointegrationResults)
    assert list(res.vectors.index) == ["shop", "farm", "constant"]
    text = res.summary()
    assert "Periods used: 198, after 2 lags" in text
    assert "found by the trace test" in text
    assert all(now >= later for now, later in pairwise(res.eigenvalues))


def test_engle_granger_is_the_peer_s_test() -> None:
    """Statistic and p-value equal statsmodels', the long run is least squares, truth is found."""
    data = tied()
    res = engle_granger(data, dependent="shop", regressors=["farm"], lags=2)
    statistic, p, _ = coint(data["shop"], data["farm"], maxlag=2, autolag=None)
    assert res.statistic == pytest.approx(statistic)
    assert res.p_value == pytest.approx(p)
    slope, constant = np.polyfit(data["farm"], data["shop"], 1)
    np.testing.assert_allclose(res.params, [constant, slope])
    assert res.p_value < 0.01
    assert res.params["farm"] == pytest.approx(0.8, abs=0.1)


def spoil(data: pd.DataFrame, rows: slice) -> pd.DataFrame:
    """Return the data with the shop's price missing in some rows."""
    return data.assign(shop=data["shop"].where(~data.index.isin(data.index[rows])))


DATES = pd.date_range("2020-01-31", periods=60, freq="ME")
BAD = {
    "gap": (lambda d: spoil(d, slice(7, 9)), "'shop' has a gap in rows 7, 8 "),
    "two lengths": (lambda d: spoil(d, slice(50, 60)), "'shop' is empty at its start or end, in"),
    "empty": (lambda d: spoil(d, slice(0, 60)), "column 'shop' is empty"),
    "constant": (lambda d: d.assign(shop=3.0), "'shop' is constant at 3"),
    "short": (lambda d: d.head(8), "8 periods are too few"),
    "text": (lambda d: d.assign(shop="x"), "'shop': holds text"),
    "infinite": (lambda d: d.assign(shop=d["shop"].where(d.index != 3, np.inf)), "is infinite in"),
    "copies": (lambda d: d.assign(shop=2 * d["farm"]), "copies"),
    "shifted copy": (lambda d: d.assign(shop=d["farm"].shift(fill_value=5.0)), "lagged copies"),
    "dropped rows": (lambda d: d.drop(index=[5, 6]), "gap between 4 and 7"),
    "backwards": (lambda d: d.iloc[::-1], "index runs from 59 to 58"),
    "a month left out": (lambda d: d.set_index(DATES).drop(index=DATES[5]), "index has a gap"),
    "dates left out": (lambda d: d.set_index(DATES).drop(index=DATES[5:9]), "index has a gap"),
    "periods left out": (
        lambda d: d.set_index(DATES.to_period("M")).iloc[[*range(9), *range(11, 60)]],
        "gap between 2020-09 and 2020-12",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_series_are_refused(name: str) -> None:
    """Every fault of the series gives one sentence that names it."""
    change, message = BAD[name]
    with pytest.raises(DataError, match=message):
        Cointegration(change(tied(60)), lags=2).fit()


def test_good_time_is_accepted() -> None:
    """Months, quarters, working days and years are regular, and change nothing."""
    data = tied(60)
    plain = Cointegration(data, lags=2).fit().trace
    years = pd.Index(range(1960, 2020))
    working = pd.bdate_range("2020-01-01", periods=60, tz="Asia/Shanghai")
    quarters = pd.date_range("2000-03-31", periods=60, freq="QE")
    weeks = [f"week {k}" for k in range(60)]
    for index in (DATES, DATES.to_period("M"), years, weeks, working, quarters):
        pd.testing.assert_frame_equal(
            Cointegration(data.set_axis(index), lags=2).fit().trace, plain
        )


def test_copies_are_refused_in_every_case() -> None:
    """A price and the same price plus a constant are refused whatever the deterministic terms."""
    data = tied(60)
    for case in DETERMINISTIC:
        with pytest.raises(DataError, match="copies"):
            Cointegration(data.assign(shop=data["farm"] + 5), lags=1, deterministic=case).fit()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lags": 0}, "lags is 0"),
        ({"lags": 1.5}, "lags is 1.5"),
        ({"lags": 1, "seasons": -1}, "seasons is -1"),
        ({"lags": 1, "rank": 3}, "rank is 3, more than the 2 series"),
        ({"lags": 1, "rank": 0}, "rank is 0"),
        ({"lags": 1, "deterministic": "restricted"}, "deterministic is 'restricted'"),
        ({"lags": 1, "columns": ["shop"]}, "two series at least"),
        ({"lags": 1, "columns": "shop"}, "columns is a word"),
        ({"lags": 1, "columns": ["shop", "farms"]}, "Did you mean 'farm'"),
        ({"lags": 1, "columns": ["shop", "shop"]}, "named twice"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    """Every option out of range gives one sentence that names it."""
    with pytest.raises(DataError, match=message):
        Cointegration(tied(60), **options).fit()


def test_engle_granger_refuses() -> None:
    """A word for a list, an exact sum and too few periods are refused."""
    data = tied(60)
    for regressors, message in (("farm", "is a word"), ([], "is empty"), (["farms"], "Did you")):
        with pytest.raises(DataError, match=message):
            engle_granger(data, dependent="shop", regressors=regressors)
    with pytest.raises(DataError, match="exact sum"):
        engle_granger(data.assign(shop=2 * data["farm"]), dependent="shop", regressors=["farm"])
    with pytest.raises(DataError, match="too few"):
        engle_granger(data.head(7), dependent="shop", regressors=["farm"])
