"""All pages of a built site in one document, in the order of the contents."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urlsplit

from bs4 import BeautifulSoup, Tag

from lcresearch.errors import BookError

__all__ = ["UNFINISHED", "Edition", "combine", "read_edition"]

UNFINISHED: Final = "lcresearch-unfinished"
"""Begins the document's title until the browser has set everything; a fault may follow."""

_HERE: Final = Path(__file__).resolve().parent
# Of no use on paper. Charts and tables that scripts make livelier stay as they were written.
_NOT_PRINTED: Final = frozenset(
    ("script", "noscript", "template", "button", "input", "select", "dialog", "form")
)
_CLASSES_NOT_PRINTED: Final = frozenset(
    ("headerlink", "d-print-none", "noprint", "toctree-wrapper")
)
_ARTICLE: Final = re.compile(r'<article class="bd-article">.*</article>', re.DOTALL)
# Parts of code that look much like the text around them.
_PLAIN_TOKENS: Final = frozenset("wpno")
_DEEPEST: Final = 6
_IDS: Final = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
_IN_DRAWING: Final = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
_DRAWINGS: Final = ("fill", "stroke", "clip-path", "mask", "filter", "marker-end", "style")


@dataclass(frozen=True)
class Edition:
    """What the site says of itself.

    Parameters
    ----------
    site
        Its folder.
    title, author, language
        Of the book.
    pdf
        Name of its PDF.
    pages
        Name and depth of each page, in order.
    words
        What the PDF says beside the pages, in the book's language.
    """

    site: Path
    title: str
    author: str
    language: str
    pdf: str
    pages: tuple[tuple[str, int], ...]
    words: Mapping[str, str]


def read_edition(site: Path) -> Edition:
    """Read what a built site says of itself.

    Raises
    ------
    BookError
        If the site is not built, or not by this version.
    """
    path = site / "_static" / "book.json"
    try:
        plain = json.loads(path.read_text("utf-8"))
        return Edition(
            site=site,
            pages=tuple((page["name"], page["depth"]) for page in plain.pop("pages")),
            **plain,
        )
    except FileNotFoundError:
        raise BookError(f"{site} is not a built book: run 'lcresearch book' first.") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BookError(
            f"{path} is not what this version writes ({error!r}): run 'lcresearch book' again."
        ) from error


def combine(edition: Edition) -> str:
    """Return one HTML document with all pages of an edition.

    Ids are told apart by page, links between pages lead within the document, links to files of
    the site become plain text, and those to other hosts stay. Headings of a page lie as deep as
    the page does, so that a browser makes the outline from them.

    Raises
    ------
    BookError
        If a page is missing or is not a page of the book.
    """
    parts: list[str] = []
    entries: list[tuple[str, int, str]] = []
    heads: list[str] = []
    pictures: dict[str, str] = {}
    for name, depth in edition.pages:
        path = edition.site / f"{name}.html"
        if not path.is_file():
            raise BookError(f"{path} is missing: run 'lcresearch book' again.")
        text = path.read_text("utf-8")
        article = _article(text)
        if article is None or article.find("h1") is None:
            raise BookError(f"{path} has no article with a title: it is not a page of the book.")
        _Page(edition, name, depth, pictures).prepare(article)
        title = _title_of(article)
        mark = _mark(name)
        inner = article.decode_contents()
        level = "chapter" if depth <= 1 else "part"
        parts.append(f'<section class="lc-{level}" id="{mark}">\n{inner}\n</section>')
        entries.append((mark, depth, title))
        if not heads:
            heads = _head(text, path)
    return _document(edition, heads, entries, parts)


