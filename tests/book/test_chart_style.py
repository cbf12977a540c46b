import json
import re
from pathlib import Path

import pytest

from lcresearch.evidence import Grade

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_charts_are_drawn_on_the_common_sheet(path):
    """No notebook sets a size, a font's size or a legend of its own."""
    for cell in code(path):
        assert not re.search(r"plt\.|figsize|fontsize=|\.legend\(", cell)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_county_is_told_that_its_figures_are_reported(path):
    """Chart cells name what another county may grade otherwise by its grade, not by a word."""
    for cell in code(path):
        if "figures.show(" in cell:
            assert not re.search(rf"\(({Grade.REPORTED}|{Grade.PUBLISHED})\)", cell)
            assert "at least {" not in cell
            assert "at most {" not in cell.replace("at most {multiple", "")
            assert "thirty" not in cell
