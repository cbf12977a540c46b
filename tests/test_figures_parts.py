from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib import colors

from lcresearch import Figure
from lcresearch.errors import DataError
from lcresearch.evidence import Grade
from lcresearch.figures import GRADE_COLOURS, GRADE_MARKERS, WIDTH, use_style
from lcresearch.figures_parts import (
    bound_marker,
    end_labels,
    graded,
    grades_below,
    ink,
    intervals,
    legend_below,
    log_scale,
    name_rows,
    plain_number,
    sheet,
    spaced,
    swings,
    tint,
)


@pytest.fixture(autouse=True)
def _style():
    use_style()
    yield
    plt.close("all")
    plt.rcdefaults()


def figure(**changes):
    plain = {"key": "fund.annual", "value": 10.0, "unit": "CNY/year"}
    return Figure(**plain | {"grade": "reported", "source": "a study"} | changes)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def contrast(colour):
    rgb = np.array(colors.to_rgb(colour))
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05)


def test_sheets_have_one_width_and_long_titles_break():
    """A title wider than the sheet is broken into lines inside it."""
    canvas, _ = sheet("A title of very many words that no line of this width can hold", height=3)
    canvas.draw_without_rendering()
    assert canvas.get_figwidth() == WIDTH
    title = canvas._suptitle.get_window_extent()
    assert title.x0 >= 0
    assert title.x1 <= canvas.bbox.x1


def test_words_carry_the_weakest_grade():
    """What derives from several figures is graded by the weakest of them."""
    assert graded("yuan", figure(), Grade.ASSUMED) == "yuan (assumed)"
    assert graded("yuan", figure()) == "yuan (reported)"


def test_grades_are_told_without_colour():
    """Each grade has a marker of its own, and a legend names it in words."""
    assert len(set(GRADE_MARKERS.values())) == len(GRADE_MARKERS) == len(Grade)
    canvas, _ = sheet("Grades", height=3)
    grades_below(canvas, [Grade.ASSUMED, Grade.REPORTED, Grade.ASSUMED])
    assert [t.get_text() for t in canvas.legends[0].get_texts()] == ["reported", "assumed"]


@pytest.mark.parametrize(
    ("bounds", "marker"),
    [
        ({}, "o"),
        ({"low": 5.0, "high": 20.0}, "o"),
        ({"low": 10.0}, ">"),
        ({"high": 10.0}, "<"),
        ({"low": 10.0, "high": 10.0}, "o"),
    ],
)
def test_markers_show_open_bounds(bounds, marker):
    """At most and at least are arrows; a value with both bounds, or none, has its grade's mark."""
    assert bound_marker(figure(**bounds)) == marker


def test_a_direction_without_number_is_not_drawn():
    """A figure without a number is refused in words."""
    with pytest.raises(DataError, match=r"fund\.annual"):
        bound_marker(figure(value=None, note="more"))


def test_log_axes_have_plain_numbers():
    """Ticks of a log axis stand at ones, twos and fives, without powers of ten."""
    canvas, axes = sheet("Log", height=3)
    _ = axes.plot([1, 2], [0.05, 20_000])
    log_scale(axes, "y")
    canvas.draw_without_rendering()
    shown = [tick.get_text() for tick in axes.get_yticklabels()]
    assert {"0.1", "0.5", "1", "2", "5", "1,000", "20,000"} <= set(shown)
    assert not any("10^" in text or "e" in text for text in shown)
    assert plain_number(-1500) == "−1,500"


def test_whiskers_end_at_the_bounds():
    """Whiskers reach from low to high; a missing or open bound draws none."""
    _, axes = sheet("Intervals", height=3)
    intervals(axes, [0, 1, 2], [1, 2, 3], [0.5, np.nan, 2], [4, np.nan, np.inf])
    ((segments,),) = [c.lines[2] for c in axes.containers]
    ends = [tuple(segment[:, 0]) for segment in segments.get_segments()]
    assert ends == [(0.5, 4.0), (2.0, 2.0), (2.0, 3.0)]


def test_swings_are_sorted_and_nothing_is_said():
    """The assumption that moves most comes first, and one that moves nothing says so."""
    _, axes = sheet("Swings", height=3)
    table = pd.DataFrame({"low": [2.0, 0.9, 1.0], "high": [0.0, 1.1, 1.0]}, index=["a", "b", "c"])
    assert list(swings(axes, table.loc[["c", "b", "a"]], 1.0).index) == ["a", "b", "c"]
    assert texts(axes) == ["no effect"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b", "c"]
    top, bottom = axes.get_ylim()[::-1]
    assert top < 0 < 2 < bottom


@pytest.mark.parametrize("heights", [(1.0, 1.01, 1.02), (0.0, 0.5, 1.0), (0.0, 0.001, 2.0)])
def test_names_at_ends_do_not_touch(heights):
    """Names of lines that end close together are pushed apart, in the order of the lines."""
    canvas, axes = sheet("Ends", height=3)
    for y in heights:
        _ = axes.plot([0, 1], [0, y])
    end_labels(axes, {f"line {y}": (y, "#56B4E9") for y in heights})
    canvas.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert texts(axes) == [f"line {y}" for y in heights]
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))
    assert all(canvas.bbox.x0 < box.x0 and box.x1 <= canvas.bbox.x1 for box in boxes)


def test_legends_name_each_thing_once():
    """Two panels that draw the same things have one legend."""
    canvas, panels = sheet("Panels", height=3, columns=2)
    for axes in panels:
        _ = axes.plot([0, 1], [0, 1], label="a line")
    legend_below(canvas)
    (legend,) = canvas.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a line"]


def test_rows_stand_as_far_apart_as_their_names_are_high():
    """A name of three lines takes more room than one of one, and groups have a gap."""
    assert spaced(["a", "b"]) == [1.0, 3.0]
    assert spaced(["a", "b"], groups=[0, 1]) == [1.0, 4.0]
    places = spaced(["a", "b\nb\nb", "c"])
    assert places[1] - places[0] > 2
    _, axes = sheet("Rows", height=3)
    name_rows(axes, ["a", "b\nb\nb", "c"], at=places)
    assert axes.get_ylim()[0] > places[-1] > places[0] > axes.get_ylim()[1]


@pytest.mark.parametrize("colour", [*GRADE_COLOURS.values(), "0.45", "white"])
def test_letters_in_a_colour_can_be_read(colour):
    """Letters have a contrast of at least 4.5 to 1 on white; a tint is paler than its colour."""
    assert contrast(ink(colour)) >= 4.5
    assert contrast(tint(colour)) <= contrast(colour)
