import pytest

from lcresearch.workflow.package.readme import empty_sections

FULL = """# Title

## Data

### Rights

- [ ] I certify.

## List

| Figure | Program |
|---|---|
| one | two |

## Last

words
"""


def test_a_full_readme_has_no_empty_section():
    """Words anywhere under a heading fill it, and those above it."""
    assert empty_sections(FULL, ("Title", "Data", "Rights", "List", "Last")) == []


@pytest.mark.parametrize(
    ("cut", "empty"),
    [
        ("- [ ] I certify.", ["Data", "Rights"]),
        ("| one | two |", ["List"]),
        ("words", ["Last"]),
        ("## Last\n\nwords", ["Last"]),
    ],
)
def test_what_is_left_empty_is_named(cut, empty):
    """A table without rows, a heading without words and a heading that is absent must be told."""
    assert empty_sections(FULL.replace(cut, ""), ("Data", "Rights", "List", "Last")) == empty


def test_a_box_without_words_fills_nothing():
    """The template's boxes are there to be filled."""
    assert empty_sections("## One\n\n- [ ]\n- [x]  \n", ("One",)) == ["One"]
