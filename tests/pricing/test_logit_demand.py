import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.instruments import blp_instruments, differentiation_instruments
from lcresearch.pricing.logit_demand import LogitDemand

NEVO = [f"demand_instruments{i}" for i in range(20)]
COLUMNS = {"market": "market", "product": "product", "share": "share", "price": "price"}


def simulate(seed, *, markets=60, products=6, alpha=-1.5):
    """Shares from a logit whose sellers see quality before they set prices."""
    rng = np.random.default_rng(seed)
    rows = markets * products
    frame = pd.DataFrame(
        {
            "market": np.repeat(np.arange(markets), products),
            "product": np.tile(np.arange(products), markets),
            "x": rng.normal(size=rows),
            "freight": rng.uniform(0, 1, rows),
            "wage": rng.uniform(0, 1, rows),
        }
    )
    quality = rng.normal(scale=0.5, size=rows)
    frame["price"] = 2 + frame["freight"] + frame["wage"] + 0.5 * quality
    utility = np.exp(1 + 0.7 * frame["x"] + alpha * frame["price"] + quality)
    frame["share"] = utility / (1 + utility.groupby(frame["market"]).transform("sum"))
    return frame


def model(frame, **changed):
    given = {"characteristics": ["x"], "instruments": ["freight", "wage"], **COLUMNS}
    return LogitDemand(frame, **(given | changed))


@pytest.fixture(scope="module")
def nevo():
    pyblp = pytest.importorskip("pyblp")
    return pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)


def fit_nevo(data, cluster=None):
    return LogitDemand(
        data,
        market="market_ids",
        product="product_ids",
        share="shares",
        price="prices",
        instruments=NEVO,
        effects="product_ids",
    ).fit(cluster=cluster)


def test_plain_logit_on_nevos_cereals_gives_the_known_price_coefficient(nevo):
    """One-step 2SLS with product effects gives alpha -30.10."""
    assert fit_nevo(nevo).alpha == pytest.approx(-30.10, abs=0.05)


def test_estimates_and_errors_agree_with_pyblp_on_nevos_cereals(nevo):
    """Alpha, its robust error, and mean utilities are those of pyblp's one-step estimate."""
    import pyblp

    pyblp.options.verbose = False
    problem = pyblp.Problem(pyblp.Formulation("0 + prices", absorb="C(product_ids)"), nevo)
    peer = problem.solve(method="1s")
    ours = fit_nevo(nevo)
    assert ours.alpha == pytest.approx(peer.beta[0, 0], rel=1e-9)
    assert ours.std_errors["prices"] == pytest.approx(peer.beta_se[0, 0], rel=1e-6)
    total = ours.delta.to_numpy() + ours.alpha * nevo["prices"].to_numpy()
    assert total == pytest.approx(peer.delta[:, 0], abs=1e-10)


def test_clustered_errors_and_first_stage_agree_with_linearmodels():
    """Estimates, clustered errors up to G/(G - 1), and the first-stage F are a peer's."""
    iv = pytest.importorskip("linearmodels.iv")
    frame = simulate(3)
    ours = model(frame).fit(cluster="market")
    outside = 1 - frame.groupby("market")["share"].transform("sum")
    peer = iv.IV2SLS(
        np.log(frame["share"] / outside),
        frame.assign(const=1.0)[["const", "x"]],
        frame[["price"]],
        frame[["freight", "wage"]],
    )
    clustered = peer.fit(cov_type="clustered", clusters=frame["market"])
    assert ours.params.to_numpy() == pytest.approx(clustered.params.to_numpy(), rel=1e-9)
    factor = np.sqrt(60 / 59)
    assert ours.std_errors.to_numpy() == pytest.approx(
        clustered.std_errors.to_numpy() * factor, rel=1e-9
    )
    plain = peer.fit(cov_type="unadjusted", debiased=True).first_stage.diagnostics
    found = ours.first_stage.loc["price", "conditional_f"]
    assert found == pytest.approx(plain.loc["price", "f.stat"], rel=1e-9)


def test_effective_f_is_the_ordinary_one_where_errors_are_even():
    """With many independent rows of even spread, the two F statistics are near each other."""
    table = model(simulate(5, markets=2000)).fit().first_stage.loc["price"]
    assert table["effective_f"] == pytest.approx(table["conditional_f"], rel=0.1)


