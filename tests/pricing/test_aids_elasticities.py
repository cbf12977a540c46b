"""Elasticities and curvature of the almost ideal demand system."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from aids_households import PRICES, SHARES, SYSTEMS, fit, households
from scipy.optimize import approx_fprime, fixed_point

from lcresearch.errors import DataError

POINT = np.array([1.3, 0.8, 1.1])
MONEY = 1.4


def predicted(result, data, logs, *, index, quadratic):
    """Shares at logs of prices and money, from the formulas of the papers, index by iteration."""
    theta, n = result.params.to_numpy(), 3
    alpha, beta, gamma = theta[:n], theta[n : 2 * n], theta[-9:].reshape(3, 3)
    means = np.log(data[[*PRICES, "x"]]).mean().to_numpy()
    p, x = logs[:n] - means[:n], logs[n] - means[n]
    if index == "stone":
        return fixed_point(lambda w: alpha + gamma @ p + beta * (x - w @ p), alpha, xtol=1e-13)
    if index == "laspeyres":
        return alpha + gamma @ p + beta * (x - p @ data[SHARES].mean().to_numpy())
    m = x - alpha @ p - 0.5 * p @ gamma @ p
    found = alpha + gamma @ p + beta * m
    return found + theta[2 * n : 3 * n] * m**2 / np.exp(beta @ p) if quadratic else found


def tables(found):
    """Expenditure elasticities, and the two matrices of price elasticities."""
    values = found.params.to_numpy()
    return values[:3], values[3:12].reshape(3, 3), values[12:].reshape(3, 3)


@pytest.mark.parametrize(("index", "quadratic"), SYSTEMS)
@pytest.mark.parametrize("restrictions", ["none", "symmetry"])
def test_elasticities_are_derivatives_of_the_demand_that_is_predicted(
    index, quadratic, restrictions
):
    """Differences of log quantities by log prices and money give the same numbers."""
    data = households(quadratic=quadratic)
    result = fit(data, index=index, quadratic=quadratic, restrictions=restrictions)
    expenditure, marshallian, hicksian = tables(
        result.elasticities(prices=POINT, expenditure=MONEY)
    )

    def quantities(logs):
        w = predicted(result, data, logs, index=index, quadratic=quadratic)
        return np.log(w) + logs[3] - logs[:3]

    at = np.log([*POINT, MONEY])
    slopes = approx_fprime(at, quantities, 1e-6)
    w = predicted(result, data, at, index=index, quadratic=quadratic)
    np.testing.assert_allclose(marshallian, slopes[:, :3], atol=2e-5)
    np.testing.assert_allclose(expenditure, slopes[:, 3], atol=2e-5)
    np.testing.assert_allclose(hicksian, marshallian + np.outer(expenditure, w), atol=1e-12)


@pytest.mark.parametrize(("index", "quadratic"), SYSTEMS)
def test_laws_of_demand_hold(index, quadratic):
    """Engel and Cournot aggregation, homogeneity, and symmetry of the translog's Slutsky terms."""
    data = households(quadratic=quadratic)
    result = fit(data, index=index, quadratic=quadratic)
    found = result.elasticities(prices=POINT, expenditure=MONEY)
    expenditure, marshallian, hicksian = tables(found)
    w = predicted(result, data, np.log([*POINT, MONEY]), index=index, quadratic=quadratic)
    assert w @ expenditure == pytest.approx(1)
    np.testing.assert_allclose(w @ marshallian, -w, atol=1e-12)
    np.testing.assert_allclose(w @ hicksian, 0, atol=1e-12)
    np.testing.assert_allclose(marshallian.sum(axis=1), -expenditure, atol=1e-9)
    np.testing.assert_allclose(hicksian.sum(axis=1), 0, atol=1e-9)
    slutsky = w[:, None] * hicksian
    # The linear approximation is no system of demand: its slopes are symmetric only where its
    # index is the true one to first order.
    tolerance = 1e-9 if index == "translog" else 0.02
    np.testing.assert_allclose(slutsky, slutsky.T, atol=tolerance)


@pytest.mark.parametrize("kind", ["hicksian", "marshallian"])
def test_standard_errors_of_identities_vanish(kind):
    """Sums that theory fixes have no variance: the delta method keeps the restrictions."""
    found = fit(households()).elasticities()
    weights = pd.Series(0.0, found.params.index)
    weights[[f"{kind}[w1,{p}]" for p in PRICES]] = 1.0
    weights["expenditure[w1]"] = float(kind == "marshallian")
    assert weights @ found.covariance @ weights == pytest.approx(0, abs=1e-15)
    assert (found.std_errors > 0).all()


