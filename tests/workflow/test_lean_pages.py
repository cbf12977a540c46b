from __future__ import annotations

from pathlib import Path

import pytest
import small_book

from lcresearch.workflow.html import build_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book, one page of which has a formula, built twice."""
    root = small_book.make_book(tmp_path_factory.mktemp("lean") / "book")
    page = root / "book/fund.md"
    page.write_text(page.read_text("utf-8") + "\nA formula: $x^2$.\n", "utf-8")
    build_site(root, report=lambda _line: None)
    return build_site(root, report=lambda _line: None)


def test_formulae_are_set_where_there_are_some(site: Path) -> None:
    """The script of formulae is loaded by the page that has one, and by no page above it."""
    pages = {page.stem: page.read_text("utf-8").lower() for page in site.glob("book/*.html")}
    assert {name for name, text in pages.items() if "mathjax@3" in text} == {"fund"}


def test_no_page_loads_the_script_of_the_icons(site: Path) -> None:
    """The icons come from the theme's font alone, after a second build as well."""
    pages = [page.read_text("utf-8") for page in site.rglob("*.html")]
    assert any("fa-solid" in text or "fas fa-" in text for text in pages)
    assert not any("scripts/fontawesome.js" in text for text in pages)
    assert not (site / "_static/scripts/fontawesome.js").exists()
