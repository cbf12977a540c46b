"""The small book with the scripts and styles of the real one, and figures that try to break out."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import small_book

from lcresearch.workflow.html import build_site

STATIC = Path(__file__).resolve().parents[1] / "book" / "_static"
RUN = datetime(2025, 3, 9, 12, tzinfo=UTC)
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
MANY = 30


def make_results() -> dict[str, Any]:
    """Return the small book's results, with hostile texts and a claim of many inputs."""
    results = small_book.make_results()
    figures, claims = results["figures"], results["claims"]
    figures["fund.annual"]["source"] = "A survey, section 1"
    figures["trap.key"] = small_book.figure(
        7, "CNY/kg", "published", note=HOSTILE, source=f"{HOSTILE}, page 1"
    )
    # The longest citation first: this one begins like the survey's.
    results["sources"].append(
        {"source": "bad", "citation": HOSTILE, "url": "javascript:document.title='broken'"}
        | {"licence": "", "note": ""}
    )
    for number in range(MANY):
        figures[f"part.n{number}"] = small_book.figure(number, "count", "published")
    claims["sum.all"] = {
        **claims["fund.per_head"],
        "value": 435,
        "unit": "count",
        "low": 400,
        "high": 470,
        "grade": "published",
        "source": "draws of the parts",
        "inputs": ["trap.key", *(f"part.n{number}" for number in range(MANY))],
    }
    claims["other.claim"] = {
        **claims["fund.per_head"],
        "value": 3,
        "grade": "simulated",
        "inputs": [],
        "source": "drawn from a model",
        "notebook": "two",
        "cell": None,
    }
    return results


def build_card_book(root: Path) -> Path:
    """Build the book below `root` and return the site's folder."""
    small_book.make_book(root)
    for path in STATIC.iterdir():
        if path.suffix in (".js", ".css"):
            shutil.copy(path, root / "book/_static")
    config = root / "_config.yml"
    styles = "html_css_files: [lcresearch.css, cards.css, claims.css]\n"
    styles += "    html_context: {default_mode: auto}\n"
    scripts = "    html_js_files: [lcresearch.js, cards.js, claims.js]\n"
    config.write_text(config.read_text().replace("html_css_files: [small.css]\n", styles + scripts))
    words = "Some words that fill the page, and say nothing.\n\n" * 30
    (root / "book/fund.md").write_text(
        "# The fund\n\nEach resident has {val}`fund.per_head`, of {val}`fund.annual`.\n\n"
        f"{words}In all {{val}}`sum.all`, and {{val}}`trap.key`.\n\n{words}"
        "At the end of a line that is long enough for this {val}`other.claim`.\n",
        "utf-8",
    )
    small_book.write_results(root, make_results())
    os.utime(root / "book/results/one.ipynb", (RUN.timestamp(), RUN.timestamp()))
    return build_site(root, report=lambda _line: None)
