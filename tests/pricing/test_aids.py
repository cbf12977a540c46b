"""The almost ideal demand system: recovery, invariances, restrictions, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from aids_households import INDEXES, PRICES, SHARES, SYSTEMS, fit, households, truth

from lcresearch.errors import DataError
from lcresearch.pricing.aids import AIDS


@pytest.mark.parametrize("quadratic", [False, True])
@pytest.mark.parametrize("method", ["iterated_linear", "maximum_likelihood", "two_step"])
def test_known_parameters_lie_within_sampling_error(method, quadratic):
    """Estimates differ from the truth by what their standard errors allow, and by little."""
    result = fit(households(quadratic=quadratic), method=method, quadratic=quadratic)
    gap = result.params - truth(quadratic)
    assert (np.abs(gap) < 4 * result.std_errors).all()
    assert np.abs(gap).max() < 0.01


@pytest.mark.parametrize("quadratic", [False, True])
@pytest.mark.parametrize("restrictions", ["none", "homogeneity", "symmetry"])
@pytest.mark.parametrize("method", ["iterated_linear", "maximum_likelihood"])
def test_almost_exact_shares_give_the_parameters_back(method, restrictions, quadratic):
    """With next to no noise the price index is the true one, whatever is imposed."""
    data = households(noise=1e-6, quadratic=quadratic)
    result = fit(data, method=method, restrictions=restrictions, quadratic=quadratic)
    np.testing.assert_allclose(result.params, truth(quadratic), atol=2e-6)


@pytest.mark.parametrize("index", INDEXES)
@pytest.mark.parametrize("method", ["iterated_linear", "maximum_likelihood"])
def test_order_and_units_change_nothing(method, index):
    """Which good is last, the order of rows, and units move no estimate and no elasticity."""
    data = households()
    first = fit(data, method=method, index=index)
    changed = data.assign(x=100 * data["x"], p2=7 * data["p2"]).sample(frac=1, random_state=1)
    other = fit(changed, (2, 0, 1), method=method, index=index)
    for one, two in ((first, other), (first.elasticities(), other.elasticities())):
        np.testing.assert_allclose(two.params[one.params.index], one.params, atol=1e-7)
        np.testing.assert_allclose(two.std_errors[one.params.index], one.std_errors, rtol=1e-5)
    assert other.loglik == pytest.approx(first.loglik, abs=1e-6)
    tables = [r.check_regularity().table.sort_index() for r in (first, other)]
    np.testing.assert_allclose(tables[1].iloc[:, :4], tables[0].iloc[:, :4], atol=1e-8)


def test_stones_index_depends_on_units_only_without_normalising():
    """Stone's index as the data stand gives other slopes in other units, as Moschini warned."""
    data = households()
    changed = data.assign(p2=7 * data["p2"])
    raw = [fit(d, index="stone", normalise=False).params["gamma[w1,p1]"] for d in (data, changed)]
    assert abs(raw[0] - raw[1]) > 1e-4


def test_units_of_money_alone_are_those_of_alpha_0():
    """Without normalising, expenditure ten times as large and alpha_0 ln 10 higher are one."""
    data = households()
    first = fit(data, normalise=False, alpha_0=0.3)
    other = fit(data.assign(x=10 * data["x"]), normalise=False, alpha_0=0.3 + np.log(10))
    np.testing.assert_allclose(other.params, first.params, atol=1e-8)
    np.testing.assert_allclose(other.std_errors, first.std_errors, rtol=1e-6)


@pytest.mark.parametrize("quadratic", [False, True])
@pytest.mark.parametrize("method", ["iterated_linear", "maximum_likelihood"])
def test_blocks_of_rows_do_not_matter(monkeypatch, method, quadratic):
    """Derivatives summed in small blocks of rows give the same estimates and errors."""
    data = households(quadratic=quadratic)
    whole = fit(data, method=method, quadratic=quadratic)
    monkeypatch.setattr("lcresearch.pricing.aids_estimate._CHUNK", 7)
    parts = fit(data, method=method, quadratic=quadratic)
    np.testing.assert_allclose(parts.params, whole.params, atol=1e-9)
    np.testing.assert_allclose(parts.std_errors, whole.std_errors, rtol=1e-6)


@pytest.mark.parametrize(("index", "quadratic"), SYSTEMS)
@pytest.mark.parametrize("restrictions", ["none", "homogeneity", "symmetry"])
def test_restrictions_hold_and_parameters_are_counted(index, quadratic, restrictions):
    """Parameters add up always; homogeneity and symmetry hold where they are imposed."""
    result = fit(households(), index=index, quadratic=quadratic, restrictions=restrictions)
    gamma = result.params.to_numpy()[-9:].reshape(3, 3)
    sums = result.params.filter(regex="^(alpha|beta|lambda)").groupby(lambda n: n.split("[")[0])
    expected = {"alpha": 1, "beta": 0, **({"lambda": 0} if quadratic else {})}
    assert sums.sum().to_dict() == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(gamma.sum(axis=0), 0, atol=1e-12)
    assert (np.abs(gamma.sum(axis=1)).max() < 1e-12) == (restrictions != "none")
    assert (np.abs(gamma - gamma.T).max() < 1e-12) == (restrictions == "symmetry")
    slopes = {"none": 6, "homogeneity": 4, "symmetry": 3}[restrictions]
    assert result.free_parameters == slopes + 2 * (2 + quadratic)
    assert np.linalg.matrix_rank(result.covariance) == result.free_parameters
    assert np.abs(result.residual_covariance.sum()).max() < 1e-12


