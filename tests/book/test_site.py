from __future__ import annotations

from pathlib import Path
from typing import Any

import browse
import pytest
from sphinx_external_toc.parsing import parse_toc_yaml


def _pages(site: Path) -> list[str]:
    """Return every page of the site, relative to it."""
    pages = (path.relative_to(site) for path in site.rglob("*.html"))
    return sorted(page.as_posix() for page in pages if "_static" not in page.parts)


def test_pages_are_those_of_the_table_of_contents(site: Path) -> None:
    """Each edition has one page for each entry of _toc.yml, and none besides what Sphinx adds."""
    toc = site.parents[1] / "_toc.yml"
    pages = [f"{Path(page).with_suffix('')}.html" for page in parse_toc_yaml(toc)]
    pages += ["index.html", "search.html", "genindex.html"]
    assert set(_pages(site)) == {folder + page for folder in ("", "zh/") for page in pages}


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_every_page_is_without_fault(window: Any, site: Path, served: str, scheme: str) -> None:
    """No page has a script error, a request to elsewhere, or anything broken, raw or too wide."""
    base = f"{site.as_uri()}/" if scheme == "file" else served
    faults = {
        page: browse.faults_of(window, base, page, site)
        for page in _pages(site)
        if Path(page).name != "index.html"
    }
    listed = [f"{page}: {fault}" for page, found in faults.items() for fault in found]
    assert not listed, "\n".join(listed)


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize("query", ["search.html?q=parcel", "zh/search.html?q=专项资金"])
def test_search_finds_a_word(window: Any, site: Path, served: str, scheme: str, query: str) -> None:
    """The book's own search works in each edition, without a server too."""
    base = f"{site.as_uri()}/" if scheme == "file" else served
    with browse.open_page(window, base, query) as (page, faults):
        page.wait_for_selector("#search-results li a", timeout=10_000)
        assert not faults


@pytest.mark.parametrize("folder", ["", "zh/"])
def test_first_page_leads_into_the_book(window: Any, site: Path, folder: str) -> None:
    """Whoever opens an edition's index.html arrives at its introduction."""
    with browse.open_page(window, f"{site.as_uri()}/", f"{folder}index.html") as (page, _faults):
        page.wait_for_url(f"{site.as_uri()}/{folder}book/intro.html")
        assert page.locator("article h1").count() == 1


def test_link_to_a_folded_row_opens_the_fold(window: Any, site: Path) -> None:
    """A value whose row is folded away on the claims page can be seen after its link is taken."""
    with browse.open_page(window, f"{site.as_uri()}/", "book/claims.html") as (page, _faults):
        row = page.locator("details tr[id]").first
        assert not row.is_visible()
        page.evaluate("id => { window.location.hash = id }", row.get_attribute("id"))
        row.wait_for(state="visible", timeout=5_000)


BAD = """<!DOCTYPE html><html><body><article>
<img src="missing.png" alt="a picture">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt=" ">
<script src="https://example.org/x.js"></script>
<script>console.error("told"); undefinedFunction();</script>
<p id="twice">\\(x\\)</p><p id="twice"><a href="nowhere.html">x</a> <a href="#nothing">y</a></p>
<div style="width: 500px">wide</div></article></body></html>"""


def test_check_sees_each_fault(window: Any, tmp_path: Path) -> None:
    """The check of the pages above is not blind: a page with every fault shows every fault."""
    (tmp_path / "bad.html").write_text(BAD)
    found = "\n".join(browse.faults_of(window, f"{tmp_path.as_uri()}/", "bad.html", tmp_path))
    for words in (
        "request failed: ",
        "picture missing.png is broken",
        "has no alt text",
        "request to another host: https://example.org/x.js",
        "console: told",
        "script error: undefinedFunction",
        "mathematics is not rendered",
        "id twice stands there twice",
        "link is broken",
        "anchor is missing",
        "px wide",
    ):
        assert words in found, f"{words!r} is not in:\n{found}"
