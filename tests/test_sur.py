"""Seemingly unrelated regressions: linearmodels, by hand, singular systems, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.sur import SUR, SURResults
from lcresearch.sur_system import System

EQUATIONS = {
    "first": ("y1", ["a", "b"]),
    "second": ("y2", ["a", "c"]),
    "third": ("y3", ["b", "c", "d"]),
}
# Row 0: equal slopes of a; row 1: slopes of b and c that add to one.
RESTRICTIONS = pd.DataFrame(
    {
        "first.a": [1.0, 0.0],
        "second.a": [-1.0, 0.0],
        "first.b": [0.0, 1.0],
        "third.c": [0.0, 1.0],
    }
)
VALUES = [0.0, 1.0]


def draw(rows: int = 60, seed: int = 5) -> pd.DataFrame:
    """Draw regressors and three dependents with correlated residuals and equal slopes of a."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.normal(size=(rows, 4)) + 3, columns=list("abcd"))
    noise = rng.normal(size=(rows, 3)) @ np.array([[1, 0.6, 0.2], [0, 0.5, -0.3], [0, 0, 2.0]])
    data["y1"] = 1 + 0.5 * data["a"] + 0.7 * data["b"] + noise[:, 0]
    data["y2"] = 2 + 0.5 * data["a"] - 1.0 * data["c"] + noise[:, 1]
    data["y3"] = 1.5 * data["b"] + 0.3 * data["c"] + 0.1 * data["d"] + noise[:, 2]
    return data


def fit(data: pd.DataFrame, *, iterate: bool = True, **model: Any) -> SURResults:
    """Fit the three equations."""
    return SUR(data, **({"equations": EQUATIONS} | model)).fit(iterate=iterate)


@pytest.mark.parametrize("iterate", [True, False])
@pytest.mark.parametrize("restricted", [True, False])
def test_linearmodels_agrees(iterate: bool, restricted: bool) -> None:
    """Estimates, errors and residual covariance are those of linearmodels, to 1e-8."""
    system = pytest.importorskip("linearmodels.system")
    data = draw()
    peer = system.SUR(
        {
            name: {"dependent": data[left], "exog": data.assign(const=1.0)[["const", *columns]]}
            for name, (left, columns) in EQUATIONS.items()
        }
    )
    given: dict[str, Any] = {}
    if restricted:
        named = RESTRICTIONS.rename(columns=lambda name: name.replace(".", "_"))
        peer.add_constraints(
            named.reindex(columns=peer.param_names, fill_value=0.0), pd.Series(VALUES)
        )
        given = {"restrictions": RESTRICTIONS, "values": VALUES}
    other = peer.fit(
        method="gls", iterate=iterate, iter_limit=5000, tol=1e-14, cov_type="unadjusted"
    )
    ours = fit(data, iterate=iterate, **given)
    assert ours.params.to_numpy() == pytest.approx(other.params.to_numpy(), abs=1e-8)
    # Both take the last step's weights for standard errors.
    assert ours.std_errors.to_numpy() == pytest.approx(other.std_errors.to_numpy(), abs=1e-8)
    if iterate:
        assert ours.residual_covariance.to_numpy() == pytest.approx(
            other.sigma.to_numpy(), abs=1e-7
        )


def test_one_equation_is_least_squares() -> None:
    """A system of one equation is ordinary least squares, with the variance of a likelihood."""
    data = draw()
    ours = fit(data, equations={"only": EQUATIONS["third"]})
    x = np.column_stack([np.ones(len(data)), data[["b", "c", "d"]]])
    beta, squares, *_ = np.linalg.lstsq(x, data["y3"].to_numpy(), rcond=None)
    variance = squares[0] / len(data)
    assert ours.params.to_numpy() == pytest.approx(beta)
    assert ours.covariance.to_numpy() == pytest.approx(variance * np.linalg.inv(x.T @ x))
    expected = -len(data) / 2 * (np.log(2 * np.pi * variance) + 1)
    assert ours.loglik == pytest.approx(expected)


def test_iteration_maximises_the_likelihood() -> None:
    """No small move of the parameters, within the restrictions, raises the log-likelihood."""
    data = draw()
    best = fit(data, restrictions=RESTRICTIONS, values=VALUES)
    for name in ("first.const", "second.c", "third.d"):
        for step in (-0.05, 0.05):
            row = pd.DataFrame({name: [1.0]})
            held = fit(
                data,
                restrictions=pd.concat([RESTRICTIONS, row]).fillna(0.0),
                values=[*VALUES, best.params[name] + step],
            )
            assert held.loglik < best.loglik
    assert fit(data).loglik > best.loglik


