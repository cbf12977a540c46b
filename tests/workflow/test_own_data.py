"""The notebooks that take a researcher's own file, run with one."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

import lcresearch as lc
from lcresearch.errors import NotebookError
from lcresearch.workflow.execute import execute

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = {"county": "县", "year": "年", "cohort": "开始", "log_income": "收入"}
PARAMETERS = {"outcome": "收入", "unit": "县", "time": "年", "cohort": "开始", "draws": 499}


def text_of(path):
    """All that the executed notebook prints."""
    outputs = [
        output
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    return "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs
    )


@pytest.fixture(scope="module")
def panel():
    """A simulated panel with Chinese names, as a researcher might bring it."""
    data = lc.simulate.county_panel(counties=60, seed=3).data.rename(columns=NAMES)
    return data.assign(县="县" + data["县"].astype(str), 开始=data["开始"].replace(0, np.nan))


def test_a_panel_in_chinese_is_estimated(tmp_path, panel):
    """A GB18030 file with Chinese names gives claims graded as estimated, and no missing glyph."""
    panel.to_csv(tmp_path / "自己.csv", index=False, encoding="gb18030")
    given = {"panel": "自己.csv", **PARAMETERS}
    execute(NOTEBOOKS / "own_panel.ipynb", tmp_path / "out.ipynb", given, folder=tmp_path)
    text = text_of(tmp_path / "out.ipynb")
    assert "own_panel.imputation_mean_over_rows" in text
    assert "[estimated]" in text
    assert "simulated" not in text
    assert "not available" not in text


def test_what_a_panel_does_not_allow_is_told_and_the_rest_goes_on(tmp_path, panel):
    """Without never treated counties and with gaps, what can be estimated still is."""
    treated = panel[panel["开始"].notna()].drop(index=panel.index[5], errors="ignore")
    treated.to_csv(tmp_path / "panel.csv", index=False)
    given = {"panel": "panel.csv", **PARAMETERS}
    execute(NOTEBOOKS / "own_panel.ipynb", tmp_path / "out.ipynb", given, folder=tmp_path)
    text = text_of(tmp_path / "out.ipynb")
    assert "Group-time effects: not available." in text
    assert "No unit was never treated." in text
    assert "own_panel.imputation_mean_over_rows" in text


def test_a_misspelt_column_ends_in_one_sentence(tmp_path, panel):
    """A column that the file lacks is named beside those it has, and nothing is written."""
    panel.to_csv(tmp_path / "panel.csv", index=False)
    given = {"panel": "panel.csv", **PARAMETERS, "outcome": "收人"}
    with pytest.raises(NotebookError, match=r"has no column '收人'; it has '县', '年'"):
        execute(NOTEBOOKS / "own_panel.ipynb", tmp_path / "out.ipynb", given, folder=tmp_path)
    assert not (tmp_path / "out.ipynb").exists()
