"""Pages load what they show, and not two large scripts that they can do without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx

from lcresearch.workflow.files import write_bytes

__all__ = ["keep_lean"]

_LATE: Final = 900
# The theme's icons come from its font too: the script draws the same ones once more.
_ICONS: Final = "scripts/fontawesome.js"
_ICON_SCRIPT: Final = re.compile(rf"<script[^>]*{re.escape(_ICONS)}[^>]*></script>\s*")


def keep_lean(app: Sphinx) -> None:
    """Take the script of formulae off pages without any, and that of the icons off every page."""
    app.connect("html-page-context", _drop_formulae, priority=_LATE)
    app.connect("build-finished", _drop_icons)


def _drop_formulae(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    # Sphinx loads it also where a page further down in the table of contents has a formula, and
    # so on the first page, which has none.
    if app.env.get_domain("math").data["has_equations"].get(page):
        return
    path = app.config.mathjax_path.partition("?")[0]
    context["script_files"] = [
        script
        for script in context["script_files"]
        if not str(getattr(script, "filename", script)).endswith(path)
    ]


def _drop_icons(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        lean = _ICON_SCRIPT.sub("", text)
        if lean != text:
            write_bytes(page, lean.encode())
    for name in (_ICONS, f"{_ICONS}.map"):
        (Path(app.outdir) / "_static" / name).unlink(missing_ok=True)
