"""The glossary explains each word once, with its Chinese term, in few sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
ENTRY = re.compile(r"^(?P<word>\S.*)\n  \((?P<chinese>[^)]+)\) (?P<text>.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def entries() -> dict[str, tuple[str, str]]:
    """Return Chinese term and explanation by word."""
    found = ENTRY.findall((BOOK / "glossary.md").read_text("utf-8"))
    assert len({word for word, *_ in found}) == len(found)
    return {word: (chinese, text) for word, chinese, text in found}


def test_every_entry_has_its_chinese_term(entries):
    """An official looks a word up by either; no line of the glossary is left without one."""
    page = (BOOK / "glossary.md").read_text("utf-8")
    explained = [line for line in page.split("\n") if line.startswith("  ")]
    assert len(explained) == len(entries)
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for chinese, _ in entries.values())


def test_an_explanation_is_short(entries):
    """Three sentences at most."""
    for word, (_, text) in entries.items():
        plain = re.sub(r"\{\w+(?::\w+)?\}`[^`]*`|\[[^\]]*\]\([^)]*\)", "X", text)
        assert len(re.findall(r"[.?!](?: |$)", plain)) <= 3, word


def test_every_chapter_of_numbers_links_words_to_the_glossary():
    """First uses are linked where it helps; the front page and chapters of findings do so."""
    for name in ("intro", "county", "fund", "programme", "logistics", "pooling", "pricing"):
        assert "{term}`" in (BOOK / f"{name}.md").read_text("utf-8"), name
