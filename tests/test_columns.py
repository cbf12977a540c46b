"""Checks of columns: each refusal names the column and the rows, by label and by place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lcresearch.columns import (
    complete_rows,
    name_rows,
    numbers,
    positive,
    refuse_repeated,
    require_columns,
)
from lcresearch.errors import DataError


def test_rows_are_named_by_label_and_place() -> None:
    """A filtered frame's rows keep their labels, beside their places counted from one."""
    data = pd.DataFrame({"x": range(130)}).iloc[10:]
    mask = np.isin(data["x"], [10, 11, 12, 20, 21, 30, 121])
    assert name_rows(data, mask) == (
        "rows 10, 11, 12, 20, 21 (the 1st, 2nd, 3rd, 11th, 12th) and 2 more"
    )
    assert name_rows(data, (data["x"] == 121).to_numpy()) == "row 121 (the 112th)"


def test_missing_and_repeated_columns() -> None:
    """A missing column is met with the nearest name; a name twice, no rows and no frame too."""
    data = pd.DataFrame({"cost": [1.0], "output": [2.0]})
    with pytest.raises(DataError, match="no column 'ouput'.*Did you mean 'output'"):
        require_columns(data, ["cost", "ouput"])
    with pytest.raises(DataError, match="two columns named 'cost'"):
        require_columns(pd.concat([data, data], axis=1), ["cost"])
    with pytest.raises(DataError, match="no rows"):
        require_columns(data.head(0), ["cost"])
    with pytest.raises(DataError, match="DataFrame, not dict"):
        require_columns({"cost": [1.0]}, ["cost"])  # type: ignore[arg-type]


def test_complete_rows_count_each_row_once() -> None:
    """A row that is empty in two columns is counted for the first of them."""
    data = pd.DataFrame({"a": [1, np.nan, np.nan, 4], "b": [np.nan, np.nan, 3, 4]})
    kept, dropped = complete_rows(data, ["a", "b"])
    assert list(kept.index) == [3]
    assert dropped == {"no a": 2, "no b": 1}
    with pytest.raises(DataError, match="no row has a value in all of 'a', 'b'"):
        complete_rows(data.head(2), ["a", "b"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "2"], "holds text or dates"),
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), "holds text or dates"),
        ([1.0, np.nan], r"is empty in row 1 \(the 2nd\)"),
        ([np.inf, 1.0], r"is infinite in row 0 \(the 1st\)"),
        ([0.0, -1.0], r"is zero or negative in rows 0, 1"),
    ],
)
def test_wrong_numbers(values: object, message: str) -> None:
    """Text, dates, gaps, infinities and numbers without a logarithm are refused by row."""
    with pytest.raises(DataError, match=f"column 'x': {message}"):
        positive(pd.DataFrame({"x": values}), "x")


def test_nullable_and_object_numbers_are_numbers() -> None:
    """Numbers that pandas holds as objects or with its own missing value are accepted."""
    data = pd.DataFrame(
        {"x": pd.array([1, 2], dtype="Int64"), "y": pd.Series([1, 2.5], dtype=object)}
    )
    assert numbers(data, "x").tolist() == [1.0, 2.0]
    assert numbers(data, "y").tolist() == [1.0, 2.5]


def test_repeated_unit_and_period() -> None:
    """Two rows of one unit in one period are named."""
    data = pd.DataFrame({"unit": ["a", "a", "b", "a"], "time": [1, 2, 1, 2]})
    with pytest.raises(DataError, match=r"unit a has more than one row in time 2 \(rows 1, 3"):
        refuse_repeated(data, unit="unit", time="time")
    refuse_repeated(data.head(3), unit="unit", time="time")
