"""The directive ``evidence-table``: claims, figures, assumptions, sources or grades."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.cells import cell_uri
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, evidence_of, is_known
from lcresearch.workflow.sphinx_ext.render import render_table
from lcresearch.workflow.sphinx_ext.results import Entry, Results
from lcresearch.workflow.sphinx_ext.words import describe_value, grade_word

__all__ = ["TableDirective", "add_table", "rows_of"]

_KINDS: Final = ("claims", "figures", "assumptions", "sources", "grades")


class EvidenceTable(nodes.General, nodes.Element):  # type: ignore[misc]
    """A table as HTML; its children are the same as a list, for search and for other writers."""


class TableDirective(SphinxDirective):
    """Insert a table that is generated from the ledger."""

    required_arguments = 1
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the table, or a warning where there is none of that name."""
        kind = self.arguments[0]
        if not is_known(kind, _KINDS, what="evidence-table", place=self.get_location()):
            return []
        domain = evidence_of(self.env)
        domain.note_use("table", kind)
        rows = rows_of(kind, domain.results)
        # An id may stand on a page once: the first table that lists a key has its anchor.
        listed = domain.data["rows"].get(self.env.docname, set())
        fresh = [key for key in rows if key not in listed]
        domain.note_rows(rows)
        table = EvidenceTable(kind=kind, rows=list(rows.values()), anchored=fresh)
        table["sources"] = domain.results.sources
        table["claims_page"] = self.config.lcresearch_claims_page
        self.set_source_info(table)
        table += _as_list(kind, domain.results, rows)
        return [table]


def rows_of(kind: str, results: Results) -> dict[str, Entry]:
    """Return what a table lists, by key: a figure is in one of the tables, and only in one."""
    if kind == "claims":
        return dict(results.claims)
    if kind not in ("figures", "assumptions"):
        return {}

    def assumed(key: str, entry: Entry) -> bool:
        of_a_place = key.startswith(("township.", "census."))
        return entry.figure.grade == Grade.ASSUMED and not of_a_place

    return {
        key: entry
        for key, entry in results.figures.items()
        if assumed(key, entry) == (kind == "assumptions")
    }


def _as_list(kind: str, results: Results, rows: dict[str, Entry]) -> nodes.bullet_list:
    if kind == "sources":
        lines = [f"{item.source}: {item.citation}" for item in results.sources]
    else:
        lines = [
            f"{key} = {describe_value(entry.figure)} [{grade_word(entry.figure.grade)}]"
            for key, entry in rows.items()
        ]
    items = [nodes.list_item("", nodes.paragraph("", line)) for line in lines]
    return nodes.bullet_list("", *items)


def add_table(app: Sphinx) -> None:
    """Register the node."""
    plain = (_enter, _enter)
    app.add_node(
        EvidenceTable, html=(_html, _enter), latex=plain, text=plain, man=plain, texinfo=plain
    )


def _html(writer: Any, node: EvidenceTable) -> None:
    builder = writer.builder
    page = builder.current_docname

    def notebook_uri(notebook: str, cell: int | None) -> str | None:
        return cell_uri(builder, notebook, cell, page=page)

    def uri(target: str) -> str:
        return "" if page == target else str(builder.get_relative_uri(page, target))

    home = node["claims_page"]
    domain = builder.env.get_domain(EvidenceDomain.name)
    sources_page = domain.page_of_table("sources")
    writer.body.append(
        render_table(
            node["kind"],
            node["rows"],
            sources=node["sources"],
            anchored=set(node["anchored"]) if page == home else set(),
            notebook_uri=notebook_uri,
            claims_uri=uri(home),
            sources_uri=None if sources_page is None else uri(sources_page),
        )
    )
    raise nodes.SkipNode


def _enter(writer: Any, node: EvidenceTable) -> None:
    pass
