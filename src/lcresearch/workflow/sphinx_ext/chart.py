"""The directive ``chart``: a notebook's chart by key, with its text and where it was drawn."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

from lcresearch.errors import did_you_mean
from lcresearch.workflow.sphinx_ext.describe import origin
from lcresearch.workflow.sphinx_ext.domain import evidence_of, warn
from lcresearch.workflow.sphinx_ext.missing import not_available
from lcresearch.workflow.sphinx_ext.results import Chart

__all__ = ["ChartDirective"]

_ = get_translation("lcresearch")


class ChartDirective(SphinxDirective):
    """Insert a chart as a figure; the body is its caption."""

    required_arguments = 1
    optional_arguments = 0
    final_argument_whitespace = False
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the figure, or a warning where the chart is unknown."""
        key = self.arguments[0]
        domain = evidence_of(self.env)
        domain.note_use("chart", key)
        chart = domain.results.charts.get(key)
        if chart is None and key in domain.results.unavailable:
            return [
                nodes.paragraph("", "", not_available(domain.results.unavailable[key], chart=True))
            ]
        if chart is None:
            near = did_you_mean(key, domain.results.charts, most=3)
            warn("unknown_key", f"No notebook draws a chart {key!r}.{near}", self.get_location())
            return []
        folder = self.config.lcresearch_results
        file, alt = chart.shown(self.config.language)
        picture = nodes.image(uri=f"/{folder}/{file}", alt=alt, width=f"{chart.width}px")
        figure = nodes.figure("", picture, classes=["lc-chart"], align="default")
        self.set_source_info(figure)
        figure += self._words(chart, folder)
        if "name" in self.options:
            self.add_name(figure)
        else:
            self.state.document.set_id(figure)
        return [figure]

    def _words(self, chart: Chart, folder: str) -> list[nodes.Node]:
        """Return caption and legend, the place of the drawing last."""
        first, *rest = self.parse_content_to_nodes() or [nodes.paragraph()]
        # The source of the caption is what translators are shown.
        caption = nodes.caption(first.rawsource, "", *first.children)
        caption.source, caption.line = self.get_source_info()
        words = origin(chart.notebook, chart.cell)
        place = nodes.paragraph("", _("From "), classes=["lc-origin"])
        place += pending_xref(
            "",
            nodes.inline("", words),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{folder}/{chart.notebook}",
            refexplicit=True,
            refwarn=True,
        )
        return [caption, nodes.legend("", *rest, place)]
