"""Published synthetic controls: the Basque Country, West Germany, and a peer's placebos."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lcresearch.replications import basque, germany

GERMAN_WEIGHTS = {
    "USA": 0.216,
    "Austria": 0.415,
    "Netherlands": 0.098,
    "Switzerland": 0.108,
    "Japan": 0.163,
}


@pytest.mark.parametrize("v", [basque.PRINTED_V, "nested"], ids=["published", "nested"])
def test_basque_country(replication, v):
    """With the published V, and with V found here, the published weights come out."""
    res = basque.fit(replication / "basque.csv", v)
    assert res.weights["Cataluna"] == pytest.approx(0.851, abs=2e-3)
    assert res.weights["Madrid (Comunidad De)"] == pytest.approx(0.149, abs=2e-3)
    assert (res.weights > 1e-3).sum() == 2
    loss = (res.gap.loc[1960:1969] ** 2).mean()
    assert loss <= basque.LOSS + 5e-10
    assert loss == pytest.approx(basque.LOSS, abs=1e-7)


def test_west_germany(replication):
    """With the published predictors and this V the published weights come out, and no others."""
    res = germany.fit(replication / "germany.csv")
    for country, weight in GERMAN_WEIGHTS.items():
        assert res.weights[country] == pytest.approx(weight, abs=0.01)
    assert res.weights.drop(list(GERMAN_WEIGHTS)).max() == 0
    assert res.placebo_test().p_value == pytest.approx(1 / 17)


def test_west_germany_with_v_from_the_years_before(replication):
    """V chosen on 1981-90 from predictors of 1971-80 gives the published weights, nearly."""
    early = germany.fit(
        replication / "germany.csv",
        predictors=[
            ("gdp", 1971, 1980),
            ("trade", 1971, 1980),
            ("infrate", 1971, 1980),
            ("industry", 1971, 1980),
            ("schooling", 1970, 1975),
            ("invest70", 1980, 1980),
        ],
        v="nested",
        window=(1981, 1990),
    )
    res = germany.fit(replication / "germany.csv", v=early.v)
    for country, weight in GERMAN_WEIGHTS.items():
        assert res.weights[country] == pytest.approx(weight, abs=0.025)


def test_diff_diff_agrees(replication):
    """On outcomes alone diff-diff has the same effect, ratios and p-value, at its precision."""
    peer = pytest.importorskip("diff_diff")
    data = pd.read_csv(replication / "germany.csv")
    data["treated"] = ((data["country"] == "West Germany") & (data["year"] >= 1991)).astype(int)
    other = peer.SyntheticControl(v_method="custom", custom_v=np.ones(31), standardize="none").fit(
        data,
        "gdp",
        "treated",
        "country",
        "year",
        pre_period_outcomes="all",
        treated_unit="West Germany",
    )
    table = other.in_space_placebo().set_index("unit")
    res = germany.fit(replication / "germany.csv", predictors=None, v=None)
    test = res.placebo_test()
    assert res.effect == pytest.approx(other.att, rel=1e-3)
    assert test.p_value == pytest.approx(other.placebo_p_value)
    shared = table.index[table["status"] != "failed"]
    np.testing.assert_allclose(
        test.ratios.loc[shared, "ratio"], table.loc[shared, "rmspe_ratio"], rtol=2e-2
    )
    before = np.sqrt(table.loc[shared, "pre_mspe"].to_numpy(dtype=float))
    assert (test.ratios.loc[shared, "pre"].to_numpy() <= before * (1 + 1e-9)).all()
