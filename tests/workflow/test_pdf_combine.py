from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lcresearch.errors import BookError
from lcresearch.workflow.pdf.combine import Edition, combine, read_edition

WORDS = ("contents", "version", "year", "cite", "citation", "made")
ONE = """<section id="one"><h1>1. One<a class="headerlink" href="#one">#</a></h1>
<p class="lc-take d-print-none">no</p><p id="here"><a href="deep/two.html#there">two</a>
<a href="deep/two.html">all</a> <a href="#here">here</a> <a href="../x.zip" download>file</a>
<a href="https://example.org/?a=1&amp;b=2">out</a></p>
<img src="pic%20ture.png" alt="p" loading="lazy">
<svg aria-labelledby="t u"><title id="t">T</title><g id="u" fill="url(#g)"><use href="#g"/></g></svg>
<details><summary>more</summary><p>folded</p></details>
<div class="highlight"><pre><span class="n">a</span><span class="w"> </span><span class="s">"b"</span></pre></div>
<script>alert(1)</script></section>"""
TWO = """<section id="two"><h1>Two &amp; a half</h1><h2 id="there">There</h2>
<p id="here">Back to <a href="../one.html#one">one</a>.</p><img src="../copy.png" alt="q"></section>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site of two pages, one a section of the other."""
    site = tmp_path / "a site 书"
    (site / "_static").mkdir(parents=True)
    (site / "book/deep").mkdir(parents=True)
    for name, article, up in (("book/one", ONE, "../"), ("book/deep/two", TWO, "../../")):
        page = f"""<!DOCTYPE html><html><head>
<link rel="stylesheet" href="{up}_static/a%20b.css?v=1">
<script>window.MathJax = {{"a": "</b>"}}</script><script src="{up}_static/mathjax/tex.js"></script>
</head><body><nav>menu</nav><article class="bd-article">{article}</article></body></html>"""
        (site / f"{name}.html").write_text(page, "utf-8")
    (site / "book/pic ture.png").write_bytes(b"same")
    (site / "book/copy.png").write_bytes(b"same")
    summary = {
        "title": 'A "book" </style></script>',
        "author": "We & you",
        "language": "zh-CN",
        "pdf": "b.pdf",
        "pages": [{"name": "book/one", "depth": 1}, {"name": "book/deep/two", "depth": 2}],
        "words": {name: name.upper() for name in WORDS},
    }
    (site / "_static/book.json").write_text(json.dumps(summary), "utf-8")
    return site


@pytest.fixture
def document(site: Path) -> BeautifulSoup:
    """Return the two pages as one document."""
    return BeautifulSoup(combine(read_edition(site)), "html.parser")


def _links(document: BeautifulSoup) -> dict[str, str | None]:
    return {link.get_text(): link.get("href") for link in document.select("section p a")}


def test_links_lead_to_what_they_named(document: BeautifulSoup) -> None:
    """Links between pages end at an id of the document; those to hosts stay; files are no links."""
    links = _links(document)
    assert links["out"] == "https://example.org/?a=1&b=2"
    assert links["file"] is None
    for words, text in (("two", "There"), ("all", "Two & a half"), ("here", "two all here")):
        target = document.find(id=str(links[words]).removeprefix("#"))
        assert target is not None
        assert text in " ".join(target.get_text().split())
    assert "1. One" in document.find(id=str(links["one"])[1:]).get_text()


def test_ids_are_unique_and_references_follow_them(document: BeautifulSoup) -> None:
    """Two pages may use one id; drawings and labels still find their own."""
    ids = [str(element["id"]) for element in document.select("[id]")]
    assert len(ids) == len(set(ids))
    labels = str(document.select_one("svg")["aria-labelledby"]).split()
    assert all(document.find(id=label) for label in labels)
    prefix = labels[0].removesuffix("t")
    assert document.select_one("svg g")["fill"] == f"url(#{prefix}g)"
    assert document.select_one("use")["href"] == f"#{prefix}g"


def test_headings_lie_as_deep_as_their_page(document: BeautifulSoup) -> None:
    """The outline that a browser makes of the headings is that of the contents."""
    heads = [(h.name, h.get_text()) for h in document.find_all(["h1", "h2", "h3", "h4"])]
    assert heads == [("h1", "1. One"), ("h2", "Two & a half"), ("h3", "There")]
    assert [li.get_text() for li in document.select("nav li")] == ["1. One", "Two & a half"]


def test_only_what_is_to_be_read_is_left(document: BeautifulSoup) -> None:
    """Menus, buttons, scripts of pages and marks for screens are gone; what was folded is open."""
    assert "alert" not in document.decode()
    assert document.select("nav:not(.lc-contents), .lc-take, .headerlink") == []
    assert document.select_one("details").has_attr("open")
    assert document.select_one("pre").get_text() == 'a "b"'
    assert document.select_one("pre .s") is not None


def test_pictures_and_styles_are_found_from_anywhere(document: BeautifulSoup, site: Path) -> None:
    """Files are named by their whole address, and a picture that stands twice is one file."""
    wanted = (site / "book/pic ture.png").as_uri()
    assert [image["src"] for image in document.select("img")] == [wanted, wanted]
    assert not document.select_one("img").has_attr("loading")
    [style] = document.select("link[rel=stylesheet]")
    assert style["href"] == (site / "_static/a b.css").as_uri()
    assert document.select_one("script[src]")["src"].endswith("/_static/mathjax/tex.js")


def test_title_cannot_break_out(document: BeautifulSoup) -> None:
    """A title with markup is text on the cover, in the styles and in the script."""
    assert document.html["lang"] == "zh-CN"
    assert document.select_one(".lc-cover-title").get_text() == 'A "book" </style></script>'
    assert len(document.select("style")) == 1
    assert len(document.select("head script")) == 3


def test_what_is_missing_is_said(site: Path) -> None:
    """A page that is not there, or is no page, and a folder that is no book, are told by name."""
    edition = read_edition(site)
    (site / "book/deep/two.html").write_text("<html></html>")
    with pytest.raises(BookError, match=r"two\.html has no article with a title"):
        combine(edition)
    (site / "book/deep/two.html").unlink()
    with pytest.raises(BookError, match=r"two\.html is missing"):
        combine(edition)
    (site / "_static/book.json").write_text("[]")
    with pytest.raises(BookError, match="run 'lcresearch book' again"):
        read_edition(site)
    with pytest.raises(BookError, match="is not a built book"):
        read_edition(site / "book")
    assert isinstance(edition, Edition)
