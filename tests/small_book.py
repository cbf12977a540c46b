"""A small book, written to disk for tests: four pages, a notebook, and the results they show."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CONFIG = """
title: A small book
author: The testers
copyright: "2026"
only_build_toc_files: true
exclude_patterns: [".*", "*.md", _build, book/_static]
execute: {execute_notebooks: "off"}
latex: {use_jupyterbook_latex: false}
repository: {url: ""}
sphinx:
  extra_extensions: [lcresearch.workflow.sphinx_ext]
  config:
    nitpicky: true
    html_static_path: [book/_static]
    html_css_files: [small.css]
"""
TOC = """
format: jb-book
root: book/intro
chapters:
- file: book/fund
- file: book/results/one
- file: book/claims
"""
PAGES = {
    "intro": """# A small book

The fund is {val}`fund.annual`, or {val}`fund.annual|,.1f|bare`;
a road winds {val}`road.detour|range`.

| fund |
|---|
| {val}`fund.annual\\|bare` |
""",
    "fund": """# The fund

Each resident has {val}`fund.per_head`.

```{chart} fund.chart
A **rise**, of {val}`fund.per_head`.
```
""",
    "claims": """# Claims

```{evidence-table} claims
```

```{evidence-table} figures
```

```{evidence-table} assumptions
```

```{evidence-table} sources
```
""",
}
# The smallest picture there is.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def figure(value: float | None, unit: str, grade: str, **rest: Any) -> dict[str, Any]:
    """Return a figure as the results hold it."""
    blank = {"low": None, "high": None, "note": "", "source": "A survey, section 1"}
    origin = {"file": "nowhere/reported.csv", "sha256": "a1" * 32}
    return {"value": value, "unit": unit, "grade": grade, **blank, **origin, **rest}


def make_results() -> dict[str, Any]:
    """Return results with a figure of each kind, one of them with markup in all its texts."""
    nasty = '<script>alert(1)</script> & "quotes" \'</td>'
    claim = figure(2, "CNY/person/year", "reported", source="computed from fund.annual")
    del claim["file"], claim["sha256"]
    return {
        "figures": {
            "fund.annual": figure(600, "CNY/year", "reported", note="every year"),
            "rice.price": figure(None, "CNY/kg", "reported"),
            "nasty.note": figure(1, "count", "published", note=nasty, source=nasty),
            "road.detour": figure(
                1.5, "ratio", "assumed", low=1, high=3, source="assumption: roads wind"
            ),
            "township.100000001.lat": figure(25, "degree", "published"),
        },
        "claims": {
            "fund.per_head": claim
            | {"inputs": ["fund.annual"], "files": {"nowhere/reported.csv": "a1" * 32}}
            | {"notebook": "one", "cell": 2, "cell_id": "c", "parameters": {}},
        },
        "charts": {
            "fund.chart": {"key": "fund.chart", "alt": 'It "rises".', "width": 300}
            | {"file": "charts/fund.chart.png", "notebook": "one", "cell": 3},
        },
        "sources": [
            {"source": "survey", "citation": "A survey", "url": "https://example.org/?a=1&b=2"}
            | {"licence": "facts only", "note": nasty},
            {"source": "trap", "citation": nasty, "url": "javascript:alert(1)"}
            | {"licence": "", "note": ""},
        ],
    }


def write_results(root: Path, results: dict[str, Any]) -> None:
    """Write the results into a book."""
    (root / "book/results/claims.json").write_text(json.dumps(results), "utf-8")


def make_book(root: Path) -> Path:
    """Write the book and return its root."""
    (root / "book/results/charts").mkdir(parents=True)
    (root / "book/_static").mkdir()
    (root / "book/_static/small.css").write_text("p { color: black }\n")
    (root / "_config.yml").write_text(CONFIG)
    (root / "_toc.yml").write_text(TOC)
    for name, text in PAGES.items():
        (root / f"book/{name}.md").write_text(text, "utf-8")
    (root / "book/results/charts/fund.chart.png").write_bytes(PIXEL)
    write_results(root, make_results())
    picture = new_output(
        "display_data", data={"image/png": base64.b64encode(PIXEL).decode(), "text/plain": "x"}
    )
    drawn = new_code_cell("draw()", id="draw", outputs=[picture])
    drawn.metadata["mystnb"] = {"image": {"alt": "It rises.", "width": "300px"}}
    title = new_markdown_cell("# One\n\nThe fund is {val}`fund.annual`.", id="title")
    nbformat.write(
        new_notebook(
            cells=[title, drawn],
            metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
        ),
        root / "book/results/one.ipynb",
    )
    return root