def test_tests_of_restrictions_count_what_they_test():
    """Wald and likelihood ratio of each pair have its degrees of freedom and nearly agree."""
    data = households(rows=1000)
    names = ["none", "homogeneity", "symmetry"]
    fitted = {r: fit(data, method="maximum_likelihood", restrictions=r) for r in names}
    freedom = {("none", "homogeneity"): 2, ("none", "symmetry"): 3, ("homogeneity", "symmetry"): 1}
    for free, strict in itertools.combinations(names, 2):
        ratio = fitted[free].likelihood_ratio_test(fitted[strict])
        wald = fitted[free].wald_test(strict)
        expected = freedom[free, strict]
        assert ratio["degrees_of_freedom"] == wald["degrees_of_freedom"] == expected
        assert 0 < ratio["p_value"] < 1
        assert wald["statistic"] == pytest.approx(ratio["statistic"], rel=0.05)


def test_quadratic_terms_are_tested():
    """Terms that are there are found by both tests; both have one degree less than goods."""
    data = households(quadratic=True)
    full = fit(data, method="maximum_likelihood", quadratic=True)
    ratio = full.likelihood_ratio_test(fit(data, method="maximum_likelihood"))
    wald = full.wald_test("linear")
    for test in (ratio, wald):
        assert test["degrees_of_freedom"] == 2
        assert test["p_value"] < 1e-6


def test_tests_that_would_mislead_are_refused():
    """No likelihood ratio off the maximum or of other rows, no test of what is imposed."""
    data = households()
    free = fit(data, method="maximum_likelihood", restrictions="none")
    with pytest.raises(DataError, match="needs method='maximum_likelihood'"):
        free.likelihood_ratio_test(fit(data))
    with pytest.raises(DataError, match="not nested"):
        free.likelihood_ratio_test(fit(data[5:], method="maximum_likelihood"))
    with pytest.raises(DataError, match="not nested"):
        fit(data, method="maximum_likelihood").likelihood_ratio_test(free)
    with pytest.raises(DataError, match="symmetry holds in these estimates already"):
        fit(data).wald_test("symmetry")
    with pytest.raises(DataError, match="linear holds in these estimates already"):
        free.wald_test("linear")
    with pytest.raises(DataError, match="restriction must be one of"):
        free.wald_test("curvature")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w1": 0.9}, r"shares do not add up to one in rows 0, 1.*correct them"),
        ({"p2": -1.0}, "column 'p2': is zero or negative in rows 0"),
        ({"w3": 0.0}, "column 'w3': is zero in every row: leave this good"),
        ({"w3": -0.1}, "column 'w3': is negative in rows 0"),
        ({"p2": lambda data: 2 * data["p1"]}, "do not tell the parameters of .* from the others"),
        ({"x": np.nan}, "no row has a value in all of"),
        ({"x": "much"}, "column 'x': holds text"),
    ],
)
def test_wrong_data_are_refused_in_one_sentence(change, message):
    """What is wrong is named with its column and rows."""
    with pytest.raises(DataError, match=message) as caught:
        fit(households().assign(**change))
    assert str(caught.value).count(". ") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"index": "paasche"}, "index must be one of"),
        ({"restrictions": "symetry"}, "Did you mean 'symmetry'"),
        ({"method": "ml"}, "method must be one of"),
        ({"index": "stone", "quadratic": True}, "belong to the translog index"),
        ({"index": "stone", "alpha_0": 1.0}, "belong to the translog index"),
        ({"alpha_0": np.nan}, "finite number"),
        ({"order": (0, 1, 1)}, "'w2' is named twice"),
        ({"order": (0,)}, "1 shares, 1 prices: give two or more"),
    ],
)
def test_wrong_options_are_refused(options, message):
    """Options that do not exist or do not go together are named."""
    with pytest.raises(DataError, match=message):
        fit(households(), **options)


def test_lists_of_unequal_length_are_refused():
    """Each share needs its price."""
    with pytest.raises(DataError, match="3 shares, 2 prices"):
        AIDS(households(), shares=SHARES, prices=PRICES[:2], expenditure="x").fit()


@pytest.mark.parametrize(("restrictions", "least"), [("symmetry", 7), ("none", 8)])
def test_too_few_rows_are_refused(restrictions, least):
    """One row less than the message asks for is refused, and that many rows are estimated."""
    data = households()
    with pytest.raises(DataError, match=f"too few.*give {least} or more"):
        fit(data[: least - 1], restrictions=restrictions)
    found = fit(data[:least], restrictions=restrictions, index="laspeyres", method="two_step")
    assert np.isfinite(found.params).all()


def test_dropped_rows_are_counted_in_the_summary():
    """Rows with an empty cell are left out and told, by column."""
    data = households()
    data.loc[3:5, "p1"] = np.nan
    result = fit(data)
    assert result.nobs == 297
    assert "no p1: 3" in result.summary()
    assert "count that the price index is estimated" in result.summary()
