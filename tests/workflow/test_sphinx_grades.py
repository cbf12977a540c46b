from __future__ import annotations

from pathlib import Path

import pytest
import small_book
from bs4 import BeautifulSoup

from lcresearch.errors import BookError
from lcresearch.workflow.html import build_site

PAGE = """# A small book

The first part has {val}`fund.annual` and {val}`road.detour`.

- A number, {val}`fund.annual`.

  Grade: {grades}`not available`
- {grades}`not available` behind two: {val}`road.detour` and {val}`fund.annual`.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the small book's sources."""
    return small_book.make_book(tmp_path / "book")


def _write(root: Path, text: str) -> None:
    (root / "book" / "intro.md").write_text(text, "utf-8")


def test_grades_are_those_of_the_numbers_at_hand_strongest_first(root: Path) -> None:
    """Each grade stands there once, and those of numbers further away do not."""
    _write(root, PAGE)
    site = build_site(root, report=lambda _line: None)
    page = BeautifulSoup((site / "book/intro.html").read_text("utf-8"), "html.parser")
    shown = [
        [grade.get_text() for grade in item.select("span.lc-grade")]
        for item in page.select("article li")
    ]
    assert shown == [["reported"], ["reported", "assumed"]]


def test_grades_without_any_number_fail_the_build(root: Path) -> None:
    """A page that leaves the role without a number is told so, with its line."""
    _write(root, "# A small book\n\nGrade: {grades}`not available`\n")
    with pytest.raises(BookError, match=r"intro\.md.*No number of this page"):
        build_site(root, report=lambda _line: None)
