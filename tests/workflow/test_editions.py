from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urldefrag

import pytest
import small_editions
from bs4 import BeautifulSoup

from lcresearch.errors import BookError
from lcresearch.workflow.county_book import copy_pages
from lcresearch.workflow.html import build_site
from lcresearch.workflow.project import Project


def _build(root: Path) -> Path:
    return build_site(root, report=lambda _line: None)


def _page(site: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")


def _words(page: BeautifulSoup) -> str:
    article = page.select_one("article")
    assert article is not None
    return article.get_text(" ").replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sources of the small book with two editions, built once."""
    root = small_editions.make_book(tmp_path_factory.mktemp("editions") / "a book 书")
    _build(root)
    return root


@pytest.fixture(scope="module")
def site(root: Path) -> Path:
    """Return the built site."""
    return root / "_build/html"


def test_editions_have_the_same_pages(site: Path) -> None:
    """Each page of the English edition has its like in zh, and the reverse."""

    def names(folder: Path) -> set[str]:
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}

    assert names(site / "zh") == {n for n in names(site) if not n.startswith("zh/")}


def test_pages_say_their_language(site: Path) -> None:
    """A browser, a search engine and a screen reader learn the language of a page from it."""
    for folder, tag in (("", "en"), ("zh/", "zh-CN")):
        for name in ("index", "search", "book/prose", "book/results/one"):
            html = _page(site, folder + name).select_one("html")
            assert html is not None
            assert html["lang"] == tag


def test_link_leads_to_the_same_page_of_the_other_edition(site: Path) -> None:
    """Every page has a link, marked with its language, that needs no script."""
    for folder, tag, name in (("", "zh-CN", "中文"), ("zh/", "en", "English")):
        other = "" if folder else "zh/"
        for page in ("search", "genindex", "book/prose", "book/results/one"):
            link = _page(site, folder + page).select_one("a.lc-edition")
            assert link is not None
            assert (link["hreflang"], link["lang"], link.get_text()) == (tag, tag, name)
            target = (site / f"{folder}{page}.html").parent / str(link["href"])
            assert target.resolve() == (site / f"{other}{page}.html").resolve()


def test_head_names_both_editions(site: Path) -> None:
    """The head of a page names itself and its like, each with its language."""
    links = _page(site, "zh/book/prose").select('head link[rel="alternate"][hreflang]')
    assert {link["hreflang"]: link["href"] for link in links} == {
        "en": "../../book/prose.html",
        "zh-CN": "prose.html",
    }


def test_each_edition_has_a_first_page(site: Path) -> None:
    """Both folders lead on to their introduction."""
    for folder in (site, site / "zh"):
        assert "url=book/intro.html" in (folder / "index.html").read_text("utf-8")


def test_translated_paragraph_keeps_its_roles(site: Path) -> None:
    """Figures, links, citations and mathematics work in a translated paragraph."""
    article = _page(site, "zh/book/prose").select_one("article")
    assert article is not None
    text = article.get_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "乌有县的居民人均2报，即 2.0 元/人/年报。" in text
    assert {urldefrag(str(a["href"])).url for a in article.select("p a.internal")} >= {
        "claims.html",
        "references.html",
        "fund.html",
    }
    assert article.select_one("span.math") is not None
    assert article.select_one("figure img") is not None


@pytest.mark.parametrize(
    "words",
    ["农村", "合作社做什么", "大米", "项目", "按年计", "资金为600 元/年", "提醒一句", "一种谷物"],
)
def test_every_kind_of_text_is_translated(site: Path, words: str) -> None:
    """Titles, items, cells, captions, notes and terms are translated like paragraphs."""
    article = _page(site, "zh/book/prose").select_one("article")
    assert article is not None
    assert words in article.get_text().replace("\N{NO-BREAK SPACE}", " ")


def test_untranslated_paragraph_stays_english(site: Path) -> None:
    """What has no translation is shown as it is, and no page is missing."""
    assert "This stays as it is." in _words(_page(site, "zh/book/prose"))
    assert "a road winds" in _words(_page(site, "zh/book/intro"))


def test_anchors_are_the_same_in_both_editions(site: Path) -> None:
    """The place in a page that an address names is there in the other edition too."""
    pages = [
        {str(tag["id"]) for tag in _page(site, f"{folder}book/prose").select("article [id]")}
        for folder in ("", "zh/")
    ]
    assert "what-cooperatives-do" in pages[0]
    assert pages[0] <= pages[1]


def test_editions_insert_the_same_numbers(site: Path) -> None:
    """Page by page the keys and the digits that are shown for them are the same."""

    def shown(page: str) -> Counter[tuple[str, str]]:
        return Counter(
            (
                urldefrag(str(value["href"])).fragment,
                "".join(sign for sign in value.get_text() if sign in "0123456789.,%"),
            )
            for value in _page(site, page).select("article a.lc-value")
        )

    for page in ("book/intro", "book/fund", "book/prose", "book/results/one"):
        assert shown(page)
        assert shown(f"zh/{page}") == shown(page)


def test_site_speaks_the_language_of_its_edition(site: Path) -> None:
    """Tables, marks and what stands behind a value are Chinese in the Chinese edition."""
    claims = _page(site, "zh/book/claims")
    heads = [head.get_text() for head in claims.select("table.lc-claims thead th")]
    assert heads == ["计算结果", "数值", "等级", "计算依据", "笔记本与数据"]
    assert "2 元/人/年" in _words(claims)
    mark = _page(site, "zh/book/prose").select_one("sup.lc-mark")
    assert mark is not None
    assert (mark["title"], mark.get_text()) == ("报告", "报")
    value = _page(site, "zh/book/prose").select_one("a.lc-value")
    assert value is not None
    assert "依据 fund.annual 计算" in str(value["title"])


def test_book_of_another_county_says_so_in_each_language(site: Path) -> None:
    """The note above a page names the county as the readers of the edition do."""
    assert "This is the book of Nowhere" in _words(_page(site, "book/fund"))
    assert "本书所述为乌有县" in _words(_page(site, "zh/book/fund"))


def test_catalogues_go_along_to_another_county(root: Path) -> None:
    """The copy of the pages in which another county's book is built has the translations."""
    copy = copy_pages(Project(root), root.parent / "elsewhere")
    assert (copy.root / small_editions.catalogue(root, "prose").relative_to(root)).is_file()
    assert not list(copy.root.rglob("*.mo"))


def _refused(root: Path, changes: dict[str, str]) -> str:
    """Build with other translations, and return what is said of them."""
    path = small_editions.catalogue(root, "prose")
    before = path.read_bytes()
    path.write_text(small_editions.po(small_editions.CHINESE | changes), "utf-8")
    try:
        with pytest.raises(BookError) as caught:
            _build(root)
    finally:
        path.write_bytes(before)
    return str(caught.value)


def test_translation_with_another_figure_stops_the_build(root: Path) -> None:
    """A translation that inserts another number than the page does not get into the book."""
    said = _refused(root, {"{val}`fund.annual`": "{val}`fund.annual|.1f`"})
    assert "book/prose.po:" in said
    assert "lacks {val}`fund.annual`" in said


def test_translation_that_breaks_a_link_stops_the_build(root: Path) -> None:
    """Sphinx's own check of references is on, and the fault names the page."""
    source = next(text for text in small_editions.CHINESE if "(claims.md#claims)" in text)
    broken = small_editions.CHINESE[source].replace("[计算结果](claims.md#claims)", "计算结果")
    said = _refused(root, {source: broken})
    assert re.search(r"book/prose\.md:\d+: inconsistent term references in translated", said)
