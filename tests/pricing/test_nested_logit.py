import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.logit_demand import LogitDemand
from lcresearch.pricing.nested_logit import NestedLogitDemand

COLUMNS = {
    "market": "market",
    "product": "product",
    "nest": "nest",
    "share": "share",
    "price": "price",
    "characteristics": ["x"],
    "instruments": ["cost", "rivals"],
}
PRICES = np.array([2.0, 1.0, 1.5, 2.5])


def example(sigma=0.6):
    return NestedLogitDemand.from_parameters(
        alpha=-0.8, sigma=sigma, delta=[1.0, 0.2, -1.0, 2.0], nests=["a", "b", "a", "b"]
    )


def simulate(seed, *, markets=150, alpha=-1.5, sigma=0.5):
    """Shares of a nested logit with nests of uneven size and prices that follow quality."""
    rng = np.random.default_rng(seed)
    frames = []
    for market in range(markets):
        sizes = rng.integers(1, 6, 2)
        nests = np.repeat([0, 1], sizes)
        n = len(nests)
        x, cost, quality = rng.normal(size=n), rng.uniform(0, 2, n), rng.normal(scale=0.4, size=n)
        price = 2 + cost + 0.5 * quality
        demand = NestedLogitDemand.from_parameters(
            alpha=alpha, sigma=sigma, delta=1 + 0.7 * x + quality, nests=nests
        )
        frames.append(
            pd.DataFrame(
                {
                    "market": market,
                    "product": np.arange(n),
                    "nest": nests,
                    "x": x,
                    "cost": cost,
                    "rivals": sizes[nests],
                    "price": price,
                    "share": demand.shares(price),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def test_sigma_of_zero_is_the_plain_logit():
    """Without likeness in nests, shares, slopes and surplus are those of the logit."""
    nested = example(sigma=0.0)
    plain = LogitDemand.from_parameters(alpha=-0.8, delta=[1.0, 0.2, -1.0, 2.0])
    assert nested.shares(PRICES) == pytest.approx(plain.shares(PRICES))
    assert nested.jacobian(PRICES) == pytest.approx(plain.jacobian(PRICES))
    assert nested.consumer_surplus(PRICES) == pytest.approx(plain.consumer_surplus(PRICES))


def test_slopes_are_derivatives_and_surplus_falls_by_the_share():
    """Jacobian and surplus agree with finite differences."""
    demand, step = example(), 1e-6
    for k in range(4):
        above, below = PRICES + step * np.eye(4)[k], PRICES - step * np.eye(4)[k]
        slope = (demand.shares(above) - demand.shares(below)) / (2 * step)
        assert demand.jacobian(PRICES)[:, k] == pytest.approx(slope, abs=1e-9)
        gain = demand.consumer_surplus(above) - demand.consumer_surplus(below)
        assert gain / (2 * step) == pytest.approx(-demand.shares(PRICES)[k], abs=1e-8)


def test_diversion_favours_the_own_nest():
    """A product loses more to its nest than the plain logit says, and rows sum to one."""
    ratios = example().diversion(PRICES)
    plain = example(sigma=0.0).diversion(PRICES)
    assert ratios[1, 3] > plain[1, 3]
    assert ratios[1, 0] < plain[1, 0]
    assert ratios.sum(axis=1) == pytest.approx(1)


def test_estimates_agree_with_pyblp():
    """Alpha, sigma and their robust errors are those of pyblp's one-step estimate."""
    pyblp = pytest.importorskip("pyblp")
    pyblp.options.verbose = False
    frame = simulate(1)
    ours = NestedLogitDemand(frame, **COLUMNS).fit()
    data = {
        "market_ids": frame["market"],
        "nesting_ids": frame["nest"],
        "shares": frame["share"],
        "prices": frame["price"],
        "x": frame["x"],
        "demand_instruments": frame[["cost", "rivals"]].to_numpy(),
    }
    problem = pyblp.Problem(pyblp.Formulation("1 + x + prices"), data)
    peer = problem.solve(rho=0.5, method="1s", optimization=pyblp.Optimization("l-bfgs-b"))
    assert ours.sigma == pytest.approx(peer.rho[0, 0], abs=1e-4)
    assert ours.alpha == pytest.approx(peer.beta[2, 0], abs=1e-4)
    assert ours.std_errors["within_nest"] == pytest.approx(peer.rho_se[0, 0], rel=1e-3)
    assert ours.std_errors["price"] == pytest.approx(peer.beta_se[2, 0], rel=1e-3)


def test_intervals_cover_the_truth():
    """Of 60 samples about 95 % of intervals hold alpha, and as many sigma."""
    hits = []
    for seed in range(60):
        table = NestedLogitDemand(simulate(seed, markets=60), **COLUMNS).fit().conf_int()
        inside = [
            table.loc[name, "conf_low"] < truth < table.loc[name, "conf_high"]
            for name, truth in (("price", -1.5), ("within_nest", 0.5))
        ]
        hits.append(inside)
    assert (np.mean(hits, axis=0) > 0.86).all()


def test_conditional_f_is_that_of_sanderson_and_windmeijer_step_by_step():
    """The F of one endogenous regressor, the other partialled out by 2SLS, is as by hand."""
    frame = simulate(2)
    found = NestedLogitDemand(frame, **COLUMNS).fit().first_stage
    sums = frame.groupby(["market", "nest"])["share"].transform("sum")
    ones = np.ones(len(frame))
    z = np.column_stack([ones, frame["x"], frame["cost"], frame["rivals"]])
    exogenous, price, within = z[:, :2], frame["price"], np.log(frame["share"] / sums)

    def fit(columns, y):
        return columns @ np.linalg.lstsq(columns, y, rcond=None)[0]

    second = np.column_stack([exogenous, fit(z, within)])
    coefficient = np.linalg.lstsq(second, price, rcond=None)[0]
    left = price - np.column_stack([exogenous, within]) @ coefficient
    full = np.sum((left - fit(z, left)) ** 2)
    less = np.sum((left - fit(exogenous, left)) ** 2)
    by_hand = (less - full) / 1 / (full / (len(frame) - 4))
    assert found.loc["price", "conditional_f"] == pytest.approx(by_hand, rel=1e-8)


def test_estimated_demand_gives_back_the_shares():
    """The demand of a market, at its prices, has the shares that it was estimated from."""
    frame = simulate(3)
    own = frame[frame["market"] == 5]
    demand = NestedLogitDemand(frame, **COLUMNS).fit().demand(5)
    assert demand.shares(own["price"]) == pytest.approx(own["share"].to_numpy(), rel=1e-10)


def test_one_instrument_for_two_endogenous_regressors_is_refused():
    """Price and share within the nest need two instruments."""
    with pytest.raises(DataError, match="1 instruments for 2 endogenous"):
        NestedLogitDemand(simulate(0), **{**COLUMNS, "instruments": ["cost"]}).fit()


def test_nests_of_one_product_are_refused():
    """Where each nest holds one product, likeness within nests cannot be told."""
    frame = simulate(0).drop_duplicates(["market", "nest"])
    with pytest.raises(DataError, match="every nest holds one product"):
        NestedLogitDemand(frame, **COLUMNS)


def test_an_empty_nest_is_refused():
    """A row without a nest is named."""
    frame = simulate(0)
    frame["nest"] = frame["nest"].where(frame.index != 3)
    with pytest.raises(DataError, match="'nest': is empty in row 3"):
        NestedLogitDemand(frame, **COLUMNS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigma": 1.0}, "sigma must lie"),
        ({"sigma": -0.1}, "sigma must lie"),
        ({"nests": [0, 1]}, "one for each of 3 products"),
        ({"alpha": 1.0}, "alpha must be below zero"),
    ],
)
def test_parameters_that_are_no_demand_are_refused(change, message):
    """Sigma, nests and alpha outside their range are refused."""
    given = {"alpha": -1.0, "sigma": 0.5, "delta": [0.0, 1.0, 2.0], "nests": [0, 0, 1]}
    with pytest.raises(DataError, match=message):
        NestedLogitDemand.from_parameters(**(given | change))
