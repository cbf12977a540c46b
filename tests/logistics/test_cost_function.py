"""Cost functions: peers, dummies by hand, delta method, truth and coverage, invariance, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.logistics.cost_function import CostFunction
from lcresearch.logistics.cost_function_results import CostFunctionResults
from lcresearch.simulate import cost_panel

OUTPUTS = ["parcels_down", "parcels_up"]
PRICES = ["wage", "fuel_price", "vehicle_price"]
SHARES = ["wage_share", "fuel_share", "vehicle_share"]
COLUMNS = {
    "cost": "cost",
    "outputs": OUTPUTS,
    "prices": PRICES,
    "network": ["stops"],
    "unit": "carrier",
    "time": "year",
}


def panel(kept: float = 1.0, **parameters: Any) -> pd.DataFrame:
    """Draw a small panel of carriers, unbalanced if not all rows are kept."""
    data = cost_panel(**({"carriers": 40, "years": 5, "seed": 1, "selection": 0.5} | parameters))
    return data.data.sample(frac=kept, random_state=3) if kept < 1 else data.data


def fit(data: pd.DataFrame, **model: Any) -> CostFunctionResults:
    """Fit with the usual columns."""
    return CostFunction(data, **(COLUMNS | model)).fit()


def centred(data: pd.DataFrame) -> pd.DataFrame:
    """Divide columns by their geometric means: on raw logs, peers lose digits to collinearity."""
    logs = np.log(data[[*OUTPUTS, "stops", *PRICES]])
    return data.assign(**np.exp(logs - logs.mean()))


def normalised(data: pd.DataFrame, *, second: bool = False) -> tuple[pd.Series, pd.DataFrame]:
    """Return left side and columns of the cost equation, built by hand."""
    base = np.log(data[PRICES[-1]])
    v = {name: np.log(data[name]) for name in [*OUTPUTS, "stops"]}
    v |= {name: np.log(data[name]) - base for name in PRICES[:-1]}
    columns = {"const": pd.Series(1.0, data.index), **v}
    names = list(v)
    for i, a in enumerate(names if second else []):
        for b in names[i:]:
            columns[f"{a}*{b}"] = v[a] * v[b] * (0.5 if a == b else 1.0)
    return np.log(data["cost"]) - base, pd.DataFrame(columns)


@pytest.mark.parametrize("left_out", PRICES)
def test_linearmodels_agrees_on_the_system(left_out: str) -> None:
    """The translog with shares is linearmodels' iterated SUR with restrictions, to 1e-8.

    Whichever share linearmodels leaves out, the parameters and the errors are the same.
    """
    system = pytest.importorskip("linearmodels.system")
    data = centred(panel())
    res = fit(data, shares=SHARES)
    prices = [*(name for name in PRICES if name != left_out), left_out]
    base = np.log(data[left_out])
    v = {name: np.log(data[name]) for name in [*OUTPUTS, "stops"]}
    v |= {name: np.log(data[name]) - base for name in prices[:-1]}
    names = list(v)
    columns = {"const": pd.Series(1.0, data.index), **v}
    for i, a in enumerate(names):
        for b in names[i:]:
            columns[f"{a}*{b}"] = v[a] * v[b] * (0.5 if a == b else 1.0)
    equations = {"cost": {"dependent": np.log(data["cost"]) - base, "exog": pd.DataFrame(columns)}}
    linked = []
    for price in prices[:-1]:
        exog = {price: columns["const"]}
        exog |= {"*".join(sorted((price, n), key=names.index)): v[n] for n in names}
        share = SHARES[PRICES.index(price)]
        equations[share] = {"dependent": data[share], "exog": pd.DataFrame(exog)}
        linked += [(f"cost_{name}", f"{share}_{name}") for name in exog]
    peer = system.SUR(equations)
    restrictions = pd.DataFrame(0.0, range(len(linked)), peer.param_names)
    for row, pair in enumerate(linked):
        restrictions.loc[row, list(pair)] = [1.0, -1.0]
    peer.add_constraints(restrictions)
    other = peer.fit(method="gls", iterate=True, iter_limit=5000, tol=1e-14, cov_type="unadjusted")
    order = {name: sorted(name.split("*"), key=COLUMNS_IN_ORDER.index) for name in columns}
    for name, parts in order.items():
        ours = "*".join(parts)
        assert res.params[ours] == pytest.approx(other.params[f"cost_{name}"], abs=1e-8)
        assert res.std_errors[ours] == pytest.approx(other.std_errors[f"cost_{name}"], rel=1e-6)


COLUMNS_IN_ORDER = ["const", *OUTPUTS, "stops", *PRICES]


@pytest.mark.parametrize("effects", [None, "unit", "time", "two_way"])
@pytest.mark.parametrize("kept", [1.0, 0.8])
@pytest.mark.parametrize("form", ["translog", "cobb_douglas"])
def test_linearmodels_agrees_on_effects(effects: str | None, kept: float, form: str) -> None:
    """Fixed effects are PanelOLS's, in unbalanced panels too; free effects lower the freedom."""
    models = pytest.importorskip("linearmodels.panel")
    data = centred(panel(kept)).set_index(["carrier", "year"], drop=False)
    left, right = normalised(data, second=form == "translog")
    right = right if effects is None else right.drop(columns="const")
    options = {
        "entity_effects": effects in ("unit", "two_way"),
        "time_effects": effects in ("time", "two_way"),
    }
    other = models.PanelOLS(left, right, **options).fit()
    res = fit(data.reset_index(drop=True), effects=effects, form=form)
    same = list(right.columns)
    assert res.params[same].to_numpy() == pytest.approx(other.params.to_numpy(), abs=1e-8)
    assert res.std_errors[same].to_numpy() == pytest.approx(other.std_errors.to_numpy(), abs=1e-8)
    assert res.degrees_of_freedom == other.df_resid
    assert res.ssr == pytest.approx(other.resid_ss, rel=1e-9)
    assert res.loglik == pytest.approx(other.loglik, abs=1e-6)


