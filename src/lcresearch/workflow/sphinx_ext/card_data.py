"""What the cards of numbers show, packed into one script that a page loads when it is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sphinx.locale import get_translation

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.anchor import anchor, source_anchor
from lcresearch.workflow.sphinx_ext.describe import range_words
from lcresearch.workflow.sphinx_ext.outward import is_web_address
from lcresearch.workflow.sphinx_ext.results import Entry, Results, Source
from lcresearch.workflow.sphinx_ext.words import (
    describe_unit,
    describe_value,
    grade_letter,
    grade_meaning,
    grade_word,
)

__all__ = ["VARIABLE", "card_script", "needed_keys"]

_ = get_translation("lcresearch")

VARIABLE: Final = "lcresearchFigures"
"""Name of the variable that the script sets."""

_ASSUMPTION: Final = "assumption: "
_COMPUTED: Final = "computed from "


def needed_keys(results: Results, used: Iterable[str]) -> list[str]:
    """Return the keys that have a card: those that pages show, and all that they rest on."""
    found: dict[str, None] = {}
    waiting = list(used)
    while waiting:
        key = waiting.pop()
        entry = results.find(key)
        if entry is not None and key not in found:
            found[key] = None
            waiting.extend(entry.inputs)
    return sorted(found)


def card_script(
    results: Results,
    keys: Iterable[str],
    *,
    claims_uri: str,
    sources_uri: str,
    notebook_uri: Callable[[str, int | None], str | None],
    run_date: Callable[[str], date | None],
    language: str,
) -> str:
    """Return the script that holds the cards; it sets one variable and does nothing else.

    Texts stay texts: the page's own script inserts them as such. What many cards share stands
    once, and cards refer to it by its number.

    Parameters
    ----------
    results
        Figures, claims and sources.
    keys
        Keys that have a card, each with its inputs.
    claims_uri, sources_uri
        Pages with the rows of figures and of sources, from the root of the site.
    notebook_uri
        Address of a notebook's page at a cell, from the root of the site, or None.
    run_date
        Day on which a notebook was run, or None.
    language
        Language of the book, in which dates are written.
    """
    keys = list(keys)
    place = {key: number for number, key in enumerate(keys)}
    units, inputs, notebooks = _Shared(), _Shared(), _Shared()
    sources, cells = _Shared(), _Shared()
    # The longest first: a citation may begin with another.
    known = sorted(results.sources, key=lambda item: -len(item.citation))
    rows = []
    for key in keys:
        entry = results.find(key)
        assert entry is not None
        figure = entry.figure
        kind, cited, words = _origin(entry, known)
        where = None
        if entry.is_claim:
            run = run_date(entry.notebook)
            name = [entry.notebook, "" if run is None else _day(run, language)]
            uri = notebook_uri(entry.notebook, entry.cell)
            where = cells.number([notebooks.number(name), entry.cell, uri])
        row = [
            anchor(key),
            key,
            describe_value(figure),
            range_words(entry),
            units.number(describe_unit(figure.unit) or str(_(figure.unit))),
            list(Grade).index(figure.grade),
            figure.note or "",
            inputs.number([place[name] for name in entry.inputs]) if entry.inputs else None,
            kind,
            None if cited is None else sources.number(_cited(cited)),
            words,
            where,
        ]
        while row[-1] in ("", None):
            row.pop()
        rows.append(row)
    plain = {
        "words": _words(),
        "claims": claims_uri,
        "sources": sources_uri,
        "grades": [[grade_word(g), grade_letter(g), grade_meaning(g), g.value] for g in Grade],
        "units": units.items,
        "inputs": inputs.items,
        "cited": sources.items,
        "notebooks": notebooks.items,
        "cells": cells.items,
        "cards": rows,
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Nothing in the data can end the script, where ever it is put.
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    return f"window.{VARIABLE}={text};\n"


class _Shared:
    """Things that stand once and are referred to by number."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._numbers: dict[str, int] = {}

    def number(self, item: Any) -> int:
        mark = json.dumps(item)
        if mark not in self._numbers:
            self._numbers[mark] = len(self.items)
            self.items.append(item)
        return self._numbers[mark]


def _origin(entry: Entry, sources: Iterable[Source]) -> tuple[str, Source | None, str]:
    """Return the kind of origin, the source that is cited, and what is said besides."""
    words = entry.figure.source
    if entry.is_claim:
        # The inputs are listed on their own.
        return "method", None, "" if words.startswith(_COMPUTED) and entry.inputs else words
    if words.startswith(_ASSUMPTION):
        return "reason", None, words.removeprefix(_ASSUMPTION)
    for item in sources:
        if item.citation and words == item.citation:
            return "source", item, ""
        if item.citation and words.startswith(f"{item.citation}, "):
            return "source", item, words.removeprefix(f"{item.citation}, ")
    return "source", None, words


def _cited(source: Source) -> list[str]:
    url = source.url if is_web_address(source.url) else ""
    return [source.citation, url, source_anchor(source.source)]


def _day(day: date, language: str) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse("en_GB" if language == "en" else language)
    except (UnknownLocaleError, ValueError):
        return day.isoformat()
    return format_date(day, format="long", locale=locale)


def _words() -> Mapping[str, str]:
    """Return the words of the cards themselves, in the language of the book."""
    words = {
        "interval": _("Interval"),
        "unit": _("Unit"),
        "grade": _("Grade"),
        "weakest": _("the weakest grade among its inputs"),
        "note": _("Note"),
        "inputs": _("Computed from"),
        "all": _("Show all {count} inputs"),
        "method": _("How"),
        "reason": _("Reason"),
        "source": _("Source"),
        "open": _("Open the source"),
        "listed": _("In the list of sources"),
        "notebook": _("Notebook"),
        "cell": _("{notebook}, cell {cell}"),
        "run": _("run on {date}"),
        "row": _("Its row in the table of all figures and claims"),
        "back": _("Back to {key}"),
        "close": _("Close"),
    }
    return {name: str(text) for name, text in words.items()}
