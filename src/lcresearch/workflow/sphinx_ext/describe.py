"""What is known of a figure, in one line for whoever points at it."""

from __future__ import annotations

from lcresearch.wording import describe_range, describe_value
from lcresearch.workflow.sphinx_ext.grades import MEANINGS
from lcresearch.workflow.sphinx_ext.results import Entry

__all__ = ["origin", "range_words", "summary"]

_SHOWN_INPUTS = 4


def summary(entry: Entry) -> str:
    """Return value, range, grade, source, inputs and place of a figure, in one line."""
    figure = entry.figure
    parts = [f"{figure.key} = {describe_value(figure)}"]
    if words := range_words(entry):
        parts.append(f"range {words}")
    if entry.inputs:
        shown = ", ".join(entry.inputs[:_SHOWN_INPUTS])
        rest = len(entry.inputs) - _SHOWN_INPUTS
        parts.append(f"{figure.grade}: the weakest grade among its inputs")
        parts.append(f"computed from {shown}" + (f" and {rest} more" if rest > 0 else ""))
    else:
        parts.append(f"{figure.grade}: {MEANINGS[figure.grade]}")
        parts.append(f"source: {figure.source}")
    if entry.is_claim:
        parts.append(origin(entry.notebook, entry.cell))
    if figure.note:
        parts.append(f"note: {figure.note}")
    return " · ".join(parts)


def origin(notebook: str, cell: int | None) -> str:
    """Return the place where something was computed, in words."""
    return f"notebook {notebook}" + ("" if cell is None else f", cell {cell}")


def range_words(entry: Entry) -> str:
    """Return the range of a figure in words; empty where it does not have both bounds."""
    figure = entry.figure
    return "" if figure.low is None or figure.high is None else describe_range(figure)