@pytest.mark.parametrize("kept", [1.0, 0.7])
def test_linearmodels_agrees_on_random_effects(kept: float) -> None:
    """Random effects, their variances and predictions' weights are those of linearmodels."""
    models = pytest.importorskip("linearmodels.panel")
    data = centred(panel(kept)).set_index(["carrier", "year"], drop=False)
    left, right = normalised(data, second=True)
    other = models.RandomEffects(left, right).fit(small_sample=True)
    res = fit(data.reset_index(drop=True), effects="random")
    same = list(right.columns)
    parts = res.random_effects
    assert parts is not None
    assert parts.idiosyncratic == pytest.approx(other.variance_decomposition["Residual"], rel=1e-7)
    assert parts.effect == pytest.approx(other.variance_decomposition["Effects"], rel=1e-7)
    assert res.params[same].to_numpy() == pytest.approx(other.params.to_numpy(), abs=1e-8)
    assert res.std_errors[same].to_numpy() == pytest.approx(other.std_errors.to_numpy(), abs=1e-8)
    # The likelihood by hand, from the covariance of each carrier's rows.
    gap = left - right @ res.params[same]
    total = 0.0
    for rows in gap.groupby(level=0).indices.values():
        size = len(rows)
        omega = parts.idiosyncratic * np.eye(size) + parts.effect
        e = gap.to_numpy()[rows]
        log_det = np.linalg.slogdet(omega)[1]
        total -= (size * np.log(2 * np.pi) + log_det + e @ np.linalg.solve(omega, e)) / 2
    assert res.loglik == pytest.approx(total, abs=1e-8)


