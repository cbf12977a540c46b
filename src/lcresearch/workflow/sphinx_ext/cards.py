"""Numbers that open: the script with the cards' data, written once for the whole book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.sphinx_ext.card_data import card_script, needed_keys
from lcresearch.workflow.sphinx_ext.cells import anchor_cells, cell_uri
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, evidence_of
from lcresearch.workflow.sphinx_ext.results import digest

__all__ = ["add_cards"]

SCRIPT: Final = "_static/lcresearch-figures.js"
"""Where the data of the cards lie in the site."""

_SHORT: Final = 8


def add_cards(app: Sphinx) -> None:
    """Write the cards' data, and tell each page that shows a value where they are."""
    app.connect("doctree-read", anchor_cells)
    app.connect("env-updated", _rewrite)
    app.connect("html-page-context", _name_script)
    app.connect("build-finished", _write)


def _pages(domain: EvidenceDomain) -> dict[str, set[str]]:
    """Return the keys whose values a page shows, by page."""
    pages = {
        page: {key for kind, key in uses if kind == "value"}
        for page, uses in domain.data["uses"].items()
    }
    return {page: keys for page, keys in pages.items() if keys}


def _script(app: Sphinx) -> str:
    """Return the script; it is made once in a build, when all pages are read."""
    domain = evidence_of(app.env)
    if domain.script is None:
        builder, results = app.builder, domain.results
        folder = Path(app.srcdir) / app.config.lcresearch_results
        sources = domain.page_of_table("sources")

        def run_date(notebook: str) -> date | None:
            path = folder / f"{notebook}.ipynb"
            if not path.is_file():
                return None
            return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()

        domain.script = card_script(
            results,
            needed_keys(results, {key for keys in _pages(domain).values() for key in keys}),
            claims_uri=builder.get_target_uri(domain.claims_page),
            sources_uri="" if sources is None else builder.get_target_uri(sources),
            notebook_uri=lambda notebook, cell: cell_uri(builder, notebook, cell),
            run_date=run_date,
            language=app.config.language,
        )
    return domain.script


def _rewrite(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages with values where the data changed: each names their version."""
    if app.builder.format != "html":
        return []
    path = Path(app.outdir) / SCRIPT
    same = path.is_file() and path.read_bytes() == _script(app).encode()
    return [] if same else sorted(_pages(evidence_of(env)))


def _name_script(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    domain = evidence_of(app.env)
    if page not in _pages(domain):
        return
    # A browser that keeps files asks for the data anew when they changed.
    version = digest(_script(app))[:_SHORT]
    uri = context["pathto"](SCRIPT, 1)
    tag = f'<meta name="lcresearch-figures" content="{escape(uri)}?v={version}" />'
    context["metatags"] = context.get("metatags", "") + tag


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        write_bytes(Path(app.outdir) / SCRIPT, _script(app).encode())
