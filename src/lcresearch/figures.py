"""Plots of one hand: a shared style, and charts that carry a key and a text alternative."""

from __future__ import annotations

import base64
import re
import sys
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure as Canvas

from lcresearch.errors import DataError
from lcresearch.evidence import CLAIM_METADATA, Grade, ledger
from lcresearch.figures_again import chinese_font, draw_again

__all__ = ["GRADE_COLOURS", "GRADE_MARKERS", "WIDTH", "Chart", "show", "use_style"]

# Inches, at a hundred CSS pixels each: less than the page's column, so that on a phone of 360
# pixels a chart shrinks to two thirds and its smallest letters still have nine pixels.
WIDTH: Final = 5.2
# Okabe and Ito's palette: told apart by the colour-blind, and in grey.
GRADE_COLOURS: Final = {
    Grade.REPORTED: "#0072B2",
    Grade.PUBLISHED: "#009E73",
    Grade.ESTIMATED: "#56B4E9",
    Grade.ASSUMED: "#D55E00",
    Grade.SIMULATED: "#CC79A7",
}
# No grade is told by its colour alone.
GRADE_MARKERS: Final = {
    Grade.REPORTED: "o",
    Grade.PUBLISHED: "s",
    Grade.ESTIMATED: "D",
    Grade.ASSUMED: "^",
    Grade.SIMULATED: "h",
}
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_DOTS_PER_INCH: Final = 200


@dataclass(frozen=True)
class Chart:
    """A drawn chart with the key by which pages show it and the text that stands for it.

    Parameters
    ----------
    key
        Dotted name, such as ``logistics.kilometres``.
    alt
        What the chart shows, in words, for whoever cannot see it.
    png
        The picture.
    width
        Width in CSS pixels.
    again
        What `draw_again` returned: the same in another language.
    """

    key: str
    alt: str
    png: bytes
    width: int
    again: dict[str, Any] | None = None

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        chart: dict[str, Any] = {"key": self.key, "alt": self.alt, "width": self.width}
        if self.again:
            chart["again"] = self.again
        return (
            {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.alt},
            {CLAIM_METADATA: {"chart": chart}, "image/png": {"width": self.width}},
        )


def use_style() -> None:
    """Set the look of all plots: one width, seaborn's white grid, colours for the colour-blind.

    Chinese characters are drawn with the first usual font for them that the machine has.
    """
    chinese = chinese_font()
    sns.set_theme(
        context="notebook",
        style="whitegrid",
        palette=list(GRADE_COLOURS.values()),
        rc={
            "figure.figsize": (WIDTH, 4.0),
            "figure.constrained_layout.use": True,
            "font.size": 10.5,
            "figure.titlesize": 12,
            "figure.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "axes.labelsize": 11,
            "axes.edgecolor": "0.6",
            "axes.linewidth": 1,
            # A label longer than its axis grows inwards: it is never cut at the sheet's edge.
            "xaxis.labellocation": "right",
            "yaxis.labellocation": "top",
            "xtick.labelsize": 10.5,
            "ytick.labelsize": 10.5,
            "grid.color": "0.88",
            "legend.fontsize": 10.5,
            "legend.title_fontsize": 10.5,
            "legend.frameon": False,
            "legend.handlelength": 1.7,
            "lines.linewidth": 2.2,
            "hatch.linewidth": 1.2,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "font.family": ["DejaVu Sans", *([chinese] if chinese else [])],
        },
    )


def show(canvas: Canvas, *, key: str, alt: str) -> Chart:
    """Show a chart in a notebook under a key, with a text alternative, and close it.

    Parameters
    ----------
    canvas
        The matplotlib figure.
    key
        Dotted name by which the book's pages insert the chart.
    alt
        What the chart shows, in one or two sentences.

    Returns
    -------
    Chart
        The picture with its key and text.

    Raises
    ------
    DataError
        If the key is malformed, the text is empty, or an axis has no label.
    """
    if not _KEY.fullmatch(key):
        raise DataError(f"Chart key {key!r} is malformed: use words joined by dots, lower case.")
    if len(alt.split()) < 4:
        raise DataError(f"Chart {key!r} needs a text alternative: say in a sentence what it shows.")
    for axes in canvas.axes:
        if axes.axison and not (axes.get_xlabel() and axes.get_ylabel()):
            raise DataError(f"Chart {key!r}: label both axes, with units.")
    if ledger.invented:
        _ = canvas.text(
            0.5,
            0.5,
            "invented numbers",
            ha="center",
            va="center",
            rotation=30,
            fontsize=26,
            color="0.35",
            alpha=0.35,
            zorder=9,
        )
        alt = f"Invented numbers. {alt}"
    png = _picture(canvas)
    again = draw_again(canvas, alt, _picture)
    plt.close(canvas)
    chart = Chart(key, alt, png, round(canvas.get_figwidth() * 100), again)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        sys.modules["IPython"].display.display(chart)
    return chart


def _picture(canvas: Canvas) -> bytes:
    buffer = BytesIO()
    canvas.savefig(buffer, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