def test_no_variance_of_effects_gives_least_squares() -> None:
    """Without effects in the data, their variance may be zero: then least squares remains."""
    for seed in range(20):
        data = panel(seed=seed, carrier_sd=0.0)
        res = fit(data, effects="random", form="cobb_douglas")
        assert res.random_effects is not None
        if res.random_effects.effect == 0:
            plain = fit(data, form="cobb_douglas")
            assert res.params.to_numpy() == pytest.approx(plain.params.to_numpy(), abs=1e-9)
            assert res.loglik == pytest.approx(plain.loglik, abs=0.2)
            return
    pytest.fail("no sample had a variance of zero")


@pytest.mark.parametrize("effects", ["unit", "time", "two_way"])
def test_recovered_effects_complete_the_fit(effects: str) -> None:
    """Columns times parameters plus effects is what least squares on dummies fits."""
    data = panel(0.8)
    res = fit(data, effects=effects, form="cobb_douglas")
    left, right = normalised(data)
    right = right.drop(columns="const")
    groups = {"unit": ["carrier"], "time": ["year"]}.get(effects, ["carrier", "year"])
    dummies = pd.get_dummies(data[groups].astype("category"), dtype=float)
    z = np.hstack([right, dummies])
    residual = left - z @ np.linalg.lstsq(z, left, rcond=None)[0]
    assert res.residuals["cost"].to_numpy() == pytest.approx(residual.to_numpy(), abs=1e-9)
    fitted = right @ res.params[right.columns]
    if res.unit_effects is not None:
        fitted = fitted + res.unit_effects.reindex(data["carrier"]).to_numpy()
    if res.time_effects is not None:
        fitted = fitted + res.time_effects.reindex(data["year"]).to_numpy()
    assert (left - fitted).to_numpy() == pytest.approx(residual.to_numpy(), abs=1e-9)


@pytest.mark.parametrize("effects", [None, "unit", "two_way"])
@pytest.mark.parametrize("form", ["translog", "cobb_douglas"])
def test_the_order_of_prices_does_not_matter(effects: str | None, form: str) -> None:
    """Another share left out, and another numeraire: estimates and likelihood are the same."""
    data = panel(0.9)
    first = fit(data, shares=SHARES, effects=effects, form=form)
    turned = fit(
        data,
        prices=[PRICES[2], PRICES[0], PRICES[1]],
        shares=[SHARES[2], SHARES[0], SHARES[1]],
        effects=effects,
        form=form,
    )
    for name in first.params.index:
        parts = name.split("*")
        there = name if name in turned.params.index else "*".join(reversed(parts))
        assert turned.params[there] == pytest.approx(first.params[name], abs=1e-7)
        assert turned.std_errors[there] == pytest.approx(first.std_errors[name], rel=1e-6)
    assert turned.loglik == pytest.approx(first.loglik, abs=1e-7)


@pytest.mark.parametrize("shares", [None, SHARES])
@pytest.mark.parametrize("effects", [None, "unit"])
def test_units_and_order_of_rows_do_not_matter(
    shares: list[str] | None, effects: str | None
) -> None:
    """Money in dollars, parcels in thousands, stops in dozens, rows shuffled: the same economies."""
    data = panel()
    other = data.sample(frac=1, random_state=2)
    for name in ("cost", *PRICES):
        other[name] = other[name] / 7.1
    for name in OUTPUTS:
        other[name] = other[name] / 1000
    other["stops"] = other["stops"] / 12
    one = fit(data, shares=shares, effects=effects)
    two = fit(other, shares=shares, effects=effects)
    for kind in ("scale_economies", "density_economies"):
        a, b = getattr(one, kind)(), getattr(two, kind)()
        assert b.estimate == pytest.approx(a.estimate, rel=1e-8)
        assert b.std_error == pytest.approx(a.std_error, rel=1e-7)
        assert b.table["estimate"].to_numpy() == pytest.approx(a.table["estimate"], rel=1e-8)
    second = [name for name in one.params.index if "*" in name]
    assert two.params[second].to_numpy() == pytest.approx(one.params[second], abs=1e-8)
    assert two.loglik == pytest.approx(one.loglik, abs=1e-6)


