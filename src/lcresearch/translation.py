"""Words of charts and tables in another language: whole strings, templates, and parts of them.

Strings that a notebook composes are known by their templates, such as ``"{0} per cent at {1}
yuan"``; what stands in a place is translated in turn, and numbers stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Translator", "has_words"]

_PLACE: Final = re.compile(r"\{(\d+)\}")
# Mathematics is the same in every language.
_FORMULA: Final = re.compile(r"\$[^$]*\$")
_WORD: Final = re.compile(r"[A-Za-z]{2}")
# Where a string that is known only in parts may be cut, and what joins the parts in Chinese.
_CUTS: Final = (
    (re.compile(r"\n"), "\n"),
    (re.compile(r"(?<=[.!?])\s+"), ""),
    (re.compile(r";\s+"), "；"),
    (re.compile(r":\s+"), "："),
    (re.compile(r",\s+"), "，"),
    (re.compile(r" and "), "和"),
    (re.compile(r" / "), " / "),
)


def has_words(text: str) -> bool:
    """Return whether a text has words, and not numbers and formulas alone."""
    return bool(_WORD.search(_FORMULA.sub("", text)))


@dataclass(frozen=True)
class _Template:
    patterns: tuple[re.Pattern[str], ...]
    places: tuple[int, ...]
    parts: tuple[str, ...]
    translation: str

    @classmethod
    def of(cls, message: str, translation: str) -> _Template:
        pieces = _PLACE.split(message)
        parts, places = pieces[::2], [int(number) for number in pieces[1::2]]
        # Of two places with only a space between them, the first or the second may be the longer.
        patterns = (place.join(map(re.escape, parts)) for place in ("(.+?)", "(.+)"))
        return cls(
            tuple(re.compile(pattern, re.DOTALL | re.IGNORECASE) for pattern in patterns),
            tuple(places),
            tuple(part.casefold() for part in parts),
            translation,
        )

    @property
    def weight(self) -> int:
        """How much of what it matches stands fixed."""
        return sum(map(len, self.parts))

    def match(self, text: str) -> Iterator[dict[int, str]]:
        """Yield what may stand in each place of a text; nothing if it is another text."""
        folded = text.casefold()
        if all(part in folded for part in self.parts):
            found = [pattern.fullmatch(text) for pattern in self.patterns]
            for groups in dict.fromkeys(one.groups() for one in found if one):
                yield dict(zip(self.places, groups, strict=True))


class Translator:
    """Translates the strings that a catalogue of messages knows.

    Parameters
    ----------
    messages
        Translations by message; an empty one is none. ``{0}`` in a message is a place where any
        text may stand, and its translation says where that text goes.
    names
        Proper names, such as those of counties.
    """

    def __init__(self, messages: Mapping[str, str], names: Mapping[str, str] | None = None) -> None:
        known = {message: words for message, words in messages.items() if words}
        self._exact = {k: v for k, v in known.items() if not _PLACE.search(k)} | dict(names or {})
        self._folded = {message.casefold(): words for message, words in self._exact.items()}
        templates = [_Template.of(*item) for item in known.items() if _PLACE.search(item[0])]
        self._templates = sorted(templates, key=lambda one: -one.weight)
        self._done: dict[str, tuple[str, bool]] = {}
        self._asked: dict[str, bool] = {}

    @property
    def asked(self) -> tuple[str, ...]:
        """Strings with words that were asked for."""
        return tuple(self._asked)

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of them that were not, or not wholly, known."""
        return tuple(text for text, whole in self._asked.items() if not whole)

    def __call__(self, text: str) -> str:
        """Return a text in the other language, as far as it is known."""
        words, whole = self._translate(text)
        if has_words(text):
            self._asked[text] = whole
        return words

    def _translate(self, text: str) -> tuple[str, bool]:
        """Return the translation, and whether nothing in it was left as it is."""
        if text not in self._done:
            self._done[text] = self._find(text)
        return self._done[text]

    def _find(self, text: str) -> tuple[str, bool]:
        core = text.strip()
        if not has_words(core):
            return text, True
        exact = self._exact.get(core) or self._folded.get(core.casefold())
        if exact is None and "\n" in core:
            # A label that was broken into lines.
            exact = self._folded.get(" ".join(core.split()).casefold())
        if exact is not None:
            return text.replace(core, exact, 1), True
        best = core
        for found, whole in (*self._by_template(core), *self._by_parts(core)):
            if whole:
                return text.replace(core, found, 1), True
            best = found if best == core else best
        return text.replace(core, best, 1), False

    def _by_template(self, text: str) -> Iterator[tuple[str, bool]]:
        for template in self._templates:
            for places in template.match(text):
                done = {number: self._translate(part) for number, part in places.items()}
                whole = all(known for _, known in done.values())
                # With little in common and unknown words in its places, it is another sentence.
                if whole or 2 * template.weight >= len(text):
                    inserted = {number: words for number, (words, _) in done.items()}
                    yield _fill(template.translation, inserted), whole

    def _by_parts(self, text: str) -> Iterator[tuple[str, bool]]:
        for cut, joint in _CUTS:
            parts = cut.split(text)
            if len(parts) > 1:
                done = [self._translate(part) for part in parts]
                whole = all(known for _, known in done)
                # Lines stand alone; other parts make no sentence unless all are known.
                if whole or (joint == "\n" and any(known for _, known in done)):
                    yield joint.join(words for words, _ in done), whole


def _fill(template: str, places: Mapping[int, str]) -> str:
    return _PLACE.sub(lambda found: places.get(int(found[1]), found[0]), template)
