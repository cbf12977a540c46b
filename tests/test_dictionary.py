"""The dictionary says of every column what its schema says, and nothing that the schema does not."""

import pandera.pandas as pa
import pytest

from lcresearch.dictionary import describe_schema, markdown_table
from lcresearch.schemas import KNOWN_UNIT, SCHEMAS
from lcresearch.units import check_unit


def rows_of(text: str) -> list[list[str]]:
    """The cells of a Markdown table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_is_described(table):
    """Each column has a row, in order, with its words; each number has a known unit."""
    found = rows_of(describe_schema(SCHEMAS[table]))
    columns = SCHEMAS[table].columns
    assert [row[0].strip("`") for row in found] == list(columns)
    for row, column in zip(found, columns.values(), strict=True):
        assert row[1] == column.description
        assert row[3] == ("may be empty" if column.nullable else "yes")
        if column.coerce:
            assert row[2] == "that of the column `unit`" or check_unit(row[2].split("`")[1])
        else:
            assert row[2] == ""


def test_what_is_allowed_is_said():
    """Allowed words, bounds, forms, units and uniqueness are read from the checks."""
    schema = pa.DataFrameSchema(
        {
            "kind": pa.Column(str, pa.Check.isin(["a", "b"])),
            "part": pa.Column(float, pa.Check.in_range(0, 0.5), metadata={"unit": "share"}),
            "size": pa.Column(float, [pa.Check.gt(0)], metadata={"unit": "km"}, required=False),
            "unit": pa.Column(str, KNOWN_UNIT),
            "code": pa.Column(str, pa.Check.str_matches("x", error="must be x"), unique=True),
        },
        checks=pa.Check(lambda frame: frame["part"] > 0, error="part must be there"),
    )
    text = describe_schema(schema)
    assert [row[4] for row in rows_of(text)] == [
        "one of `a`, `b`",
        "0 to 0.5",
        "above 0",
        "a unit from the list of units",
        "x; each value once",
    ]
    assert rows_of(text)[2][3] == "column may be left out"
    assert text.endswith("The rule for every row: part must be there.")


def test_a_cell_cannot_break_the_table():
    """Bars and line breaks in a text stay within its cell."""
    assert markdown_table(("a",), [("x|y\nz",)]).splitlines()[2] == r"| x\|y z |"
