"""A chart drawn a second time, with its words in another language."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from matplotlib import font_manager, rc_context, rcParams
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.ticker import Formatter

from lcresearch.translation import Translator

__all__ = ["CHINESE_FONTS", "WORDS", "chinese_font", "draw_again"]

# Environment variable: a JSON file with ``messages`` and ``names``, for a `Translator`.
WORDS: Final = "LCRESEARCH_WORDS"
# Chinese characters fill their line from top to bottom.
_LINE: Final = 1.4
CHINESE_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
)


def chinese_font() -> str | None:
    """Return the first usual font for Chinese that the machine has."""
    installed = set(font_manager.get_font_names())
    return next((font for font in CHINESE_FONTS if font in installed), None)


def draw_again(
    canvas: Canvas, alt: str, picture: Callable[[Canvas], bytes]
) -> dict[str, Any] | None:
    """Draw a chart with translated words, if the environment names a file of them.

    The figure itself is changed: draw it in its own language before.

    Parameters
    ----------
    canvas
        The matplotlib figure.
    alt
        Its text alternative.
    picture
        Draws a figure as PNG.

    Returns
    -------
    dict or None
        ``alt``, ``words``, the strings that the chart shows, and ``missing``, those of them that
        are not translated; ``png``, in base64, unless the machine has no font for Chinese.
        ``None`` without words to translate by.
    """
    path = os.environ.get(WORDS)
    if not path:
        return None
    say = Translator(**_words(path))
    made: dict[str, Any] = {"alt": say(alt)}
    font = chinese_font()
    if font:
        _translate(canvas, say, font)
        # The layout may want ticks that are not made yet.
        with rc_context({"font.family": [font, *rcParams["font.family"]]}):
            made["png"] = base64.b64encode(picture(canvas)).decode()
    return made | {"words": list(say.asked), "missing": list(say.missing)}


@cache
def _words(path: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(Path(path).read_text("utf-8"))
    return found


class _Ticks(Formatter):
    """Labels of ticks, as another formatter makes them, translated."""

    def __init__(self, inner: Formatter, say: Translator) -> None:
        self.inner, self.say, self.axis = inner, say, inner.axis

    def __call__(self, x: float, pos: int | None = None) -> str:
        # Labels that a caller set may be numbers.
        return self.say(str(self.inner(x, pos)))

    def format_ticks(self, values: Any) -> list[str]:
        return [self.say(str(label)) for label in self.inner.format_ticks(values)]

    def set_axis(self, axis: Any) -> None:
        super().set_axis(axis)
        self.inner.set_axis(axis)

    def set_locs(self, locs: Any) -> None:
        self.inner.set_locs(locs)

    def get_offset(self) -> str:
        return self.inner.get_offset()


def _translate(canvas: Canvas, say: Translator, font: str) -> None:
    for axes in canvas.axes:
        for axis in axes._axis_map.values():
            # Axes that share an axis share its formatters, too.
            for ticker in (axis.major, axis.minor):
                inner = ticker.formatter
                if inner is not None and not isinstance(inner, _Ticks):
                    ticker.formatter = _Ticks(inner, say)
    for text in canvas.findobj(Text):
        text.set_fontfamily([font, *text.get_fontfamily()])
        if text.get_text():
            text.set_text(say(text.get_text()))
            text.set_linespacing(_LINE)
