"""The edition that is being built: its words, its search, and the way to the other edition."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import get_translation

from lcresearch.workflow.editions import CATALOGUES, Edition, editions_of
from lcresearch.workflow.sphinx_ext.words import use_language

__all__ = ["add_editions"]

_ = get_translation("lcresearch")

_SETTINGS: Final = ("html_title", "author", "togglebutton_hint", "togglebutton_hint_hide")
_THEME_SETTINGS: Final = ("search_bar_text",)


def add_editions(app: Sphinx) -> None:
    """Set the language, and register what pages show of the editions."""
    use_language(app.config.language)
    # Before the theme and other extensions read what is translated here.
    app.connect("config-inited", _set_up, priority=100)
    app.connect("html-page-context", _link_editions)


def _set_up(app: Sphinx, config: Config) -> None:
    """Find the catalogues of the pages, and translate what the configuration says to readers."""
    config.locale_dirs = [CATALOGUES]
    config.gettext_compact = False
    for name in _SETTINGS:
        if getattr(config, name, ""):
            setattr(config, name, _(getattr(config, name)))
    theme = config.html_theme_options
    for name in _THEME_SETTINGS:
        if theme.get(name):
            theme[name] = _(theme[name])
    if len(editions_of(Path(app.srcdir))) > 1:
        config.templates_path = [*config.templates_path, str(Path(__file__).parent / "templates")]
        theme["article_header_end"] = ["edition-switch.html", "article-header-buttons.html"]


def _link_editions(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Tell the page where it stands in each edition."""
    editions = editions_of(Path(app.srcdir))
    here = next((e for e in editions if e.language == app.config.language), editions[0])
    if len(editions) == 1:
        return
    links = [(e, _address(e, here, pagename, context["pathto"])) for e in editions]
    context["lc_editions"] = [
        {"name": edition.name, "tag": edition.tag, "address": address}
        for edition, address in links
        if edition != here
    ]
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{edition.tag}" href="{escape(address)}">'
        for edition, address in links
    )


def _address(edition: Edition, here: Edition, page: str, pathto: Callable[[str, int], str]) -> str:
    """Return the address of a page in an edition, as seen from the same page here."""
    up = "../" if here.folder else ""
    down = f"{edition.folder}/" if edition.folder else ""
    if edition == here:
        return f"{page.rpartition('/')[2]}.html"
    return pathto(f"{up}{down}{page}.html", 1)
