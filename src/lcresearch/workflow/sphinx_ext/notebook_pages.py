"""Notebooks' pages in the Chinese edition: text, charts, tables and printed lines."""

from __future__ import annotations

import base64
import json
from html import escape, unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from lcresearch.evidence import CLAIM_METADATA
from lcresearch.translation import Translator
from lcresearch.workflow.notebook_messages import CATALOGUE, read_messages
from lcresearch.workflow.notebook_words import CELL, text_blocks
from lcresearch.workflow.second_charts import LANGUAGE
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain
from lcresearch.workflow.sphinx_ext.results import Results

__all__ = ["translate_notebook"]


def translate_notebook(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a notebook's page into Chinese as it is read, if the Chinese edition is built.

    What the catalogue does not know stays in English; the code stays as it is.
    """
    folder = app.config.lcresearch_results
    if app.config.language != LANGUAGE or not docname.startswith(f"{folder}/"):
        return
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    domain = app.env.get_domain(EvidenceDomain.name)
    assert isinstance(domain, EvidenceDomain)
    catalogue = Path(app.srcdir) / CATALOGUE
    app.env.note_dependency(str(catalogue))
    messages = read_messages(catalogue)
    notebook = json.loads(source[0])
    charts = _Charts(app, Path(app.srcdir) / folder, domain.results)
    say = Translator(messages, domain.results.names_zh)
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = "".join(messages.get(block, block) for block in text_blocks(text))
        for output in cell.get("outputs", []):
            key = output.get("metadata", {}).get(CLAIM_METADATA, {}).get("chart", {}).get("key")
            if key:
                charts.put(key, cell, output)
            else:
                _translate_output(output, say)
    source[0] = json.dumps(notebook)


class _Charts:
    """The Chinese charts of a book."""

    def __init__(self, app: Sphinx, folder: Path, results: Results) -> None:
        self.app, self.folder, self.results = app, folder, results

    def put(self, key: str, cell: dict[str, Any], output: dict[str, Any]) -> None:
        """Show a chart of a cell in Chinese, where it was drawn so."""
        chart = self.results.charts.get(key)
        if chart is None or not chart.alt_zh:
            return
        file, alt = chart.shown(LANGUAGE)
        output["data"]["text/plain"] = alt
        cell["metadata"].setdefault("mystnb", {}).setdefault("image", {})["alt"] = alt
        if chart.file_zh:
            picture = self.folder / file
            self.app.env.note_dependency(str(picture))
            output["data"]["image/png"] = base64.b64encode(picture.read_bytes()).decode()


def _translate_output(output: dict[str, Any], say: Translator) -> None:
    if output["output_type"] == "stream":
        lines = "".join(output["text"]).splitlines(keepends=True)
        output["text"] = "".join(say(line) for line in lines)
    html = output.get("data", {}).get("text/html")
    if html and CLAIM_METADATA not in output.get("metadata", {}):
        output["data"]["text/html"] = CELL.sub(
            lambda cell: cell[1] + escape(say(unescape(cell[2])), quote=False) + cell[3],
            "".join(html),
        )