class _Page:
    """One page, made ready to stand beside the others."""

    def __init__(self, edition: Edition, name: str, depth: int, pictures: dict[str, str]) -> None:
        self._pictures = pictures
        self._site, self._name, self._depth = edition.site, name, depth
        self._folder = posixpath.dirname(name)
        self._pages = {page for page, _ in edition.pages}

    def prepare(self, article: Tag) -> None:
        for element in article.find_all(True):
            if not element.decomposed and _is_for_screens(element):
                element.decompose()
        for element in article.find_all("span"):
            if _classes(element) & _PLAIN_TOKENS:
                element.unwrap()
        for fold in article.find_all("details"):
            links = fold.find_all("a", class_="lc-input")
            if links:
                fold.string = ", ".join(link.get_text() for link in links)
                fold.name = "div"
        # Text that was cut into pieces is one again: a reader's tag for each would weigh most.
        article.smooth()
        for element in article.find_all(True):
            self._prepare(element)

    def _prepare(self, element: Tag) -> None:
        if element.get("id"):
            element["id"] = self._inner(str(element["id"]))
        for name in _IDS:
            if element.get(name):
                value = element[name]
                ids = value.split() if isinstance(value, str) else value
                element[name] = " ".join(map(self._inner, ids))
        for name in _DRAWINGS:
            if isinstance(element.get(name), str) and "url(" in str(element[name]):
                element[name] = _IN_DRAWING.sub(
                    lambda found: f"url(#{self._inner(found[1])})", str(element[name])
                )
        for name in ("href", "xlink:href"):
            if element.get(name) is not None:
                self._link(element, name)
        if element.name in ("img", "source", "image") and element.get("src"):
            element["src"] = self._file(str(element["src"]))
            # Every picture is there when the document is, however far down it stands.
            element.attrs.pop("loading", None)
        if element.name == "details":
            element["open"] = ""
        if found := re.fullmatch("h([1-6])", element.name):
            level = min(int(found[1]) + max(self._depth - 1, 0), _DEEPEST)
            element["class"] = " ".join([*sorted(_classes(element)), f"lc-h{found[1]}"])
            element.name = f"h{level}"

    def _inner(self, identifier: str) -> str:
        return f"{_mark(self._name)}--{identifier}"

    def _link(self, element: Tag, name: str) -> None:
        """Turn a link to another page inward; leave one to another host; take off the rest."""
        address = str(element[name])
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "mailto"):
            return
        path, anchor = urldefrag(address)
        page, anchor = self._target(path), unquote(anchor)
        if page is not None:
            element[name] = f"#{_mark(page)}--{anchor}" if anchor else f"#{_mark(page)}"
        elif element.name == "a":
            del element[name]
            element.attrs.pop("download", None)
        elif element.name == "image":
            element[name] = self._file(address)

    def _target(self, path: str) -> str | None:
        if not path:
            return self._name
        name = posixpath.normpath(posixpath.join(self._folder, unquote(path)))
        page = name.removesuffix(".html")
        return page if name.endswith(".html") and page in self._pages else None

    def _file(self, address: str) -> str:
        if urlsplit(address).scheme:
            return address
        path = (self._site / self._folder / unquote(urldefrag(address)[0])).resolve()
        # A chart that stands in a chapter and in its notebook is one picture to the browser.
        return self._pictures.setdefault(_hash(path), path.as_uri())


def _classes(element: Tag) -> set[str]:
    return {str(name) for name in element.get_attribute_list("class") if name}


def _is_for_screens(element: Tag) -> bool:
    return (
        element.name in _NOT_PRINTED
        or bool(_classes(element) & _CLASSES_NOT_PRINTED)
        or element.has_attr("hidden")
    )


