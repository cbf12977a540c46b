"""A price build-up whose assumptions are drawn."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.intervals import Interval
from lcresearch.pricing.build_up import price_build_up
from lcresearch.pricing.build_up_draws import build_up_draws
from lcresearch.pricing.parcel_frontier import parcel_frontier

SHARED = {
    "express_first": Interval(8, 5, 14),
    "express_further": Interval(1, 0.5, 2),
    "commission": Interval(0.05, 0.01, 0.1),
    "margin_rate": Interval(0.2, 0.1, 0.4),
}
RICE = {
    "farm_gate": Interval(4, 3, 6),
    "packaging": Interval(0.8, 0.4, 2),
    "weight_kg": Interval(5, 2.5, 10),
}
POTATO = {
    "farm_gate": Interval(20, 12, 35),
    "packaging": Interval(2, 1, 4),
    "weight_kg": Interval(1, 0.5, 2.5),
}
BOTH = {"rice": RICE, "potato": POTATO}


def fixed(ranges, *but):
    """Return the ranges with all but some assumptions held at their values."""
    return {
        part: bounds if part in but else Interval.of(bounds.value)
        for part, bounds in ranges.items()
    }


@pytest.fixture(scope="module")
def drawn():
    return build_up_draws(BOTH, shared=SHARED, seed=1)


def test_each_draw_is_a_build_up(drawn):
    """The price of a draw is the one that its assumptions build up."""
    assert len(drawn.price) == 10_000
    for name, rows in drawn.assumptions.items():
        for draw, row in rows.iloc[[0, 17, 9_999]].iterrows():
            alone = price_build_up(
                farm_gate=row["farm_gate"],
                packaging=row["packaging"],
                express_fee=row["express_first"]
                + row["express_further"] * max(row["weight_kg"] - 1, 0),
                weight_kg=row["weight_kg"],
                commission=row["commission"],
                margin=row["margin_rate"] * row["farm_gate"],
            )
            assert drawn.price.loc[draw, name] == pytest.approx(alone.price, rel=1e-13)
            assert drawn.multiple.loc[draw, name] == pytest.approx(alone.mark_up + 1, rel=1e-13)


def test_draws_have_the_triangles_distribution(drawn):
    """Every assumption passes a test of Kolmogorov and Smirnov against its triangle."""
    for name, own in BOTH.items():
        for part, bounds in (SHARED | own).items():
            width = bounds.high - bounds.low
            triangle = stats.triang(
                (bounds.value - bounds.low) / width, loc=bounds.low, scale=width
            )
            assert stats.kstest(drawn.assumptions[name][part], triangle.cdf).pvalue > 0.001


def test_what_is_shared_is_drawn_once(drawn):
    """Shared assumptions are the same for all products; all others are independent."""
    rice, potato = drawn.assumptions["rice"], drawn.assumptions["potato"]
    assert rice[list(SHARED)].equals(potato[list(SHARED)])
    every = np.column_stack([rice, potato[list(POTATO)]])
    correlations = np.corrcoef(every, rowvar=False) - np.eye(every.shape[1])
    assert np.abs(correlations).max() < 0.05


def test_the_share_of_draws_is_the_probability():
    """With one assumption drawn, the share beyond the multiple is the frontier's probability."""
    for part, name, own in (("farm_gate", "rice", RICE), ("farm_gate", "potato", POTATO)):
        still = fixed(SHARED)
        found = build_up_draws({name: fixed(own, part)}, shared=still, draws=40_000, seed=2)
        frontier = parcel_frontier(
            **{key: bounds.value for key, bounds in still.items()},
            packaging=own["packaging"].value,
            weight_kg=own["weight_kg"].value,
            multiple=1.9,
        )
        bounds = own[part]
        width = bounds.high - bounds.low
        triangle = stats.triang((bounds.value - bounds.low) / width, bounds.low, width)
        truth = triangle.cdf(frontier.farm_gate)
        assert 0.05 < truth < 0.95
        assert (found.multiple[name] > 1.9).mean() == pytest.approx(truth, abs=0.01)


def test_seed():
    """The same seed gives the same draws, another seed others."""
    one, same, other = (build_up_draws(BOTH, shared=SHARED, seed=s) for s in (5, 5, 6))
    assert one.price.equals(same.price)
    assert not one.price.equals(other.price)


def test_the_rest_stays_as_it_was(drawn):
    """To fix an assumption, or to add a product behind, changes no draw of the rest."""
    more = build_up_draws(
        {"rice": RICE | {"packaging": Interval.of(0.8)}, "potato": POTATO, "tea": POTATO},
        shared=SHARED,
        seed=1,
    )
    assert more.assumptions["potato"].equals(drawn.assumptions["potato"])
    before, after = drawn.assumptions["rice"], more.assumptions["rice"]
    assert after.drop(columns="packaging").equals(before.drop(columns="packaging"))
    assert (after["packaging"] == 0.8).all()


def test_names_of_products_change_nothing(drawn):
    """Other names for the products give the same draws."""
    renamed = build_up_draws({"a": RICE, "b": POTATO}, shared=SHARED, seed=1)
    assert np.array_equal(renamed.price, drawn.price)


