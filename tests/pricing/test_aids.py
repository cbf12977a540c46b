"""The almost ideal demand system."""

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.aids import AIDS

ALPHA = np.array([0.5, 0.3, 0.2])
BETA = np.array([0.1, -0.04, -0.06])
GAMMA = np.array([[0.08, -0.05, -0.03], [-0.05, 0.06, -0.01], [-0.03, -0.01, 0.04]])
SHARES, PRICES = ["w1", "w2", "w3"], ["p1", "p2", "p3"]


def households(noise=0.005, seed=1, rows=300):
    """Shares that follow the system exactly, but for noise that adds up to zero."""
    rng = np.random.default_rng(seed)
    p, x = rng.normal(0, 0.3, (rows, 3)), rng.normal(0, 0.4, rows)
    p, x = p - p.mean(axis=0), x - x.mean()
    index = p @ ALPHA + 0.5 * np.einsum("ti,ij,tj->t", p, GAMMA, p)
    errors = rng.normal(0, noise, (rows, 3))
    w = ALPHA + p @ GAMMA + np.outer(x - index, BETA) + errors - errors.mean(axis=1)[:, None]
    columns = np.column_stack([w, np.exp(p), np.exp(x)])
    return pd.DataFrame(columns, columns=[*SHARES, *PRICES, "x"])


def fit(data, order=(0, 1, 2)):
    return AIDS(
        data,
        shares=[SHARES[i] for i in order],
        prices=[PRICES[i] for i in order],
        expenditure="x",
    ).fit()


def test_known_parameters_lie_within_sampling_error():
    """Estimates differ from the truth by what their standard errors allow, and by little."""
    result = fit(households())
    gap = result.params - np.concatenate([ALPHA, BETA, GAMMA.ravel()])
    assert (np.abs(gap) < 4 * result.std_errors).all()
    assert np.abs(gap).max() < 0.01


def test_almost_exact_shares_give_the_parameters_back():
    """With next to no noise the price index is the true one."""
    result = fit(households(noise=1e-6))
    truth = np.concatenate([ALPHA, BETA, GAMMA.ravel()])
    np.testing.assert_allclose(result.params, truth, atol=2e-6)


def test_order_of_goods_and_units_change_nothing():
    """Which equation is left out, and units of money and goods, move no estimate."""
    data = households()
    first = fit(data)
    other = fit(data.assign(x=100 * data["x"], p2=7 * data["p2"]), (2, 0, 1))
    np.testing.assert_allclose(other.params[first.params.index], first.params, atol=1e-7)
    np.testing.assert_allclose(other.std_errors[first.params.index], first.std_errors, rtol=1e-5)


def test_wrong_shares_are_refused():
    """Shares that do not add up, and lists of unequal length, are named."""
    data = households()
    with pytest.raises(DataError, match="do not add up to one"):
        fit(data.assign(w1=data["w1"] + 0.1))
    with pytest.raises(DataError, match="3 shares, 2 prices"):
        AIDS(data, shares=SHARES, prices=PRICES[:2], expenditure="x").fit()
