"""Product-weeks: what is right is read as it is, what is doubtful is refused by column and row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.logit_demand import LogitDemand
from lcresearch.pricing.nested_logit import NestedLogitDemand
from lcresearch.pricing.product_weeks import PRODUCT_WEEKS, read_product_weeks
from lcresearch.simulate import market
from lcresearch.units import check_unit

Writer = Callable[..., Path]

TABLE = pd.DataFrame(
    {
        "week": ["2023-W01", "2023-W01", "2023-W01", "2023-W02"],
        "product": ["薯干 500g", "薯干 1kg", "茶油", "薯干 500g"],
        "seller": ["甲社", "甲社", "乙社", "甲社"],
        "price": [12.5, 22.0, 60.0, 12.0],
        "quantity": [300, 150, 50, 400],
        "market_size": [2000, 2000, 2000, 1600],
        "weight_kg": [0.5, 1.0, 0.8, 0.5],
    }
)


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write a table to a file, in an encoding, with some columns changed or left out."""

    def to_file(
        changed: dict[str, list[Any]] | None = None,
        *,
        without: tuple[str, ...] = (),
        names: dict[str, str] | None = None,
        encoding: str = "utf-8",
    ) -> Path:
        frame = TABLE.astype(object)
        for column, values in (changed or {}).items():
            for row, value in enumerate(values):
                frame.loc[row, column] = value
        path = tmp_path / "sales.csv"
        text = frame.drop(columns=list(without)).rename(columns=names or {}).to_csv(index=False)
        path.write_bytes(text.encode(encoding))
        return path

    return to_file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_shares_by_hand(write: Writer, encoding: str) -> None:
    """Shares are quantities over market sizes; the rest of the week buys nothing."""
    table = read_product_weeks(write(encoding=encoding))
    assert table["share"].tolist() == pytest.approx([0.15, 0.075, 0.025, 0.25])
    assert table["outside_share"].tolist() == pytest.approx([0.75, 0.75, 0.75, 0.75])
    pd.testing.assert_frame_equal(table[list(TABLE)], TABLE, check_dtype=False)
    known = [name for name in PRODUCT_WEEKS.columns if name != "nest"]
    assert table.columns.tolist() == [*known, "weight_kg"]


def test_shares_in_place_of_quantities(write: Writer) -> None:
    """A file with shares needs no quantity and no market size."""
    shares = {"share": [0.15, 0.075, 0.025, 0.25]}
    found = read_product_weeks(write(shares, without=("quantity", "market_size")))
    expected = read_product_weeks(write())
    for name in ("share", "outside_share"):
        assert found[name].to_numpy() == pytest.approx(expected[name].to_numpy())
    assert "quantity" not in found
    assert read_product_weeks(write(shares))["share"].equals(expected["share"])


def test_columns_of_other_names(write: Writer) -> None:
    """A file may call its columns as it likes, if it is told how."""
    path = write(names={"price": "单价", "week": "周"})
    found = read_product_weeks(path, columns={"price": "单价", "week": "周"})
    pd.testing.assert_frame_equal(found, read_product_weeks(write()))


def test_order_of_rows_changes_nothing(write: Writer, tmp_path: Path) -> None:
    """Rows in another order have the same shares."""
    TABLE.iloc[::-1].to_csv(tmp_path / "turned.csv", index=False)
    found = read_product_weeks(tmp_path / "turned.csv")
    pd.testing.assert_frame_equal(
        found.iloc[::-1].reset_index(drop=True), read_product_weeks(write())
    )


def test_what_was_simulated_is_read_and_estimated(tmp_path: Path) -> None:
    """A simulated market, written and read, is the same market and gives the same estimate."""
    data = market(weeks=20, seed=1).data
    data.to_csv(tmp_path / "market.csv", index=False)
    table = read_product_weeks(tmp_path / "market.csv")
    pd.testing.assert_frame_equal(table[list(data)], data, check_dtype=False)
    columns: dict[str, Any] = {
        "market": "week",
        "product": "product",
        "share": "share",
        "price": "price",
        "characteristics": ["packaging", "brand", "weight_kg"],
        "instruments": ["freight", "crop_cost"],
    }
    found = LogitDemand(table, **columns).fit().params
    assert found.to_numpy() == pytest.approx(LogitDemand(data, **columns).fit().params.to_numpy())
    table.to_csv(tmp_path / "again.csv", index=False)
    pd.testing.assert_frame_equal(read_product_weeks(tmp_path / "again.csv"), table)


