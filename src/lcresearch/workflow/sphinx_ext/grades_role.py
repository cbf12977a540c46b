"""The role ``grades``: the grades of the numbers beside it, written out."""

from __future__ import annotations

from docutils import nodes
from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, evidence_of, warn
from lcresearch.workflow.sphinx_ext.words import grade_word

__all__ = ["add_grades_role"]


class GradesNote(nodes.Inline, nodes.Element):  # type: ignore[misc]
    """Place where grades are to be written, once the numbers around it are known."""


class GradesRole(SphinxRole):
    """Write out the grades of the numbers in the nearest part of the page that holds any.

    The text of the role is shown where none of these numbers can be had for the county.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a place for the grades."""
        note = GradesNote("", nodes.Text(self.text))
        self.set_source_info(note)
        return [note], []


def add_grades_role(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("grades", GradesRole())
    app.connect("doctree-read", _write_grades)


def _write_grades(app: Sphinx, doctree: nodes.document) -> None:
    """Put grades, strongest first, in every place that a page leaves for them."""
    domain = evidence_of(app.env)
    for note in list(doctree.findall(GradesNote)):
        part = _nearest_with_values(note)
        if part is None:
            warn("no_value", "No number of this page stands beside the role 'grades'.", note)
        entries = [domain.results.find(value["reftarget"]) for value in _values(part)]
        found = {entry.figure.grade for entry in entries if entry}
        words: list[nodes.Node] = []
        for grade in (grade for grade in Grade if grade in found):
            words += [nodes.Text(" ")] if words else []
            words.append(
                nodes.inline("", grade_word(grade), classes=["lc-grade", f"lc-{grade.value}"])
            )
        note.replace_self(words or list(note.children))


def _nearest_with_values(note: Element) -> Element | None:
    part = note.parent
    while part is not None and not _values(part):
        part = part.parent
    return part


def _values(part: Element | None) -> list[pending_xref]:
    """Return the numbers in a part of a page."""
    if part is None:
        return []
    return [
        found
        for found in part.findall(pending_xref)
        if found.get("refdomain") == EvidenceDomain.name and found.get("reftype") == "value"
    ]
