"""Standard errors and tests of the almost ideal demand system, by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from aids_households import ALPHA, BETA, GAMMA, PRICES, SHARES, fit, households

from lcresearch.pricing.aids_form import Form
from lcresearch.sur import SUR

STEEP = 3 * BETA
LEVELS = np.array([2.0, -1.0, 0.0])  # far from one, where the index says most on the parameters
TRUTH = np.concatenate([ALPHA, STEEP, GAMMA.ravel()])


def distant(rng, rows=100):
    """Shares at prices whose levels differ, so that the index moves with the parameters."""
    p = LEVELS + rng.normal(0, 0.15, (rows, 3))
    m = rng.normal(-0.3, 0.2, rows)
    x = p @ ALPHA + 0.5 * np.einsum("ti,ij,tj->t", p, GAMMA, p) + m
    errors = rng.normal(0, 0.01, (rows, 3))
    w = ALPHA + p @ GAMMA + np.outer(m, STEEP) + errors - errors.mean(axis=1)[:, None]
    return pd.DataFrame(np.column_stack([w, np.exp(p), np.exp(x)]), columns=[*SHARES, *PRICES, "x"])


def naive(data, result):
    """The standard error of gamma[w1,p1] in regressions that take the index as known."""
    form: Form = result._form
    p = np.log(data[PRICES].to_numpy())
    m = np.log(data["x"]) - form.translog(result.params.to_numpy(), p)
    frame = data.assign(q1=p[:, 0] - p[:, 2], q2=p[:, 1] - p[:, 2], m=m)
    restriction = pd.DataFrame({"w1.q2": [1.0], "w2.q1": [-1.0]})
    equations = {name: (name, ["q1", "q2", "m"]) for name in SHARES[:2]}
    found = SUR(frame, equations=equations, restrictions=restriction).fit()
    return found.std_errors["w1.q1"]


@pytest.mark.parametrize("method", ["iterated_linear", "maximum_likelihood"])
def test_intervals_cover_and_naive_errors_do_not_tell_the_spread(method):
    """Intervals of parameters and elasticities cover; regressions at the index mislead."""
    rng = np.random.default_rng(0)
    point = {"prices": np.exp(LEVELS), "expenditure": 3.0}
    p, x = LEVELS[None, :], np.log([3.0])
    exact = fit(distant(rng), normalise=False)
    _, prices, money = exact._form.slopes(TRUTH, p, x)
    w = exact._form.slopes(TRUTH, p, x).shares[0]
    elastic = np.concatenate([1 + money[0] / w, (prices[0] / w[:, None] - np.eye(3)).ravel()])
    params, covered, covered_elastic, naives = [], [], [], []
    for _ in range(80):
        data = distant(rng)
        result = fit(data, normalise=False, method=method)
        params.append(result.params)
        covered.append(np.abs(result.params - TRUTH) < 1.96 * result.std_errors)
        at = result.elasticities(**point).to_frame().iloc[:12]
        covered_elastic.append((elastic > at["conf_low"]) & (elastic < at["conf_high"]))
        naives.append(naive(data, result))
    spread = np.std(params, axis=0)
    assert np.abs(np.mean(params, axis=0) - TRUTH).max() < 0.5 * spread.max()
    assert 0.92 < np.mean(covered) < 0.98
    assert np.min(np.mean(covered, axis=0)) > 0.86
    assert 0.92 < np.mean(covered_elastic) < 0.98
    assert np.mean(naives) > 1.4 * spread[6]


def test_restrictions_that_hold_are_rejected_as_often_as_they_should_be():
    """Wald and likelihood ratio of true restrictions reject about one time in twenty."""
    names, rejected = ["none", "homogeneity", "symmetry"], []
    for seed in range(100):
        data = households(rows=120, noise=0.01, seed=seed)
        none, homogeneity, symmetry = (
            fit(data, method="maximum_likelihood", restrictions=name) for name in names
        )
        tests = [none.wald_test("homogeneity"), homogeneity.wald_test("symmetry")]
        tests += [
            none.likelihood_ratio_test(homogeneity),
            homogeneity.likelihood_ratio_test(symmetry),
            none.likelihood_ratio_test(symmetry),
        ]
        rejected.append([test["p_value"] < 0.05 for test in tests])
    found = np.mean(rejected, axis=0)
    assert (found < 0.13).all()
    assert 0.02 < found.mean() < 0.10
