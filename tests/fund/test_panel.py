"""A panel read once: what it refuses, what it counts, and what makes no difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_panel import panel

from lcresearch.errors import DataError
from lcresearch.fund.panel import Panel

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "cohort": "cohort"}


def read(data: pd.DataFrame, **options: Any) -> Panel:
    """Read with the usual columns."""
    return Panel.read(data, **(COLUMNS | options))


def same(left: Panel, right: Panel) -> None:
    """Check that two panels hold the same rows in the same order, labels of units aside."""
    for name in ("unit", "time", "outcome", "cohort"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))


def test_rows_are_sorted_with_their_columns() -> None:
    """Rows come by unit and then time, each with its own outcome, columns and cohort."""
    data = panel(kept=0.8)
    result = read(data, columns=["x", "w"])
    expected = data.sort_values(["unit", "time"])
    np.testing.assert_array_equal(result.units[result.unit], expected["unit"])
    np.testing.assert_array_equal(result.times[result.time], expected["time"])
    np.testing.assert_array_equal(result.outcome, expected["y"])
    np.testing.assert_array_equal(result.columns["x"], expected["x"])
    np.testing.assert_array_equal(result.columns["w"], expected["w"])
    first = result.cohort[result.unit]
    shown = np.where(first < 0, 0, result.times[np.maximum(first, 0)])
    np.testing.assert_array_equal(shown, expected["cohort"])


def test_row_order_and_index_make_no_difference() -> None:
    """Shuffled rows with an index of repeated labels give the same panel."""
    data = panel(kept=0.8)
    shuffled = data.sample(frac=1, random_state=1).set_index(np.zeros(len(data)))
    same(read(data), read(shuffled))


def test_chinese_names_and_labels() -> None:
    """Columns and units may have Chinese names."""
    names = {"unit": "县", "time": "年份", "cohort": "首年", "y": "收入"}
    data = panel().assign(unit=lambda d: d["unit"].map("连城{:02d}".format)).rename(columns=names)
    result = Panel.read(data, outcome="收入", unit="县", time="年份", cohort="首年")
    assert result.units[0] == "连城00"
    assert result.units.name == "县"
    same(result, read(panel()))


@pytest.mark.parametrize("never", [np.nan, 0, np.inf])
def test_never_treated_units_may_be_marked_in_three_ways(never: float) -> None:
    """Empty, zero and infinite first periods all mean that a unit is never treated."""
    data = panel()
    data["cohort"] = data["cohort"].astype(float).replace({0.0: never})
    same(read(data), read(panel()))


def test_kinds_of_columns_make_no_difference() -> None:
    """Nullable integers, plain objects with None and floats of whole years read the same."""
    data = panel()
    nullable = data.astype({"time": "Int64", "y": "Float64"})
    nullable["cohort"] = nullable["cohort"].astype("Int64").replace({0: pd.NA})
    same(read(data), read(nullable))
    objects = data.assign(cohort=[g or None for g in data["cohort"].tolist()])
    objects["cohort"] = objects["cohort"].astype(object)
    same(read(data), read(objects))
    floats = read(data.astype({"time": float}))
    same(read(data), floats)
    assert floats.times.dtype == np.int64


def test_units_of_any_kind_of_label() -> None:
    """Categories and labels of mixed kinds serve as units."""
    data = panel()
    same(read(data), read(data.assign(unit=data["unit"].astype("category"))))
    mixed = data.assign(unit=[label if label < 20 else f"u{label}" for label in data["unit"]])
    assert len(read(mixed.astype({"unit": object})).units) == 40


def test_no_column_of_cohorts_is_needed() -> None:
    """Without cohorts, periods may be dates and no unit is treated."""
    data = panel().assign(time=lambda d: pd.to_datetime(d["time"].add(2000).astype(str)))
    result = read(data, cohort=None)
    assert result.times[0] == pd.Timestamp("2001-01-01")
    assert (result.cohort == -1).all()


def test_missing_values_are_counted() -> None:
    """Rows without an outcome or a covariate are dropped and counted once, by reason."""
    data = panel().sort_values(["unit", "time"], ignore_index=True)
    data.loc[[0, 1, 2], "y"] = np.nan
    data.loc[[2, 3], "x"] = np.nan
    result = read(data, columns=["x"])
    assert dict(result.dropped) == {"no y": 3, "no x": 1}
    assert len(result.outcome) == len(data) - 4
    assert not result.balanced
    assert not read(panel()).dropped


def test_units_that_lose_all_rows_are_gone() -> None:
    """A unit without any outcome is no unit of the panel, and its cohort is not asked for."""
    data = panel()
    data.loc[data["unit"] == 7, ["y", "cohort"]] = [np.nan, 1]
    assert 7 not in read(data).units


def test_wide_has_gaps_where_rows_are_missing() -> None:
    """The table of units by times has each outcome at its place and NaN elsewhere."""
    for kept in (1.0, 0.7):
        data = panel(kept=kept)
        result = read(data)
        expected = data.pivot(index="unit", columns="time", values="y").to_numpy()
        np.testing.assert_array_equal(result.wide(), expected)
        assert result.balanced == (kept == 1)
        np.testing.assert_array_equal(result.wide(2 * result.outcome), 2 * expected)


def test_cohorts_between_and_after_the_periods() -> None:
    """A first treated period that the panel lacks is the next one it has, or lies after the last."""
    data = panel()
    data = data[data["time"] != 5].replace({"cohort": {6: 99}})
    result = read(data)
    codes = dict(zip(result.units, result.cohort, strict=True))
    assert [codes[unit] for unit in range(4)] == [-1, 2, 4, 6]
    assert result.times[4] == 6
    assert len(result.times) == 6


def test_units_treated_from_the_start() -> None:
    """A unit treated in or before the first period is refused by name, unless that is allowed."""
    data = panel().replace({"cohort": {3: 1, 5: -4}})
    with pytest.raises(
        DataError, match=r"'cohort': 20 unit \(1, 2, 5, 6, 9\) are treated in the first"
    ):
        read(data)
    assert (read(data, needs_pre_period=False).cohort == 0).sum() == 20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cohort": "2015"}, "'cohort': holds text; give the first treated period as a number"),
        ({"cohort": lambda d: d["time"] >= 4}, "'cohort': holds text|'cohort': changes"),
        (
            {"cohort": lambda d: 4.0 * (d["time"] < 6)},
            "'cohort': changes within unit 0: a unit has one",
        ),
        ({"y": "high"}, "'y': holds text; make it numbers"),
        (
            {"y": lambda d: d["y"].where(d.index != 4, np.inf)},
            "'y': is infinite in rows 4: correct",
        ),
        (
            {"y": lambda d: d["y"].where(d.index < 270, -np.inf)},
            "270, 271, 272, 273, 274 and 5 more",
        ),
        ({"y": np.nan}, "No row has"),
        ({"x": lambda d: d["x"].where(d.index != 9, np.inf)}, "'x': is infinite in rows 9"),
        (
            {"unit": lambda d: d["unit"].where(d.index != 2)},
            "'unit': is empty in rows 2: fill it in",
        ),
        (
            {"time": lambda d: d["time"].where(d.index != 3)},
            "'time': is empty in rows 3: fill it in",
        ),
        (
            {"time": lambda d: d["time"].astype(str)},
            "'time': holds text or dates; number the periods",
        ),
        ({"time": lambda d: pd.to_datetime(d["time"])}, "'time': holds text or dates"),
        (
            {"time": lambda d: d["time"].replace({7: 6})},
            "unit 0 has two rows in time 6 \\(40 such pairs",
        ),
    ],
)
def test_bad_values_are_refused(change: dict[str, Any], message: str) -> None:
    """A value that cannot be used is refused with its column, rows and remedy."""
    with pytest.raises(DataError, match=message):
        read(panel().assign(**change), columns=["x"])


def test_two_rows_for_a_unit_and_period() -> None:
    """The unit and period that come twice are named as they are typed."""
    data = panel().assign(unit=lambda d: d["unit"].map("连城{:02d}".format))
    twice = pd.concat([data, data[data["unit"] == "连城03"].query("time == 2")])
    with pytest.raises(
        DataError, match=r"unit '连城03' has two rows in time 2 \(1 such pair\): keep one"
    ):
        read(twice)


def test_columns_that_are_not_there() -> None:
    """A missing column is named beside those that there are, with the nearest; so is one given twice."""
    with pytest.raises(DataError, match=r"no column 'cohrt': it has .*Did you mean 'cohort'\?"):
        read(panel(), cohort="cohrt")
    twice = pd.concat([panel(), panel()["y"]], axis=1)
    with pytest.raises(DataError, match="two columns named 'y'"):
        read(twice)
    with pytest.raises(DataError, match="no rows"):
        read(panel().iloc[:0])
    with pytest.raises(DataError, match="must be a pandas DataFrame, not dict"):
        read({"y": [1]})  # type: ignore[arg-type]