def test_homogeneity_and_symmetry_hold() -> None:
    """Prices' slopes add to one and their second-order terms to zero, without error."""
    res = fit(panel(), shares=SHARES)
    assert res.params[PRICES].sum() == pytest.approx(1, abs=1e-12)
    first = pd.Series(0.0, res.params.index)
    first[PRICES] = 1.0
    assert first @ res.covariance @ first == pytest.approx(0, abs=1e-12)
    for name in [*OUTPUTS, "stops"]:
        assert res.params[[f"{name}*{price}" for price in PRICES]].sum() == pytest.approx(
            0, abs=1e-12
        )
    assert res.terms.curvature(res.params).sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)


def test_elasticities_are_derivatives_of_fitted_cost() -> None:
    """At any point, elasticities and economies are those of the fitted function by differences."""
    data = panel()
    res = fit(data, shares=SHARES)
    at = {"parcels_down": 50_000.0, "parcels_up": 9_000.0, "stops": 35, "wage": 60_000.0}
    levels = np.exp(np.log(data[COLUMNS_IN_ORDER[1:]]).mean())
    for name, level in at.items():
        levels[name] = level

    def log_cost(moved: pd.Series) -> float:
        v = np.log(moved)
        total = res.params["const"] + float(v @ res.params[v.index])
        for i, a in enumerate(v.index):
            for b in v.index[i:]:
                total += res.params[f"{a}*{b}"] * v[a] * v[b] * (0.5 if a == b else 1)
        return total

    table = res.elasticities(at)
    for name in levels.index:
        up, down = levels.copy(), levels.copy()
        up[name] *= np.exp(1e-5)
        down[name] *= np.exp(-1e-5)
        slope = (log_cost(up) - log_cost(down)) / 2e-5
        assert table.loc[name, "estimate"] == pytest.approx(slope, abs=1e-6)
    total = table["estimate"]
    assert float(res.density_economies(at)) == pytest.approx(1 / total[OUTPUTS].sum())
    assert float(res.scale_economies(at)) == pytest.approx(1 / total[[*OUTPUTS, "stops"]].sum())
    assert total[PRICES].sum() == pytest.approx(1)


def test_delta_method_agrees_with_draws() -> None:
    """The standard error of economies is the spread over draws of the parameters."""
    res = fit(panel(), shares=SHARES, form="cobb_douglas")
    rng = np.random.default_rng(1)
    names = [*OUTPUTS, "stops"]
    draws = rng.multivariate_normal(res.params[names], res.covariance.loc[names, names], 20_000)
    economies = res.scale_economies()
    assert economies.std_error == pytest.approx((1 / draws.sum(axis=1)).std(), rel=0.03)
    low, high = economies.conf_int()
    assert low < economies.estimate < high
    assert (high - low) / 2 == pytest.approx(1.959964 * economies.std_error)


@pytest.mark.parametrize("effects", ["unit", "two_way"])
@pytest.mark.parametrize("shares", [None, SHARES])
def test_intervals_cover_the_truth(effects: str, shares: list[str] | None) -> None:
    """In 150 panels whose effects go with size, 95 % intervals cover parameters and economies."""
    covered: list[list[bool]] = []
    for seed in range(150):
        drawn = cost_panel(carriers=60, years=5, seed=seed, selection=0.7, progress=0.02)
        data, truth = drawn.data, drawn.truth
        # Progress is a trend: a control where periods have no effects of their own.
        controls = ["year"] if effects == "unit" else []
        res = fit(data, shares=shares, effects=effects, controls=controls)
        interval = res.conf_int().drop(index=controls)
        true = truth.params[interval.index]
        inside = (interval["conf_low"] < true) & (true < interval["conf_high"])
        scale, density = res.scale_economies(), res.density_economies()
        low, high = scale.conf_int()
        other_low, other_high = density.conf_int()
        covered.append(
            [
                *inside,
                low < truth.scale_economies < high,
                other_low < truth.density_economies < other_high,
            ]
        )
    share = np.array(covered).mean(axis=0)
    assert share.mean() == pytest.approx(0.95, abs=0.02)
    # Of 150 intervals that cover with probability 0.95, fewer than 0.88 cover once in 5,000 times.
    assert share.min() >= 0.88


