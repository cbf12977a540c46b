from __future__ import annotations

import json
from pathlib import Path

import pytest

from lcresearch.errors import BookError
from lcresearch.workflow.prose import check_pages, typed_digits


@pytest.mark.parametrize(
    "text",
    [
        "In 2015, from 2010 to 2020, in 2010-2020, the 1990s, post-2015, on 2020-11-01.",
        "In 2000 parcels were few.",
        "See chapter 3, sections 2 and 4, equation (2) and Table 1.2.",
        "`2SLS`, `CC BY 4.0` and ``x = 5``.",
        "```python\nx = 5\n```",
        "    indented = 5\n",
        "$x_1 + 2$ and\n\n$$\ny = 3\n$$\n",
        "{val}`fund.a2|,.1f` and {cite:p}`luo2019` and {eq}`eq-2`",
        "[the data](https://example.org/2/3) <https://example.org/5> https://example.org/7",
        "![a map](map-2.png)",
        "(label-2)=\n# Heading\n\n{#anchor-3}\ntext",
        "<!-- 5 -->\n\n<!--\n6\n-->",
        "---\nnumber: 5\n---\n\ntext",
        "% 5 in a comment",
        "```{chart} fund.chart2\nA rise.\n```",
        "```{figure} map2.png\n:width: 300px\n:alt: a map\n\nA map.\n```",
        "```{math}\n:label: eq-2\nx = 5\n```",
        "One footnote[^1].\n\n[^1]: In words.",
        "1. first\n2. second\n",
        "Areas in km² and three points.",
    ],
)
def test_digits_that_are_no_result_may_be_typed(text: str) -> None:
    """Years, references, code, mathematics, roles, addresses, labels and comments may hold them."""
    assert typed_digits(text) == []


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("There are 280 points.", 1, "280"),
        ("One\ntwo\nabout 12,000 workers.", 3, "12,000"),
        ("It fell by 45%.", 1, "45%"),
        ("It is **1**.5 yuan.", 1, "1.5"),
        ("# Chapter with 17 townships", 1, "17"),
        ("- item\n- another\n  with 3.5 kg", 3, "3.5"),
        ("| a |\n|---|\n| b |\n| 61 |", 4, "61"),
        ("```{note}\nIt is\n9 yuan.\n```", 3, "9"),
        (":::{admonition} The 35 firms\nText.\n:::", 1, "35"),
        ("```{chart} fund.chart\n:name: fig-2\n\nA rise of 8.\n```", 4, "8"),
        ("> quoted 7", 1, "7"),
        ("[all 61 sites](sites.md)", 1, "61"),
        ("text\n![a map of 17 townships](map.png)", 2, "17"),
        ("COVID-19 came.", 1, "COVID-19"),
        ("A fund of 2000 yuan.", 1, "2000"),
        ("It is 1950 km away.", 1, "1950"),
        ("<div>\n<b>6</b>\n</div>", 2, "6"),
        ("Text.[^a]\n\n[^a]: It is 4.", 3, "4"),
        ("About ½ of it.", 1, "½"),
        ("It came to 5 million in chapter 3.", 1, "5"),
    ],
)
def test_typed_results_are_found(text: str, line: int, word: str) -> None:
    """A digit in prose is found with its line, wherever prose stands."""
    assert typed_digits(text) == [(line, word)]


def _notebook(*sources: tuple[str, str]) -> str:
    cells = [
        {"cell_type": kind, "source": text.splitlines(keepends=True)} for kind, text in sources
    ]
    return json.dumps({"cells": cells})


def test_only_text_cells_of_a_notebook_are_read() -> None:
    """In a notebook, digits count in Markdown cells; their place is cell and line."""
    text = _notebook(("markdown", "# Title"), ("code", "x = 5"), ("markdown", "One\n\nof 17"))
    assert typed_digits(text, notebook=True) == [(30_003, "17")]


def test_check_lists_every_place_with_the_remedy(tmp_path: Path) -> None:
    """The refusal names page, line and word for each fault, and says what to do instead."""
    (tmp_path / "book").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "book/fund.md").write_text("# Fund\n\nIt is 5 or 6.\n")
    (tmp_path / "notebooks/fund.ipynb").write_text(_notebook(("markdown", "# Of 7")))
    with pytest.raises(BookError) as caught:
        check_pages(tmp_path)
    text = str(caught.value)
    assert "{val}`key`" in text
    assert text.splitlines()[1:] == [
        "- book/fund.md:3: 5",
        "- book/fund.md:3: 6",
        "- notebooks/fund.ipynb, cell 1, line 1: 7",
    ]


def test_the_book_types_no_results() -> None:
    """No page and no notebook of this book types a result's digits."""
    check_pages(Path(__file__).resolve().parents[2])
