"""Parts that charts share: the sheet, plain ticks, intervals, swings, labels at lines' ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from lcresearch.errors import DataError
from lcresearch.evidence import Figure, Grade
from lcresearch.figures import GRADE_COLOURS, GRADE_MARKERS, WIDTH

__all__ = [
    "HALO",
    "bound_marker",
    "end_labels",
    "graded",
    "grades_below",
    "ink",
    "intervals",
    "legend_below",
    "log_scale",
    "name_rows",
    "plain_number",
    "sheet",
    "spaced",
    "swings",
    "tint",
]

# Letters over lines stay readable.
HALO: Final = (withStroke(linewidth=3, foreground="white"),)


def sheet(
    title: str, *, height: float, rows: int = 1, columns: int = 1, **options: Any
) -> tuple[Canvas, Any]:
    """Return a figure of the book's width with its title at the left edge, and its axes.

    Parameters
    ----------
    title
        What is seen, in words; broken into lines where it is wider than the figure.
    height
        Inches.
    rows, columns
        Numbers of panels.
    options
        Passed on to `matplotlib.pyplot.subplots`.
    """
    canvas, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), **options)
    _ = canvas.suptitle(title, x=0.012, ha="left", wrap=True)
    return canvas, axes


def graded(words: str, *figures: Figure | Grade) -> str:
    """Return words with the weakest grade of what they name, such as ``yuan (assumed)``."""
    grades = [f if isinstance(f, Grade) else f.grade for f in figures]
    return f"{words} ({Grade.weakest(grades)})"


def plain_number(value: float) -> str:
    """Return a tick's number without powers of ten: grouped thousands, a true minus."""
    return f"{value:,.10g}".replace("-", "−")


def log_scale(axes: Axes, which: str, *, steps: Sequence[int] = (1, 2, 5)) -> None:
    """Give axis ``x`` or ``y`` a log scale, with plain numbers at these steps of every decade."""
    _ = axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=tuple(steps), numticks=30))
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value)))
    axis.set_minor_locator(NullLocator())


def name_rows(axes: Axes, names: Sequence[str], *, at: Sequence[float] | None = None) -> None:
    """Name rows from the top down, without lines between them; `at` sets gaps between groups."""
    places = list(range(len(names))) if at is None else list(at)
    _ = axes.set_yticks(places, names)
    edge = 0.6 * (float(np.diff(places).mean()) if len(places) > 1 else 1.0)
    axes.set_ylim(max(places) + edge, min(places) - edge)
    axes.grid(visible=False, axis="y")


def spaced(names: Sequence[str], *, groups: Sequence[int] | None = None) -> list[float]:
    """Return places of rows, as far apart as their names have lines, with gaps between groups.

    Parameters
    ----------
    names
        Names from the top down, with line breaks.
    groups
        Number of each row's group; where it changes a gap is left.
    """
    of = [0] * len(names) if groups is None else list(groups)
    places, edge = [], 0.0
    for row, name in enumerate(names):
        half = (name.count("\n") + 2) / 2
        edge += 1.0 if row and of[row] != of[row - 1] else 0.0
        places.append(edge + half)
        edge += 2 * half
    return places


def intervals(
    axes: Axes,
    at: npt.ArrayLike,
    value: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    vertical: bool = False,
    **look: Any,
) -> None:
    """Draw values as points with their intervals as whiskers.

    Parameters
    ----------
    axes
        Where to draw.
    at
        Places of the rows; of the columns if `vertical`.
    value, low, high
        One number each for each place; where a bound is missing none is drawn.
    vertical
        Whether values run upwards.
    look
        Passed on to `Axes.errorbar`, such as ``fmt``, ``color`` and ``label``.
    """
    middle, low, high = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (value, low, high))
    reach = np.nan_to_num(np.vstack([middle - low, high - middle]), posinf=0.0)
    across, along = (at, middle) if vertical else (middle, at)
    look = {"fmt": "o", "ms": 7, "lw": 2, "capsize": 3, **look}
    _ = axes.errorbar(across, along, **{"yerr" if vertical else "xerr": reach}, **look)


