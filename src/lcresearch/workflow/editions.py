"""The editions of the book: one source, several languages, the same page names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["CATALOGUES", "CHINESE", "ENGLISH", "Edition", "editions_of"]

CATALOGUES: Final = "book/locale"
"""Folder, below the book's root, of the translations of its pages."""


@dataclass(frozen=True)
class Edition:
    """The book in one language.

    Parameters
    ----------
    language
        As Sphinx and gettext name it, such as ``zh_CN``.
    tag
        As HTML names it, such as ``zh-CN``.
    folder
        Where the edition lies in the site; empty for the edition at its root.
    name
        What its readers call the language.
    """

    language: str
    tag: str
    folder: str
    name: str

    def work(self, build: Path) -> Path:
        """Return the folder in which Sphinx builds the edition."""
        return build / (f"work-{self.folder}" if self.folder else "work")

    def home(self, site: Path) -> Path:
        """Return the edition's folder in the site."""
        return site / self.folder


ENGLISH: Final = Edition("en", "en", "", "English")
CHINESE: Final = Edition("zh_CN", "zh-CN", "zh", "中文")


def editions_of(root: Path) -> tuple[Edition, ...]:
    """Return the editions of a book: English, and those whose catalogues it has."""
    return (ENGLISH, *(e for e in (CHINESE,) if (root / CATALOGUES / e.language).is_dir()))
