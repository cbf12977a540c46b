"""Notebooks' pages in Chinese."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import small_book
from bs4 import BeautifulSoup

from lcresearch.workflow.notebook_messages import CATALOGUE
from lcresearch.workflow.sphinx_ext.notebook_pages import in_chinese
from lcresearch.workflow.sphinx_ext.results import Results

TABLE = '<table border="1"><tr><th>a &lt; b yuan</th><td>12.5</td><td>Upper</td></tr></table>'
MESSAGES = {
    "# One": "# 一",
    "The fund is {val}`fund.annual`.": "基金为 {val}`fund.annual`。",
    "a < {0} yuan": "小于 {0} 元",
    "{0} are above.": "高于的有 {0} 个。",
}
# Another picture than the English one.
OTHER = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def _make(root: Path) -> dict[str, object]:
    """Write a small book whose notebook has a chart, a table, a claim and a printed line."""
    small_book.make_book(root)
    results = small_book.make_results()
    results["charts"]["fund.chart"] |= {
        "alt_zh_CN": "它上升。",
        "file_zh_CN": "charts/zh_CN/fund.chart.png",
    }
    results["names_zh_CN"] = {"Upper": "上乡"}
    small_book.write_results(root, results)
    (root / "book/results/charts/zh_CN").mkdir()
    (root / "book/results/charts/zh_CN/fund.chart.png").write_bytes(OTHER)
    path = root / "book/results/one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    drawn = notebook.cells[1]
    drawn.outputs[0].metadata["lcresearch"] = {"chart": {"key": "fund.chart", "alt": "x"}}
    output = nbformat.v4.new_output
    claim = output("display_data", data={"text/html": "<code>fund.per_head</code> = 2"})
    claim.metadata["lcresearch"] = {
        "claim": results["claims"]["fund.per_head"] | {"key": "fund.per_head"}
    }
    drawn.outputs += [
        output("execute_result", data={"text/html": TABLE}, execution_count=1),
        output("stream", text="3 are above.\nUnheard of.\n"),
        claim,
    ]
    nbformat.write(notebook, path)
    entries = "".join(
        f"msgid {json.dumps(a)}\nmsgstr {json.dumps(b, ensure_ascii=False)}\n\n"
        for a, b in MESSAGES.items()
    )
    (root / CATALOGUE).parent.mkdir(parents=True)
    (root / CATALOGUE).write_text(entries, "utf-8")
    return json.loads(path.read_text("utf-8"))


def test_all_but_the_code_is_put_into_chinese(tmp_path: Path) -> None:
    """Text, chart, table and printed lines change; code, numbers, keys and unknown words stay."""
    notebook = _make(tmp_path / "book")
    folder = tmp_path / "book/book/results"
    pictures = in_chinese(notebook, MESSAGES, Results.read(folder / "claims.json"), folder)
    assert pictures == [folder / "charts/zh_CN/fund.chart.png"]
    title, drawn = notebook["cells"]
    assert title["source"] == "# 一\n\n基金为 {val}`fund.annual`。"
    assert "".join(drawn["source"]) == "draw()"
    assert drawn["metadata"]["mystnb"]["image"] == {"alt": "它上升。", "width": "300px"}
    chart, table, printed, claim = drawn["outputs"]
    assert base64.b64decode(chart["data"]["image/png"]) == OTHER
    html = table["data"]["text/html"]
    assert "<th>小于 b 元</th><td>12.5</td><td>上乡</td>" in html
    assert printed["text"] == "高于的有 3 个。\nUnheard of.\n"
    assert "<code>fund.per_head</code> = 2" in "".join(claim["data"]["text/html"])


def test_the_chinese_edition_shows_the_chinese_notebook_and_chart(tmp_path: Path) -> None:
    """Sphinx, asked for Chinese, shows Chinese text and charts on notebooks' and other pages."""
    root = tmp_path / "book"
    _make(root)
    run = subprocess.run
    maker = str(Path(sys.executable).with_name("jupyter-book"))
    run([maker, "config", "sphinx", "."], cwd=root, check=True, capture_output=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-D", "language=zh_CN", ".", "out"]
    run(command, cwd=root, check=True)

    def page(name: str) -> BeautifulSoup:
        return BeautifulSoup((root / f"out/book/{name}.html").read_text("utf-8"), "html.parser")

    notebook = page("results/one")
    assert "基金为" in notebook.select_one("article").get_text()
    assert notebook.select_one("article h1").get_text().startswith("一")
    for found in (notebook.select_one(".cell_output img"), page("fund").select_one("figure img")):
        assert found["alt"] == "它上升。"
    shown = page("fund").select_one("figure img")["src"]
    assert (root / "out/book" / shown).resolve().read_bytes() == OTHER