def test_weeks_of_one_product_are_refused_only_where_they_matter(tmp_path: Path) -> None:
    """A week of one product is read; nests that all hold one product are refused by the model."""
    path = tmp_path / "single.csv"
    single = TABLE.drop_duplicates("week").assign(nest="薯干", cost=[1.0, 2.0])
    single.to_csv(path, index=False)
    table = read_product_weeks(path)
    assert len(table) == 2
    with pytest.raises(DataError, match="column 'nest': every nest holds one product"):
        NestedLogitDemand(
            table, market="week", product="product", nest="nest", share="share", price="price",
            instruments=["cost"],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"price": [1, -2, 3, -4]}, "column price: is below zero, in rows 1, 3 .the 2nd, 4th"),
        ({"price": ["dear"]}, "column price: 'dear' is no number in row 0 .*digits with a point"),
        ({"price": [np.inf]}, "column price: 'inf' is no number in row 0"),
        ({"price": [1, None]}, "column price: is empty in row 1 .the 2nd.: fill it in"),
        ({"quantity": [0]}, "column quantity: is not above zero, in row 0 .*nobody bought"),
        ({"quantity": [5, -1]}, "column quantity: is not above zero, in row 1"),
        ({"quantity": [1800]}, "column quantity: .*add to one or more, in rows 0, 1, 2 .*all who"),
        ({"market_size": [0, 0, 0]}, "column market_size: is not above zero, in rows 0, 1, 2"),
        ({"market_size": [1000]}, "market_size: differs within week 2023-W01 in rows 0, 1, 2"),
        ({"product": ["茶油"]}, "week and product: product 茶油 has .* week 2023-W01 .rows 0, 2"),
        ({"seller": ["  "]}, "column seller: is empty in row 0"),
        ({"nest": ["a", "a"]}, "column nest: is empty in rows 2, 3"),
        ({"share": [0.3, 0.075, 0.025, 0.25]}, "column share: is not quantity divided .* in row 0"),
    ],
)
def test_a_wrong_value_is_named(write: Writer, changed: dict[str, list[Any]], words: str) -> None:
    """A wrong value is refused in one sentence with its column, its rows and what to do."""
    with pytest.raises(DataError, match=words) as got:
        read_product_weeks(write(changed))
    assert str(got.value).startswith("sales.csv, column")
    assert "\n" not in str(got.value)


def test_wrong_shares_are_named(write: Writer) -> None:
    """Without quantities it is the column of shares that is named."""
    for values, words in (
        ([0.9, 0.1, 0.1, 0.2], "column share: leaves nobody .* in rows 0, 1, 2"),
        ([0.1, 0.0, 0.1, 0.2], "column share: is not above zero, in row 1"),
    ):
        path = write({"share": values}, without=("quantity", "market_size"))
        with pytest.raises(DataError, match=words):
            read_product_weeks(path)


def test_a_missing_column_is_named(write: Writer) -> None:
    """A column that is not there, or there twice, is refused with what to do."""
    with pytest.raises(DataError, match="no column 'price'; .*say what .* Did you mean 'prices'"):
        read_product_weeks(write(names={"price": "prices"}))
    with pytest.raises(DataError, match="no column 'market_size'.* or a column 'share' in place"):
        read_product_weeks(write(without=("market_size",)))
    with pytest.raises(DataError, match="no column '单价'"):
        read_product_weeks(write(), columns={"price": "单价"})
    with pytest.raises(DataError, match="'prize' is none of .* Did you mean 'price'"):
        read_product_weeks(write(), columns={"prize": "price"})
    with pytest.raises(DataError, match="a column 'price' besides 'weight_kg'"):
        read_product_weeks(write(), columns={"price": "weight_kg"})


def test_every_column_is_described() -> None:
    """Each column of the form says what it holds, and a number its unit."""
    for column in PRODUCT_WEEKS.columns.values():
        assert column.description
        if column.dtype is not None:
            assert column.metadata is not None
            assert check_unit(column.metadata["unit"])
