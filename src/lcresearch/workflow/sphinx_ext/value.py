"""The role ``val``: a figure or claim by key, with unit, grade and a link to its evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxRole

from lcresearch.errors import LcresearchError, did_you_mean
from lcresearch.workflow.sphinx_ext.describe import summary
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, evidence_of, warn
from lcresearch.workflow.sphinx_ext.mark import GradeMark
from lcresearch.workflow.sphinx_ext.missing import not_available
from lcresearch.workflow.sphinx_ext.results import Entry
from lcresearch.workflow.sphinx_ext.words import describe_range, describe_value, is_chinese

__all__ = ["CountyRole", "ValueRole"]

_FORMAT: Final = re.compile(r"\+?,?(\.\d+)?[efg%]?")
_OPTIONS: Final = ("bare", "range")
_GAP: Final = re.compile(r"(?<=[\d%]) (?=\D+$)")


class ValueRole(SphinxRole):
    """Insert a figure or claim: ``key``, ``key|,.1f``, ``key|bare``, ``key|range``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the value as a link to its evidence, or a warning where it cannot be shown."""
        key, *options = (part.strip() for part in self.text.split("|"))
        domain = evidence_of(self.env)
        domain.note_use("value", key, place=self.get_location())
        entry = domain.results.find(key)
        if entry is None and key in domain.results.unavailable:
            return [not_available(domain.results.unavailable[key])], []
        if entry is None:
            near = did_you_mean(key, domain.results.keys, most=3)
            return self._refuse(
                "unknown_key", f"{key!r} is neither a figure nor a claim.{near}", key
            )
        spec, flags, fault = _read(options)
        if fault:
            return self._refuse("unknown_option", f"{self.text!r}: {fault}", key)
        if entry.figure.value is None and "range" not in flags:
            fault = f"{key!r} has no number: its source gives none; say it in words."
            return self._refuse("no_number", fault, "no number")
        describe = describe_range if "range" in flags else describe_value
        try:
            words = describe(entry.figure, spec, unit="bare" not in flags)
        except LcresearchError as error:
            return self._refuse("bad_format", str(error), key)
        return [_link(entry, words)], []

    def _refuse(
        self, subtype: str, message: str, words: str
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        warn(subtype, message, self._exact_place())
        return [nodes.strong(self.rawtext, words, classes=["lc-missing"])], []

    def _exact_place(self) -> str:
        """Return page and line of the role; MyST itself knows the line of its paragraph only."""
        page, first = self.get_source_info()
        if page.endswith(".md"):
            lines = Path(page).read_text("utf-8").split("\n")
            for number, line in enumerate(lines[first - 1 :], start=first):
                if f"`{self.text}`" in line:
                    return f"{page}:{number}"
        return self.get_location()


class CountyRole(SphinxRole):
    """Insert what is known of the county: ``name``, ``name_zh``, ``prefecture``, ``province``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the words, or a warning where there are none of that name."""
        domain = evidence_of(self.env)
        domain.note_use("county", self.text)
        known = domain.results.county
        words = known.get(self.text, "")
        if is_chinese():
            words = known.get(f"{self.text}_zh") or words
        if not words:
            near = did_you_mean(self.text, domain.results.county)
            warn("unknown_key", f"The county has no {self.text!r}.{near}", self.get_location())
        return [nodes.Text(words)], []


def _read(options: list[str]) -> tuple[str, set[str], str]:
    """Return number format, flags and, where an option is wrong, what is wrong with it."""
    spec, flags = "", set()
    for option in options:
        if option in _OPTIONS:
            flags.add(option)
        elif not option or not _FORMAT.fullmatch(option):
            known = ", ".join(_OPTIONS)
            fault = f"{option!r} is neither one of {known} nor a number format such as ',.1f'."
            return "", set(), fault + did_you_mean(option, _OPTIONS, most=3)
        elif spec:
            return "", set(), f"two number formats, {spec!r} and {option!r}: keep one."
        else:
            spec = option
    return spec, flags, ""


def _link(entry: Entry, words: str) -> pending_xref:
    grade = entry.figure.grade
    attributes: dict[str, Any] = {
        "refdomain": EvidenceDomain.name,
        "reftype": "value",
        "reftarget": entry.figure.key,
        "reftitle": summary(entry),
        "refwarn": False,
    }
    # At the end of a line a number does not part from its unit, nor the mark from the last word.
    head, gap, last = _GAP.sub("\N{NO-BREAK SPACE}", words, count=1).rpartition(" ")
    content = nodes.inline(
        "",
        "",
        nodes.Text(head + gap),
        nodes.inline("", "", nodes.Text(last), GradeMark(grade=grade.value), classes=["lc-last"]),
        classes=["lc-value", f"lc-{grade}"],
    )
    return pending_xref("", content, **attributes)
