"""The form above the evidence tables: search, two choices and an order; scripts make it work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from sphinx.locale import get_translation

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.grades import LETTERS

__all__ = ["GRADE", "KEY", "NOTEBOOK", "VALUE", "render_finder"]

_ = get_translation("lcresearch")

KEY: Final = "key"
VALUE: Final = "value"
GRADE: Final = "grade"
NOTEBOOK: Final = "notebook"


def render_finder(notebooks: Iterable[str]) -> str:
    """Return the form as HTML, hidden until the script `claims.js` shows it.

    Its words for the script stand in ``data-`` attributes, in the language of the book.
    """
    grades = [(grade.value, f"{LETTERS[grade]} {_(grade.value)}") for grade in Grade]
    orders = [
        (KEY, _("Key, from A to Z")),
        (f"-{KEY}", _("Key, from Z to A")),
        (VALUE, _("Value, smallest first")),
        (f"-{VALUE}", _("Value, largest first")),
        (GRADE, _("Grade, strongest first")),
        (f"-{GRADE}", _("Grade, weakest first")),
        (NOTEBOOK, _("Notebook, from A to Z")),
        (f"-{NOTEBOOK}", _("Notebook, from Z to A")),
    ]
    words = {
        "shown": _("{shown} of {count} rows are shown."),
        "kept": _("The row that the address names is shown besides."),
        "merged": _("All claims, in one table"),
        "sort": _("Sort by this column"),
    }
    data = "".join(f' data-{name}="{escape(str(text))}"' for name, text in words.items())
    hint = _("Every word must occur: in a key, a note, a grade, an input, a source or a file.")
    return (
        f'<form class="lc-find" role="search" hidden{data}>'
        f'<p><label for="lc-find-words">{_said(_("Search the figures and claims"))}</label>'
        f'<input type="search" id="lc-find-words" name="find" autocomplete="off" '
        f'spellcheck="false" aria-describedby="lc-find-hint">'
        f'<span id="lc-find-hint" class="lc-small">{_said(hint)}</span></p>'
        f"{_choice(GRADE, _('Grade'), _('every grade'), grades)}"
        f"{_choice(NOTEBOOK, _('Notebook'), _('every notebook'), [(n, n) for n in notebooks])}"
        f"{_choice('sort', _('Order'), _('as in the book'), orders)}"
        f'<p class="lc-found"><span role="status"></span> '
        f'<button type="reset">{_said(_("Show all"))}</button></p></form>'
    )


def _choice(name: str, label: str, every: str, options: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<option value="{escape(value)}">{_said(words)}</option>'
        for value, words in [("", every), *options]
    )
    return (
        f'<p><label for="lc-find-{name}">{_said(label)}</label>'
        f'<select id="lc-find-{name}" name="{name}">{listed}</select></p>'
    )


def _said(words: object) -> str:
    return escape(str(words))
