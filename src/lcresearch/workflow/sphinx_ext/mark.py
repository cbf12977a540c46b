"""The mark of a grade: a small letter behind the value, read out as a word."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.grades import LETTERS
from lcresearch.workflow.sphinx_ext.words import grade_letter, grade_word

__all__ = ["GradeMark", "add_mark", "mark_html"]


class GradeMark(nodes.Inline, nodes.Element):  # type: ignore[misc]
    """Mark of a grade, held in the attribute ``grade``."""


def mark_html(grade: Grade) -> str:
    """Return the mark as HTML."""
    word = escape(grade_word(grade))
    return (
        f'<sup class="lc-mark lc-{grade}" role="img" aria-label="{word}" title="{word}">'
        f"{grade_letter(grade)}</sup>"
    )


def add_mark(app: Sphinx) -> None:
    """Register the node."""
    app.add_node(
        GradeMark,
        html=(_html, _nothing),
        latex=(_latex, _nothing),
        text=(_nothing, _nothing),
        man=(_nothing, _nothing),
        texinfo=(_nothing, _nothing),
    )


def _html(writer: Any, node: GradeMark) -> None:
    writer.body.append(mark_html(Grade(node["grade"])))


def _latex(writer: Any, node: GradeMark) -> None:
    writer.body.append(rf"\textsuperscript{{{LETTERS[Grade(node['grade'])]}}}")


def _nothing(writer: Any, node: GradeMark) -> None:
    pass