def test_effects_are_the_same_as_dummies():
    """Absorbed product effects give what a dummy for each product gives."""
    frame = simulate(4)
    dummies = pd.get_dummies(frame["product"], prefix="d", dtype=float).iloc[:, 1:]
    ours = model(frame, effects="product").fit()
    peer = model(frame.join(dummies), characteristics=["x", *dummies]).fit()
    assert ours.params["price"] == pytest.approx(peer.params["price"], rel=1e-9)
    assert ours.std_errors["price"] == pytest.approx(peer.std_errors["price"], rel=1e-9)


def test_intervals_cover_the_truth_and_least_squares_misses_it():
    """Of 200 samples about 95 % of intervals hold alpha; least squares is biased to zero."""
    hits, plain = [], []
    for seed in range(200):
        frame = simulate(seed)
        low, high = model(frame).fit().conf_int().loc["price"]
        hits.append(low < -1.5 < high)
        plain.append(model(frame, instruments=["price"]).fit().alpha)
    assert 0.90 < np.mean(hits) < 0.99
    assert np.mean(plain) > -1.3


def test_order_of_rows_and_units_of_money_change_nothing_else():
    """Shuffled rows give the same; prices in cents divide alpha and its error by 100."""
    frame = simulate(1)
    base = model(frame).fit()
    mixed = model(frame.sample(frac=1, random_state=1)).fit()
    assert mixed.params.to_numpy() == pytest.approx(base.params.to_numpy(), rel=1e-9)
    cents = model(frame.assign(price=100 * frame["price"])).fit()
    assert cents.alpha == pytest.approx(base.alpha / 100, rel=1e-9)
    assert cents.std_errors["price"] == pytest.approx(base.std_errors["price"] / 100, rel=1e-9)
    assert cents.delta.to_numpy() == pytest.approx(base.delta.to_numpy(), abs=1e-9)


def test_estimated_demand_gives_back_the_shares():
    """The demand of a market, at its prices, has the shares that it was estimated from."""
    frame = simulate(2)
    own = frame[frame["market"] == 7]
    demand = model(frame).fit().demand(7)
    assert demand.shares(own["price"]) == pytest.approx(own["share"].to_numpy(), rel=1e-12)


def test_slopes_are_derivatives_and_surplus_falls_by_the_share():
    """Jacobian and surplus agree with finite differences (Roy: dCS/dp is minus the share)."""
    demand = LogitDemand.from_parameters(alpha=-0.8, delta=[1.0, 0.2, -1.0])
    prices, step = np.array([2.0, 1.0, 1.5]), 1e-6
    for k in range(3):
        above, below = prices + step * np.eye(3)[k], prices - step * np.eye(3)[k]
        slope = (demand.shares(above) - demand.shares(below)) / (2 * step)
        assert demand.jacobian(prices)[:, k] == pytest.approx(slope, abs=1e-9)
        gain = demand.consumer_surplus(above) - demand.consumer_surplus(below)
        assert gain / (2 * step) == pytest.approx(-demand.shares(prices)[k], abs=1e-8)


def test_elasticities_and_diversion_have_the_logits_known_forms():
    """Own elasticity is alpha p (1 - s), cross -alpha p s; diversion is proportional to shares."""
    demand = LogitDemand.from_parameters(alpha=-0.8, delta=[1.0, 0.2, -1.0])
    prices = np.array([2.0, 1.0, 1.5])
    s = demand.shares(prices)
    found = demand.elasticities(prices)
    assert np.diag(found) == pytest.approx(-0.8 * prices * (1 - s))
    assert found[0, 1] == pytest.approx(0.8 * prices[1] * s[1])
    ratios = demand.diversion(prices)
    assert ratios[0, 1] == pytest.approx(s[1] / (1 - s[0]))
    assert ratios.sum(axis=1) == pytest.approx(1)


def test_a_choice_of_huge_utility_does_not_overflow():
    """Utilities of a thousand give shares and a surplus that are numbers."""
    demand = LogitDemand.from_parameters(alpha=-1, delta=[1000.0, 999.0])
    assert demand.shares([0, 0]).sum() == pytest.approx(1)
    assert demand.consumer_surplus([0, 0]) == pytest.approx(1000 + np.log1p(np.exp(-1)))


