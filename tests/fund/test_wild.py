"""The wild cluster bootstrap: against draws that refit every regression, limits, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from lcresearch.errors import DataError
from lcresearch.fund.wild import wild_bootstrap

FORMULA = "y ~ d + x + C(year)"


def panel(clusters: int = 8, rows: int = 12, effect: float = 0.4, seed: int = 3) -> pd.DataFrame:
    """Return rows in clusters with common shocks, half of the clusters treated."""
    draw = np.random.default_rng(seed)
    g = np.repeat(np.arange(clusters), rows)
    d = (g < clusters // 2) * (np.arange(len(g)) % rows >= rows // 2) * 1.0
    x = draw.normal(size=len(g)) + 0.2 * g
    y = effect * d + 0.5 * x + draw.normal(size=clusters)[g] * (1 + d) + draw.normal(size=len(g))
    year = np.arange(len(g)) % 3
    return pd.DataFrame({"y": y, "x": x, "d": d, "county": g, "year": year})


def refitted(data: pd.DataFrame, signs: np.ndarray, null: float, formula: str = FORMULA):
    """Return the t statistic of each sign vector by running every regression again."""
    groups = data["county"].to_numpy()

    def fit(frame: pd.DataFrame):
        return smf.ols(formula, frame).fit(cov_type="cluster", cov_kwds={"groups": groups})

    under_null = smf.ols(formula.replace("d + ", ""), data.assign(y=data.y - null * data.d)).fit()
    statistics = []
    for v in signs:
        made = under_null.fittedvalues + null * data.d + v[groups] * under_null.resid
        again = fit(data.assign(y=made))
        statistics.append((again.params["d"] - null) / again.bse["d"])
    original = fit(data)
    return (original.params["d"] - null) / original.bse["d"], np.array(statistics)


@pytest.mark.parametrize("null", [0.0, 0.7])
def test_every_sign_vector_gives_what_refitting_gives(null: float) -> None:
    """The statistic and the exhaustive p-value equal those of 2^G regressions run one by one."""
    data = panel(clusters=6)
    signs = np.array(list(itertools.product([1, -1], repeat=6)))
    statistic, drawn = refitted(data, signs, null)
    got = wild_bootstrap(data, formula=FORMULA, param="d", cluster="county", draws="all", null=null)
    assert got.exhaustive
    assert got.draws == 2**5
    assert got.statistic == pytest.approx(statistic, rel=1e-9)
    share = np.mean(np.abs(drawn) >= abs(statistic) * (1 - 1e-9))
    assert got.p_value == pytest.approx(share, abs=1e-12)


def test_simulated_draws_approach_the_enumeration() -> None:
    """Random signs come within simulation error of all signs, and the seed decides them."""
    data = panel(clusters=15)
    every = wild_bootstrap(data, formula=FORMULA, param="d", cluster="county", draws="all")
    some = [
        wild_bootstrap(data, formula=FORMULA, param="d", cluster="county", draws=4000, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert every.exhaustive
    assert not some[0].exhaustive
    assert some[0].p_value == some[1].p_value != some[2].p_value
    error = np.sqrt(every.p_value * (1 - every.p_value) / 4000)
    assert some[0].p_value == pytest.approx(every.p_value, abs=4 * error)


def test_few_clusters_are_enumerated_unasked() -> None:
    """When all sign vectors are no more than the draws, all are used and no seed matters."""
    data = panel(clusters=8)
    got = [
        wild_bootstrap(data, formula=FORMULA, param="d", cluster="county", draws=256, seed=seed)
        for seed in (1, 2)
    ]
    assert got[0].exhaustive
    assert got[0].draws == 128
    assert got[0].p_value == got[1].p_value
    assert not wild_bootstrap(
        data, formula=FORMULA, param="d", cluster="county", draws=255
    ).exhaustive


def test_webb_weights_give_what_refitting_gives() -> None:
    """Six-point draws match regressions run again on the same weights."""
    data, number = panel(clusters=7), 400
    got = wild_bootstrap(
        data, formula=FORMULA, param="d", cluster="county", draws=number, weights="webb", seed=5
    )
    points = np.sqrt([0.5, 1.0, 1.5])
    picked = np.random.default_rng(5).integers(0, 6, (number + 1, 7))
    statistic, drawn = refitted(data, np.r_[-points, points][picked[1:]], 0.0)
    extreme = 1 + np.sum(np.abs(drawn) >= abs(statistic))
    assert got.p_value == pytest.approx(extreme / (number + 1), abs=1e-12)


@pytest.mark.parametrize("weights", ["rademacher", "webb"])
def test_interval_ends_where_the_test_turns(weights: str) -> None:
    """The p-value just inside an end of the interval exceeds alpha, and just outside does not."""
    data = panel(clusters=12)
    arguments = {
        "formula": FORMULA,
        "param": "d",
        "cluster": "county",
        "draws": 1999,
        "weights": weights,
        "alpha": 0.1,
        "seed": 2,
    }
    got = wild_bootstrap(data, **arguments)
    low, high = got.conf_int
    assert low < got.estimate < high
    nudge = 1e-5 * got.std_error
    for end, out in ((low, -nudge), (high, nudge)):
        assert wild_bootstrap(data, null=end + out, **arguments).p_value <= 0.1
        assert wild_bootstrap(data, null=end - out, **arguments).p_value > 0.1


def test_rows_labels_and_units_do_not_matter() -> None:
    """Shuffled rows, relabelled clusters and other units of measure give the same p-value."""
    data = panel(clusters=10)
    base = wild_bootstrap(data, formula=FORMULA, param="d", cluster="county")
    changed = data.sample(frac=1, random_state=1).assign(
        county=lambda frame: "乡镇" + (99 - frame.county).astype(str),
        y=lambda frame: 1e6 * frame.y,
        x=lambda frame: 1e-5 * frame.x + 3,
    )
    got = wild_bootstrap(changed, formula=FORMULA, param="d", cluster="county")
    assert got.p_value == pytest.approx(base.p_value, abs=1e-12)
    assert got.statistic == pytest.approx(base.statistic, rel=1e-8)
    np.testing.assert_allclose(got.conf_int, np.multiply(base.conf_int, 1e6), rtol=1e-5)


def test_chinese_columns_are_read() -> None:
    """Columns with Chinese names work in the formula."""
    data = panel().rename(columns={"y": "收入", "d": "基金", "county": "县"})
    got = wild_bootstrap(data, formula="收入 ~ 基金 + x", param="基金", cluster="县")
    assert 0 < got.p_value <= 1


def test_gaps_are_dropped_and_counted() -> None:
    """Rows with a gap are left out by reason, and the rest gives the result without them."""
    data = panel()
    gappy = pd.concat([data, data.iloc[:5]], ignore_index=True)
    gappy["county"] = gappy["county"].astype(float)
    gappy.loc[96:98, "x"] = np.nan
    gappy.loc[99:, "county"] = np.nan
    got = wild_bootstrap(gappy, formula=FORMULA, param="d", cluster="county")
    assert dict(got.dropped) == {"no x": 3, "no county": 2}
    assert "Rows dropped, no x: 3" in got.summary()
    expected = wild_bootstrap(data, formula=FORMULA, param="d", cluster="county")
    assert got.p_value == expected.p_value
    assert got.nobs == len(data)


def test_collinear_regressors_change_nothing() -> None:
    """A regressor that others imply is counted in the notes and leaves the result alone."""
    data = panel().assign(twice=lambda frame: 2 * frame.x)
    base = wild_bootstrap(data, formula=FORMULA, param="d", cluster="county")
    got = wild_bootstrap(data, formula=FORMULA + " + twice", param="d", cluster="county")
    assert got.p_value == base.p_value
    assert got.std_error == pytest.approx(base.std_error)
    assert any("change nothing: 1" in note for note in got.notes)


def test_one_treated_cluster_is_said() -> None:
    """A design with one treated cluster is named as one in which the test rarely rejects."""
    data = panel(clusters=9).assign(d=lambda frame: 1.0 * (frame.county == 2) * (frame.year > 0))
    got = wild_bootstrap(data, formula=FORMULA, param="d", cluster="county")
    assert any(note.startswith("Only 1 of 9 clusters") for note in got.notes)


def test_a_test_that_cannot_reject_says_so() -> None:
    """With four clusters the smallest p-value is an eighth, the notes say so, the interval is open."""
    got = wild_bootstrap(panel(clusters=4), formula="y ~ d + x", param="d", cluster="county")
    assert got.p_value >= 1 / 8
    assert any("cannot reject" in note for note in got.notes)
    assert got.conf_int == (-np.inf, np.inf)


def test_size_is_right_where_the_symmetry_holds() -> None:
    """Under a true null with symmetric shocks, about one sample in ten is rejected at a tenth."""
    rejected = 0
    for seed in range(300):
        draw = np.random.default_rng(seed)
        data = panel(clusters=10, effect=0.0, seed=seed)
        data["d"] = draw.normal(size=10)[data.county] + draw.normal(size=len(data))
        got = wild_bootstrap(data, formula="y ~ d", param="d", cluster="county", draws="all")
        rejected += got.p_value <= 0.1
    assert 0.05 < rejected / 300 < 0.16


def test_frame_and_plot() -> None:
    """The frame is one row named for the coefficient, and the plot has labelled axes."""
    got = wild_bootstrap(panel(), formula=FORMULA, param="d", cluster="county")
    frame = got.to_frame()
    assert list(frame.index) == ["d"]
    assert (frame.loc["d", "conf_low"], frame.loc["d", "conf_high"]) == got.conf_int
    axes = got.plot().axes[0]
    assert axes.get_xlabel()
    assert axes.get_ylabel()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"param": "dd"}, "param 'dd' is not in the regression.*Did you mean 'd'"),
        ({"cluster": "conty"}, "no column 'conty'.*Did you mean 'county'"),
        ({"formula": "y ~ d + z"}, "no column 'z'"),
        ({"formula": "y"}, "must have the form"),
        ({"formula": "y ~ d + ("}, "cannot be read"),
        ({"formula": "y ~ d + I(2 * d)"}, "not identified"),
        ({"draws": 0}, "draws must be"),
        ({"draws": 2.5}, "draws must be"),
        ({"draws": "all", "weights": "webb"}, "enumerates signs"),
        ({"weights": "mammen"}, "weights must be"),
        ({"alpha": 5}, "alpha must lie"),
        ({"null": np.nan}, "null must be"),
    ],
)
def test_wrong_arguments_are_refused(changed: dict, message: str) -> None:
    """Each wrong argument is refused with a sentence that names it."""
    arguments = {"formula": FORMULA, "param": "d", "cluster": "county"} | changed
    with pytest.raises(DataError, match=message):
        wild_bootstrap(panel(), **arguments)


def test_one_cluster_is_refused() -> None:
    """One cluster has no spread between clusters, and the error says how many are needed."""
    with pytest.raises(DataError, match="one cluster only, 0: .*two or more"):
        wild_bootstrap(panel().assign(county=0), formula=FORMULA, param="d", cluster="county")


def test_too_many_clusters_to_enumerate_are_refused() -> None:
    """Enumerating forty clusters is refused, with the remedy."""
    with pytest.raises(DataError, match="too many to enumerate: give a number"):
        wild_bootstrap(
            panel(clusters=40), formula=FORMULA, param="d", cluster="county", draws="all"
        )


def test_infinite_values_are_refused() -> None:
    """An infinite outcome is refused by row."""
    data = panel()
    data.loc[7, "y"] = np.inf
    with pytest.raises(DataError, match="'y' is not finite in rows 7"):
        wild_bootstrap(data, formula=FORMULA, param="d", cluster="county")


def test_an_exact_fit_is_refused() -> None:
    """An outcome without residuals leaves nothing to test with, and the error says so."""
    with pytest.raises(DataError, match="fits every row exactly"):
        wild_bootstrap(
            panel().assign(y=lambda frame: 3 * frame.d + 1),
            formula="y ~ d",
            param="d",
            cluster="county",
        )
