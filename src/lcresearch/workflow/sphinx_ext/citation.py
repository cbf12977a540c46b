"""How the book and its chapters are cited: a sentence, and an entry for BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sphinx.locale import get_translation

__all__ = [
    "Book",
    "book_entry",
    "book_sentence",
    "chapter_entry",
    "chapter_sentence",
    "year_of",
]

_ = get_translation("lcresearch")

_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


@dataclass(frozen=True)
class Book:
    """What a citation of the book needs.

    Parameters
    ----------
    title, author
        As the book's settings have them.
    year
        Year of the copyright.
    version
        Version of the library that the book was built with.
    language
        Language of the edition, such as ``en`` or ``zh_CN``.
    address
        Where the book is published, with a slash at its end; empty where that is not known.
    county
        Name and code of the county, where the book is not that of the project's own.
    """

    title: str
    author: str
    year: str
    version: str
    language: str = "en"
    address: str = ""
    county: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """The key of the book's entry; it stays the same from one version to the next."""
        parts = ["lcresearch"]
        if self.county:
            parts.append(self.county[1])
        if not self.language.startswith("en"):
            parts.append(re.split("[-_]", self.language)[0])
        return "-".join(parts)

    @property
    def full_title(self) -> str:
        """The title, with the county where the book is another's than the project's."""
        return f"{self.title} ({self.county[0]})" if self.county else self.title


def year_of(text: str) -> str:
    """Return the first year in a copyright line, or nothing."""
    found = _YEAR.search(text)
    return found[0] if found else ""


def book_sentence(book: Book) -> str:
    """Return how the book is cited, in one line."""
    words = _("%(author)s (%(year)s). %(book)s Version %(version)s.") % {
        "author": book.author,
        "year": book.year,
        "book": _ended(book.full_title),
        "version": book.version,
    }
    return f"{words} {book.address}".rstrip()


def chapter_sentence(book: Book, page: str, title: str) -> str:
    """Return how a chapter is cited, in one line.

    Parameters
    ----------
    book
        The book.
    page
        Name of its page, such as ``book/fund``.
    title
        Title of the chapter.
    """
    words = _("%(author)s (%(year)s). %(chapter)s In: %(book)s Version %(version)s.") % {
        "author": book.author,
        "year": book.year,
        "chapter": _ended(title),
        "book": _ended(book.full_title),
        "version": book.version,
    }
    return f"{words} {_address(book, page)}".rstrip()


def book_entry(book: Book) -> str:
    """Return the BibTeX entry of the book."""
    return _entry("misc", book.key, {"title": book.full_title}, book, book.address)


def chapter_entry(book: Book, page: str, title: str) -> str:
    """Return the BibTeX entry of a chapter; arguments as for `chapter_sentence`."""
    key = f"{book.key}-{page.rsplit('/', 1)[-1]}"
    fields = {"title": title, "booktitle": book.full_title}
    return _entry("incollection", key, fields, book, _address(book, page))


def _entry(kind: str, key: str, fields: dict[str, str], book: Book, address: str) -> str:
    plain = {"author": book.author, **fields}
    # Two pairs of braces: an author that is a group, and titles whose capitals are to stay.
    lines = [f"  {name} = {{{{{_safe(text)}}}}}," for name, text in plain.items()]
    lines.append(f"  year = {{{book.year}}},")
    lines.append(f"  note = {{Version {_safe(book.version)}}},")
    if address:
        lines.append(f"  url = {{{address}}},")
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _address(book: Book, page: str) -> str:
    return f"{book.address}{page}.html" if book.address else ""


def _ended(title: str) -> str:
    """Return a title with a full stop, unless it ends in a sign that ends sentences."""
    return title if title.endswith(tuple(".?!。？！")) else f"{title}."


def _safe(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in text)
