"""The specification curve: one claim over all runs, in order, above the parameters that made it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from lcresearch.errors import ParameterError, did_you_mean
from lcresearch.evidence import Grade
from lcresearch.workflow.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["choose_curves", "draw_curve"]

# A parameter with more values than these is shown in thirds of its range.
_MANY: Final = 6
_THIRDS: Final = ("low", "middle", "high")
_INK, _BAND = "#0072B2", "#56B4E9"


def choose_curves(claims: pd.DataFrame, wanted: Sequence[str]) -> list[str]:
    """Return the keys that are drawn: those asked for, or the first that differs between runs.

    Raises
    ------
    ParameterError
        If a key is asked for that no run claims.
    """
    known = claims["key"].unique().tolist()
    for key in wanted:
        if known and key not in known:
            raise ParameterError(
                f"curves: no run claims {key!r}.{did_you_mean(key, known, most=3)}"
            )
    if wanted:
        return list(wanted)
    spread = claims.groupby("key", sort=False)["value"].nunique()
    return list(spread[spread > 1].index[:1])


def draw_curve(folder: Path, claims: pd.DataFrame, key: str, varied: Sequence[str]) -> str:
    """Draw one claim over all runs into ``curve-KEY.png``, and return in words what it shows."""
    import matplotlib as mpl

    # Neither a screen nor the settings of whoever calls this are its business.
    with mpl.rc_context({"backend": "Agg"}):
        return _draw_curve(folder, claims, key, varied)


def _draw_curve(folder: Path, claims: pd.DataFrame, key: str, varied: Sequence[str]) -> str:
    import matplotlib.pyplot as plt

    from lcresearch import figures
    from lcresearch.units import describe_unit

    figures.use_style()
    rows = claims[claims["key"] == key].sort_values("value", ignore_index=True)
    unit, grade = describe_unit(rows["unit"].iloc[0]), Grade.weakest(rows["grade"])
    marks = [_marks(rows[f"parameter.{name}"]) for name in varied]
    lines = sum(len(labels) for _, labels in marks)
    canvas, (above, below) = plt.subplots(
        2,
        sharex=True,
        figsize=(7.2, 3.4 + 0.24 * lines),
        height_ratios=[3, 0.24 * lines + 0.1],
    )
    place = np.arange(1, len(rows) + 1)
    ranged = rows["low"].notna() & rows["high"].notna()
    above.vlines(place[ranged], rows["low"][ranged], rows["high"][ranged], color=_BAND, lw=1.2)
    above.plot(place, rows["value"], "o", ms=3, color=_INK)
    above.set_ylabel("\n".join(textwrap.wrap(unit or "value", 30)))
    above.set_title(f"{key} over {len(rows):,} runs ({grade})")
    _draw_marks(below, place, marks, varied)
    below.set_xlabel("runs, in the order of the value")
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png", dpi=200, bbox_inches="tight")
    plt.close(canvas)
    write_bytes(folder / f"curve-{key}.png", buffer.getvalue())
    low, middle, high = rows["value"].quantile([0, 0.5, 1])
    return (
        f"{key}: {low:.4g} to {high:.4g}{f' {unit}' if unit else ''}, median {middle:.4g} "
        f"({len(rows):,} runs, {grade})"
    )


def _marks(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return for each run which line it is marked on, and the lines' labels."""
    distinct = values.drop_duplicates()
    if len(distinct) <= _MANY or not pd.api.types.is_numeric_dtype(values):
        distinct = distinct.sort_values()
        order = {value: line for line, value in enumerate(distinct)}
        return values.map(order).to_numpy(), [_short(value) for value in order]
    edges = values.quantile([1 / 3, 2 / 3]).to_numpy()
    return np.searchsorted(edges, values.to_numpy()), [
        f"{third} ({values.min():.3g}–{edges[0]:.3g})"
        if n == 0
        else f"{third} ({edges[n - 1]:.3g}–{values.max() if n == 2 else edges[1]:.3g})"
        for n, third in enumerate(_THIRDS)
    ]


def _short(value: Any, most: int = 24) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _draw_marks(axes: Axes, place: Any, marks: Any, varied: Sequence[str]) -> None:
    labels, line = [], 0
    for (lines, words), name in zip(marks, varied, strict=True):
        axes.plot(place, line + lines, "|", ms=5, color="0.25")
        labels += [f"{name}: {word}" for word in words]
        line += len(words)
        if line < sum(len(words) for _, words in marks):
            axes.axhline(line - 0.5, color="0.8", lw=0.8)
    axes.set_yticks(range(line), labels, fontsize="small")
    axes.set_ylim(line - 0.5, -0.5)
    axes.grid(visible=False)