def _hash(path: Path) -> str:
    """Return a hash of a file, or its address where there is none: the browser will miss it."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else path.as_uri()


def _mark(page: str) -> str:
    return "p-" + re.sub(r"[^\w-]", "-", page)


def _title_of(article: Tag) -> str:
    title = article.find(class_="lc-h1")
    return " ".join(title.get_text().split()) if title else ""


def _article(text: str) -> Tag | None:
    """Return the part of a page that is the book."""
    found = _ARTICLE.search(text)
    if found is None:
        return None
    # Places where words may break would cut the text into pieces.
    return BeautifulSoup(found[0].replace("<wbr>", ""), "html.parser").article


def _head(text: str, path: Path) -> list[str]:
    """Return the styles of a page, wherever the document lies."""
    kept = []
    head = BeautifulSoup(text.partition("</head>")[0], "html.parser")
    for element in head.select("link[rel=stylesheet]"):
        file = (path.parent / unquote(str(element["href"]).split("?")[0])).resolve()
        kept.append(f'<link rel="stylesheet" href="{escape(file.as_uri())}">')
    return kept


def _mathematics(edition: Edition) -> str:
    """Return the scripts that set mathematics, as the first page that has any loads them."""
    for name, _depth in edition.pages:
        path = edition.site / f"{name}.html"
        text = path.read_text("utf-8")
        found = []
        head = BeautifulSoup(text.partition("</head>")[0], "html.parser")
        # A page without formulae has the settings, but not the script itself.
        if not head.find("script", src=re.compile("mathjax")):
            continue
        for script in head.find_all("script"):
            source = str(script.get("src") or "").split("?")[0]
            if "window.MathJax" in script.get_text():
                found.append(f"<script>{script.get_text()}</script>")
            elif "mathjax" in source:
                file = (path.parent / unquote(source)).resolve()
                found.append(f'<script defer src="{escape(file.as_uri())}"></script>')
        return "\n".join(found)
    return ""


def _document(
    edition: Edition,
    heads: Iterable[str],
    entries: Sequence[tuple[str, int, str]],
    parts: Iterable[str],
) -> str:
    words = {name: escape(text) for name, text in edition.words.items()}
    title, author = escape(edition.title), escape(edition.author)
    style = (_HERE / "book.css").read_text("utf-8") + _running_heads(edition.title, entries)
    # The theme's own styles ask for these elements around an article.
    return f"""<!DOCTYPE html>
<html lang="{escape(edition.language)}" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<title>{UNFINISHED}</title>
<meta name="author" content="{author}">
{chr(10).join(heads)}
<style>
{style}
</style>
{_mathematics(edition)}
<script>
const finalTitle = {_in_script(edition.title)}, unfinished = {_in_script(UNFINISHED)};
{(_HERE / "book.js").read_text("utf-8")}
</script>
</head>
<body>
<main class="bd-main"><div class="bd-content"><div class="bd-article-container">
<article class="bd-article">
<section class="lc-cover">
<p class="lc-cover-title">{title}</p>
<p class="lc-cover-author">{author}</p>
<p>{words["version"]}, {words["year"]}</p>
<div class="lc-cover-foot"><p><strong>{words["cite"]}.</strong> {words["citation"]}</p>
<p>{words["made"]}</p></div>
</section>
<nav class="lc-contents" aria-label="{words["contents"]}">
<p class="lc-contents-title">{words["contents"]}</p>
{_contents(entries)}
</nav>
{chr(10).join(parts)}
</article>
</div></div></main>
</body>
</html>
"""


def _contents(entries: Iterable[tuple[str, int, str]]) -> str:
    rows = (
        f'<li class="lc-depth-{min(depth, 3)}"><a href="#{mark}">{escape(title)}</a></li>'
        for mark, depth, title in entries
    )
    return f"<ul>{''.join(rows)}</ul>"


def _running_heads(title: str, entries: Sequence[tuple[str, int, str]]) -> str:
    """Return styles that put the chapter's title on each of its pages, beside the book's."""
    rules, chapter = [], ""
    for mark, depth, words in entries:
        chapter = words if depth <= 1 else chapter
        rules.append(
            f"#{mark} {{ page: {mark}; }}\n"
            f"@page {mark} {{ @top-left {{ content: {_in_style(title)}; }} "
            f"@top-right {{ content: {_in_style(chapter)}; }} }}"
        )
    return "\n".join(rules)


def _in_style(text: str) -> str:
    """Return text as a string of CSS, in which nothing ends the string or the element."""
    return '"' + re.sub(r'[\\"<>&\x00-\x1f]', lambda sign: f"\\{ord(sign[0]):x} ", text) + '"'


def _in_script(value: Any) -> str:
    return json.dumps(value).replace("<", "\\u003c")
