"""The almost ideal demand system against linearmodels and a likelihood maximised by scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from aids_households import PRICES, SHARES, fit, households
from scipy.optimize import minimize, root


def known_index(data, index):
    """Relative log prices and real expenditure of the linear approximation."""
    logs = np.log(data[[*PRICES, "x"]])
    logs = logs - logs.mean()
    weights = data[SHARES].to_numpy() if index == "stone" else data[SHARES].mean().to_numpy()
    p = logs[PRICES].to_numpy()
    return p, logs["x"].to_numpy() - (p * weights).sum(axis=1)


@pytest.mark.parametrize("index", ["laspeyres", "stone"])
def test_linear_approximation_is_that_of_linearmodels(index):
    """Iterated SUR with symmetry: estimates, standard errors of every parameter, likelihood."""
    system = pytest.importorskip("linearmodels.system")
    data = households(rows=120)
    p, m = known_index(data, index)
    frame = pd.DataFrame(
        {"const": 1.0, "p1": p[:, 0] - p[:, 2], "p2": p[:, 1] - p[:, 2], "m": m}, index=data.index
    )
    model = system.SUR({name: (data[name], frame) for name in SHARES[:2]})
    restriction = pd.DataFrame(0.0, index=[0], columns=model.param_names)
    restriction.loc[0, ["w1_p2", "w2_p1"]] = [1.0, -1.0]
    model.add_constraints(restriction)
    peer = model.fit(cov_type="unadjusted", iterate=True, iter_limit=500, tol=1e-12)
    result = fit(data, index=index)
    for i, good in enumerate(SHARES[:2]):
        names = [f"alpha[{good}]", f"gamma[{good},p1]", f"gamma[{good},p2]", f"beta[{good}]"]
        ours, theirs = result.params[names], peer.params[4 * i : 4 * i + 4]
        np.testing.assert_allclose(ours, theirs, atol=1e-8)
        np.testing.assert_allclose(
            result.std_errors[names], peer.std_errors[4 * i : 4 * i + 4], rtol=1e-5
        )
    np.testing.assert_allclose(
        result.residual_covariance.iloc[:2, :2], np.asarray(peer.sigma), rtol=1e-6
    )


def system(quadratic):
    """A system of three goods in nine or seven plain parameters, written out."""

    def residuals(theta, data):
        a1, a2, b1, b2, g11, g12, g22 = theta[:7]
        alpha, beta = np.array([a1, a2, 1 - a1 - a2]), np.array([b1, b2, -b1 - b2])
        top = np.array([[g11, g12], [g12, g22]])
        top = np.column_stack([top, -top.sum(axis=1)])
        gamma = np.vstack([top, -top.sum(axis=0)])
        logs = np.log(data[[*PRICES, "x"]].to_numpy())
        logs = logs - logs.mean(axis=0)
        p, x = logs[:, :3], logs[:, 3]
        m = x - p @ alpha - 0.5 * np.einsum("ti,ij,tj->t", p, gamma, p)
        fitted = alpha + p @ gamma + np.outer(m, beta)
        if quadratic:
            squares = np.array([theta[7], theta[8], -theta[7] - theta[8]])
            fitted = fitted + np.outer(m**2 / np.exp(p @ beta), squares)
        return (data[SHARES].to_numpy() - fitted)[:, :2], m, p, beta

    return residuals


def free(quadratic):
    names = ["alpha[w1]", "alpha[w2]", "beta[w1]", "beta[w2]"]
    names += ["gamma[w1,p1]", "gamma[w1,p2]", "gamma[w2,p2]"]
    return names + (["lambda[w1]", "lambda[w2]"] if quadratic else [])


def slopes(residuals, theta, data):
    """Derivatives of the fitted shares by central differences, rows by equations by parameters."""
    steps = 1e-5 * np.eye(len(theta))
    return np.stack(
        [-(residuals(theta + s, data)[0] - residuals(theta - s, data)[0]) / 2e-5 for s in steps],
        axis=2,
    )


@pytest.mark.parametrize("quadratic", [False, True])
def test_maximum_likelihood_is_that_of_scipy(quadratic):
    """A general optimiser finds the same maximum; the information gives the same errors."""
    data = households(rows=150, noise=0.02, quadratic=quadratic)
    result = fit(data, method="maximum_likelihood", quadratic=quadratic)
    residuals, names = system(quadratic), free(quadratic)

    def objective(theta):
        e = residuals(theta, data)[0]
        return np.linalg.slogdet(e.T @ e / len(e))[1]

    start = np.zeros(len(names))
    start[:2] = data[SHARES[:2]].mean()
    found = minimize(objective, start, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
    ours = result.params[names].to_numpy()
    np.testing.assert_allclose(ours, found.x, atol=2e-5)
    assert objective(ours) <= found.fun + 1e-12
    loglik = -150 / 2 * (2 * (1 + np.log(2 * np.pi)) + objective(ours))
    assert result.loglik == pytest.approx(loglik, abs=1e-8)
    e, g = residuals(ours, data)[0], slopes(residuals, ours, data)
    information = np.einsum("tik,ij,tjl->kl", g, np.linalg.inv(e.T @ e / 150), g)
    np.testing.assert_allclose(
        result.covariance.loc[names, names], np.linalg.inv(information), rtol=1e-4, atol=1e-10
    )


@pytest.mark.parametrize("quadratic", [False, True])
def test_iterated_linear_estimates_solve_their_moment_conditions(quadratic):
    """A general root finder solves sum Z'S^-1 e = 0 at the same point, with A^-1 B A'^-1."""
    data = households(rows=150, noise=0.02, quadratic=quadratic)
    result = fit(data, quadratic=quadratic)
    residuals, names = system(quadratic), free(quadratic)

    def linear(theta):
        e, m, p, beta = residuals(theta, data)
        rows, r1, r2 = len(e), p[:, 0] - p[:, 2], p[:, 1] - p[:, 2]
        z = np.zeros((rows, 2, len(names)))
        for i in range(2):
            z[:, i, i], z[:, i, 2 + i] = 1.0, m
            if quadratic:
                z[:, i, 7 + i] = m**2 / np.exp(p @ beta)
        z[:, 0, 4], z[:, 0, 5], z[:, 1, 5], z[:, 1, 6] = r1, r2, r1, r2
        return e, z

    def moments(theta):
        e, z = linear(theta)
        return np.einsum("tik,ij,tj->k", z, np.linalg.inv(e.T @ e / 150), e)

    ours = result.params[names].to_numpy()
    found = root(moments, ours + 0.003, tol=1e-12)
    assert found.success
    np.testing.assert_allclose(ours, found.x, atol=1e-7)
    e, z = linear(ours)
    weights = np.linalg.inv(e.T @ e / 150)
    a = np.einsum("tik,ij,tjl->kl", z, weights, slopes(residuals, ours, data))
    b = np.einsum("tik,ij,tjl->kl", z, weights, z)
    expected = np.linalg.inv(a) @ b @ np.linalg.inv(a).T
    np.testing.assert_allclose(result.covariance.loc[names, names], expected, rtol=1e-4, atol=1e-10)