def swings(
    axes: Axes, table: pd.DataFrame, middle: float, *, colour: str = GRADE_COLOURS[Grade.ASSUMED]
) -> pd.DataFrame:
    """Draw what each assumption moves when it alone goes from its low to its high value.

    Parameters
    ----------
    axes
        Where to draw.
    table
        The result at the ``low`` and the ``high`` value, one row for each assumption.
    middle
        The result with all at their modes.
    colour
        Of the bars at the high value; those at the low one are paler.

    Returns
    -------
    pandas.DataFrame
        The table, the assumption that moves most first.
    """
    reach = (table["high"] - table["low"]).abs()
    table = table.loc[reach.sort_values(ascending=False, kind="stable").index]
    rows = np.arange(len(table))
    for end, shade in (("low", tint(colour)), ("high", colour)):
        _ = axes.barh(
            rows,
            table[end] - middle,
            left=middle,
            height=0.7,
            color=shade,
            lw=0,
            label=f"at its {end} value",
        )
    _ = axes.axvline(middle, color="0.25", lw=1.2)
    for row in rows[np.isclose(table["low"], table["high"])]:
        _ = axes.annotate(
            "no effect",
            (middle, row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center_baseline",
            color="0.35",
            path_effects=HALO,
        )
    name_rows(axes, [str(name) for name in table.index])
    return table


def end_labels(axes: Axes, ends: Mapping[str, tuple[float, str]], *, gap: float = 1.25) -> None:
    """Write names at the right of lines, pushed apart where they would touch.

    Call it when limits, scales and legends are set.

    Parameters
    ----------
    axes
        Where the lines are.
    ends
        Height of each line's end in data units and its colour, by name.
    gap
        Least distance between two names, in heights of a letter.
    """
    canvas = axes.get_figure(root=True)
    if canvas is None:
        raise DataError("These axes belong to no figure: draw them on one first.")
    canvas.draw_without_rendering()
    size, points = plt.rcParams["legend.fontsize"], 72 / canvas.dpi
    bottom, top = (points * y for y in axes.get_window_extent().intervaly)
    heights = {
        name: points * float(axes.transData.transform((1, y))[1]) for name, (y, _) in ends.items()
    }
    names = sorted(heights, key=lambda name: heights[name])
    wanted = np.array([heights[name] for name in names])
    # Names in a heap share its middle: put each above the last, then move them back as a whole.
    placed = wanted.copy()
    for _ in range(200):
        short = gap * size - np.diff(placed)
        if (short < 1e-6).all():
            break
        push = np.clip(short, 0, None) / 2
        placed[:-1] -= push
        placed[1:] += push
    placed = placed + max(0.0, bottom + size / 2 - placed.min(initial=math.inf))
    placed = placed - max(0.0, placed.max(initial=-math.inf) - top)
    for name, at, true in zip(names, placed, wanted, strict=True):
        y, colour = ends[name]
        _ = axes.annotate(
            name,
            (1, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(6, at - true),
            textcoords="offset points",
            va="center",
            color=ink(colour),
            fontsize=size,
            annotation_clip=False,
        )


def legend_below(
    canvas: Canvas,
    *,
    columns: int = 1,
    handles: Sequence[Any] | None = None,
    title: str | None = None,
) -> None:
    """Put one legend under all panels, at the left, each name once."""
    if handles is None:
        named: dict[str, Any] = {}
        for axes in canvas.axes:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                _ = named.setdefault(label, handle)
    else:
        named = {str(handle.get_label()): handle for handle in handles}
    _ = canvas.legend(
        list(named.values()),
        list(named),
        loc="outside lower left",
        ncols=columns,
        title=title,
        alignment="left",
        columnspacing=1.2,
    )


def grades_below(canvas: Canvas, grades: Iterable[Grade], *, columns: int = 3) -> None:
    """Put a legend of grades under all panels: each with its colour, its marker and its name."""
    handles = [
        Line2D(
            [], [], ls="none", ms=8, marker=GRADE_MARKERS[g], color=GRADE_COLOURS[g], label=str(g)
        )
        for g in sorted(set(grades), reverse=True)
    ]
    legend_below(canvas, columns=columns, handles=handles)


def bound_marker(figure: Figure) -> str:
    """Return the marker of a figure: an arrow for "at most" and "at least", else its grade's."""
    if figure.value is None:
        raise DataError(f"Figure {figure.key!r} has no number: it cannot be drawn.")
    if figure.high == figure.value and figure.low != figure.value:
        return "<"
    if figure.low == figure.value and figure.high != figure.value:
        return ">"
    return GRADE_MARKERS[figure.grade]


def tint(colour: Any, *, share: float = 0.35) -> str:
    """Return a colour on white paper, of which so much is left."""
    red, green, blue = 1 - share * (1 - np.array(colors.to_rgb(colour)))
    return colors.to_hex((red, green, blue))


def ink(colour: Any) -> str:
    """Return a colour dark enough for letters on white: a contrast of at least 4.5 to 1."""
    rgb = np.array(colors.to_rgb(colour))
    while 1.05 / (_luminance(rgb) + 0.05) < 4.5:
        rgb = 0.95 * rgb
    red, green, blue = rgb
    return colors.to_hex((red, green, blue))


def _luminance(rgb: npt.NDArray[np.float64]) -> float:
    # WCAG 2, relative luminance.
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
