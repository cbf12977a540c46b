"""Words for readers in the language of the edition that is being built."""

from __future__ import annotations

from sphinx import locale

from lcresearch import units, wording
from lcresearch.evidence import Grade
from lcresearch.wording import Measured
from lcresearch.workflow import wording_zh
from lcresearch.workflow.editions import CHINESE, ENGLISH
from lcresearch.workflow.sphinx_ext.grades import LETTERS, MEANINGS
from lcresearch.workflow.translations import DOMAIN, translations

__all__ = [
    "colon",
    "describe_range",
    "describe_unit",
    "describe_value",
    "grade_letter",
    "grade_meaning",
    "grade_name",
    "grade_word",
    "is_chinese",
    "translate",
    "use_language",
]

_ = locale.get_translation(DOMAIN)

# Like the catalogues of Sphinx itself, the language is one for the whole process.
_language = ENGLISH.language


def use_language(language: str) -> None:
    """Show words in a language from now on."""
    global _language
    _language = language
    # Set, not added: Sphinx would keep the catalogue of an earlier build in front.
    locale.translators["general", DOMAIN] = translations(language)


def is_chinese() -> bool:
    """Return whether the Chinese edition is being built."""
    return _language == CHINESE.language


def describe_value(figure: Measured, spec: str = "", *, unit: bool = True) -> str:
    """Return value, bound and unit of a figure in words."""
    describe = wording_zh.describe_value if is_chinese() else wording.describe_value
    return describe(figure, spec, unit=unit)


def describe_range(figure: Measured, spec: str = "", *, unit: bool = True) -> str:
    """Return the bounds of a figure in words."""
    describe = wording_zh.describe_range if is_chinese() else wording.describe_range
    return describe(figure, spec, unit=unit)


def describe_unit(unit: str) -> str:
    """Return a unit in words, as a plural."""
    return wording_zh.describe_unit(unit) if is_chinese() else units.describe_unit(unit)


def grade_word(grade: Grade) -> str:
    """Return what a grade is called."""
    return wording_zh.GRADE_WORDS[grade] if is_chinese() else grade.value


def grade_letter(grade: Grade) -> str:
    """Return the sign that stands for a grade behind a number."""
    return wording_zh.GRADE_LETTERS[grade] if is_chinese() else LETTERS[grade]


def grade_name(grade: Grade) -> str:
    """Return sign and word of a grade; in Chinese the word alone, which holds the sign."""
    return grade_word(grade) if is_chinese() else f"{LETTERS[grade]} {grade.value}"


def grade_meaning(grade: Grade) -> str:
    """Return what a grade says of a figure."""
    return str(_(MEANINGS[grade]))


def translate(words: str) -> str:
    """Return words that a plan or a setting holds; a catalogue keeps its header under none."""
    return str(_(words)) if words else ""


def colon() -> str:
    """Return the sign, with its space, between a name and what is said of it."""
    return "：" if is_chinese() else ": "


use_language(ENGLISH.language)