@pytest.mark.parametrize(("index", "quadratic"), SYSTEMS)
def test_standard_errors_follow_from_draws_of_the_parameters(index, quadratic):
    """Elasticities at parameters drawn from their distribution spread as the errors say."""
    data = households(noise=0.002, quadratic=quadratic)
    result = fit(data, index=index, quadratic=quadratic)
    stated = result.elasticities(prices=POINT, expenditure=MONEY).std_errors.to_numpy()
    rng = np.random.default_rng(3)
    draws = rng.multivariate_normal(result.params, result.covariance, size=1500, method="eigh")
    form, (p, x) = result._form, result._point(POINT, MONEY)
    found = []
    for theta in draws:
        w, prices, money = (part[0] for part in form.slopes(theta, p, x))
        expenditure, marshallian = 1 + money / w, prices / w[:, None] - np.eye(3)
        hicksian = marshallian + np.outer(expenditure, w)
        found.append(np.concatenate([expenditure, marshallian.ravel(), hicksian.ravel()]))
    np.testing.assert_allclose(stated, np.std(found, axis=0), rtol=0.08)


def test_laspeyres_at_known_shares_has_the_textbook_formula():
    """With shares given, elasticities are gamma / w - beta w0 / w less one on the diagonal."""
    data = households()
    result = fit(data, index="laspeyres")
    w = data[SHARES].mean().to_numpy()
    expenditure, marshallian, _ = tables(result.elasticities(shares=w))
    theta = result.params.to_numpy()
    beta, gamma = theta[3:6], theta[6:].reshape(3, 3)
    np.testing.assert_allclose(expenditure, 1 + beta / w)
    expected = gamma / w[:, None] - np.outer(beta / w, w) - np.eye(3)
    np.testing.assert_allclose(marshallian, expected)


@pytest.mark.parametrize(("index", "quadratic"), SYSTEMS)
def test_curvature_is_that_of_the_compensated_elasticities(index, quadratic):
    """The Slutsky matrix of a row is its shares times its Hicksian elasticities."""
    data = households(quadratic=quadratic)
    result = fit(data, index=index, quadratic=quadratic)
    found = result.check_regularity()
    row = data.loc[17]
    elasticities = result.elasticities(prices=row[PRICES], expenditure=row["x"])
    w = predicted(
        result, data, np.log(row[[*PRICES, "x"]].to_numpy()), index=index, quadratic=quadratic
    )
    slutsky = w[:, None] * tables(elasticities)[2]
    expected = np.linalg.eigvalsh((slutsky + slutsky.T) / 2)[::-1]
    given = found.table.loc[17]
    np.testing.assert_allclose(
        given[["eigenvalue_1", "eigenvalue_2", "eigenvalue_3"]].astype(float), expected, atol=1e-9
    )
    assert given["smallest_share"] == pytest.approx(w.min())
    assert found.concave == found.table["concave"].mean()


def test_curvature_tells_good_demand_from_bad():
    """Cobb and Douglas's demand is concave everywhere; demand that rises with price is nowhere."""
    data = households(rows=100)
    noise = np.random.default_rng(5).normal(0, 1e-3, (100, 3))
    noise -= noise.mean(axis=1)[:, None]
    flat = data.assign(**dict(zip(SHARES, (np.array([0.5, 0.3, 0.2]) + noise).T, strict=True)))
    good = fit(flat).check_regularity()
    assert good.concave == good.monotone == 1
    small = data.assign(**{name: data[name] ** 0.1 for name in PRICES})
    p = np.log(small[PRICES]).to_numpy()
    steep = p @ (np.eye(3) - 1 / 3) + 1 / 3 + noise
    upward = small.assign(**dict(zip(SHARES, steep.T, strict=True)))
    assert fit(upward).check_regularity().concave == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prices": [1.0, 2.0]}, "prices must be 3 positive numbers"),
        ({"prices": [1.0, 2.0, -1.0]}, "prices must be 3 positive numbers"),
        ({"expenditure": 0.0}, "expenditure must be 1 positive number,"),
        ({"shares": [0.5, 0.5, 0.0]}, "shares must be 3 positive numbers"),
        ({"expenditure": 1e9}, "predicts a negative share"),
    ],
)
def test_impossible_points_are_refused(given, message):
    """A point that is no point, or where a share is negative, is refused."""
    with pytest.raises(DataError, match=message):
        fit(households()).elasticities(**given)
