"""Notebooks' pages in the Chinese edition: text, charts, tables and printed lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from lcresearch.evidence import CLAIM_METADATA, Figure
from lcresearch.translation import Translator
from lcresearch.workflow.notebook_messages import CATALOGUE, read_messages
from lcresearch.workflow.notebook_words import CELL, text_blocks
from lcresearch.workflow.second_charts import LANGUAGE
from lcresearch.workflow.sphinx_ext.domain import evidence_of
from lcresearch.workflow.sphinx_ext.results import Results
from lcresearch.workflow.sphinx_ext.words import describe_value, grade_word

__all__ = ["in_chinese", "translate_notebook"]


def translate_notebook(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a notebook's page into Chinese as it is read, if the Chinese edition is built."""
    folder = app.config.lcresearch_results
    if app.config.language != LANGUAGE or not docname.startswith(f"{folder}/"):
        return
    if not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    domain = evidence_of(app.env)
    catalogue = Path(app.srcdir) / CATALOGUE
    notebook = json.loads(source[0])
    pictures = in_chinese(
        notebook, read_messages(catalogue), domain.results, Path(app.srcdir) / folder
    )
    for path in (catalogue, *pictures):
        app.env.note_dependency(str(path))
    source[0] = json.dumps(notebook)


def in_chinese(
    notebook: dict[str, Any], messages: Mapping[str, str], results: Results, folder: Path
) -> list[Path]:
    """Put a notebook into Chinese: its text, charts, tables and printed lines, not its code.

    Parameters
    ----------
    notebook
        The executed notebook, as JSON; it is changed.
    messages
        Translations by message; what they do not know stays in English.
    results
        What the pages may insert.
    folder
        Where the charts' files are.

    Returns
    -------
    list of Path
        The pictures that the notebook shows now.
    """
    say = Translator(messages, results.names_zh)
    pictures = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            blocks = text_blocks("".join(cell["source"]))
            cell["source"] = "".join(messages.get(block, block) for block in blocks)
        for output in cell.get("outputs", []):
            key = output.get("metadata", {}).get(CLAIM_METADATA, {}).get("chart", {}).get("key")
            chart = results.charts.get(key)
            if chart is None:
                _translate_output(output, say)
            elif chart.alt_zh:
                file, alt = chart.shown(LANGUAGE)
                pictures.append(folder / file)
                output["data"] |= {
                    "text/plain": alt,
                    "image/png": base64.b64encode(pictures[-1].read_bytes()).decode(),
                }
                cell["metadata"].setdefault("mystnb", {}).setdefault("image", {})["alt"] = alt
    return pictures


def _translate_output(output: dict[str, Any], say: Translator) -> None:
    if output["output_type"] == "stream":
        lines = "".join(output["text"]).splitlines(keepends=True)
        output["text"] = "".join(say(line) for line in lines)
    html = output.get("data", {}).get("text/html")
    claim = output.get("metadata", {}).get(CLAIM_METADATA, {}).get("claim")
    if html and claim:
        output["data"]["text/html"] = _claim(claim)
    elif html:
        output["data"]["text/html"] = CELL.sub(
            lambda cell: cell[1] + escape(say(unescape(cell[2])), quote=False) + cell[3],
            "".join(html),
        )


def _claim(plain: Mapping[str, Any]) -> str:
    """Return what stands where a claim was recorded, as `Claim` itself shows it in English."""
    fields = ("key", "value", "low", "high", "unit", "grade", "source", "note")
    figure = Figure(**{name: plain[name] for name in fields if name in plain})
    return (
        f'<div class="lc-claim"><code>{figure.key}</code> = {escape(describe_value(figure))} '
        f'<span class="lc-grade lc-{figure.grade}">{grade_word(figure.grade)}</span></div>'
    )
