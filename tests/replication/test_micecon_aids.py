"""What R's micEconAids prints for US food demand (Blanciforti86), to the printed digits.

Every number stands in ``tests/aids.Rout.save`` of the package (R 3.1.0), beside the call that a
test's docstring names. micEconAids takes prices as they stand, one step of generalised least
squares at each index, and divides moments of residuals by the rows less the coefficients of an
equation; its standard errors are larger than those of large samples by that factor alone, except
for the translog index under symmetry, where its formula weighs all equations alike though its
estimates do not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lcresearch.pricing.aids import AIDS

SHARES = [f"wFood{i}" for i in range(1, 5)]
PRICES = [f"pFood{i}" for i in range(1, 5)]

# summary( estResultTl ), summary( estResultAIDSunr ), summary( estResultAIDShom ),
# summary( estResultLaS ): estimates, standard errors; alpha, beta, then gamma by rows.
PRINTED = {
    "translog, symmetry": (
        "-0.25917 0.12447 0.27264 0.86207 0.33056 0.04695 -0.08111 -0.29641 -0.08547 -0.16994 "
        "0.03469 0.22072 -0.16994 0.15613 0.01104 0.00277 0.03469 0.01104 0.00134 -0.04707 "
        "0.22072 0.00277 -0.04707 -0.17643",
        "0.07044 0.08302 0.05387 0.12819 0.04118 0.04806 0.03113 0.07471 0.04334 0.02480 0.02104 "
        "0.05696 0.02480 0.04110 0.02562 0.04850 0.02104 0.02562 0.02182 0.02325 0.05696 0.04850 "
        "0.02325 0.09821",
    ),
    "translog, none": (
        "-0.07253 0.16272 0.24770 0.66210 0.14260 -0.00453 -0.06679 -0.07129 0.07455 -0.04615 "
        "-0.03893 0.04224 -0.12530 0.15335 0.02724 -0.04404 0.01570 -0.02306 0.02356 -0.01643 "
        "0.03504 -0.08414 -0.01187 0.01822",
        "0.07642 0.07208 0.04441 0.08980 0.05773 0.05442 0.03353 0.06782 0.03195 0.04542 0.03745 "
        "0.04277 0.02184 0.04162 0.03376 0.03275 0.01601 0.02686 0.02204 0.02151 0.02978 0.05477 "
        "0.04220 0.04641",
    ),
    "translog, homogeneity": (
        "-0.26152 0.09590 0.25016 0.91546 0.33313 0.06299 -0.06877 -0.32735 -0.08373 -0.15931 "
        "-0.00509 0.24813 -0.16744 0.11862 0.03855 0.01027 0.03374 -0.01546 0.02237 -0.04065 "
        "0.21743 0.05616 -0.05583 -0.21775",
        "0.07759 0.06005 0.03516 0.09761 0.04478 0.03469 0.02031 0.05635 0.04288 0.05766 0.04698 "
        "0.06510 0.01873 0.04269 0.03423 0.03660 0.01259 0.02437 0.02068 0.02059 0.04541 0.07559 "
        "0.05701 0.07901",
    ),
    "stone, symmetry": (
        "-0.24730 0.10925 0.26824 0.86981 0.32399 0.05586 -0.07863 -0.30123 0.10415 -0.13988 "
        "-0.01156 0.04729 -0.13988 0.15691 0.00347 -0.02050 -0.01156 0.00347 0.01249 -0.00440 "
        "0.04729 -0.02050 -0.00440 -0.02239",
        "0.07008 0.05787 0.03441 0.09058 0.04104 0.03360 0.02003 0.05299 0.02080 0.01530 0.00982 "
        "0.02398 0.01530 0.02863 0.01755 0.02363 0.00982 0.01755 0.01624 0.01354 0.02398 0.02363 "
        "0.01354 0.03829",
    ),
}


@pytest.fixture(scope="module")
def food(replication):
    """The rows from 1947 to 1978, which have data on foods."""
    path = replication / "Blanciforti86.txt"
    if not path.exists():
        pytest.skip("no Blanciforti86.txt among the published data")
    return pd.read_csv(path, sep=r"\s+").dropna(subset=["pFood1"])


def fit(data, **options):
    return AIDS(
        data, shares=SHARES, prices=PRICES, expenditure="xFood", normalise=False, **options
    ).fit(method="two_step")


def assert_printed(found, printed):
    """Every number rounds to what is printed."""
    words = printed.split()
    for value, word in zip(np.asarray(found), words, strict=True):
        decimals = len(word.split(".")[1])
        assert abs(value - float(word)) <= 0.505 * 10.0**-decimals, (value, word)


@pytest.mark.parametrize("key", PRINTED)
def test_coefficients_are_those_printed(food, key):
    """aidsEst( pNames, wNames, "xFood", method = "IL" ) and priceIndex = "S"."""
    index, restrictions = key.split(", ")
    data = food.drop(1947) if restrictions != "symmetry" else food
    result = fit(data, index=index, restrictions=restrictions)
    assert_printed(result.params, PRINTED[key][0])


@pytest.mark.parametrize(
    ("key", "coefficients"),
    [("translog, none", 6), ("translog, homogeneity", 5), ("stone, symmetry", 5)],
)
def test_standard_errors_are_those_printed(food, key, coefficients):
    """summary( aidsEst( ... ) ): ours, times the root of rows over rows less coefficients."""
    index, restrictions = key.split(", ")
    data = food.drop(1947) if restrictions != "symmetry" else food
    result = fit(data, index=index, restrictions=restrictions)
    factor = np.sqrt(len(data) / (len(data) - coefficients))
    assert_printed(result.std_errors * factor, PRINTED[key][1])


def micecon_covariance(result, data):
    """The covariance that micEconAids prints under symmetry: all equations weigh alike."""
    p, x = np.log(data[PRICES]).to_numpy(), np.log(data["xFood"]).to_numpy()
    adding = np.vstack([np.eye(3), -np.ones(3)])
    columns = [np.kron(part, adding[:, i]) for part in ([1, 0], [0, 1]) for i in range(3)]
    lift = np.zeros((24, 12))
    lift[:8, :6] = np.column_stack(columns)
    for k, (i, j) in enumerate([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]):
        gamma = np.outer(adding[:, i], adding[:, j])
        lift[8:, 6 + k] = (gamma if i == j else gamma + gamma.T).ravel()

    def shares(theta, m=None):
        alpha, beta, gamma = theta[:4], theta[4:8], theta[8:].reshape(4, 4)
        if m is None:
            m = x - p @ alpha - 0.5 * np.einsum("ti,ij,tj->t", p, gamma, p)
        return (alpha + p @ gamma + np.outer(m, beta))[:, :3], m

    theta = result.params.to_numpy()
    m = shares(theta)[1]
    steps = 1e-6 * lift.T
    full = np.stack([(shares(theta + s)[0] - shares(theta - s)[0]) / 2e-6 for s in steps], axis=2)
    linear = np.stack([shares(column, m)[0] for column in lift.T], axis=2)
    slope = np.einsum("tik,til->kl", linear, full)
    sigma = result.residual_covariance.to_numpy()[:3, :3] * len(data) / (len(data) - 5)
    variance = np.einsum("tik,ij,tjl->kl", linear, sigma, linear)
    inverse = np.linalg.inv(slope)
    labels = result.params.index
    found = lift @ inverse @ variance @ inverse.T @ lift.T
    return pd.DataFrame(found, labels, labels)


def test_standard_errors_under_symmetry_are_those_of_equal_weights(food):
    """summary( estResultTl ) prints the errors of unweighted estimates; ours are smaller."""
    result = fit(food)
    printed = PRINTED["translog, symmetry"][1]
    theirs = np.sqrt(np.diag(micecon_covariance(result, food)))
    assert_printed(theirs, printed)
    assert (result.std_errors * np.sqrt(32 / 27) < theirs * 1.01).all()


def test_paasches_index_is_stones_of_relative_prices(food):
    """summary( estResultLaP ): slopes with priceIndex = "P", whose base is the first row."""
    relative = food.assign(**{name: food[name] / food[name].iloc[0] for name in PRICES})
    result = fit(relative, index="stone")
    assert_printed(
        result.params.iloc[4:16],
        "0.32745 0.05111 -0.07881 -0.29975 0.10064 -0.14171 -0.01046 0.05153 -0.14171 0.15872 "
        "0.00348 -0.02049",
    )
    assert_printed(
        result.std_errors.iloc[4:8] * np.sqrt(32 / 27), "0.04069 0.03395 0.02008 0.05376"
    )


def test_elasticities_at_the_means_are_those_printed(food):
    """elas( estResultAIDS, method = "AIDS" ): at mean prices and expenditure, 1948 to 1978."""
    data = food.drop(1947)
    found = fit(data).elasticities(prices=data[PRICES].mean(), expenditure=data["xFood"].mean())
    assert_printed(
        found.params,
        "2.047 1.293 0.455 0.102 "
        "-0.9955 -0.6571 -0.1717 -0.223 -0.7750 -0.2847 -0.0598 -0.173 "
        "0.0959 0.0793 -0.8172 0.187 0.4095 0.1415 0.1184 -0.772 "
        "-0.355 -0.2408 0.102 0.494 -0.371 -0.0218 0.113 0.279 "
        "0.238 0.1718 -0.756 0.346 0.441 0.1623 0.132 -0.736",
    )


def test_elasticities_at_mean_shares_have_the_printed_errors(food):
    """summary( aidsElas( ..., shares = wMeans, prices = pMeans, coefCov = vcov( ... ) ) )."""
    data = food.drop(1947)
    result = fit(data)
    result = replace(result, covariance=micecon_covariance(result, data))
    found = result.elasticities(prices=food[PRICES].mean(), shares=food[SHARES].mean())
    assert_printed(
        found.params,
        "2.0557 1.2971 0.4575 0.1149 "
        "-0.9954 -0.6622 -0.1731 -0.2251 -0.7867 -0.2738 -0.0607 -0.1759 "
        "0.0954 0.0787 -0.8180 0.1863 0.4036 0.1392 0.1168 -0.7745 "
        "-0.3573 -0.2503 0.1026 0.5052 -0.3841 -0.0139 0.1133 0.2849 "
        "0.2374 0.1704 -0.7566 0.3488 0.4392 0.1623 0.1322 -0.7337",
    )
    assert_printed(
        found.std_errors,
        "0.1262 0.2141 0.2073 0.1748 "
        "0.0614 0.0615 0.0402 0.0857 0.0741 0.1955 0.1163 0.1160 "
        "0.0955 0.1952 0.1420 0.1017 0.0753 0.0901 0.0524 0.1040 "
        "0.0639 0.0500 0.0341 0.0693 0.0772 0.1684 0.1142 0.1242 "
        "0.0787 0.1708 0.1460 0.1057 0.0605 0.0701 0.0399 0.1048",
    )


def test_elasticities_of_stones_approximation_are_those_printed(food):
    """elas( estResultLaS, method = "B1" ): Green and Alston's, Stone's index moving with shares."""
    found = fit(food, index="stone").elasticities(
        prices=food[PRICES].mean(), expenditure=food["xFood"].mean()
    )
    assert_printed(
        found.params,
        "2.051 1.280 0.402 0.130 "
        "-0.999 -0.657 -0.1776 -0.217 -0.779 -0.281 -0.0203 -0.199 "
        "0.102 0.146 -0.8264 0.177 0.410 0.116 0.1039 -0.759 "
        "-0.357 -0.2418 0.0961 0.503 -0.379 -0.0221 0.1505 0.250 "
        "0.228 0.2270 -0.7728 0.318 0.450 0.1419 0.1212 -0.713",
    )


def test_curvature_is_that_printed(food):
    """aidsConsist( ..., coef = estResultAIDS$coef ): all rows monotone, none concave; 1978."""
    result = fit(food.drop(1947))
    found = result.check_regularity()
    assert (found.monotone, found.concave) == (1, 0)
    row = food.loc[1978]
    at = result.elasticities(prices=row[PRICES], expenditure=row["xFood"]).params.to_numpy()
    shares = result.params.to_numpy()[4:8] / (at[:4] - 1)
    printed = (
        "-0.1152 -0.07186 0.0324 0.1547 -0.0719 -0.00986 0.0239 0.0579 "
        "0.0324 0.02385 -0.0997 0.0435 0.1547 0.05787 0.0435 -0.2560"
    )
    slutsky = shares[:, None] * at[20:].reshape(4, 4)
    assert_printed(slutsky.ravel(), printed)
    largest = np.linalg.eigvalsh(np.array(printed.split(), dtype=float).reshape(4, 4))[-1]
    assert found.table.loc[1978, "eigenvalue_1"] == pytest.approx(largest, abs=2e-4)