def test_unit_of_money(drawn):
    """Amounts in fen give prices in fen and the same multiples."""
    money = {"farm_gate", "packaging", "express_first", "express_further"}

    def in_fen(ranges):
        return {
            part: Interval(100 * b.value, 100 * b.low, 100 * b.high) if part in money else b
            for part, b in ranges.items()
        }

    fen = build_up_draws(
        {name: in_fen(own) for name, own in BOTH.items()}, shared=in_fen(SHARED), seed=1
    )
    assert np.allclose(fen.price, 100 * drawn.price, rtol=1e-12)
    assert np.allclose(fen.multiple, drawn.multiple, rtol=1e-12)


def test_without_ranges_there_is_one_price():
    """Assumptions without a range give the build-up itself in every draw, and no correlation."""
    still = build_up_draws({"rice": fixed(RICE)}, shared=fixed(SHARED), draws=5, seed=1)
    table = still.intervals()
    assert np.allclose(table.loc[("rice", "price")], 8.0 / 0.95)
    assert np.allclose(table.loc[("rice", "multiple")], 2.0 / 0.95)
    assert (still.rank_correlations() == 0).all(axis=None)


def test_intervals(drawn):
    """The range holds the share of draws that was asked for, and grows with it."""
    wide, narrow = drawn.intervals(0.9), drawn.intervals(0.5)
    for name in BOTH:
        row = wide.loc[(name, "multiple")]
        inside = drawn.multiple[name].between(row["low"], row["high"]).mean()
        assert inside == pytest.approx(0.9, abs=0.001)
    assert (wide["low"] < narrow["low"]).all()
    assert (narrow["high"] < wide["high"]).all()
    assert (wide["median"] == narrow["median"]).all()


def test_share_dearer(drawn):
    """Both orders of two products make up all draws; a product is never dearer than itself."""
    one, other = drawn.share_dearer("rice", "potato"), drawn.share_dearer("potato", "rice")
    assert one + other == pytest.approx(1)
    assert one > 0.5
    assert drawn.share_dearer("rice", "rice") == 0


def test_sharing_decides_the_order():
    """The dearer packaging decides every draw if all else is shared, and half if nothing is."""
    plain, boxed = Interval.of(0.8), Interval.of(0.81)
    rest = {part: RICE[part] for part in ("farm_gate", "weight_kg")} | SHARED
    shared = build_up_draws(
        {"a": {"packaging": plain}, "b": {"packaging": boxed}}, shared=rest, seed=3
    )
    assert shared.share_dearer("b", "a") == 1
    apart = build_up_draws(
        {"a": rest | {"packaging": plain}, "b": rest | {"packaging": boxed}}, seed=3
    )
    assert 0.45 < apart.share_dearer("b", "a") < 0.56


def test_rank_correlations(drawn):
    """They are Spearman's, and have the signs that the build-up gives."""
    table = drawn.rank_correlations()
    for name in BOTH:
        for part in table.index:
            peer = stats.spearmanr(drawn.assumptions[name][part], drawn.multiple[name]).statistic
            assert table.loc[part, name] == pytest.approx(peer, abs=1e-12)
    falls = ["farm_gate", "weight_kg"]
    assert (table.loc[falls] < 0).all(axis=None)
    assert (table.drop(index=[*falls, "express_further"]) > 0).all(axis=None)


def test_frozen(drawn):
    """A result cannot be changed."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        drawn.build_ups = {}


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"farm_gate": Interval(4, 0, 6)}, "rice: farm_gate runs from 0 to 6: give above zero."),
        ({"weight_kg": Interval(4, -1, 6)}, "rice: weight_kg runs from -1 to 6: give above zero."),
        (
            {"packaging": Interval(1, -1, 2)},
            "rice: packaging runs from -1 to 2: give zero or more.",
        ),
        (
            {"packaging": Interval(1, 1, np.inf)},
            "rice: packaging runs from 1 to inf: give a bound on both sides.",
        ),
        ({"packaging": 0.8}, "rice: packaging is 0.8: give an interval"),
        ({"packing": Interval(1, 0, 2)}, "rice: 'packing' is not one of farm_gate"),
        ({"commission": Interval(0.1, 0, 0.2)}, "rice: commission stands in shared too"),
    ],
)
def test_wrong_ranges(own, words):
    """A wrong range is refused with its product and name."""
    with pytest.raises(DataError) as refusal:
        build_up_draws({"rice": RICE | own}, shared=SHARED)
    assert str(refusal.value).startswith(words)


def test_other_faults(drawn):
    """Missing assumptions, a full commission, no product and too few draws are refused."""
    with pytest.raises(DataError, match=r"rice: express_first, margin_rate is missing: give its"):
        build_up_draws(
            {"rice": RICE}, shared={p: SHARED[p] for p in ("express_further", "commission")}
        )
    with pytest.raises(DataError, match="shared: commission runs from 0 to 1: give a share from 0"):
        build_up_draws({"rice": RICE}, shared=SHARED | {"commission": Interval(0.5, 0, 1)})
    with pytest.raises(DataError, match="Did you mean 'packaging'"):
        build_up_draws({"rice": RICE | {"packagin": Interval(1, 0, 2)}}, shared=SHARED)
    with pytest.raises(DataError, match="products is empty"):
        build_up_draws({}, shared=SHARED)
    for wrong in (1, 2.5, True):
        with pytest.raises(DataError, match=r"draws is .*: give a whole number, two or more"):
            build_up_draws(BOTH, shared=SHARED, draws=wrong)
    with pytest.raises(DataError, match="level is 1: give a share between 0 and 1"):
        drawn.intervals(1)
    with pytest.raises(DataError, match=r"no product 'rices' among rice, potato. Did you mean"):
        drawn.share_dearer("rices", "potato")
