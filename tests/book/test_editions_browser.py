"""What a reader does with two editions: search in Chinese, and go from one to the other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import browse
import pytest
import small_editions

from lcresearch.workflow.html import build_site

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the small book's two editions, opened as files."""
    root = small_editions.make_book(tmp_path_factory.mktemp("browse") / "a book 书")
    shutil.copy(ROOT / "book/_static/editions.js", root / "book/_static")
    shutil.copy(ROOT / "book/_static/editions.css", root / "book/_static")
    config = (root / "_config.yml").read_text()
    (root / "_config.yml").write_text(
        config.replace(
            "    html_css_files: [small.css]\n",
            "    html_css_files: [editions.css]\n    html_js_files: [editions.js]\n"
            "    html_show_search_summary: false\n    html_context: {default_mode: auto}\n",
        )
    )
    return f"{build_site(root, report=lambda _line: None).as_uri()}/"


def _found(window: Any, base: str, query: str) -> list[str]:
    """Return the pages that a search finds, without the anchors."""
    with browse.open_page(window, base, f"zh/search.html?q={query}") as (page, faults):
        # It says what it found when it is done.
        page.locator("#search-results p.search-summary").filter(has_text="搜索").wait_for()
        assert not faults
        links = page.locator("#search-results li a").evaluate_all(
            "links => links.map(link => link.pathname.split('/').pop())"
        )
    return sorted(set(links))


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("农村", ["prose.html"]),
        ("合作社", ["prose.html"]),
        ("合作社 winds", []),
        ("卖出大米", []),
        ("社合作", []),
        ("米", ["prose.html"]),
        ("乌有县居民", []),
        ("road winds", ["intro.html"]),
        ("resident", ["fund.html"]),
    ],
)
def test_search_finds_chinese_words(window: Any, base: str, query: str, pages: list[str]) -> None:
    """A word finds the page that has all of it, and none that lacks a part of it."""
    assert _found(window, base, query) == pages


def test_way_to_the_other_edition_keeps_place_and_query(window: Any, base: str) -> None:
    """Place and query go along, and a later change of place does too."""
    with browse.open_page(window, base, "book/prose.html?a=b#villages") as (page, faults):
        page.evaluate("() => { window.location.hash = 'what-cooperatives-do' }")
        page.wait_for_function(
            "() => document.querySelector('a.lc-edition').hash === '#what-cooperatives-do'"
        )
        page.locator("a.lc-edition").click()
        page.wait_for_url("**/zh/book/prose.html?a=b#what-cooperatives-do")
        assert page.locator("article h2").first.inner_text().strip().startswith("合作社做什么")
        page.locator("a.lc-edition").click()
        page.wait_for_url("**/book/prose.html?a=b#what-cooperatives-do")
        assert "/zh/" not in page.url
        assert not [fault for fault in faults if "script" in fault and "http" not in fault]


def test_way_to_the_other_edition_needs_no_script(browser: Any, base: str) -> None:
    """Without scripts the link leads to the same page, on the phone too, where it can be seen."""
    context = browser.new_context(viewport=browse.PHONE, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{base}zh/book/fund.html")
        link = page.locator("a.lc-edition")
        box = link.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= browse.PHONE["width"]
        link.click()
        page.wait_for_url("**/html/book/fund.html")
    finally:
        context.close()


def test_chinese_is_not_slanted(window: Any, base: str) -> None:
    """Emphasis in Chinese is not italic, and the font is one that has the characters."""
    with browse.open_page(window, base, "zh/book/prose.html") as (page, _faults):
        emphasis = page.locator("article p em").first
        assert emphasis.inner_text() == "一切"
        assert emphasis.evaluate("e => getComputedStyle(e).fontStyle") == "normal"
        assert "Noto Sans CJK SC" in emphasis.evaluate("e => getComputedStyle(e).fontFamily")
