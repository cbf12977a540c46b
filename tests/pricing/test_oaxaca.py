"""The split of a gap between two groups."""

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.oaxaca import OaxacaBlinder

PARTS = {"packaging": ["box", "bag"], "fee": ["fee"]}


def prices(seed=1, rows=400):
    """Log prices online and offline that differ in attributes and in what these earn."""
    rng = np.random.default_rng(seed)
    online = rng.integers(0, 2, rows)
    frame = pd.DataFrame(
        {
            "online": online,
            "box": (rng.uniform(size=rows) < 0.3 + 0.4 * online).astype(float),
            "bag": rng.uniform(0, 1, rows),
            "fee": rng.normal(1 + online, 0.5, rows),
        }
    )
    earned = (0.2 + 0.1 * online) * frame["box"] + 0.3 * frame["fee"] + 0.1 * online
    frame["log_price"] = 1 + earned + rng.normal(0, 0.2, rows)
    return frame


def split(data, weight=None):
    return OaxacaBlinder(
        data, outcome="log_price", group="online", parts=PARTS, weight=weight
    ).fit()


def test_parts_add_up_to_the_gap_of_the_means():
    """Threefold and twofold parts sum to the raw gap, and details to their part."""
    data = prices()
    means = data.groupby("online")["log_price"].mean()
    for weight, parts in ((None, 3), (0.5, 2)):
        params = split(data, weight).params
        assert params["gap"] == pytest.approx(means[1] - means[0])
        assert params.iloc[1 : 1 + parts].sum() == pytest.approx(params["gap"])
        assert params.iloc[1 + parts :].sum() == pytest.approx(params.iloc[1])


def test_agrees_with_an_independent_implementation():
    """The peer gives the same gap and the same three parts."""
    peer = pytest.importorskip("statsmodels.stats.oaxaca")
    data = prices()
    model = peer.OaxacaBlinder(
        data["log_price"], data[["online", "box", "bag", "fee"]], "online", hasconst=False
    )
    found = split(data).params
    endowments, coefficients, interaction, gap = model.three_fold().params
    assert found["gap"] == pytest.approx(gap)
    assert found["endowments"] == pytest.approx(endowments)
    assert found["coefficients"] == pytest.approx(coefficients)
    assert found["interaction"] == pytest.approx(interaction)


def test_labels_of_groups_reversed_reverse_the_twofold_split():
    """With equal weights, naming the groups the other way round changes only the sign."""
    data = prices()
    other = split(data.assign(online=1 - data["online"]), 0.5)
    pd.testing.assert_series_equal(other.params, -split(data, 0.5).params)
    pd.testing.assert_series_equal(other.std_errors, split(data, 0.5).std_errors)


def test_standard_errors_are_the_spread_over_draws():
    """Over simulated data sets, the errors are those that estimates have."""
    fits = [split(prices(seed)) for seed in range(250)]
    spread = pd.DataFrame([fit.params for fit in fits]).std()
    errors = pd.DataFrame([fit.std_errors for fit in fits]).mean()
    np.testing.assert_allclose(errors, spread, rtol=0.15)


def test_wrong_arguments_are_refused():
    """Groups that are not two, weights outside their range and repeated columns are named."""
    with pytest.raises(DataError, match="zeros and ones"):
        split(prices().assign(online=1))
    with pytest.raises(DataError, match="weight must lie"):
        split(prices(), 1.5)
    with pytest.raises(DataError, match="each once"):
        OaxacaBlinder(
            prices(), outcome="log_price", group="online", parts={"a": ["fee"], "b": ["fee"]}
        ).fit()
