"""The description of the data must say what the code does."""

import re
from pathlib import Path

import pytest

from lcresearch.replications.schemas import TABLES
from lcresearch.schemas import FILES, SCHEMAS
from lcresearch.units import UNIT_WORDS

README = Path(__file__).resolve().parents[1] / "data" / "README.md"


def section(heading: str) -> str:
    """Return the text below a heading, as far as the next one."""
    text = README.read_text("utf-8")
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"data/README.md has no section {heading!r}"
    return found[1]


def first_columns(heading: str) -> list[tuple[str, str]]:
    """Return the rows of the section's table whose first cell is code."""
    return re.findall(r"^\| `([^`]+)` \| (.*?) \|$", section(heading), re.MULTILINE)


DICTIONARY = SCHEMAS | {f"published/{table}": schema for table, schema in TABLES.items()}


@pytest.mark.parametrize("table", DICTIONARY)
def test_the_dictionary_is_the_schema(table):
    """Every column must be described, in the schema's order and words, and no other."""
    expected = [(name, column.description) for name, column in DICTIONARY[table].columns.items()]
    assert first_columns(f"{table}.csv") == expected


def test_the_units_are_those_that_are_accepted():
    """A user must find every unit that is accepted, and none that is refused."""
    assert [unit for unit, _ in first_columns("Units")] == list(UNIT_WORDS)


def test_the_origin_of_every_file_is_told():
    """Each file of a county must have its row on where it comes from."""
    assert {file for file, _ in first_columns("Where each file comes from")} == set(FILES)
