"""A figure to play with, as HTML: a whole picture, and controls that a script brings to life.

Places across are shares of the width and texts have a size in pixels, so that the picture fills a
wide page and stays legible on a phone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from lcresearch.evidence import Grade
from lcresearch.workflow.sphinx_ext.explore_view import Reading, View
from lcresearch.workflow.sphinx_ext.mark import mark_html
from lcresearch.workflow.sphinx_ext.words import grade_letter, grade_word
from lcresearch.workflow.sphinx_ext.words import translate as _

__all__ = ["data_of", "render_explore", "told"]

_ROW: Final = 88
_STRIP: Final = 70
_AXIS: Final = 58
_MARK: Final = 22


def render_explore(view: View, identity: str) -> str:
    """Return picture, controls and data of a figure.

    Parameters
    ----------
    view
        What it shows.
    identity
        HTML id of the figure; those of its controls begin with it.
    """
    return (
        f'<p class="lc-explore-title">{escape(_(view.plan.title))}</p>\n'
        f"{_picture(view)}\n"
        f'<p class="lc-explore-lead">{escape(_("Assumptions"))}</p>\n'
        f"{_knobs(view, identity)}\n"
        f'<p class="lc-explore-tools" hidden><button type="button" class="lc-explore-reset">'
        f"{escape(_('Reset'))}</button> "
        f"<span>{escape(_('The address of this page keeps your choice.'))}</span></p>\n"
        f"{_also(view)}"
        '<output class="lc-explore-now"></output>\n'
        '<script type="application/json" class="lc-explore-data">'
        f"{_json(data_of(view))}</script>\n"
    )


def told(view: View, point: int) -> str:
    """Return what the picture shows at a point, in words."""
    parts = [
        _sentence(_(row.words), readings[point], _(row.range))
        for row, readings in zip(view.plan.rows, view.rows, strict=True)
    ]
    return _("; ").join(parts)


def _sentence(words: str, reading: Reading, meaning: str) -> str:
    said = _("{claim}: {value}").format(claim=words, value=reading.value)
    if reading.range:
        said = _("{said}, {range}").format(said=said, range=_ranged(reading, meaning))
    return said


def _ranged(reading: Reading, meaning: str) -> str:
    if not reading.range or not meaning:
        return reading.range
    return _("{range} ({meaning})").format(range=reading.range, meaning=meaning)


def data_of(view: View) -> dict[str, Any]:
    """Return all that the script chooses from; equal words are held once."""
    words: dict[str, int] = {}
    grades = {grade: number for number, grade in enumerate(Grade)}

    def note(text: str) -> int:
        return words.setdefault(text, len(words))

    def readings(row: Sequence[Reading], meaning: str) -> dict[str, list[int]]:
        return {
            "value": [note(one.value) for one in row],
            "range": [note(_ranged(one, meaning)) for one in row],
            "grade": [grades[one.grade] for one in row],
            "at": [one.at for one in row],
            "low": [-1 if one.low is None else one.low for one in row],
            "high": [-1 if one.high is None else one.high for one in row],
        }

    rows = [
        {"words": _(row.words), **readings(points, _(row.range))}
        for row, points in zip(view.plan.rows, view.rows, strict=True)
    ]
    also = [
        {
            part: values
            for part, values in readings(points, "").items()
            if part in ("value", "grade")
        }
        for points in view.also
    ]
    return {
        "knobs": [
            {
                "name": knob.name,
                "start": knob.start,
                "stops": [[stop.token, stop.words, grades[stop.grade]] for stop in stops],
            }
            for knob, stops in zip(view.plan.knobs, view.stops, strict=True)
        ],
        "rows": rows,
        "also": also,
        "words": list(words),
        "grades": [[grade.value, grade_letter(grade), grade_word(grade)] for grade in Grade],
        "say": {
            "claim": _("{claim}: {value}"),
            "range": _("{said}, {range}"),
            "next": _("; "),
        },
    }


def _json(value: Any) -> str:
    """Write JSON that no markup in it can end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _picture(view: View) -> str:
    rows = len(view.rows)
    height = rows * _ROW + _AXIS + _MARK * len(view.marks)
    parts = [
        f'<svg class="lc-explore-picture" role="img" width="100%" height="{height}" '
        f'aria-label="{escape(told(view, view.start))}">'
    ]
    for number, (row, readings) in enumerate(zip(view.plan.rows, view.rows, strict=True)):
        parts.append(_row(view, number, _(row.words), readings, _(row.range)))
    parts.append(_axis(view, rows * _ROW))
    for number, mark in enumerate(view.marks):
        y = rows * _ROW + _AXIS + _MARK * number
        parts.append(
            f'<g class="lc-{mark.grade}"><line class="lc-explore-mark lc-explore-mark-{number}" '
            f'x1="2%" x2="2%" y1="{y - 3}" y2="{y + 13}"/>'
            f'<text class="lc-explore-small" x="2%" dx="9" y="{y + 9}">{escape(mark.words)}'
            f"{_letter(mark.grade)}</text></g>"
        )
    return "\n".join([*parts, "</svg>"])