def test_instruments_agree_with_pyblp(nevo):
    """Sums over own and rival products, and both kinds of distances, are pyblp's."""
    import pyblp

    data = nevo[nevo["city_ids"] < 5].reset_index(drop=True)
    names = {"market": "market_ids", "firm": "firm_ids", "characteristics": ["sugar", "mushy"]}
    formula = pyblp.Formulation("1 + sugar + mushy")
    peer = pyblp.build_blp_instruments(formula, data)
    ours = blp_instruments(data, **names)
    order = [f"{who}_{name}" for who in ("own", "rival") for name in ("products", "sugar", "mushy")]
    assert ours[order].to_numpy() == pytest.approx(peer)
    formula = pyblp.Formulation("0 + sugar + mushy")
    for kind, word in (("local", "near"), ("quadratic", "distance")):
        peer = pyblp.build_differentiation_instruments(formula, data, version=kind)
        ours = differentiation_instruments(data, **names, kind=kind)
        order = [f"{who}_{word}_{name}" for who in ("own", "rival") for name in ("sugar", "mushy")]
        assert ours[order].to_numpy() == pytest.approx(peer)


def test_weak_instruments_and_rising_demand_are_said_and_refused():
    """An instrument of noise is called weak; a demand that rises with price prices nothing."""
    frame = simulate(6)
    frame["noise"] = np.random.default_rng(0).normal(size=len(frame))
    assert "weak" in model(frame, instruments=["noise"]).fit().summary()
    rising = frame.assign(price=5 - frame["price"])
    found = model(rising).fit()
    assert "Demand rises with price" in found.summary()
    with pytest.raises(DataError, match="rises with price"):
        found.demand(0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(share=f["share"] + 0.3), "sums to .* in market 0:"),
        (
            lambda f: f.assign(share=f["share"] / f.groupby("market")["share"].transform("sum")),
            "sums to 1 in market 0:",
        ),
        (lambda f: f.assign(share=f["share"].where(f.index != 4, 0.0)), "row 4 .the 5th."),
        (lambda f: f.assign(price=f["price"].where(f.index != 2, -1.0)), "below zero in row 2"),
        (lambda f: f.assign(price=f["price"].where(f.index != 2)), "empty in row 2"),
        (lambda f: f.assign(product=0), "more than one row"),
        (lambda f: f.drop(columns="freight"), "no column 'freight'"),
        (lambda f: f.assign(market=f["market"].where(f.index != 0)), "'market': is empty"),
    ],
)
def test_bad_rows_are_refused_with_their_place(change, message):
    """Each fault of the data is one sentence that names column and rows."""
    with pytest.raises(DataError, match=message):
        model(change(simulate(0)))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"instruments": []}, "0 instruments for 1 endogenous"),
        ({"characteristics": ["x", "one"]}, "'one': is constant"),
        ({"instruments": ["freight", "twice"]}, "'twice': is constant, or a linear combination"),
    ],
)
def test_columns_that_identify_nothing_are_refused(changed, message):
    """Too few instruments, a second constant and a repeated instrument are refused."""
    frame = simulate(0).assign(one=1.0, twice=lambda f: 2 * f["freight"])
    with pytest.raises(DataError, match=message):
        model(frame, **changed).fit()


def test_one_cluster_or_an_unknown_market_is_refused():
    """A single cluster has no standard error; a market must be one of the data's."""
    frame = simulate(0).assign(all=1)
    with pytest.raises(DataError, match="one cluster"):
        model(frame).fit(cluster="all")
    with pytest.raises(DataError, match="'gap': is empty in row 0"):
        model(frame.assign(gap=frame["x"].where(frame.index != 0))).fit(cluster="gap")
    with pytest.raises(DataError, match="no market 'a'"):
        model(frame).fit().demand("a")


@pytest.mark.parametrize(
    ("alpha", "delta", "message"),
    [
        (0.5, [1.0], "alpha must be below zero"),
        (0.0, [1.0], "alpha must be below zero"),
        (-1.0, [np.nan, 1.0], "product 1 is not finite"),
        (-1.0, [], "one number for each product"),
    ],
)
def test_parameters_that_are_no_demand_are_refused(alpha, delta, message):
    """A demand needs a price coefficient below zero and finite utilities."""
    with pytest.raises(DataError, match=message):
        LogitDemand.from_parameters(alpha=alpha, delta=delta)


def test_a_market_of_one_product_is_estimated():
    """A market with one product is as good as any other to the plain logit."""
    frame = simulate(0)
    frame = frame[(frame["market"] != 0) | (frame["product"] == 0)]
    found = model(frame).fit()
    assert found.demand(0).products == 1
