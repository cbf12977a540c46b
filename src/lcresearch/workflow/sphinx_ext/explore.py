"""The directive ``explore``: a figure whose assumptions readers set, among stored results."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Any, ClassVar, Final

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lcresearch.errors import LcresearchError
from lcresearch.evidence import Figure
from lcresearch.workflow.explore.plan import PLANS, Plan, read_plan
from lcresearch.workflow.explore.stored import TABLES, Stored, read_stored
from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, evidence_of, warn
from lcresearch.workflow.sphinx_ext.explore_svg import render_explore, told
from lcresearch.workflow.sphinx_ext.explore_view import View, make_view
from lcresearch.workflow.sphinx_ext.missing import not_available
from lcresearch.workflow.sphinx_ext.results import Results
from lcresearch.workflow.sphinx_ext.words import translate as _

__all__ = ["ExploreDirective", "add_explore"]

# As in lcresearch.workflow.verify: above what differs between machines, below what a reader sees.
_RELATIVE: Final = 1e-6


class ExploreFigure(nodes.General, nodes.Element):  # type: ignore[misc]
    """The figure; its children are the picture and the caption."""


class ExplorePicture(nodes.General, nodes.Element):  # type: ignore[misc]
    """Picture and controls as HTML; its children tell the same, for search and other writers."""


class ExploreCaption(nodes.General, nodes.Element):  # type: ignore[misc]
    """The caption's paragraphs."""


class ExploreDirective(SphinxDirective):
    """Insert a figure to play with; the body is its caption."""

    required_arguments = 1
    optional_arguments = 0
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the figure, or a warning that says what to do."""
        name, root = self.arguments[0], Path(self.env.srcdir)
        domain = evidence_of(self.env)
        results = domain.results
        own = root / self.config.lcresearch_results / "explore"
        folder = own if (own / f"{name}.csv").is_file() else root / TABLES
        for path in (
            root / PLANS / f"{name}.yml",
            *(place / f"{name}.{end}" for place in (own, root / TABLES) for end in ("csv", "json")),
        ):
            self.env.note_dependency(str(path))
        try:
            plan = read_plan(root, name)
            stored = read_stored(folder, plan)
            if stored is None:
                raise LcresearchError(
                    f"{TABLES}/{name}.csv is missing: run 'lcresearch explore --only {name}'."
                )
            self._note_uses(domain, plan)
            if unfit := _unfit(plan, stored, results):
                return [_unavailable(*unfit)]
            known = {key: entry.figure for key in results.keys if (entry := results.find(key))}
            view = make_view(plan, stored, known)
        except LcresearchError as error:
            warn("explore", str(error), self.get_location())
            return []
        figure = ExploreFigure(identity=f"explore-{name}")
        self.set_source_info(figure)
        picture = ExplorePicture(html=render_explore(view, figure["identity"]))
        picture += _as_list(view)
        figure += picture
        figure += ExploreCaption(
            "",
            *self.parse_content_to_nodes(),
            nodes.paragraph("", view.spread),
            self._keys(plan, results),
        )
        return [figure]

    def _note_uses(self, domain: EvidenceDomain, plan: Plan) -> None:
        """Remember what the figure shows, so that its page follows a change."""
        named = [*plan.keys, *plan.marks, *(knob.figure for knob in plan.knobs if knob.figure)]
        for key in named:
            domain.note_use("value", key, place=self.get_location())

    def _keys(self, plan: Plan, results: Results) -> nodes.paragraph:
        """Return the keys of what is shown and set, each with a link to its evidence."""
        named = dict.fromkeys((*plan.keys, *(knob.figure for knob in plan.knobs if knob.figure)))
        line = nodes.paragraph("", _("Keys: "), classes=["lc-origin"])
        for number, key in enumerate(named):
            line += nodes.Text(", " if number else "")
            entry = results.find(key)
            if entry is None:
                line += nodes.literal("", key)
                continue
            link = pending_xref(
                "",
                nodes.inline("", "", nodes.literal("", key)),
                refdomain=EvidenceDomain.name,
                reftype="value",
                reftarget=key,
                refwarn=False,
            )
            link["reftitle"] = key
            line += link
        return line


def _unavailable(reason: str, command: str) -> nodes.paragraph:
    """Return what stands where there is no figure to show: why, and what would make one."""
    line = nodes.paragraph("", "", not_available(reason))
    line += nodes.Text(_(": {reason}. Run: ").format(reason=reason))
    # A literal, in which two dashes stay two dashes.
    line += nodes.literal("", command)
    return line


def _unfit(plan: Plan, stored: Stored, results: Results) -> tuple[str, str] | None:
    """Return why a stored table cannot be shown in this book, and the command that mends it.

    Where all parameters are left to the county, the table and the book's own run must agree.
    """
    if stored.county.get("code", "") != results.county.get("code", ""):
        home = stored.county.get("name", "")
        reason = _("computed for {county} only").format(county=home)
        return reason, "lcresearch explore --county FOLDER"
    everything = [None in knob.values for knob in plan.knobs]
    if not all(everything):
        return None
    point = 0
    for knob in plan.knobs:
        point = point * len(knob.values) + knob.values.index(None)
    for key, claim in stored.points[point].items():
        now = results.claims.get(key)
        if now is not None and not _alike(claim, now.figure):
            reason = _("computed before the notebook or its data changed")
            return reason, f"lcresearch explore --only {plan.name}"
    return None


def _alike(one: Figure, other: Figure) -> bool:
    numbers = [(getattr(one, part), getattr(other, part)) for part in ("value", "low", "high")]
    size = max((abs(x) for pair in numbers for x in pair if x is not None), default=0.0)
    return (one.unit, one.grade) == (other.unit, other.grade) and all(
        a is b or (a is not None and b is not None and math.isclose(a, b, abs_tol=_RELATIVE * size))
        for a, b in numbers
    )


def _as_list(view: View) -> nodes.bullet_list:
    lines = [_(view.plan.title), told(view, view.start)]
    lines += [
        f"{_(words)}: {readings[view.start].value}"
        for words, readings in zip(view.plan.also.values(), view.also, strict=True)
    ]
    lines += [
        f"{_(knob.words)}: {stops[knob.start].words}"
        for knob, stops in zip(view.plan.knobs, view.stops, strict=True)
    ]
    lines += [mark.words for mark in view.marks]
    items = [nodes.list_item("", nodes.paragraph("", line)) for line in lines]
    return nodes.bullet_list("", *items)


def add_explore(app: Sphinx) -> None:
    """Register the nodes."""
    plain = (_pass, _pass)
    for node, html in (
        (ExploreFigure, (_open_figure, _close_figure)),
        (ExplorePicture, (_write_picture, _pass)),
        (ExploreCaption, (_open_caption, _close_caption)),
    ):
        app.add_node(node, html=html, latex=plain, text=plain, man=plain, texinfo=plain)


def _open_figure(writer: Any, node: ExploreFigure) -> None:
    writer.body.append(f'<figure class="lc-explore" id="{escape(node["identity"])}">\n')


def _close_figure(writer: Any, _node: ExploreFigure) -> None:
    writer.body.append("</figure>\n")


def _write_picture(writer: Any, node: ExplorePicture) -> None:
    writer.body.append(node["html"])
    raise nodes.SkipNode


def _open_caption(writer: Any, _node: ExploreCaption) -> None:
    writer.body.append("<figcaption>\n")


def _close_caption(writer: Any, _node: ExploreCaption) -> None:
    writer.body.append("</figcaption>\n")


def _pass(writer: Any, node: nodes.Element) -> None:
    pass
