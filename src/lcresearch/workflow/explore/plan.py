"""The plan of a figure to play with: a sweep, and the words in which readers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lcresearch.errors import ParameterError, UnitError, did_you_mean
from lcresearch.units import check_unit
from lcresearch.workflow.yaml_values import read_yaml

__all__ = ["PLANS", "Knob", "Plan", "Row", "plan_names", "read_plan"]

PLANS: Final = Path("book/explore")
"""Where the plans lie in a checkout."""

_SWEEP: Final = ("notebook", "fixed", "grid", "time_limit")
_SHOWN: Final = ("title", "axis", "parameters", "shown", "also", "marks")
_OF_KNOB: Final = ("words", "figure", "unit", "start")
_OF_ROW: Final = ("words", "range")
# More stops than these are no slider that one can aim at, nor a page that loads quickly.
_MOST_STOPS: Final = 12
_MOST_RUNS: Final = 250
_MOST_MARKS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Knob:
    """A parameter that readers set.

    Parameters
    ----------
    name
        The notebook's name of it.
    words
        What readers call it.
    figure
        Key of the county's figure that it replaces; empty if there is none.
    unit
        Unit, where there is no figure.
    values
        The stops, in order; ``None`` leaves it to the county's figure.
    start
        Which stop is shown first.
    """

    name: str
    words: str
    figure: str
    unit: str
    values: tuple[Any, ...]
    start: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """A claim that is drawn: its key, what readers call it, and what its range means."""

    key: str
    words: str
    range: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A figure to play with.

    Parameters
    ----------
    name
        Name of the file, without suffix.
    sweep
        Fields of the sweep, as `lcresearch sweep` takes them.
    title, axis
        Words above the figure and below its axis.
    knobs
        Parameters, in the order of the sweep's grid.
    rows
        Claims that are drawn on one axis, the most important first.
    also
        Words of further claims that are told as numbers, by key.
    marks
        Words of the county's figures, or claims, that are marked on the axis, by key.
    """

    name: str
    sweep: Mapping[str, Any]
    title: str
    axis: str
    knobs: tuple[Knob, ...]
    rows: tuple[Row, ...]
    also: Mapping[str, str]
    marks: Mapping[str, str]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all claims that are drawn or told."""
        return (*(row.key for row in self.rows), *self.also)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of stops of each parameter."""
        return tuple(len(knob.values) for knob in self.knobs)


def plan_names(root: Path) -> list[str]:
    """Return the names of all plans of a checkout."""
    return sorted(path.stem for path in (root / PLANS).glob("*.yml"))


def read_plan(root: Path, name: str) -> Plan:
    """Read a plan from ``book/explore/NAME.yml``.

    The file holds the fields of a sweep (``notebook``, ``grid``, ``fixed``, ``time_limit``) and
    those that tell what readers see: ``title``, ``axis``, ``parameters`` with ``words`` and
    ``figure`` or ``unit`` for each parameter of the grid, ``shown`` with ``words`` and ``range``
    for each claim that is drawn, ``also`` and ``marks`` with words by key.

    Raises
    ------
    ParameterError
        If there is no such file, or it is not of this form.
    """
    path = root / PLANS / f"{name}.yml"
    if not path.is_file():
        known = plan_names(root)
        raise ParameterError(
            f"There is no {PLANS}/{name}.yml: write it, or use one of "
            f"{', '.join(known) or 'those that you write there'}.{did_you_mean(name, known)}"
        )
    given = read_yaml(path)
    where = f"{PLANS}/{path.name}"
    _check(where, "", given, (*_SWEEP, *_SHOWN), needed=("notebook", "grid", *_SHOWN[:4]))
    knobs = _knobs(where, given["grid"], given["parameters"])
    runs = 1
    for knob in knobs:
        runs *= len(knob.values)
    if runs > _MOST_RUNS:
        raise ParameterError(
            f"{where}: its grid asks for {runs} runs, and a page holds at most {_MOST_RUNS}: give "
            f"fewer values."
        )
    return Plan(
        name=name,
        sweep={field: given[field] for field in _SWEEP if field in given},
        title=_words(where, "title", given["title"]),
        axis=_words(where, "axis", given["axis"]),
        knobs=knobs,
        rows=_rows(where, given["shown"]),
        also=_words_by_key(where, "also", given.get("also", {})),
        marks=_marks(where, given.get("marks", {})),
    )