def test_effects_that_go_with_size_mislead_without_effects() -> None:
    """Where dear carriers are large, least squares understates economies; unit effects do not."""
    drawn = cost_panel(carriers=200, seed=1, selection=0.9)
    plain = fit(drawn.data, form="cobb_douglas").scale_economies()
    within = fit(drawn.data, form="cobb_douglas", effects="unit").scale_economies()
    assert plain.estimate < 1.12 < 1.15 < within.estimate


def test_regularity_finds_what_is_wrong() -> None:
    """A regular truth passes; a convex one fails concavity, and a false output monotonicity."""
    data = panel()
    good = fit(data, shares=SHARES).check_regularity()
    assert good.at_mean
    assert good.monotone == good.concave == 1.0
    assert list(good.table.columns) == ["observations", "at_mean"]
    # Costs that are convex in prices: second-order terms far above s (1 - s).
    logs = np.log(data[PRICES]) - np.log(data[PRICES]).mean()
    convex = data.assign(cost=data["cost"] * np.exp((logs["wage"] - logs["fuel_price"]) ** 2))
    bad = fit(convex).check_regularity()
    assert not bad.at_mean
    assert bad.concave is not None
    assert bad.concave < 0.2
    assert not bad.table.loc["concave in prices", "at_mean"]
    falling = fit(data.assign(cost=data["cost"] / data["parcels_up"]), form="cobb_douglas")
    found = falling.check_regularity()
    assert found.monotone == 0
    assert not found.table.loc["cost rises with parcels_up", "at_mean"]


def test_shares_of_all_but_the_last_price() -> None:
    """The last share may be left out: it is the rest."""
    data = panel()
    whole, short = fit(data, shares=SHARES), fit(data, shares=SHARES[:2])
    assert short.params.to_numpy() == pytest.approx(whole.params.to_numpy(), abs=1e-9)


def test_rounded_shares_are_scaled_and_noted() -> None:
    """Shares with three digits still give estimates that no order of prices changes, and a note."""
    data = panel()
    data[SHARES] = data[SHARES].round(3)
    res = fit(data, shares=SHARES)
    assert any("were scaled to it" in note for note in res.notes)
    turned = fit(data, prices=PRICES[::-1], shares=SHARES[::-1])
    assert turned.params["wage*wage"] == pytest.approx(res.params["wage*wage"], abs=1e-8)
    assert turned.loglik == pytest.approx(res.loglik, abs=1e-7)


def test_one_price_or_none() -> None:
    """One price enters free, with a note; without prices cost depends on outputs alone."""
    data = panel()
    one = fit(data, prices=["wage"], form="cobb_douglas")
    assert one.params["wage"] != pytest.approx(1, abs=0.1)
    assert any("not imposed" in note for note in one.notes)
    none = fit(data, prices=[], form="cobb_douglas")
    assert list(none.params.index) == ["const", *OUTPUTS, "stops"]
    regularity = none.check_regularity()
    assert regularity.concave is None
    assert len(regularity.table) == 2


