"""Sphinx extension: figures, claims, charts and evidence tables, inserted in pages by key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from lcresearch.workflow.files import hash_files
from lcresearch.workflow.sphinx_ext.accessible import mend_roles
from lcresearch.workflow.sphinx_ext.cards import add_cards
from lcresearch.workflow.sphinx_ext.chart import ChartDirective
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, outdated_pages
from lcresearch.workflow.sphinx_ext.editions import add_editions
from lcresearch.workflow.sphinx_ext.explore import ExploreDirective, add_explore
from lcresearch.workflow.sphinx_ext.grades_role import add_grades_role
from lcresearch.workflow.sphinx_ext.lean import keep_lean
from lcresearch.workflow.sphinx_ext.mark import add_mark
from lcresearch.workflow.sphinx_ext.missing import note_county
from lcresearch.workflow.sphinx_ext.notebook_pages import translate_notebook
from lcresearch.workflow.sphinx_ext.search_zh import SearchChinese
from lcresearch.workflow.sphinx_ext.table import TableDirective, add_table
from lcresearch.workflow.sphinx_ext.take import add_take
from lcresearch.workflow.sphinx_ext.value import CountyRole, ValueRole
from lcresearch.workflow.translations import HOME

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register two roles, ``val`` and ``county``, and the directives for charts and tables."""
    app.add_config_value("lcresearch_results", "book/results", "env", str)
    app.add_config_value("lcresearch_claims_page", "book/claims", "env", str)
    # Code of the county that the prose was written for, and what stands above it elsewhere.
    app.add_config_value("lcresearch_home", "", "env", str)
    app.add_config_value("lcresearch_note", "", "env", str)
    # Every page is read again when the code that renders figures changes.
    app.add_config_value("lcresearch_code", _code_hash(), "env", str)
    # All are written again when a style or a script changes: Sphinx copies these with pages only.
    app.add_config_value("lcresearch_assets", "", "html", str)
    app.connect("config-inited", _note_assets)
    app.add_domain(EvidenceDomain)
    app.add_role("val", ValueRole())
    app.add_role("county", CountyRole())
    app.add_directive("chart", ChartDirective)
    app.add_directive("evidence-table", TableDirective)
    add_editions(app)
    app.add_search_language(SearchChinese)
    app.add_directive("explore", ExploreDirective)
    add_explore(app)
    add_mark(app)
    add_grades_role(app)
    add_table(app)
    add_cards(app)
    keep_lean(app)
    mend_roles(app)
    add_take(app)
    app.connect("env-get-outdated", outdated_pages)
    app.connect("source-read", note_county)
    app.connect("source-read", translate_notebook)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _code_hash() -> str:
    here = Path(__file__).resolve().parent
    package = here.parents[1]
    return hash_files(
        [
            *here.glob("*.py"),
            *(here.parent / "explore").glob("*.py"),
            *here.glob("templates/*.html"),
            *HOME.rglob("*.po"),
            *(here.parent / name for name in ("editions.py", "translations.py", "wording_zh.py")),
            *package.glob("*.py"),
        ],
        package,
    )


def _note_assets(app: Sphinx, config: Config) -> None:
    folders = [Path(app.confdir) / name for name in config.html_static_path]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    config.lcresearch_assets = hash_files(files, Path(app.confdir))
