"""What pages offer to take along: their notebook, the data, and how they are cited."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, ClassVar, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

from lcresearch.workflow.sphinx_ext.citation import (
    book_entry,
    book_sentence,
    chapter_entry,
    chapter_sentence,
)
from lcresearch.workflow.sphinx_ext.domain import is_known
from lcresearch.workflow.sphinx_ext.downloads import (
    BIBTEX,
    FOLDER,
    TABLES,
    book_of,
    cited_pages,
    pages_in_order,
    pdf_name,
    stored_notebook,
    title_of,
    write_downloads,
)

__all__ = ["add_take"]

_ = get_translation("lcresearch")

_KINDS: Final = ("pdf", "notebooks", "data", "citation")
_PathTo = Callable[[str], str]


class TakeList(nodes.General, nodes.Element):  # type: ignore[misc]
    """A list of downloads; without children, since only a site has the files."""


class TakeDirective(SphinxDirective):
    """Insert a list of what can be downloaded: ``pdf``, ``notebooks``, ``data``, ``citation``."""

    required_arguments = 1
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the list, or a warning where there is none of that name."""
        kind = self.arguments[0]
        if not is_known(kind, _KINDS, what="take-along", place=self.get_location()):
            return []
        return [TakeList(kind=kind)]


def add_take(app: Sphinx) -> None:
    """Register the directive, the lines that pages get, and the files that these link to."""
    # Pages that are not cited as chapters, and the page that holds all downloads.
    app.add_config_value("lcresearch_uncited", [], "html", list)
    app.add_config_value("lcresearch_take_page", "", "html", str)
    app.add_directive("take-along", TakeDirective)
    skip = (_nothing, _nothing)
    app.add_node(TakeList, html=(_html, _nothing), latex=skip, text=skip, man=skip, texinfo=skip)
    app.connect("html-page-context", _add_lines)
    app.connect("build-finished", write_downloads)


def _add_lines(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Add the line below the title and the citation at the end. Search does not see them."""
    body = context.get("body", "")
    if pagename not in app.env.found_docs or not body:
        return

    def path(target: str) -> str:
        return str(context["pathto"](target, 1))

    if line := _line(app, pagename, path):
        head, title_end, rest = body.partition("</h1>")
        if title_end:
            body = head + title_end + line + rest
    context["body"] = body + _cite_block(app, pagename, path)


def _line(app: Sphinx, page: str, path: _PathTo) -> str:
    """Return the line below a page's title; empty where the page has nothing of its own."""
    if notebook := stored_notebook(app, page):
        links = [
            _file(path, f"notebooks/{notebook.name}", _("notebook (.ipynb)")),
            _file(path, f"scripts/{notebook.stem}.py", _("script (.py)")),
        ]
    elif page == app.config.lcresearch_claims_page:
        links = [_file(path, f"data/{name}.csv", f"{_table(name)} (.csv)") for name in TABLES]
    else:
        return ""
    if more := _more(app, path):
        links.append(more)
    words = escape(_("Take along:"))
    return f'\n<p class="lc-take d-print-none">{words} {" · ".join(links)}</p>'


def _cite_block(app: Sphinx, page: str, path: _PathTo) -> str:
    """Return how the page is cited, folded; empty where it is not cited."""
    book = book_of(app)
    if page == app.config.root_doc:
        summary, sentence, entry = _("Cite this book"), book_sentence(book), book_entry(book)
    elif page in cited_pages(app):
        title = title_of(app, page)
        summary = _("Cite this chapter")
        sentence, entry = chapter_sentence(book, page, title), chapter_entry(book, page, title)
    else:
        return ""
    links = [_link(path(BIBTEX), _("all chapters (.bib)"))]
    if more := _more(app, path):
        links.append(more)
    return (
        f'\n<details class="lc-cite d-print-none"><summary>{escape(summary)}</summary>\n'
        f"<p>{escape(sentence)}</p>\n{_code(entry)}"
        f"<p>{' · '.join(links)}</p>\n</details>\n"
    )


def _more(app: Sphinx, path: _PathTo) -> str:
    page = app.config.lcresearch_take_page
    if page not in app.env.found_docs:
        return ""
    href = escape(path(f"{page}.html"))
    return f'<a class="reference internal" href="{href}">{escape(_("everything"))}</a>'


def _html(writer: Any, node: TakeList) -> None:
    app = writer.builder.app
    here = writer.builder.current_docname
    up = "../" * here.count("/")
    make = {"pdf": _pdf, "notebooks": _notebooks, "data": _data, "citation": _citation}
    writer.body.append(make[node["kind"]](app, lambda target: up + target))
    raise nodes.SkipNode


def _pdf(app: Sphinx, path: _PathTo) -> str:
    """Return a link that browsers leave out until ``lcresearch pdf`` has put the file in place."""
    name = pdf_name(app.config.language)
    link = _file(path, name, _("The whole book (PDF)"))
    return f'<template class="lc-pdf"><ul class="lc-take-list"><li>{link}</li></ul></template>\n'


def _notebooks(app: Sphinx, path: _PathTo) -> str:
    rows = []
    for page in pages_in_order(app):
        notebook = stored_notebook(app, page)
        if notebook is None:
            continue
        name = escape(notebook.stem)
        title = escape(title_of(app, page))
        files = (
            _file(path, f"notebooks/{notebook.name}", ".ipynb", what=name),
            _file(path, f"scripts/{notebook.stem}.py", ".py", what=name),
        )
        href = escape(path(f"{page}.html"))
        rows.append(
            f'<li><a class="reference internal" href="{href}">{title}</a>: {" · ".join(files)}</li>'
        )
    return _listed(rows)


def _data(_app: Sphinx, path: _PathTo) -> str:
    return _listed(
        f"<li>{_file(path, f'data/{name}.csv', f'{_table(name)} (.csv)')}</li>" for name in TABLES
    )


def _citation(app: Sphinx, path: _PathTo) -> str:
    book = book_of(app)
    link = _link(path(BIBTEX), _("The book and its chapters (.bib)"))
    words = f"<p>{escape(book_sentence(book))}</p>\n{_code(book_entry(book))}"
    return words + _listed([f"<li>{link}</li>"])


def _table(name: str) -> str:
    words = {
        "claims": _("claims"),
        "figures": _("figures from sources"),
        "assumptions": _("assumptions"),
        "sources": _("sources"),
    }
    return words[name]


def _listed(items: Any) -> str:
    return f'<ul class="lc-take-list">{"".join(items)}</ul>\n'


def _file(path: _PathTo, name: str, words: str, *, what: str = "") -> str:
    return _link(path(f"{FOLDER}/{name}"), words, what=what)


def _link(href: str, words: str, *, what: str = "") -> str:
    """Return a link to a file; `what` is read out where the words alone say too little."""
    label = f' aria-label="{what} {escape(words)}"' if what else ""
    return f'<a class="lc-file-link" href="{escape(href)}" download{label}>{escape(words)}</a>'


def _code(text: str) -> str:
    return (
        '<div class="highlight-none notranslate"><div class="highlight">'
        f"<pre>{escape(text)}\n</pre></div></div>\n"
    )


def _nothing(_writer: Any, _node: TakeList) -> None:
    pass
