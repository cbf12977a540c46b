"""The notebook on price transmission, run with a researcher's own pair of prices."""

from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

import lcresearch as lc
from lcresearch.workflow.execute import execute

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "transmission.ipynb"
NAMES = {"farm_gate": "田头价", "screen": "网上价", "time": "日期"}
SMALL = {"samples": 10, "lengths": [52], "draws": 100}  # of the part that is simulated anyway


def cells_of(path):
    """What each code cell of the executed notebook prints."""
    cells = nbformat.read(path, as_version=4).cells
    return {
        cell.id: "\n".join(
            output.get("text", "") or output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )
        for cell in cells
        if cell.cell_type == "code"
    }


@pytest.fixture(scope="module")
def prices():
    """A simulated pair with Chinese names and dates, as a researcher might bring it."""
    data = lc.simulate.price_pair(weeks=160, seed=5).data.round(2)
    days = pd.date_range("2021-01-04", periods=160, freq="7D").strftime("%Y年%m月%d日")
    return data.assign(week=days).rename(
        columns={"week": "日期", "farm_gate": "田头价", "screen": "网上价"}
    )


def test_a_pair_in_chinese_is_estimated(tmp_path, prices):
    """A GB18030 file with Chinese names and dates gives claims graded as estimated."""
    prices.to_csv(tmp_path / "价格.csv", index=False, encoding="gb18030")
    given = {"series": "价格.csv", **NAMES, **SMALL}
    execute(NOTEBOOK, tmp_path / "out.ipynb", given, folder=tmp_path)
    text = cells_of(tmp_path / "out.ipynb")
    assert "160 rows, each a week" in text["data"]
    for cell, claim in (
        ("long-run", "transmission.passthrough"),
        ("speeds", "transmission.speed.rise.level_zero"),
        ("equation", "transmission.equation.fall"),
        ("paths", "transmission.passed.rise.4"),
    ):
        assert claim in text[cell]
        assert "[estimated]" in text[cell]
        assert "simulated]" not in text[cell]
    assert "160 weeks" in text["power"]
    assert "not available" not in "".join(text.values())


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("a gap", "column '网上价' has a gap in row 2021-12-20 (the 51st)"),
        ("no row", "column '日期' has a gap between 2021-12-13 and 2021-12-27"),
        ("two lengths", "the series are of two lengths"),
        ("a negative price", "column '田头价': is zero or negative in row 2021-01-25 (the 4th)"),
        ("too short", "20 rows are too few to tell speeds: give 40 or more"),
        ("no date", "Column '日期' holds '?' in row 8, which is no date"),
    ],
)
def test_a_series_that_cannot_be_used_ends_in_one_sentence(tmp_path, prices, fault, sentence):
    """The row and the remedy are named once, and the simulated part goes on."""
    data = prices.copy()
    if fault == "a gap":
        data.loc[50, "网上价"] = np.nan
    elif fault == "no row":
        data = data.drop(index=50)
    elif fault == "two lengths":
        data.loc[100:, "网上价"] = np.nan
    elif fault == "a negative price":
        data.loc[3, "田头价"] = -1
    elif fault == "too short":
        data = data.head(20)
    else:
        data.loc[7, "日期"] = "?"
    data.to_csv(tmp_path / "prices.csv", index=False)
    given = {"series": "prices.csv", **NAMES, **SMALL}
    execute(NOTEBOOK, tmp_path / "out.ipynb", given, folder=tmp_path)
    text = cells_of(tmp_path / "out.ipynb")
    assert text["data"].startswith("The series cannot be used.")
    assert sentence in text["data"]
    assert text["data"].strip().count("\n") == 0
    assert not any(text[cell].strip() for cell in ("long-run", "speeds", "equation", "paths"))
    assert "52 weeks" in text["power"]
