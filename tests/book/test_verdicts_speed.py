"""What the page on speed says in words must hold for the table of waybills that it prints."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

TABLE = Path(__file__).resolve().parents[2] / "benchmarks" / "waybills.csv"
ALL_CHECKS = "sums, checks and repeated numbers"


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Return the stored measurements."""
    table = pd.read_csv(TABLE, thousands=",")
    table["package"] = table["by"].str.split().str[0]
    return table


def test_three_sizes_of_a_county_are_there(rows):
    """The page speaks of one county's year, of ten counties and of a hundred."""
    sizes = sorted(set(rows["waybills"]))
    assert sizes == [4_000_000, 40_000_000, 400_000_000]


@pytest.mark.parametrize("work", ["sums and checks", ALL_CHECKS])
def test_the_work_grows_in_proportion(rows, work):
    """In proportion within one slice, and at most twice that where there are several."""
    ours = rows[(rows["work"] == work) & (rows["package"] == "duckdb")].set_index("waybills")
    each = (ours["seconds of processors"] / ours.index).to_dict()
    assert 0.7 < each[40_000_000] / each[4_000_000] < 1.4
    assert 1 < each[400_000_000] / each[40_000_000] < 2


def test_memory_stays_at_what_was_allowed(rows):
    """Three GB were allowed to DuckDB; interpreter and result come on top."""
    assert (rows["peak memory, GB"] < 4).all()


def test_hardly_any_disk(rows):
    """Slices keep nearly all in memory."""
    assert (rows["disk for what does not fit, GB"] < 1).all()


def test_pandas_needs_more_of_both(rows):
    """For one county's year pandas takes more memory, and about twice the time."""
    same = rows[(rows["work"] == ALL_CHECKS) & (rows["waybills"] == 4_000_000)]
    pandas, duckdb = (same[same["package"] == name].squeeze() for name in ("pandas", "duckdb"))
    assert pandas["peak memory, GB"] > duckdb["peak memory, GB"]
    assert 1.5 < pandas["seconds"] / duckdb["seconds"] < 2.5
