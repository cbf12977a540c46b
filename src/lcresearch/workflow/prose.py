"""Digits typed in prose: results must be inserted by key, so that they cannot go stale."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lcresearch.errors import BookError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["check_pages", "describe_place", "typed_digits"]

# MyST-NB numbers the lines of a notebook so: ten thousand times the cell, plus the line in it.
_LINES_PER_CELL: Final = 10_000

_DIGIT: Final = re.compile(r"[\d¼½¾⅓⅔]")
_YEAR: Final = r"(?:19\d\d|20\d\d|2100)"
_A_YEAR: Final = re.compile(rf"{_YEAR}(?:['’]?s)?")
_DATE: Final = re.compile(rf"{_YEAR}-\d\d-\d\d")
# Places in the book or in a source: they count nothing.
_ORDINAL: Final = re.compile(
    r"\b(?:chapters?|sections?|parts?|equations?|eqs?\.?|figures?|figs?\.?|tables?|steps?|cells?|"
    r"pages?|pp?\.|appendix|appendices|footnotes?|notes?)\s+"
    r"\(?\d+(?:\.\d+)*\)?(?:(?:\s*[-–,]\s*|,?\s+(?:and|or|to)\s+)\(?\d+(?:\.\d+)*\)?)*(?![\d%.,]*\d|%)",
    re.IGNORECASE,
)
# A four-digit number before a unit is a quantity, unless the words before it make it a year.
_QUANTITY: Final = re.compile(
    rf"(?<![\w.,])({_YEAR})\s*(?:%|(?:yuan|CNY|kg|km2?|km²|m|mu|tonnes?|parcels?|persons?|people|"
    r"inhabitants|households?|workers?|firms?|villages?|points?|sites?|centres?|vehicles?|"
    r"hours?|days?|months?|years|per cent|percent)\b)"
)
_TEMPORAL: Final = re.compile(
    r"\b(?:in|since|from|by|until|till|before|after|during|years?|census|between|early|late|mid)"
    r"[\s-]+$",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"\S+")
_EDGES: Final = "()[]{}<>\"'“”‘’«».,;:!?*_~…–—"

_TITLED: Final = re.compile(
    "admonition|attention|card|caution|danger|dropdown|error|grid-item-card|hint|important|margin|"
    "note|seealso|sidebar|tab-item|tip|topic|warning"
)
# Directives whose body is no prose.
_CODE: Final = re.compile(
    "bibliography|code|code-block|code-cell|doctest|evidence-table|graphviz|highlight|include|"
    "literalinclude|math|mermaid|raw|sourcecode|tableofcontents|toctree"
)
_DIRECTIVE: Final = re.compile(r"\{(?P<name>[^}]+)\}\s*(?P<argument>.*)", re.DOTALL)
_MARKUP: Final = re.compile(r"<!--.*?-->|<[^>]*>|&#?\w+;", re.DOTALL)


def typed_digits(text: str, *, notebook: bool = False) -> list[tuple[int, str]]:
    """Return the digits that a page types in prose.

    Code, mathematics, roles, options of directives, addresses, labels and comments may hold
    digits; so may years from 1900 to 2100 and references such as "chapter 3". A name with digits
    has to be set as code.

    Parameters
    ----------
    text
        A page in MyST Markdown, or the JSON of a notebook, whose Markdown cells are read.
    notebook
        Whether `text` is a notebook.

    Returns
    -------
    list of (int, str)
        Line and word, in order. In a notebook the line is ten thousand times the number of the
        cell plus the line in the cell, as Sphinx counts.
    """
    if not notebook:
        return list(_digits_of_markdown(text))
    found = []
    for number, cell in enumerate(json.loads(text)["cells"], start=1):
        if cell["cell_type"] == "markdown":
            base = number * _LINES_PER_CELL
            found += [
                (base + line, word) for line, word in _digits_of_markdown("".join(cell["source"]))
            ]
    return found


def check_pages(project_root: Path) -> None:
    """Refuse pages and notebooks that type digits in prose.

    Parameters
    ----------
    project_root
        Folder that holds ``book/*.md`` and ``notebooks/*.ipynb``.

    Raises
    ------
    BookError
        If a page does; every word is listed with its page, line and the remedy.
    """
    root = Path(project_root)
    faults = []
    for path in [*sorted(root.glob("book/*.md")), *sorted(root.glob("notebooks/*.ipynb"))]:
        notebook = path.suffix == ".ipynb"
        try:
            found = typed_digits(path.read_text("utf-8"), notebook=notebook)
        except (UnicodeDecodeError, json.JSONDecodeError, KeyError) as error:
            kind = "a notebook" if notebook else "UTF-8 text"
            raise BookError(f"{path} cannot be read as {kind}: {error}.") from error
        name = path.relative_to(root).as_posix()
        faults += [f"- {describe_place(name, line)}: {word}" for line, word in found]
    if faults:
        raise BookError(
            "Pages type digits in prose. Insert a result by its key, as {val}`key`; set a name "
            "that has digits as `code`.\n" + "\n".join(faults)
        )


def describe_place(page: str, line: int) -> str:
    """Return page and line for a reader; for a notebook, the cell and the line in it."""
    if not line:
        return page
    if page.endswith(".ipynb") and line >= _LINES_PER_CELL:
        return f"{page}, cell {line // _LINES_PER_CELL}, line {line % _LINES_PER_CELL}"
    return f"{page}:{line}"


def _digits_of_markdown(text: str) -> Iterator[tuple[int, str]]:
    if _DIGIT.search(text):
        parser = _parser()
        found = dict.fromkeys(_walk(parser, text, 1))
        yield from sorted(found, key=lambda place: place[0])


def _parser() -> MarkdownIt:
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    names = "amsmath attrs_inline attrs_block colon_fence deflist dollarmath linkify tasklist"
    config = MdParserConfig(enable_extensions=set(names.split()), linkify_fuzzy_links=False)
    return create_md_parser(config, RendererHTML)


def _walk(parser: MarkdownIt, text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield the digits of a text whose first line has the number `first`."""
    line = first
    for token in parser.parse(text):
        # The cells of a table have no line of their own: their row's stands for them.
        line = first + token.map[0] if token.map else line
        if token.type == "inline":
            yield from _inline(token.children or [], line)
        elif token.type in ("fence", "colon_fence"):
            yield from _directive(parser, token, line)
        elif token.type == "html_block":
            yield from _words(_MARKUP.sub(_blank, token.content), line)


def _directive(parser: MarkdownIt, token: Token, line: int) -> Iterator[tuple[int, str]]:
    found = _DIRECTIVE.fullmatch(token.info.strip())
    if not found or _CODE.fullmatch(found["name"]):
        return
    if _TITLED.fullmatch(found["name"]):
        for inner in parser.parseInline(found["argument"]):
            yield from _inline(inner.children or [], line)
    body = token.content.split("\n")
    start = _options_end(body)
    yield from _walk(parser, "\n".join(body[start:]), line + 1 + start)


def _options_end(body: Sequence[str]) -> int:
    """Return how many lines of a directive's body are options."""
    if body and body[0].strip() == "---":
        for number, line in enumerate(body[1:], start=2):
            if line.strip() == "---":
                return number
    number = 0
    while number < len(body) and re.match(r"\s*:[\w-]+:", body[number]):
        number += 1
    return number


def _inline(tokens: Iterable[Token], line: int) -> Iterator[tuple[int, str]]:
    # Words are joined across emphasis, so that "**2**0" is one word; whatever may hold digits
    # leaves a gap that no pattern crosses.
    text, in_address = "", False
    for token in tokens:
        if token.type == "link_open":
            in_address = token.markup in ("autolink", "linkify")
        elif token.type == "link_close":
            in_address = False
        elif token.type == "text" and not in_address:
            text += token.content
        elif token.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif token.type == "image":
            yield from _inline(token.children or [], line + text.count("\n"))
        elif token.type in ("code_inline", "math_inline", "myst_role", "html_inline", "text"):
            text += "\x00"
    yield from _words(text, line)


def _words(text: str, line: int) -> Iterator[tuple[int, str]]:
    """Yield line and word for every word with a digit that is not allowed."""
    quantities = {
        found.start(1)
        for found in _QUANTITY.finditer(text)
        if not _TEMPORAL.search(text[: found.start()])
    }
    cleared = _ORDINAL.sub(_blank, text)
    for found in _TOKEN.finditer(cleared):
        for part in re.finditer(r"[^\x00]+", found.group()):
            word = part.group().strip(_EDGES)
            if not _DIGIT.search(word):
                continue
            start = found.start() + part.start() + part.group().index(word)
            if start in quantities or not _is_dated(word):
                yield line + text.count("\n", 0, start), word


def _is_dated(word: str) -> bool:
    """Return whether all digits of a word are of years: 2020, 2010s, 2010-2020, pre-2015."""
    pieces = [piece for piece in re.split(r"[-–—/]", word) if _DIGIT.search(piece)]
    return bool(_DATE.fullmatch(word)) or all(_A_YEAR.fullmatch(piece) for piece in pieces)


def _blank(found: re.Match[str]) -> str:
    """Return what keeps lines and places as they are and holds no word."""
    return "".join("\n" if sign == "\n" else " " for sign in found.group())
