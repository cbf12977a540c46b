"""The words of the site itself in the language of an edition."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

__all__ = ["DOMAIN", "HOME", "later", "translations"]

DOMAIN: Final = "lcresearch"
HOME: Final = Path(__file__).resolve().parent / "locale"


@cache
def translations(language: str) -> NullTranslations:
    """Return the translations of the site's own words; a word without one stays English.

    The catalogue is compiled in memory, so that no compiled file can be out of date.
    """
    path = HOME / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def later(words: str) -> str:
    """Mark English words for the catalogue that are translated only where they are shown."""
    return words