def _check(
    where: str, part: str, given: Any, known: tuple[str, ...], *, needed: tuple[str, ...]
) -> None:
    """Refuse what is no mapping, has an unknown field, or lacks one."""
    place = f"{where}: {part}: " if part else f"{where}: "
    if not isinstance(given, dict):
        raise ParameterError(f"{place}must hold the fields {', '.join(known)}.")
    for field in given:
        if field not in known:
            raise ParameterError(
                f"{place}has no use for {field!r}; it takes {', '.join(known)}."
                f"{did_you_mean(field, known)}"
            )
    if lacking := [field for field in needed if field not in given]:
        raise ParameterError(f"{place}lacks {lacking[0]}: add it.")


def _words(where: str, part: str, given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ParameterError(f"{where}: {part} must be words for readers, not {given!r}.")
    return " ".join(given.split())


def _words_by_key(where: str, part: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise ParameterError(f"{where}: {part} must hold words by key.")
    return {str(key): _words(where, f"{part}: {key}", words) for key, words in given.items()}


def _marks(where: str, given: Any) -> dict[str, str]:
    marks = _words_by_key(where, "marks", given)
    if len(marks) > _MOST_MARKS:
        raise ParameterError(
            f"{where}: marks: give at most {_MOST_MARKS}, or none tells them apart."
        )
    return marks


def _knobs(where: str, grid: Any, given: Any) -> tuple[Knob, ...]:
    if not isinstance(grid, dict) or not grid:
        raise ParameterError(f"{where}: grid must hold a list of values for each parameter.")
    _check(where, "parameters", given, tuple(grid), needed=tuple(grid))
    knobs = []
    for name, values in grid.items():
        part, told = f"parameters: {name}", given[name]
        _check(where, part, told, _OF_KNOB, needed=("words",))
        if not isinstance(values, list) or not 2 <= len(values) <= _MOST_STOPS:
            raise ParameterError(
                f"{where}: grid: {name} must be a list of 2 to {_MOST_STOPS} values."
            )
        figure, unit = str(told.get("figure", "")), str(told.get("unit", ""))
        if bool(figure) == bool(unit):
            raise ParameterError(
                f"{where}: {part}: give figure, the key of the county's figure that it replaces, "
                f"or unit where there is none."
            )
        try:
            _ = unit and check_unit(unit)
        except UnitError as error:
            raise ParameterError(f"{where}: {part}: {error}") from None
        start = told.get("start")
        if start not in values:
            raise ParameterError(
                f"{where}: {part}: start is {start!r}, which is none of its values: choose one of "
                f"them, or add null to the grid."
            )
        if None in values and not figure:
            raise ParameterError(f"{where}: {part}: null needs a figure that stands for it.")
        knobs.append(
            Knob(
                name=name,
                words=_words(where, f"{part}: words", told["words"]),
                figure=figure,
                unit=unit,
                values=tuple(values),
                start=values.index(start),
            )
        )
    return tuple(knobs)


def _rows(where: str, given: Any) -> tuple[Row, ...]:
    if not isinstance(given, dict) or not given:
        raise ParameterError(f"{where}: shown must hold words and range for each claim, by key.")
    rows = []
    for key, told in given.items():
        part = f"shown: {key}"
        _check(where, part, told, _OF_ROW, needed=("words",))
        meaning = told.get("range")
        rows.append(
            Row(
                key=str(key),
                words=_words(where, f"{part}: words", told["words"]),
                range=_words(where, f"{part}: range", meaning) if meaning is not None else "",
            )
        )
    return tuple(rows)
