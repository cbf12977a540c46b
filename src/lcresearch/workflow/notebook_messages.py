"""The catalogue of what notebooks show, for the Chinese edition, and how it is kept up to date."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import nbformat

from lcresearch.evidence import Grade
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.notebook_words import (
    blocks,
    cells_of_tables,
    code_words,
    library_words,
    unknown,
)
from lcresearch.workflow.project import Project
from lcresearch.workflow.second_charts import drawn_words, names_of

__all__ = [
    "CATALOGUE",
    "NotebookMessages",
    "faults_of",
    "read_messages",
    "update_notebook_messages",
]

CATALOGUE: Final = "book/locale/zh_CN/notebooks.po"
"""The catalogue, below the project's folder; those that Sphinx reads are in ``LC_MESSAGES``."""

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_HEADER: Final = """\
# What notebooks show; a place such as {0} in a message is filled when a notebook runs.
msgid ""
msgstr ""
"Language: zh_CN\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_ROLE: Final = re.compile(r"\{[a-z:]+\}`[^`]*`")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_PLACE: Final = re.compile(r"\{\d+\}")


def read_messages(path: Path) -> dict[str, str]:
    """Return translations by message; none where there is no catalogue."""
    if not path.is_file():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, charset="utf-8")
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


class NotebookMessages:
    """The messages of a project's notebooks, and what the catalogue says of them.

    Parameters
    ----------
    project
        The checkout.
    names
        Proper names, which are no messages.
    """

    def __init__(self, project: Project, names: Mapping[str, str]) -> None:
        self.project, self.names = project, names

    @cached_property
    def translations(self) -> dict[str, str]:
        """What the catalogue holds."""
        return read_messages(self.project.root / CATALOGUE)

    @cached_property
    def shared(self) -> list[str]:
        """Words that the library puts into charts."""
        files = sorted(path for path in _PACKAGE.rglob("*.py") if "workflow" not in path.parts)
        drawn = [words for path in files for words in library_words(path.read_text("utf-8"))]
        return list(dict.fromkeys([*(grade.value for grade in Grade), *drawn]))

    def words(self, notebook: Path) -> list[str]:
        """Return what a notebook's charts, tables and printed lines are composed of.

        What its code does not hold comes from data: it is found in the outputs that are stored,
        and in what charts showed when they were last drawn.
        """
        code, shown = self._met(notebook)
        return [
            *(word for word in code if word not in self.shared),
            *unknown(shown, [*code, *self.shared], self.names),
        ]

    def known(self, notebook: Path) -> dict[str, str]:
        """Return the translations that a notebook's charts may need, in a fixed order."""
        code, shown = self._met(notebook)
        words = sorted({*code, *shown, *self.shared} & self.translations.keys())
        return {word: self.translations[word] for word in words}

    def _met(self, notebook: Path) -> tuple[list[str], list[str]]:
        """Return the words of a notebook's code, and what its tables and charts showed."""
        document = _read(notebook)
        code = [
            words
            for cell in document.cells
            if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", [])
            for words in code_words(cell.source)
        ]
        shown = [*cells_of_tables(document), *drawn_words(self.project, notebook.stem)]
        return list(dict.fromkeys(code)), shown

    def everything(self) -> Iterator[tuple[str, str]]:
        """Yield each message once, with where it was first met."""
        seen: set[str] = set()
        for words, place in self._by_place():
            for word in words:
                if word not in seen:
                    seen.add(word)
                    yield word, place

    def _by_place(self) -> Iterator[tuple[Iterable[str], str]]:
        yield self.shared, "library"
        for path in self.project.notebooks:
            yield blocks(_read(path)), f"{path.stem}, text"
            yield self.words(path), f"{path.stem}, words"


def update_notebook_messages(project: Project) -> tuple[int, int]:
    """Bring the catalogue up to date: translations stay, messages that are gone are dropped.

    Returns
    -------
    (int, int)
        How many messages are translated, and how many are not.
    """
    from babel.messages import Catalog
    from babel.messages.pofile import write_po

    from lcresearch.county import load_county

    messages = NotebookMessages(project, names_of(load_county()))
    earlier = messages.translations
    catalogue = Catalog(locale="zh_CN")
    count = done = 0
    for message, place in messages.everything():
        words = earlier.get(message, "")
        catalogue.add(message, words, auto_comments=[place]).flags.clear()
        count, done = count + 1, done + bool(words)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, omit_header=True)
    content = _HEADER.encode() + buffer.getvalue()
    target = project.root / CATALOGUE
    if not target.exists() or target.read_bytes() != content:
        write_bytes(target, content)
    return done, count - done


def _read(notebook: Path) -> Any:
    # Without nbformat's validation, which takes longest.
    return nbformat.v4.reads(notebook.read_text("utf-8"))


def faults_of(translations: Mapping[str, str]) -> list[str]:
    """Return what is wrong with translations: places or roles that differ, or digits typed."""
    faults = []
    for message, words in translations.items():
        for what, pattern in (("places", _PLACE), ("roles", _ROLE)):
            ours, theirs = (sorted({*pattern.findall(text)}) for text in (message, words))
            if ours != theirs:
                faults.append(f"{message!r}: the {what} are {ours}, in Chinese {theirs}")
        known, typed = ({*_NUMBER.findall(_PLACE.sub("", text))} for text in (message, words))
        if digits := sorted(typed - known):
            faults.append(f"{message!r}: the translation types {', '.join(digits)}")
    return faults
