"""Names written beside the points of a plot so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from lcresearch.errors import DataError

__all__ = ["label_points"]

# Directions tried in this order: a reader looks to the right of a point first.
_DIRECTIONS: Final = (0, 180, 90, 270, 45, 315, 135, 225, 22, 338, 158, 202, 68, 292, 112, 248)
_STEPS: Final = (7, 14, 22, 32, 44, 58)
_LEADER_FROM: Final = 14
_CLEARANCE: Final = 2.0
_LEADER: Final = {"arrowstyle": "-", "lw": 0.8, "color": "0.5", "shrinkA": 0, "shrinkB": 3}


def label_points(
    axes: Axes,
    x: Sequence[float],
    y: Sequence[float],
    names: Sequence[str],
    *,
    radius: float = 5.0,
    **text: Any,
) -> None:
    """Write each name beside its point, clear of all points and of the other names.

    The most crowded points choose first; each takes the nearest free place around it, and a thin
    line ties the name to its point where that place is not next to it. Where no place is free,
    the one that covers least is taken. Call it last, when limits and layout are settled.

    Parameters
    ----------
    axes
        The axes that hold the points.
    x, y
        The points, in data units.
    names
        One name for each point.
    radius
        Radius of the points' markers, in typographic points.
    **text
        Properties of the text, such as ``fontsize``.

    Raises
    ------
    DataError
        If there is not one name for each point.
    """
    if not len(x) == len(y) == len(names):
        raise DataError(
            f"label_points: {len(x)} x, {len(y)} y and {len(names)} names: give one of each for "
            f"every point."
        )
    if not len(names):
        return
    axes.figure.canvas.draw()
    pixel = axes.figure.dpi / 72
    data = np.column_stack([x, y]).astype(float)
    points = axes.transData.transform(data)
    reach = radius * pixel
    taken = [Bbox([point - reach, point + reach]) for point in points]
    lines: list[np.ndarray] = []
    for index in _most_crowded_first(points):
        size = _size(axes, names[index], text)
        others = [box for i, box in enumerate(taken) if i != index]
        place = min(
            _places(points[index], size, radius, pixel),
            key=lambda place, others=others: (  # type: ignore[misc]
                _cost(place, taken, others, lines, axes.bbox),
                place.step,
            ),
        )
        taken.append(place.box)
        if place.far:
            lines.append(place.leader)
        axes.annotate(
            names[index],
            data[index],
            xytext=tuple((place.centre - points[index]) / pixel),
            textcoords="offset points",
            ha="center",
            va="center_baseline",
            arrowprops=dict(_LEADER) if place.far else None,
            **text,
        )


@dataclass(frozen=True)
class _Place:
    """A place where a name could stand, in pixels, and the line from there to its point."""

    centre: np.ndarray
    box: Bbox
    leader: np.ndarray
    step: float

    @property
    def far(self) -> bool:
        return self.step >= _LEADER_FROM


def _places(point: np.ndarray, size: np.ndarray, radius: float, pixel: float) -> Iterator[_Place]:
    half = size / 2 + _CLEARANCE * pixel
    for step in _STEPS:
        for degrees in _DIRECTIONS:
            direction = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
            # Pushed out by the name's half-width and half-height as far as it leans that way.
            centre = point + direction * ((radius + step) * pixel + size / 2)
            box = Bbox([centre - half, centre + half])
            yield _Place(centre, box, np.linspace(point, centre, 24), step)


def _cost(
    place: _Place, taken: list[Bbox], others: list[Bbox], lines: list[np.ndarray], frame: Bbox
) -> float:
    """Area in square pixels that a place takes from others or has outside the frame."""
    box = place.box
    cost = sum(_overlap(box, other) for other in taken)
    cost += sum(_holds(box, line) for line in lines) * box.height
    cost += box.width * box.height - _overlap(box, frame)
    if place.far:
        cost += sum(_holds(other, place.leader) for other in others) * box.width
    # Rounded, so that a difference in the last digit never outweighs a nearer place.
    return round(cost, 3)


def _most_crowded_first(points: np.ndarray) -> list[int]:
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    crowding = (1 / np.maximum(apart, 1.0)).sum(axis=1)
    return [int(i) for i in np.argsort(-crowding, kind="stable")]


def _size(axes: Axes, name: str, text: dict[str, Any]) -> np.ndarray:
    """Width and height of a name in pixels."""
    probe = axes.text(0, 0, name, transform=None, **text)
    extent = probe.get_window_extent()
    probe.remove()
    return np.array([extent.width, extent.height])


def _overlap(one: Bbox, other: Bbox) -> float:
    common = Bbox.intersection(one, other)
    return 0.0 if common is None else common.width * common.height


def _holds(box: Bbox, line: np.ndarray) -> int:
    """How many of a line's points lie in a box."""
    inside = (line >= box.min) & (line <= box.max)
    return int(inside.all(axis=1).sum())
