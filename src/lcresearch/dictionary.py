"""The data dictionary: every column of a table in words, made from its schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandera.pandas as pa

from lcresearch.schemas import KNOWN_UNIT
from lcresearch.units import describe_unit

__all__ = ["describe_schema", "markdown_table"]

_HEAD: Final = ("column", "what it holds", "unit", "must be filled", "allowed")
# What a check lets pass, by its name; others speak for themselves.
_ALLOWED: Final = {
    "isin": "one of {allowed_values}",
    "greater_than": "above {min_value}",
    "greater_than_or_equal_to": "{min_value} or above",
    "in_range": "{min_value} to {max_value}",
}


def describe_schema(schema: pa.DataFrameSchema) -> str:
    """Return a Markdown table of a schema's columns, and its rules for whole rows.

    Parameters
    ----------
    schema
        Its columns carry a description, and numbers their unit in ``metadata``.

    Returns
    -------
    str
        One row for each column, in the schema's order: name, meaning, unit, whether a cell may
        be empty or the column missing, and which values are allowed.
    """
    rows = [
        (
            f"`{name}`",
            column.description or "",
            _unit(column),
            "column may be left out"
            if not column.required
            else "may be empty"
            if column.nullable
            else "yes",
            _allowed(column),
        )
        for name, column in schema.columns.items()
    ]
    rules = [f"\n\nThe rule for every row: {check.error}." for check in schema.checks]
    return markdown_table(_HEAD, rows) + "".join(rules)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, with no line break at its end."""
    lines: list[Sequence[str]] = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _unit(column: pa.Column) -> str:
    if not column.metadata:
        return ""
    unit = column.metadata["unit"]
    if unit is None:
        return "that of the column `unit`"
    return f"`{unit}`" + (f" ({words})" if (words := describe_unit(unit)) not in ("", unit) else "")


def _allowed(column: pa.Column) -> str:
    words = [_words(check) for check in column.checks]
    if column.unique:
        words.append("each value once")
    return "; ".join(filter(None, words))


def _words(check: pa.Check) -> str:
    if check.error == KNOWN_UNIT.error:
        return "a unit from the list of units"
    facts: Mapping[str, object] = check.statistics or {}
    if check.name in _ALLOWED:
        plain = {
            name: ", ".join(f"`{word}`" for word in value)
            if isinstance(value, tuple | list)
            else f"{value:g}"
            if isinstance(value, int | float)
            else value
            for name, value in facts.items()
        }
        return _ALLOWED[check.name].format(**plain)
    if check.name == "str_matches":
        return str(check.error).removeprefix("must be ")
    return ""  # that it is filled in
