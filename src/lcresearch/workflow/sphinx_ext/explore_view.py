"""What a figure to play with shows at each of its points: every word and place, made beforehand.

The script on the page only chooses among these; it never formats a number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lcresearch.errors import BookError, did_you_mean
from lcresearch.evidence import Figure, Grade
from lcresearch.workflow.explore.plan import Knob, Plan
from lcresearch.workflow.explore.stored import Stored
from lcresearch.workflow.sphinx_ext.words import describe_range, describe_value
from lcresearch.workflow.sphinx_ext.words import translate as _

__all__ = ["Mark", "Reading", "Scale", "Stop", "View", "make_view"]

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_STEPS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A value of a parameter: how the page's address names it, how it reads, and its grade."""

    token: str
    words: str
    grade: Grade


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A claim at one point: number with unit and range in words, and where they lie.

    Parameters
    ----------
    value, range
        In words; the range is empty where the claim has none.
    grade
        Grade of the claim.
    at, low, high
        Places on the axis, from 0 to 1000; ``None`` for a bound that it does not have.
    """

    value: str
    range: str
    grade: Grade
    at: int
    low: int | None
    high: int | None


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The axis: its title with the unit, and the words of its ticks by place."""

    title: str
    ticks: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A figure that is marked on the axis, in words with its grade, and its place."""

    words: str
    grade: Grade
    at: int


@dataclass(frozen=True, kw_only=True)
class View:
    """All that a figure shows.

    Parameters
    ----------
    plan
        The plan, its words not yet translated.
    stops
        For each parameter its stops.
    start
        The point that is shown first.
    rows, also
        For each claim its readings, one for each point.
    scale, marks
        The axis.
    spread
        A sentence on how far the first claim runs over all points.
    """

    plan: Plan
    stops: tuple[tuple[Stop, ...], ...]
    start: int
    rows: tuple[tuple[Reading, ...], ...]
    also: tuple[tuple[Reading, ...], ...]
    scale: Scale
    marks: tuple[Mark, ...]
    spread: str


def make_view(plan: Plan, stored: Stored, known: Mapping[str, Figure]) -> View:
    """Return what a figure shows.

    Parameters
    ----------
    plan, stored
        What is shown, and the claims of every point.
    known
        The county's figures, and the book's claims, by key.

    Raises
    ------
    BookError
        If the plan names a figure that is not known, or claims of different units share the axis.
    """
    rows = [[claims[row.key] for claims in stored.points] for row in plan.rows]
    units = {claim.unit for row in rows for claim in row}
    marks = {key: _find(plan, known, key) for key in plan.marks}
    units |= {figure.unit for figure in marks.values()}
    if len(units) > 1:
        raise BookError(
            f"book/explore/{plan.name}.yml: shown and marks have the units "
            f"{', '.join(sorted(units))}, and one axis takes one: move some to also."
        )
    step, top, bottom = _axis([*(claim for row in rows for claim in row), *marks.values()])

    def place(value: float) -> int:
        return round(1000 * (value - bottom) / (top - bottom))

    first = rows[0][0]
    unit = describe_value(first).removeprefix(describe_value(first, unit=False)).strip()
    title = _(plan.axis)
    ticks = [bottom + n * step for n in range(round((top - bottom) / step) + 1)]
    return View(
        plan=plan,
        stops=tuple(tuple(_stops(plan, knob, known)) for knob in plan.knobs),
        start=_start(plan),
        rows=tuple(tuple(_reading(claim, place) for claim in row) for row in rows),
        also=tuple(
            tuple(_reading(claims[key], lambda _value: 0) for claims in stored.points)
            for key in plan.also
        ),
        scale=Scale(
            title=_("{title}, {unit}").format(title=title, unit=_plural(first)) if unit else title,
            ticks=tuple((place(tick), _tick(first, tick)) for tick in ticks),
        ),
        marks=tuple(
            Mark(
                words=f"{_(plan.marks[key])}: {describe_value(figure)}",
                grade=figure.grade,
                at=place(figure.value or 0.0),
            )
            for key, figure in marks.items()
        ),
        spread=_spread(plan, rows[0]),
    )


def _find(plan: Plan, known: Mapping[str, Figure], key: str) -> Figure:
    figure = known.get(key)
    if figure is None or figure.value is None:
        raise BookError(
            f"book/explore/{plan.name}.yml: there is no figure {key!r} with a number."
            f"{did_you_mean(key, known, most=3)}"
        )
    return figure


def _start(plan: Plan) -> int:
    start = 0
    for knob in plan.knobs:
        start = start * len(knob.values) + knob.start
    return start


def _stops(plan: Plan, knob: Knob, known: Mapping[str, Figure]) -> Iterable[Stop]:
    """Yield the stops of a parameter; beside its value each tells which end of the range it is."""
    figure = _find(plan, known, knob.figure) if knob.figure else None
    for value in knob.values:
        if value is None:
            assert figure is not None
            yield Stop(token="open", words=_open(figure), grade=figure.grade)
            continue
        token = json.dumps(value)
        token = token.removesuffix(".0") if isinstance(value, float) else token
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield Stop(token=token, words=str(value), grade=Grade.ASSUMED)
            continue
        chosen = _replaced(figure, knob, float(value))
        words = describe_value(chosen)
        for name, end in _ends(figure):
            if end == value:
                words = _("{value} ({which})").format(value=words, which=name)
        yield Stop(token=token, words=words, grade=Grade.ASSUMED)


def _replaced(figure: Figure | None, knob: Knob, value: float) -> Figure:
    return Figure(
        key=figure.key if figure else knob.name,
        value=value,
        unit=figure.unit if figure else knob.unit,
        grade=Grade.ASSUMED,
        source="set by the reader",
    )


def _open(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return describe_value(figure)
    return _("left open, {range}").format(range=describe_range(figure))


def _ends(figure: Figure | None) -> list[tuple[str, float | None]]:
    if figure is None or figure.low is None or figure.high is None:
        return []
    return [
        (_("low end"), figure.low),
        (_("most likely"), figure.value),
        (_("high end"), figure.high),
    ]


def _reading(claim: Figure, place: Any) -> Reading:
    both = claim.low is not None and claim.high is not None and claim.low < claim.high
    return Reading(
        value=describe_value(claim),
        range=describe_range(claim, unit=False) if both else "",
        grade=claim.grade,
        at=place(claim.value),
        low=place(claim.low) if both else None,
        high=place(claim.high) if both else None,
    )


def _axis(figures: Iterable[Figure]) -> tuple[float, float, float]:
    """Return step, top and bottom of an axis that starts at zero if nothing lies below."""
    ends = [end for one in figures for end in (one.value, one.low, one.high) if end is not None]
    least, most = min(0.0, *ends), max(0.0, *ends)
    rough = (most - least) / _MOST_STEPS or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in _STEPS if power * one >= rough * (1 - 1e-9))
    return step, step * math.ceil(most / step - 1e-9), step * math.floor(least / step + 1e-9)


def _tick(like: Figure, value: float) -> str:
    return describe_value(_at(like, float(f"{value:.12g}")), unit=False)


def _plural(like: Figure) -> str:
    """Return the unit as it stands behind several."""
    several = _at(like, 1000.0)
    return describe_value(several).removeprefix(describe_value(several, unit=False)).strip()


def _at(like: Figure, value: float, *, low: float | None = None) -> Figure:
    return Figure(
        key=like.key,
        value=value,
        unit=like.unit,
        grade=like.grade,
        source=like.source,
        low=low,
        high=None if low is None else value,
    )


def _spread(plan: Plan, row: list[Figure]) -> str:
    values = [claim.value for claim in row if claim.value is not None]
    words = describe_range(_at(row[0], max(values), low=min(values)))
    told = _("Over all {count} combinations of these choices, “{claim}” runs from {range}.")
    return told.format(count=len(row), claim=_(plan.rows[0].words), range=words)
