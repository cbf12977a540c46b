"""A map of a county's townships without a base map: points, hull, scale and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from scipy.spatial import ConvexHull

from lcresearch.errors import DataError
from lcresearch.evidence import Grade
from lcresearch.figures import GRADE_COLOURS, WIDTH
from lcresearch.figures_parts import HALO

__all__ = ["draw_townships", "from_seat", "map_height", "name_townships"]

_KM_PER_DEGREE = 6371.0088 * np.pi / 180
_MARGINS = (0.14, 0.07)
_BARS = (1, 2, 5, 10, 20, 50, 100)
Box = tuple[float, float, float, float]


def from_seat(townships: pd.DataFrame) -> pd.DataFrame:
    """Return kilometres ``east`` and ``north`` of the county seat, one row for each township.

    The projection is equirectangular: a degree of longitude has its length at the seat's latitude.

    Parameters
    ----------
    townships
        A county's townships, with ``name``, ``seat``, ``lat`` and ``lon``.
    """
    points = townships.set_index("name")
    seat = points.loc[points["seat"] == "yes"]
    if len(seat) != 1:
        raise DataError(f"A map needs one county seat, not {len(seat)}: mend the column 'seat'.")
    lat, lon = float(seat["lat"].iloc[0]), float(seat["lon"].iloc[0])
    return pd.DataFrame(
        {
            "east": (points["lon"] - lon) * _KM_PER_DEGREE * np.cos(np.radians(lat)),
            "north": (points["lat"] - lat) * _KM_PER_DEGREE,
        }
    )


def map_height(townships: pd.DataFrame) -> float:
    """Return the height in inches at which a sheet's map of these townships fills its width."""
    where = from_seat(townships)
    wide, high = (
        max(1.0, float(np.ptp(where[axis]))) * (1 + 2 * margin)
        for axis, margin in zip(("east", "north"), _MARGINS, strict=True)
    )
    # Beside the map stand the ticks; above and under it title, ticks and legend.
    return float(np.clip((WIDTH - 0.75) * high / wide + 1.8, 4.2, 8.2))


def draw_townships(axes: Axes, townships: pd.DataFrame) -> None:
    """Draw the townships' points, their hull, a scale bar, and words on the projection.

    Points that were placed by description are told by their form, not by their colour alone.
    """
    where = from_seat(townships)
    east, north = where["east"].to_numpy(), where["north"].to_numpy()
    seat = (townships["seat"] == "yes").to_numpy()
    placed = (townships["point"] == "approximate").to_numpy()
    if len(where) > 2:
        edge = ConvexHull(where.to_numpy()).vertices
        _ = axes.fill(
            east[edge],
            north[edge],
            fc="0.95",
            ec="0.6",
            lw=1,
            zorder=0,
            label="hull, not the border",
        )
    green, orange = GRADE_COLOURS[Grade.PUBLISHED], GRADE_COLOURS[Grade.ASSUMED]
    for rows, marker, size, face, colour, words in (
        (~seat & ~placed, "o", 7, green, green, "point measured"),
        (~seat & placed, "^", 9, "white", orange, "placed by description"),
        (seat, "s", 9, "black", "black", f"county seat, {where.index[seat][0]}"),
    ):
        if rows.any():
            _ = axes.plot(
                east[rows],
                north[rows],
                marker,
                ms=size,
                mfc=face,
                mec=colour,
                mew=2,
                label=words,
                zorder=3,
            )
    axes.set_aspect("equal")
    axes.margins(*_MARGINS)
    axes.grid(visible=False)
    latitude = float(townships.loc[seat, "lat"].iloc[0])
    _ = axes.set_title(
        f"equirectangular, true at {latitude:.1f}° north; north is up", fontweight="normal"
    )
    _ = axes.set(xlabel="km east of the seat", ylabel="km north of the seat")
    _draw_scale(axes, where)


