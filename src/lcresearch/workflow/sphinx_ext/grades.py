"""The letter by which a page shows a grade, and what each grade means."""

from __future__ import annotations

from typing import Final

from lcresearch.evidence import Grade
from lcresearch.workflow.translations import later

__all__ = ["LETTERS", "MEANINGS"]

LETTERS: Final = {grade: grade.value[0].upper() for grade in Grade}
"""One letter for each grade; they differ, so that no colour is needed to tell them apart."""

MEANINGS: Final = {
    Grade.REPORTED: later("printed in the field study"),
    Grade.PUBLISHED: later("printed in another source, which is cited"),
    Grade.ESTIMATED: later("estimated here from real data"),
    Grade.ASSUMED: later("chosen here, with a low and a high value and a reason"),
    Grade.SIMULATED: later("drawn from a model whose truth was set here"),
}
"""What each grade says of a figure."""
