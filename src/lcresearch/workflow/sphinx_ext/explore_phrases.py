"""The words that figures to play with use: of the catalogue, of numbers and of grades."""

from __future__ import annotations

from sphinx.locale import get_translation

from lcresearch.workflow.sphinx_ext.words import (
    describe_range,
    describe_value,
    grade_letter,
    grade_word,
)

__all__ = ["describe_range", "describe_value", "grade_letter", "grade_word", "translate"]

_translate = get_translation("lcresearch")


def translate(words: str) -> str:
    """Return words of the site, or of a plan, in the language of the edition."""
    # A catalogue keeps its own header under the empty word.
    return str(_translate(words)) if words else ""