def test_gaps_are_counted() -> None:
    """Rows that are empty in a column in use are dropped, and the summary says how many."""
    data = panel()
    holes = data.copy()
    holes.loc[[0, 5], "stops"] = np.nan
    holes.loc[[9], "wage"] = np.nan
    res = fit(holes)
    assert res.nobs == 197
    assert "no stops: 2" in res.summary()
    assert res.params.equals(fit(data.drop(index=[0, 5, 9])).params)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"form": "trans_log"}, "Did you mean 'translog'"),
        ({"effects": "units"}, "Did you mean 'unit'"),
        ({"effects": "unit", "unit": None}, "needs unit="),
        ({"effects": "two_way", "time": None}, "needs time="),
        ({"outputs": "parcels_up"}, r"give a list, \['parcels_up'\]"),
        ({"outputs": []}, "outputs is empty"),
        ({"outputs": ["parcel_up"]}, "Did you mean 'parcels_up'"),
        ({"shares": SHARES[:1]}, "1 columns for 3 prices"),
        ({"shares": SHARES, "effects": "random"}, "leave the shares out"),
        ({"network": ["parcels_up"]}, "'parcels_up' is named twice"),
        ({"controls": ["constant"]}, r"do not tell the parameters of 'con"),
        ({"controls": ["fixed"], "effects": "unit"}, r"do not tell the parameters of 'fixed'"),
        ({"prices": ["wage", "twice"]}, "do not tell the parameters of"),
    ],
)
def test_wrong_arguments(model: dict[str, Any], message: str) -> None:
    """A wrong option or column is named, with the nearest right one."""
    data = panel()
    data = data.assign(constant=1.0, twice=2 * data["wage"], fixed=data["carrier"] ** 0.5)
    with pytest.raises(DataError, match=message):
        fit(data, **model)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("cost", 0.0, r"column 'cost': is zero or negative in row 7 \(the 8th\)"),
        ("parcels_up", -3.0, r"column 'parcels_up': is zero or negative in row 7 \(the 8th\)"),
        ("stops", np.inf, r"column 'stops': is infinite in row 7"),
        (
            "fuel_share",
            0.5,
            r"'fuel_share', 'vehicle_share': do not add to one in row 7 \(the 8th\)",
        ),
        ("fuel_share", -0.1, r"column 'fuel_share': is not between 0 and 1 in row 7"),
    ],
)
def test_wrong_values(column: str, value: float, message: str) -> None:
    """A value that no cost function can have is named by column and row."""
    data = panel()
    data[column] = data[column].astype(float)
    data.loc[7, column] = value
    with pytest.raises(DataError, match=message):
        fit(data, shares=SHARES)


def test_shares_off_by_a_cent() -> None:
    """A share that misses by one in a hundred is refused, with the sum; per cent are recognised."""
    data = panel()
    data.loc[3, "wage_share"] += 0.01
    with pytest.raises(DataError, match=r"in row 3 \(the 4th\), but to 1\.0100"):
        fit(data, shares=SHARES)
    with pytest.raises(DataError, match="per cent: divide by 100"):
        fit(panel().assign(**{name: 100 * panel()[name] for name in SHARES}), shares=SHARES)


def test_too_few_rows() -> None:
    """More parameters and effects than rows are refused, with a simpler form as the remedy."""
    with pytest.raises(DataError, match="cobb_douglas"):
        fit(panel().head(20))
    data = panel().groupby("carrier").head(1)
    with pytest.raises(DataError, match="40 rows for 45 parameters and effects"):
        fit(data, effects="unit", form="cobb_douglas")
    with pytest.raises(DataError, match="needs more units"):
        fit(data, effects="random", form="cobb_douglas")


def test_wrong_points() -> None:
    """A point is a word, or levels above zero of columns that the function has."""
    res = fit(panel(), form="cobb_douglas")
    with pytest.raises(DataError, match="give 'mean', 'median'"):
        res.scale_economies("middle")
    with pytest.raises(DataError, match="Did you mean 'stops'"):
        res.scale_economies({"stop": 3})
    with pytest.raises(DataError, match="stops is 0"):
        res.density_economies({"stops": 0})
    with pytest.raises(DataError, match="name its columns by network="):
        fit(panel(), network=None).density_economies()
    with pytest.raises(DataError, match="more than one row in year"):
        fit(pd.concat([panel(), panel().head(1)]))
    assert res.scale_economies("median").estimate == pytest.approx(res.scale_economies().estimate)
