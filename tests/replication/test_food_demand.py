"""Demand for four foods on published data."""

import numpy as np
import pandas as pd
import pytest

from lcresearch.pricing.aids import AIDS


def test_published_food_data_satisfy_the_restrictions(replication):
    """On the food data of Blanciforti86, parameters add up and are homogeneous and symmetric."""
    path = replication / "Blanciforti86.txt"
    if not path.exists():
        pytest.skip("no Blanciforti86.txt among the published data")
    data = pd.read_csv(path, sep=r"\s+").dropna(subset=["xFood"])
    result = AIDS(
        data,
        shares=[f"wFood{i}" for i in range(1, 5)],
        prices=[f"pFood{i}" for i in range(1, 5)],
        expenditure="xFood",
    ).fit()
    gamma = result.params.to_numpy()[8:].reshape(4, 4)
    np.testing.assert_allclose(gamma, gamma.T, atol=1e-9)
    np.testing.assert_allclose(gamma.sum(axis=1), 0, atol=1e-9)
    assert result.params.iloc[:4].sum() == pytest.approx(1)
    assert (result.std_errors > 0).all()
