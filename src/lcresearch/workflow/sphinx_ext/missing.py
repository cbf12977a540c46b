"""What stands where a county lacks data, and the note that says whose book it is."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation

from lcresearch.workflow.sphinx_ext.domain import evidence_of

__all__ = ["not_available", "note_county"]

_ = get_translation("lcresearch")


def not_available(reason: str, *, chart: bool = False) -> nodes.inline:
    """Return the words that stand for a number or chart, with the reason behind them."""
    words = _("Chart not available") if chart else _("not available")
    abbreviation = nodes.abbreviation("", words, explanation=reason)
    return nodes.inline("", "", abbreviation, classes=["lc-unavailable"])


def note_county(app: Sphinx, docname: str, source: list[str]) -> None:
    """Say on each page of prose, below its title, that the book is another county's."""
    domain = evidence_of(app.env)
    county, home = domain.results.county, app.config.lcresearch_home
    if not home or county.get("code") == home or docname.startswith(app.config.lcresearch_results):
        return
    title, found, rest = source[0].partition("\n")
    if found and title.startswith("# "):
        source[0] = f"{title}\n\n```{{note}}\n{_(app.config.lcresearch_note)}\n```\n{rest}"
