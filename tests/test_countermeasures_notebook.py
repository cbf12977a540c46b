"""The comparison of countermeasures holds for any county, and says what it cannot compute."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from lcresearch.county import find_county

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "countermeasures.ipynb"


def shown(folder: Path, **parameters: object) -> list[str]:
    """Run the notebook and return the text of everything that it shows."""
    pytest.importorskip("nbclient")
    from lcresearch.workflow.execute import execute

    out = folder / "out.ipynb"
    execute(NOTEBOOK, out, {"draws": 200, **parameters}, folder=folder)
    cells = json.loads(out.read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [x.get("text") or x.get("data", {}).get("text/plain", "") for x in outputs]
    return ["".join(text) for text in texts]


def claims(texts: list[str]) -> dict[str, str]:
    """Return the grade of every claim by its key."""
    found = (re.fullmatch(r"(countermeasures\.\S+) = .* \[(\w+)\]", text) for text in texts)
    return {match[1]: match[2] for match in found if match}


def test_an_invented_county_that_lacks_a_figure_misses_one_measure(tmp_path: Path) -> None:
    """Without the association's firms the brand is not available; the rest is, and simulated."""
    folder = tmp_path / "county"
    shutil.copytree(find_county("example"), folder)
    table = pd.read_csv(folder / "published.csv", dtype=str, keep_default_na=False)
    table[table["key"] != "association.firms"].to_csv(folder / "published.csv", index=False)
    texts = shown(tmp_path, county=str(folder))
    found = claims(texts)
    assert set(found.values()) == {"simulated"}
    ratios = {key.split(".")[1] for key in found if key.endswith(".ratio")}
    assert ratios == {"talent", "awareness", "logistics"}
    assert "countermeasures.association.transfer" in found
    said = [text for text in texts if "not available, because" in text]
    assert said[0].startswith("Brand: a code on each pack: not available, because Invented County")
    assert "'association.firms'" in said[0]
    assert "Liancheng" not in "".join(texts)


def test_a_county_that_lacks_everything_is_told_so(tmp_path: Path, county_folder: Path) -> None:
    """A county without any of the inputs has no claim, and a reason for each countermeasure."""
    texts = shown(tmp_path, county=str(county_folder))
    assert claims(texts) == {}
    reasons = [text for text in texts if re.match(r"\w+: .*: not available, because ", text)]
    assert {text.split(":")[0] for text in reasons} == {
        "Talent",
        "Awareness",
        "Brand",
        "Logistics",
        "Association",
    }
    assert all("has no figure" in text for text in reasons)