def test_restrictions_hold_exactly() -> None:
    """Estimates satisfy every restriction to rounding; a repeated restriction changes nothing."""
    data = draw()
    once = fit(data, restrictions=RESTRICTIONS, values=VALUES)
    assert once.params["first.a"] == pytest.approx(once.params["second.a"], abs=1e-13)
    assert once.params["first.b"] + once.params["third.c"] == pytest.approx(1, abs=1e-13)
    twice = fit(data, restrictions=pd.concat([RESTRICTIONS, 2 * RESTRICTIONS]), values=[0, 1, 0, 2])
    assert twice.params.to_numpy() == pytest.approx(once.params.to_numpy(), abs=1e-9)


def shares(seed: int = 1) -> pd.DataFrame:
    """Draw three shares that add to one and depend on two columns, with symmetric slopes."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.normal(size=(80, 2)), columns=["p1", "p2"])
    noise = 0.02 * rng.normal(size=(80, 2)) @ np.array([[1, -0.4], [0, 1]])
    data["s1"] = 0.3 + 0.05 * data["p1"] - 0.02 * data["p2"] + noise[:, 0]
    data["s2"] = 0.5 - 0.02 * data["p1"] + 0.08 * data["p2"] + noise[:, 1]
    data["s3"] = 1 - data["s1"] - data["s2"]
    return data


def test_the_dropped_share_does_not_matter() -> None:
    """With symmetry imposed, likelihood and slopes are the same whichever share is left out."""
    data = shares()

    def system(first: str, second: str) -> SURResults:
        equations = {name: (name, ["p1", "p2"]) for name in (first, second)}
        # Symmetry g12 = g21, where g3k = -g1k - g2k.
        if (first, second) == ("s1", "s2"):
            symmetric = {"s1.p2": [1.0], "s2.p1": [-1.0]}
        elif (first, second) == ("s1", "s3"):
            symmetric = {"s1.p2": [1.0], "s1.p1": [1.0], "s3.p1": [1.0]}
        else:
            symmetric = {"s2.p1": [1.0], "s2.p2": [1.0], "s3.p2": [1.0]}
        return fit(data, equations=equations, restrictions=pd.DataFrame(symmetric))

    a, b, c = system("s1", "s2"), system("s1", "s3"), system("s2", "s3")
    assert a.loglik == pytest.approx(b.loglik, abs=1e-8)
    assert a.loglik == pytest.approx(c.loglik, abs=1e-8)
    for name in ("s1.const", "s1.p1", "s1.p2"):
        assert a.params[name] == pytest.approx(b.params[name], abs=1e-9)
        assert a.std_errors[name] == pytest.approx(b.std_errors[name], rel=1e-7)
    for name in ("s2.const", "s2.p1", "s2.p2"):
        assert a.params[name] == pytest.approx(c.params[name], abs=1e-9)


def test_units_and_order_do_not_matter() -> None:
    """Rows in another order and columns in other units give the same estimates in those units."""
    data = draw()
    ours = fit(data)
    scaled = data.sample(frac=1, random_state=1)
    scaled = scaled.assign(a=1e6 * scaled["a"], y2=1e-4 * scaled["y2"])
    other = fit(scaled)
    assert other.params["first.a"] * 1e6 == pytest.approx(ours.params["first.a"], rel=1e-8)
    assert other.params["second.a"] * 1e10 == pytest.approx(ours.params["second.a"], rel=1e-8)
    assert other.std_errors["second.c"] * 1e4 == pytest.approx(
        ours.std_errors["second.c"], rel=1e-8
    )


def test_intervals_cover_the_truth() -> None:
    """In 200 samples, 95 % intervals of a restricted slope cover it about as often as they say."""
    covered = 0
    for seed in range(200):
        res = fit(draw(200, seed), restrictions=RESTRICTIONS.iloc[:1])
        low, high = res.conf_int().loc["first.a"]
        covered += low < 0.5 < high
    assert 0.90 <= covered / 200 <= 0.99


def test_eliminated_effects_are_those_of_dummies() -> None:
    """Effects of the first equation alone, eliminated, give what GLS with dummies gives."""
    rng = np.random.default_rng(3)
    group = rng.integers(0, 6, 50)
    dummies = np.eye(6)[group]
    x = np.column_stack([np.ones(50), rng.normal(size=50) + group])
    e = rng.normal(size=(50, 2)) @ np.array([[1, 0.8], [0, 0.5]])
    y = np.column_stack([2 * x[:, 1] + group, 1 + 2 * x[:, 1]]) + e
    # One slope for both equations; a constant in the second.
    loadings = [np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])]
    explained = dummies @ np.linalg.lstsq(dummies, np.hstack([x, y]), rcond=None)[0]
    left = np.hstack([x, y]) - explained
    found = System(
        left[:, :2],
        left[:, 2:],
        loadings,
        between=(explained[:, :2], explained[:, 2:]),
        absorbed=6,
        names=["slope", "constant"],
    ).iterate()
    weight = np.kron(np.linalg.inv(found.residual_covariance), np.eye(50))
    stacked = np.vstack(
        [
            np.hstack([x @ loadings[0], dummies]),
            np.hstack([x @ loadings[1], np.zeros_like(dummies)]),
        ]
    )
    information = stacked.T @ weight @ stacked
    beta = np.linalg.solve(information, stacked.T @ weight @ y.T.ravel())
    assert found.params == pytest.approx(beta[:2], abs=1e-9)
    assert found.covariance == pytest.approx(np.linalg.inv(information)[:2, :2], abs=1e-9)
    residuals = (y.T.ravel() - stacked @ beta).reshape(2, 50)
    own = residuals[0] - residuals[1] * (residuals[0] @ residuals[1]) / (
        residuals[1] @ residuals[1]
    )
    given = found.residual_covariance
    conditional = given[0, 0] - given[0, 1] ** 2 / given[1, 1]
    assert given[1, 1] == pytest.approx(residuals[1] @ residuals[1] / 50)
    assert conditional == pytest.approx(own @ own / 44)


def test_rows_with_gaps_are_counted() -> None:
    """Rows that are empty in a column in use are dropped, and the summary says how many."""
    data = draw()
    data.loc[[3, 8], "c"] = np.nan
    res = fit(data)
    assert res.nobs == 58
    assert res.dropped == {"no c": 2}
    assert "no c: 2" in res.summary()
    assert fit(data.drop(index=[3, 8])).params.equals(res.params)


def test_refusals() -> None:
    """Each mistake is named in one sentence."""
    data = draw()
    with pytest.raises(DataError, match=r"no column 'y'"):
        fit(data, equations={"one": ("y", ["a"])})
    with pytest.raises(DataError, match=r"Did you mean 'first\.a'"):
        fit(data, restrictions=pd.DataFrame({"frist.a": [1.0]}))
    with pytest.raises(DataError, match="row 0 contradicts the others"):
        fit(data, restrictions=pd.DataFrame({"first.a": [1.0, 1.0]}), values=[0, 1])
    with pytest.raises(DataError, match="leave one equation out"):
        fit(shares(), equations={name: (name, ["p1", "p2"]) for name in ("s1", "s2", "s3")})
    with pytest.raises(DataError, match=r"do not tell the parameters of .*first\.twice"):
        fit(data.assign(twice=2 * data["a"]), equations={"first": ("y1", ["a", "twice"])})
    with pytest.raises(DataError, match="names a column twice"):
        fit(data, equations={"first": ("y1", ["a", "a"])})
    with pytest.raises(DataError, match="too few rows"):
        fit(data.head(2), equations={"first": ("y1", ["a", "b"])})
    with pytest.raises(DataError, match="one finite number for each of the 2"):
        fit(data, restrictions=RESTRICTIONS, values=[0.0])
    with pytest.raises(DataError, match="equations is empty"):
        fit(data, equations={})


def test_tiny_residuals_converge() -> None:
    """Where noise is a millionth of the signal, the iterations still end, at the same point."""
    data = draw()
    plain = fit(data.assign(y2=data["y2"] - 2), restrictions=RESTRICTIONS.iloc[:1])
    fitted = {"y1": 0.5 * data["a"] + 0.7 * data["b"], "y2": 0.5 * data["a"] - data["c"]}
    exact = data.assign(
        y1=1e6 * fitted["y1"] + (data["y1"] - fitted["y1"]),
        y2=1e6 * fitted["y2"] + (data["y2"] - fitted["y2"]),
    )
    res = fit(exact, restrictions=RESTRICTIONS.iloc[:1])
    assert res.std_errors["first.a"] == pytest.approx(plain.std_errors["first.a"], rel=1e-6)
    assert res.params["first.a"] - 5e5 + 0.5 == pytest.approx(plain.params["first.a"], abs=1e-6)
