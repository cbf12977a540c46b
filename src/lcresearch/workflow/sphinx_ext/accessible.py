"""What docutils writes that a screen reader would take for something else."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

__all__ = ["mend_roles"]


def mend_roles(app: Sphinx) -> None:
    """Take the role of a list off the bibliography, whose entries have a role of their own."""
    app.connect("html-page-context", _mend)


def _mend(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    if body := context.get("body"):
        context["body"] = body.replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )
