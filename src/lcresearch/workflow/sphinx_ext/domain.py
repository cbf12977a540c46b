"""Which page uses which figure, and which page explains it: the memory of the extension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from lcresearch.errors import BookError, did_you_mean
from lcresearch.workflow.sphinx_ext.anchor import anchor
from lcresearch.workflow.sphinx_ext.results import Results, digest

__all__ = ["EvidenceDomain", "evidence_of", "is_known", "outdated_pages", "warn"]

_logger = logging.getLogger(__name__)


class EvidenceDomain(Domain):
    """Uses of figures, charts and tables by page, and the keys that tables explain."""

    name = "evidence"
    label = "Evidence"
    data_version = 2
    # uses: {page: {(kind, key): mark}}; rows: {page: keys that its tables list};
    # places: {page: {key: line}}; cells: {page: numbers of the notebook's cells that it shows}
    initial_data: dict[str, Any] = {"uses": {}, "rows": {}, "places": {}, "cells": {}}  # noqa: RUF012
    # Data of the cards of numbers, once they are made.
    script: str | None = None

    @cached_property
    def results(self) -> Results:
        """Figures, claims, charts and sources, read once in a build."""
        folder = Path(self.env.srcdir) / self.env.config.lcresearch_results
        try:
            return Results.read(folder / "claims.json")
        except BookError as error:
            raise ExtensionError(str(error)) from error

    @property
    def claims_page(self) -> str:
        """Page whose tables hold the anchors."""
        return str(self.env.config.lcresearch_claims_page)

    def note_use(self, kind: str, key: str, *, place: Any = None) -> None:
        """Remember that the current page shows a value, a chart or a table."""
        page = self.env.docname
        self.data["uses"].setdefault(page, {})[kind, key] = self.mark(kind, key)
        if kind == "value":
            self.data["places"].setdefault(page, {}).setdefault(key, place)

    def note_rows(self, keys: Iterable[str]) -> None:
        """Remember the keys that a table on the current page lists."""
        self.data["rows"].setdefault(self.env.docname, set()).update(keys)

    def page_of_table(self, kind: str) -> str | None:
        """Return the first page that holds a table of that kind, or None."""
        pages = [page for page, uses in self.data["uses"].items() if ("table", kind) in uses]
        return min(pages, default=None)

    def mark(self, kind: str, key: str) -> str:
        """Return a hash of what a use shows now; empty where the key is unknown."""
        results = self.results
        if kind == "value":
            entry = results.find(key)
            return entry.mark if entry else results.unavailable.get(key, "")
        if kind == "chart":
            chart = results.charts.get(key)
            return chart.mark if chart else results.unavailable.get(key, "")
        if kind == "county":
            return results.county.get(key, "")
        entries = results.claims if key == "claims" else results.figures
        return digest([[entry.mark for entry in entries.values()], *map(str, results.sources)])

    def clear_doc(self, docname: str) -> None:
        """Forget a page that is read again or removed."""
        for memory in self.data.values():
            if isinstance(memory, dict):
                memory.pop(docname, None)

    def merge_domaindata(self, docnames: list[str], otherdata: dict[str, Any]) -> None:
        """Take over what a parallel reader remembers."""
        for name in self.initial_data:
            for page in set(docnames) & otherdata[name].keys():
                self.data[name][page] = otherdata[name][page]

    def check_consistency(self) -> None:
        """Warn of every key that a page uses and no table on the page of claims explains."""
        explained = self.data["rows"].get(self.claims_page, set())
        for places in self.data["places"].values():
            for key, place in places.items():
                if self.results.find(key) and key not in explained:
                    warn(
                        "no_anchor",
                        f"{key!r} is not explained: add the evidence-table that lists it to "
                        f"page {self.claims_page!r}.",
                        place,
                    )

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,  # noqa: ARG002
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> Element | None:
        """Turn a value into a link to its row on the page of claims."""
        if builder.format != "html" or self.claims_page not in env.found_docs:
            return nodes.inline("", "", *contnode.children)
        return nodes.reference(
            "",
            "",
            *contnode.children,
            internal=True,
            refuri=builder.get_relative_uri(fromdocname, self.claims_page) + f"#{anchor(target)}",
            reftitle=node["reftitle"],
            classes=contnode["classes"],
        )


def outdated_pages(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages that show something which is no longer what it was."""
    domain = evidence_of(env)
    return [
        page
        for page, uses in domain.data["uses"].items()
        if page not in removed and any(domain.mark(*use) != mark for use, mark in uses.items())
    ]


def evidence_of(env: BuildEnvironment) -> EvidenceDomain:
    """Return the memory of the extension in an environment."""
    domain = env.get_domain(EvidenceDomain.name)
    assert isinstance(domain, EvidenceDomain)
    return domain


def is_known(kind: str, known: Sequence[str], *, what: str, place: Any) -> bool:
    """Return whether a directive knows the kind that it is asked for; warn where it does not."""
    if kind in known:
        return True
    warn(
        "unknown_option",
        f"There is no {what} {kind!r}: use one of {', '.join(known)}."
        f"{did_you_mean(kind, known, most=3)}",
        place,
    )
    return False


def warn(subtype: str, message: str, place: Any) -> None:
    """Warn with the type ``lcresearch.SUBTYPE`` and the line of the page."""
    _logger.warning(
        f"{message} [lcresearch.{subtype}]", type="lcresearch", subtype=subtype, location=place
    )
