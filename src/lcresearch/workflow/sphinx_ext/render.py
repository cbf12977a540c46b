"""Evidence tables as HTML. Whatever comes from data is escaped here, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import zip_longest
from typing import Final

from sphinx.locale import get_translation

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.anchor import anchor, source_anchor
from lcresearch.workflow.sphinx_ext.describe import origin, range_words
from lcresearch.workflow.sphinx_ext.finder import GRADE, KEY, NOTEBOOK, VALUE, render_finder
from lcresearch.workflow.sphinx_ext.mark import mark_html
from lcresearch.workflow.sphinx_ext.outward import is_web_address
from lcresearch.workflow.sphinx_ext.results import Entry, Source
from lcresearch.workflow.sphinx_ext.words import (
    describe_value,
    grade_meaning,
    grade_name,
    grade_word,
)
from lcresearch.workflow.translations import later

__all__ = ["render_table"]

_ = get_translation("lcresearch")

_UriOf = Callable[[str, int | None], str | None]
_FEW: Final = 5
_SHORT_HASH: Final = 12
# Families of figures that are too many to be read in a row are folded away.
_FOLDED: Final = {
    "township": later("The townships, one figure at a time: {count} figures"),
    "census": later("The census counts: {count} figures"),
}
# What a table of figures is headed, by family.
_HEADED: Final = {
    "literature": later("Published estimates"),
    Grade.REPORTED: later("Reported figures"),
    Grade.PUBLISHED: later("Published figures"),
    Grade.ESTIMATED: later("Estimated figures"),
    Grade.ASSUMED: later("Assumed figures"),
    Grade.SIMULATED: later("Simulated figures"),
}


def render_table(
    kind: str,
    rows: Sequence[Entry],
    *,
    sources: Sequence[Source],
    anchored: set[str],
    notebook_uri: _UriOf,
    claims_uri: str,
    sources_uri: str | None,
) -> str:
    """Return one evidence table as HTML.

    Parameters
    ----------
    kind
        ``claims``, ``figures``, ``assumptions``, ``sources`` or ``grades``.
    rows
        The figures or claims that it lists.
    sources
        The sources of the county.
    anchored
        Keys whose row carries the anchor.
    notebook_uri
        Address of a notebook's page, at a cell or at its head, or None where it has none.
    claims_uri
        Address of the page that holds the anchors; empty on that page.
    sources_uri
        The same for the table of sources; None where no page has one.
    """
    if kind == "sources":
        return _sources(sources)
    if kind == "grades":
        return _legend()
    make = _Maker(anchored, notebook_uri, claims_uri, sources_uri, sources)
    if kind == "claims":
        # One form a page: above the table whose rows have the anchors.
        notebooks = _grouped(rows, lambda entry: entry.notebook)
        return _legend() + (render_finder(notebooks) if anchored else "") + make.claims(rows)
    if kind == "assumptions":
        return make.assumptions(rows)
    return make.figures(rows)


class _Maker:
    """Rows and tables of figures, given where their links lead."""

    def __init__(
        self,
        anchored: set[str],
        notebook_uri: _UriOf,
        claims_uri: str,
        sources_uri: str | None,
        sources: Sequence[Source],
    ) -> None:
        self._anchored = anchored
        self._notebook_uri = notebook_uri
        self._claims_uri = claims_uri
        self._sources_uri = sources_uri
        # The longest first: a citation may begin with another.
        self._sources = sorted(sources, key=lambda item: -len(item.citation))

    def claims(self, rows: Sequence[Entry]) -> str:
        heads = (
            _("Claim"),
            _("Value"),
            _("Grade"),
            _("Computed from"),
            _("Notebook and data"),
        )
        tables = []
        for notebook, group in _grouped(rows, lambda entry: entry.notebook).items():
            body = [
                self._row(
                    entry,
                    (heads[1], _value(entry)),
                    (heads[2], _grade(entry)),
                    (heads[3], self._inputs(entry)),
                    (heads[4], _small(self._place(entry) + _files(entry))),
                )
                for entry in group
            ]
            caption = escape(_("Notebook {name}")).format(name=self._notebook(notebook))
            sorts = (KEY, VALUE, GRADE, "", NOTEBOOK)
            data = f' data-notebook="{escape(notebook)}"'
            tables.append(_table("claims", heads, body, caption=caption, sorts=sorts, data=data))
        # Together in one box: the script sorts the claims of all notebooks as one.
        if tables:
            return f"<div>{''.join(tables)}</div>"
        return _nothing(_("No notebook has recorded a claim."))

    def figures(self, rows: Sequence[Entry]) -> str:
        heads, sorts = (_("Figure"), _("Value"), _("Grade"), _("Source")), (KEY, VALUE, GRADE, "")
        parts = []
        for family, group in _grouped(rows, _family).items():
            body = [
                self._row(
                    entry,
                    (heads[1], _value(entry)),
                    (heads[2], _grade(entry)),
                    (heads[3], self._source(entry)),
                )
                for entry in group
            ]
            files = _small(_files(*group))
            if family in _FOLDED:
                words = _(_FOLDED[family]).format(count=len(group))
                parts.append(
                    f'<details class="lc-more"><summary>{escape(words)}</summary>'
                    f"{_table('figures', heads, body, caption=files, sorts=sorts)}</details>"
                )
            else:
                caption = escape(_(_HEADED[family])) + files
                parts.append(_table("figures", heads, body, caption=caption, sorts=sorts))
        return "".join(parts) or _nothing(_("The county has no figures."))

    def assumptions(self, rows: Sequence[Entry]) -> str:
        heads = (_("Assumption"), _("Value"), _("Grade"), _("Reason"))
        body = [
            self._row(
                entry,
                (heads[1], _value(entry)),
                (heads[2], _grade(entry)),
                (heads[3], _breakable(entry.figure.source.removeprefix("assumption: "))),
            )
            for entry in rows
        ]
        if not body:
            return _nothing(_("Nothing is assumed."))
        sorts = (KEY, VALUE, GRADE, "")
        return _table("figures", heads, body, caption=_small(_files(*rows)), sorts=sorts)

    def _row(self, entry: Entry, *cells: tuple[str, str]) -> str:
        key = entry.figure.key
        mark = f' id="{escape(anchor(key))}"' if key in self._anchored else ""
        if entry.figure.value is not None:
            mark += f' data-value="{entry.figure.value:.6g}"'
        head = f"<code>{_breakable(key)}</code>"
        if entry.figure.note:
            head += _small(_breakable(entry.figure.note))
        tail = "".join(f'<td data-label="{escape(str(name))}">{cell}</td>' for name, cell in cells)
        return f'<tr{mark}><th scope="row">{head}</th>{tail}</tr>'

    def _inputs(self, entry: Entry) -> str:
        if not entry.inputs:
            return _breakable(entry.figure.source)
        links = [self._link(key) for key in entry.inputs]
        if len(links) <= _FEW:
            return "".join(links)
        words = _("{count} figures").format(count=len(links))
        return (
            f'<details class="lc-more"><summary>{escape(words)}</summary>{"".join(links)}</details>'
        )

    def _source(self, entry: Entry) -> str:
        """Return the source, its citation replaced by a link to it in the table of sources."""
        words = entry.figure.source
        for item in self._sources if self._sources_uri is not None else ():
            if item.citation and words.startswith(f"{item.citation}, "):
                href = escape(f"{self._sources_uri}#{source_anchor(item.source)}")
                rest = words.removeprefix(item.citation)
                title = escape(item.citation)
                link = f'<a href="{href}" title="{title}">{_breakable(item.source)}</a>'
                return _small(link + _breakable(rest))
        return _small(_breakable(words))

    def _link(self, key: str) -> str:
        href = escape(f"{self._claims_uri}#{anchor(key)}")
        return f'<a class="lc-input" href="{href}"><code>{_breakable(key)}</code></a>'

    def _notebook(self, name: str) -> str:
        uri = self._notebook_uri(name, None)
        return f'<a href="{escape(uri)}">{escape(name)}</a>' if uri else escape(name)

    def _place(self, entry: Entry) -> str:
        words = escape(origin(entry.notebook, entry.cell))
        uri = self._notebook_uri(entry.notebook, entry.cell)
        return f'<a href="{escape(uri)}">{words}</a>' if uri else words


def _family(entry: Entry) -> str:
    head = entry.figure.key.split(".")[0]
    if head in _FOLDED:
        return head
    return head if head == "literature" else entry.figure.grade


def _grouped(rows: Iterable[Entry], name: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in rows:
        groups.setdefault(name(entry), []).append(entry)
    return groups


def _value(entry: Entry) -> str:
    spread = range_words(entry)
    return f"<strong>{escape(describe_value(entry.figure))}</strong>" + _small(escape(spread))


def _grade(entry: Entry) -> str:
    grade = entry.figure.grade
    return f'<span class="lc-grade lc-{grade}">{escape(grade_name(grade))}</span>'


def _files(*entries: Entry) -> str:
    """Return the data files with the head of their hash, in full for whoever points at it."""
    files = dict(item for entry in entries for item in entry.files.items())
    return " ".join(
        f'<span class="lc-file">{_breakable(path)} '
        f'<code title="SHA-256 {escape(digest)}">{escape(digest[:_SHORT_HASH])}</code></span>'
        for path, digest in files.items()
    )


def _sources(sources: Sequence[Source]) -> str:
    heads = (_("Source"), _("Citation"), _("Terms"))
    body = []
    for item in sources:
        citation = _breakable(item.citation)
        if item.url:
            citation += _small(_outward(item.url))
        if item.note:
            citation += _small(_breakable(item.note))
        body.append(
            f'<tr id="{escape(source_anchor(item.source))}">'
            f'<th scope="row"><code>{_breakable(item.source)}</code></th>'
            f'<td data-label="{heads[1]}">{citation}</td>'
            f'<td data-label="{heads[2]}">{_breakable(item.licence)}</td></tr>'
        )
    return _table("sources", heads, body) if body else _nothing(_("The county names no sources."))


def _outward(url: str) -> str:
    """Return a link to another site; an address that is not of the web stays text."""
    if not is_web_address(url):
        return _breakable(url)
    link = f'class="reference external" rel="noreferrer" href="{escape(url)}"'
    return f"<a {link}>{_breakable(url)}</a>"


def _legend() -> str:
    items = "".join(
        f"<div><dt>{escape(grade_word(grade))}{mark_html(grade)}</dt>"
        f"<dd>{escape(grade_meaning(grade))}</dd></div>"
        for grade in Grade
    )
    note = _(
        "Strongest first. A computed figure has the weakest grade among the figures that it was "
        "computed from."
    )
    return f'<dl class="lc-legend">{items}</dl><p class="lc-legend-note">{escape(note)}</p>'


def _table(
    kind: str,
    heads: Sequence[str],
    body: Sequence[str],
    *,
    caption: str = "",
    sorts: Sequence[str] = (),
    data: str = "",
) -> str:
    """Return a table; `sorts` names what each column may be sorted by, where it may."""
    title = f"<caption>{caption}</caption>" if caption else ""
    columns = "".join(
        f'<th scope="col"{_sort_mark(sort)}>{escape(str(head))}</th>'
        for head, sort in zip_longest(heads, sorts)
    )
    return (
        f'<table class="lc-table lc-{kind}"{data}>{title}<thead><tr>{columns}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _sort_mark(sort: str | None) -> str:
    return f' data-sort="{sort}"' if sort else ""


def _small(html: str) -> str:
    return f'<div class="lc-small">{html}</div>' if html else ""


def _nothing(words: str) -> str:
    return f'<p class="lc-small">{escape(words)}</p>'


def _breakable(text: str) -> str:
    """Return escaped text whose long words may break at a dot, slash or underscore."""
    safe = escape(text)
    for sign in (".", "/", "_"):
        safe = safe.replace(sign, f"{sign}<wbr>")
    return safe.replace(".<wbr> ", ". ")