def _row(view: View, number: int, words: str, readings: Sequence[Reading], meaning: str) -> str:
    now, top = readings[view.start], number * _ROW
    y = top + _STRIP
    spots = sorted({reading.at for reading in readings})
    bounds = (now.at, now.at) if now.low is None or now.high is None else (now.low, now.high)
    hidden = ' visibility="hidden"' if now.low is None else ""
    return (
        f'<g class="lc-explore-row lc-{now.grade}">'
        f'<text class="lc-explore-words" x="0" y="{top + 14}">{escape(words)}</text>'
        f'<text class="lc-explore-value" x="0" y="{top + 36}"><tspan>{escape(now.value)}</tspan>'
        f"{_letter(now.grade)}</text>"
        f'<text class="lc-explore-small lc-explore-range" x="0" y="{top + 54}">'
        f"{escape(_ranged(now, meaning))}</text>"
        f'<line class="lc-explore-track" x1="{_x(0)}" x2="{_x(1000)}" y1="{y}" y2="{y}"/>'
        f'<g class="lc-explore-others">{"".join(_spot(x, y) for x in spots)}</g>'
        + "".join(
            f'<line class="lc-explore-mark lc-explore-mark-{mark_number}" x1="{_x(mark.at)}" '
            f'x2="{_x(mark.at)}" y1="{y - 10}" y2="{y + 10}"/>'
            for mark_number, mark in enumerate(view.marks)
        )
        + f'<line class="lc-explore-interval" x1="{_x(bounds[0])}" x2="{_x(bounds[1])}" '
        f'y1="{y}" y2="{y}"{hidden}/>'
        f'<circle class="lc-explore-dot" cx="{_x(now.at)}" cy="{y}" r="6.5"/></g>'
    )


def _spot(x: int, y: int) -> str:
    return f'<line x1="{_x(x)}" x2="{_x(x)}" y1="{y - 7}" y2="{y + 7}"/>'


def _axis(view: View, y: int) -> str:
    parts = [f'<line class="lc-explore-axis" x1="{_x(0)}" x2="{_x(1000)}" y1="{y}" y2="{y}"/>']
    last = len(view.scale.ticks) - 1
    for number, (x, words) in enumerate(view.scale.ticks):
        anchor = "start" if number == 0 else "end" if number == last else "middle"
        parts.append(
            f'<line class="lc-explore-axis" x1="{_x(x)}" x2="{_x(x)}" y1="{y}" y2="{y + 5}"/>'
            f'<text class="lc-explore-small" x="{_x(x)}" y="{y + 19}" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )
    parts.append(
        f'<text class="lc-explore-small" x="100%" y="{y + 38}" text-anchor="end">'
        f"{escape(view.scale.title)}</text>"
    )
    return "".join(parts)


def _x(place: int) -> str:
    """Return a place on the axis as a share of the width, with a margin for the dot."""
    return f"{2 + 0.096 * place:.1f}%"


def _letter(grade: Grade) -> str:
    return f'<tspan class="lc-explore-letter" dx="2" dy="-5">{grade_letter(grade)}</tspan>'


def _also(view: View) -> str:
    if not view.also:
        return ""
    lines = [
        f"<div><dt>{escape(_(words))}</dt><dd><span>{escape(readings[view.start].value)}</span>"
        f"{mark_html(readings[view.start].grade)}</dd></div>"
        for words, readings in zip(view.plan.also.values(), view.also, strict=True)
    ]
    return f'<dl class="lc-explore-also">{"".join(lines)}</dl>\n'


def _knobs(view: View, identity: str) -> str:
    items = []
    for knob, stops in zip(view.plan.knobs, view.stops, strict=True):
        slider, now = f"{identity}-{knob.name}", stops[knob.start]
        items.append(
            f'<li><label for="{slider}">{escape(_(knob.words))}</label> '
            f'<output class="lc-explore-stop" for="{slider}" aria-live="off">'
            f"<span>{escape(now.words)}</span>{mark_html(now.grade)}</output>"
            f'<input type="range" id="{slider}" min="0" max="{len(stops) - 1}" step="1" '
            f'value="{knob.start}" aria-valuetext="{escape(now.words)}" autocomplete="off" hidden>'
            "</li>"
        )
    return f'<ul class="lc-explore-knobs">{"".join(items)}</ul>'
