"""Charts drawn again by a run: kept apart, gathered with the claims, and left out of the store."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from toy import make_notebook

from lcresearch import load_county
from lcresearch.workflow.claims import write_claims
from lcresearch.workflow.execute import execute
from lcresearch.workflow.project import Project
from lcresearch.workflow.second_charts import SecondCharts, names_of, place_of
from lcresearch.workflow.stored import store_outputs

DRAW = """
import matplotlib.pyplot as plt
import lcresearch as lc
canvas, axes = plt.subplots(figsize=(2, 2))
axes.set(xlabel="yuan", ylabel="Upper")
_ = lc.figures.show(canvas, key="one.chart", alt="A chart with nothing in it.")
"""


@pytest.fixture
def project(project_root: Path) -> Project:
    """Return a project whose only notebook draws a chart."""
    for path in (project_root / "notebooks").glob("*.ipynb"):
        path.unlink()
    make_notebook(project_root / "notebooks/one.ipynb", DRAW)
    return Project(project_root)


def _run(project: Project, messages: dict[str, str] | None) -> bytes:
    path = project.notebooks[0]
    output = project.results / path.name
    again = None
    if messages is not None:
        names = names_of(load_county(str(project.root / "data/nowhere")))
        again = SecondCharts(messages, names, place_of(project.results, "one"))
    execute(path, output, {}, folder=project.root, again=again)
    return output.read_bytes()


def test_second_charts_reach_the_pages_and_not_the_notebooks(project: Project) -> None:
    """Executed and stored notebooks are the same with second charts; the results hold these."""
    plain = _run(project, None)
    assert _run(project, {"A chart with nothing in it.": "空图。", "yuan": "元"}) == plain
    kept = json.loads(place_of(project.results, "one").read_text("utf-8"))["one.chart"]
    assert kept["alt"] == "空图。"
    assert kept["missing"] == []
    assert "Upper" in kept["words"]

    county = load_county(str(project.root / "data/nowhere"))
    runs, again = [project.results / "one.ipynb"], [place_of(project.results, "one")]
    claims = write_claims(runs, county, project.results, again=again)
    chart = claims["charts"]["one.chart"]
    assert chart["alt"] == "A chart with nothing in it."
    assert chart["alt_zh_CN"] == "空图。"
    assert claims["names_zh_CN"]["Nowhere"] == "无处"
    if "png" in kept:
        english, chinese = (project.results / chart[n] for n in ("file", "file_zh_CN"))
        assert chinese.read_bytes() != english.read_bytes()

    store_outputs(project)
    stored = nbformat.read(project.notebooks[0], as_version=4)
    (output,) = stored.cells[-1].outputs
    assert set(output.metadata["lcresearch"]["chart"]) == {"key", "alt", "width"}

    # Without them the pages show the English chart, and the old picture is gone.
    claims = write_claims(runs, county, project.results)
    assert "alt_zh_CN" not in claims["charts"]["one.chart"]
    assert not list((project.results / "charts/zh_CN").glob("*.png"))
