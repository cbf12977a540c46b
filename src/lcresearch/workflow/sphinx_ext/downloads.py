"""The files that readers may take along, written beside the pages when these are done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation

from lcresearch import __version__
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.script import as_script
from lcresearch.workflow.sphinx_ext.citation import (
    Book,
    book_entry,
    book_sentence,
    chapter_entry,
    year_of,
)
from lcresearch.workflow.sphinx_ext.csv_tables import csv_tables
from lcresearch.workflow.sphinx_ext.domain import evidence_of

__all__ = [
    "BIBTEX",
    "FOLDER",
    "TABLES",
    "book_of",
    "cited_pages",
    "is_prose",
    "pages_in_order",
    "pdf_name",
    "stored_notebook",
    "title_of",
    "write_downloads",
]

_ = get_translation("lcresearch")

FOLDER: Final = "_downloads"
"""Folder of the site that holds them."""
BIBTEX: Final = f"{FOLDER}/lcresearch.bib"
TABLES: Final = ("claims", "figures", "assumptions", "sources")


def book_of(app: Sphinx) -> Book:
    """Return what a citation of the book that is being built needs."""
    config = app.config
    domain = evidence_of(app.env)
    county = domain.results.county
    home = config.lcresearch_home
    elsewhere = bool(home) and county.get("code", home) != home
    address = config.html_baseurl
    return Book(
        title=str(config.html_title or config.project),
        author=config.author,
        year=year_of(str(config.copyright)),
        version=__version__,
        language=config.language,
        address=f"{address.rstrip('/')}/" if address else "",
        county=(county["name"], county["code"]) if elsewhere else None,
    )


def is_prose(app: Sphinx, page: str) -> bool:
    """Return whether a page was written as one, and is not a notebook's."""
    folder = str(app.config.lcresearch_results).strip("/")
    return page in app.env.found_docs and not page.startswith(f"{folder}/")


def pages_in_order(app: Sphinx) -> list[str]:
    """Return every page, in the order of the contents."""
    return [page for page, _depth in _in_order(app.env, app.config.root_doc)]


def cited_pages(app: Sphinx) -> list[str]:
    """Return the pages that are cited as chapters, in the order of the book."""
    root = app.config.root_doc
    return [
        page
        for page in pages_in_order(app)
        if page != root and is_prose(app, page) and page not in app.config.lcresearch_uncited
    ]


def stored_notebook(app: Sphinx, page: str) -> Path | None:
    """Return the stored notebook that a page shows the run of, or None."""
    if page not in app.env.found_docs or is_prose(app, page):
        return None
    path = Path(app.srcdir) / "notebooks" / f"{page.rsplit('/', 1)[-1]}.ipynb"
    return path if path.is_file() else None


def pdf_name(language: str) -> str:
    """Return the name of an edition's PDF, such as ``lcresearch-en.pdf``."""
    return f"lcresearch-{language.split('_')[0].split('-')[0]}.pdf"


def write_downloads(app: Sphinx, error: Exception | None) -> None:
    """Write all files, when the pages were written without error."""
    if error is not None or app.builder.format != "html":
        return
    book = book_of(app)
    domain = evidence_of(app.env)
    files: dict[str, bytes] = {BIBTEX: _bibtex(app, book).encode()}
    for name, content in csv_tables(domain.results).items():
        files[f"{FOLDER}/data/{name}.csv"] = content
    for page in pages_in_order(app):
        if path := stored_notebook(app, page):
            files |= _notebook(path, book)
    files["_static/book.json"] = _summary(app, book).encode()
    for name, content in files.items():
        target = Path(app.outdir) / name
        if not target.is_file() or target.read_bytes() != content:
            write_bytes(target, content)


def _notebook(path: Path, book: Book) -> dict[str, bytes]:
    content = path.read_bytes()
    script = as_script(
        nbformat.reads(content.decode(), as_version=4),
        name=path.stem,
        title=book.title,
        version=book.version,
    )
    return {
        f"{FOLDER}/notebooks/{path.name}": content,
        f"{FOLDER}/scripts/{path.stem}.py": script.encode(),
    }


def _bibtex(app: Sphinx, book: Book) -> str:
    entries = [book_entry(book)]
    entries += [
        chapter_entry(book, page, app.env.titles[page].astext()) for page in cited_pages(app)
    ]
    return "\n\n".join(entries) + "\n"


def _summary(app: Sphinx, book: Book) -> str:
    """Return what ``lcresearch pdf`` needs to know of the book and its words, as JSON."""
    # Sphinx translates a word only once it is made a string.
    words = {
        "contents": _("Contents"),
        "version": _("Version %(version)s") % {"version": book.version},
        "year": book.year,
        "cite": _("How to cite this book"),
        "citation": book_sentence(book),
        "made": _("Made from the book's pages; these also have the data and the notebooks."),
    }
    summary: dict[str, Any] = {
        "title": book.full_title,
        "author": book.author,
        "language": book.language.replace("_", "-"),
        "pdf": pdf_name(book.language),
        "pages": [
            {"name": page, "depth": depth}
            for page, depth in _in_order(app.env, app.config.root_doc)
        ],
        "words": {name: str(text) for name, text in words.items()},
    }
    return json.dumps(summary, ensure_ascii=False, indent=1) + "\n"


def _in_order(env: BuildEnvironment, page: str, depth: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the pages in the order of the contents, with how deep they lie; the root has zero."""
    yield page, depth
    for child in env.toctree_includes.get(page, ()):
        yield from _in_order(env, child, depth + 1)


def title_of(app: Sphinx, page: str) -> str:
    """Return the title of a page, without its number."""
    title = app.env.titles.get(page, nodes.title())
    return str(title.astext())