def _draw_scale(axes: Axes, where: pd.DataFrame) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    length = max(bar for bar in _BARS if bar <= max(1, 0.3 * (right - left)))
    height = bottom + 0.035 * (top - bottom)
    inset = 0.04 * (right - left)
    # In the lower corner that is farther from all points.
    starts = [left + inset, right - inset - length]
    start = max(
        starts,
        key=lambda x: np.hypot(
            where["east"] - x - length / 2, np.minimum(0, height - where["north"])
        ).min(),
    )
    _ = axes.plot(
        [start, start + length], [height] * 2, color="black", lw=3, solid_capstyle="butt", zorder=4
    )
    _ = axes.annotate(
        f"{length} km",
        (start + length / 2, height),
        xytext=(0, 5),
        textcoords="offset points",
        ha="center",
    )
    _ = axes.set(xlim=(left, right), ylim=(bottom, top))


def name_townships(
    axes: Axes,
    townships: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    lines: Iterable[str] = (),
) -> None:
    """Put each text beside its township, where it covers the least of others and of the points.

    Call it last: the places depend on limits and legends.

    Parameters
    ----------
    axes
        The map.
    townships
        The townships that were drawn.
    texts
        What to write, by township.
    lines
        Townships to which a line leads from the seat, which texts keep clear of.
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        raise DataError("These axes belong to no figure: draw them on one first.")
    figure.draw_without_rendering()
    where = from_seat(townships)
    dots = pd.DataFrame(axes.transData.transform(where), index=where.index)
    unit = figure.dpi / 72
    taken: list[Box] = [_square(dot, 5 * unit) for dot in dots.to_numpy()]
    origin = axes.transData.transform((0, 0))
    for name in lines:
        steps = np.linspace(0.1, 0.9, 12)[:, None]
        taken += [
            _square(dot, 2 * unit) for dot in origin + steps * (dots.loc[name].to_numpy() - origin)
        ]
    frame = axes.get_window_extent()
    all_dots = dots.to_numpy()
    crowd = np.hypot(*(all_dots[:, None] - all_dots[None]).T)
    # Where townships crowd there is least choice: these come first.
    for row in np.argsort(np.sort(crowd, axis=1)[:, 1:5].mean(axis=1), kind="stable"):
        text = texts.get(str(dots.index[row]), "")
        if not text:
            continue
        label = axes.text(
            0,
            0,
            text,
            fontsize=10,
            linespacing=1.1,
            path_effects=HALO,
            va="bottom",
            zorder=5,
        )
        extent = label.get_window_extent()
        best: tuple[float, Box, float] | None = None
        for far in (7.0, 16.0, 28.0, 42.0, 58.0):
            for angle in np.radians(np.arange(0, 360, 15)):
                box = _beside(all_dots[row], far * unit, angle, extent.width, extent.height)
                outside = sum(
                    max(0.0, beyond)
                    for beyond in (
                        frame.x0 - box[0],
                        box[2] - frame.x1,
                        frame.y0 - box[1],
                        box[3] - frame.y1,
                    )
                )
                hidden = sum(_overlap(box, other) for other in taken) + 20 * unit * outside
                cost = hidden + 3 * unit * unit * far
                if best is None or cost < best[0]:
                    best = cost, box, far
        if best is None:
            continue
        _, box, far = best
        taken.append(box)
        x, y = axes.transData.inverted().transform(box[:2])
        label.set_position((float(x), float(y)))
        if far > 10:
            nearest = np.clip(all_dots[row], box[:2], box[2:])
            ends = axes.transData.inverted().transform([all_dots[row], nearest])
            _ = axes.plot(*ends.T, color="0.3", lw=0.7, zorder=2)


def _square(middle: npt.NDArray[np.float64], half: float) -> Box:
    x, y = (float(at) for at in middle)
    return x - half, y - half, x + half, y + half


def _beside(
    dot: npt.NDArray[np.float64], far: float, angle: float, width: float, height: float
) -> Box:
    across, along = np.cos(angle), np.sin(angle)
    x = float(dot[0] + far * across + (across - 1) / 2 * width)
    y = float(dot[1] + far * along + (along - 1) / 2 * height)
    return x, y, x + width, y + height


def _overlap(one: Box, other: Box) -> float:
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    return across * max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
