"""Every chapter opens in one form: the question, the answer and what would change it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
# The front page, and pages that list what others explain or help to take the book along.
WITHOUT = {"intro", "claims", "glossary", "references", "take"}
CHAPTERS = sorted(path for path in BOOK.glob("*.md") if path.stem not in WITHOUT)
OPENING = re.compile(
    r"# .+\n\n:::\{div\} lc-opening\n\n"
    r"The question\n: (?P<question>.+)\n\n"
    r"The answer\n: (?P<answer>.+)\n\n(?P<grade>  Grade: \{grades\}`not available`\n\n)?"
    r"What would change the answer\n: (?P<change>.+)\n\n:::\n\n"
)
# The end of a sentence, with no number or other role at hand to be mistaken for one.
END = re.compile(r"[.!?](?:\*\*)?(?: |$)")


def _sentences(text: str) -> int:
    return len(END.findall(re.sub(r"\{\w+(?::\w+)?\}`[^`]*`", "X", text)))


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def page(request: pytest.FixtureRequest) -> str:
    """Return the source of a chapter."""
    return request.param.read_text("utf-8")


def test_chapter_opens_with_question_answer_and_what_would_change_it(page: str) -> None:
    """The three come first, in one form; a question is one, an answer has two sentences at most."""
    found = OPENING.match(page)
    assert found, page[:300]
    assert found["question"].endswith("?")
    assert _sentences(found["answer"]) <= 2


def test_answer_with_numbers_names_their_grade(page: str) -> None:
    """The grade is written out where the answer rests on numbers, and only there."""
    found = OPENING.match(page)
    assert found
    assert bool(found["grade"]) == ("{val}" in found["answer"])


def test_evidence_comes_before_the_method(page: str) -> None:
    """Who wants the method finds it below what it found."""
    headings = re.findall(r"^## (.+)$", page, flags=re.MULTILINE)
    assert headings
    if "Method" in headings:
        assert headings[-1] == "Method"
        assert headings[0] == "Evidence"
