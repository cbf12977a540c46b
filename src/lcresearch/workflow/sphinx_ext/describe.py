"""What is known of a figure, in one line for whoever points at it."""

from __future__ import annotations

from sphinx.locale import get_translation

from lcresearch.workflow.sphinx_ext.results import Entry
from lcresearch.workflow.sphinx_ext.words import (
    colon,
    describe_range,
    describe_value,
    grade_meaning,
    grade_word,
)

__all__ = ["origin", "range_words", "summary"]

_ = get_translation("lcresearch")

_SHOWN_INPUTS = 4


def summary(entry: Entry) -> str:
    """Return value, range, grade, source, inputs and place of a figure, in one line."""
    figure = entry.figure
    parts = [f"{figure.key} = {describe_value(figure)}"]
    if words := range_words(entry):
        parts.append(_("range {bounds}").format(bounds=words))
    if entry.inputs:
        shown = ", ".join(entry.inputs[:_SHOWN_INPUTS])
        rest = len(entry.inputs) - _SHOWN_INPUTS
        parts.append(grade_word(figure.grade) + colon() + _("the weakest grade among its inputs"))
        if rest > 0:
            parts.append(_("computed from {keys} and {count} more").format(keys=shown, count=rest))
        else:
            parts.append(_("computed from {keys}").format(keys=shown))
    else:
        parts.append(grade_word(figure.grade) + colon() + grade_meaning(figure.grade))
        parts.append(_("source") + colon() + figure.source)
    if entry.is_claim:
        parts.append(origin(entry.notebook, entry.cell))
    if figure.note:
        parts.append(_("note") + colon() + figure.note)
    return " · ".join(parts)


def origin(notebook: str, cell: int | None) -> str:
    """Return the place where something was computed, in words."""
    if cell is None:
        return str(_("notebook {name}").format(name=notebook))
    return str(_("notebook {name}, cell {cell}").format(name=notebook, cell=cell))


def range_words(entry: Entry) -> str:
    """Return the range of a figure in words; empty where it does not have both bounds."""
    figure = entry.figure
    return "" if figure.low is None or figure.high is None else describe_range(figure)
