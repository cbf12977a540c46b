"""Names beside points: none covers a point or another name, and every point has its name."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from lcresearch.errors import DataError
from lcresearch.labels import label_points


def draw(points: np.ndarray, *, lo: float = -0.2, hi: float = 1.2) -> Axes:
    """Axes with those points, each labelled."""
    canvas, axes = plt.subplots(figsize=(7, 7))
    axes.set(xlim=(lo, hi), ylim=(lo, hi))
    names = [f"Name {n}" for n in range(len(points))]
    label_points(axes, points[:, 0], points[:, 1], names, fontsize=10)
    canvas.canvas.draw()
    return axes


def boxes(axes: Axes) -> list[Bbox]:
    """Extent of each name, without its leader line."""
    return [
        Bbox.from_extents(
            plt.Text.get_window_extent(text).min, plt.Text.get_window_extent(text).max
        )
        for text in axes.texts
    ]


def overlap(one: Bbox, other: Bbox) -> bool:
    """Whether two boxes share an area."""
    common = Bbox.intersection(one, other)
    return common is not None and common.width > 0 and common.height > 0


@pytest.fixture(autouse=True)
def _close() -> object:
    yield
    plt.close("all")


CROWDED = 0.5 + 0.05 * np.column_stack([np.cos(np.arange(9)), np.sin(np.arange(9))])
SCATTERED = np.random.default_rng(7).random((25, 2))


@pytest.mark.parametrize("points", [CROWDED, SCATTERED], ids=["crowded", "scattered"])
def test_names_cover_neither_points_nor_names(points: np.ndarray) -> None:
    """No name overlaps another, covers any point or leaves the frame."""
    axes = draw(points)
    placed = boxes(axes)
    assert not any(overlap(a, b) for a, b in combinations(placed, 2))
    pixels = axes.transData.transform(points)
    assert not any(box.contains(*pixel) for box in placed for pixel in pixels)
    frame = axes.get_window_extent()
    assert all(frame.contains(*box.min) and frame.contains(*box.max) for box in placed)


def test_every_point_has_its_own_name() -> None:
    """Each name is tied to the point that it was given for."""
    axes = draw(SCATTERED)
    tied = {text.get_text(): text.xy for text in axes.texts}
    assert tied == {f"Name {n}": pytest.approx(tuple(p)) for n, p in enumerate(SCATTERED)}


def test_only_distant_names_have_a_leader_line() -> None:
    """A lone point's name stands to its right without a line; a crowd needs lines."""
    lone = draw(np.array([[0.5, 0.5]])).texts[0]
    assert lone.arrow_patch is None
    assert lone.xyann[0] > 0
    assert lone.xyann[1] == pytest.approx(0)
    assert any(text.arrow_patch is not None for text in draw(CROWDED).texts)


def test_a_point_at_the_right_edge_has_its_name_on_the_left() -> None:
    """Where the frame leaves no room on the right, the name goes elsewhere."""
    axes = draw(np.array([[1.19, 0.5]]))
    assert axes.texts[0].xyann[0] < 0


def test_names_must_match_points() -> None:
    """One name too few is refused; no points at all draw nothing."""
    _, axes = plt.subplots()
    with pytest.raises(DataError, match="2 x, 2 y and 1 names"):
        label_points(axes, [0, 1], [0, 1], ["one"])
    label_points(axes, [], [], [])
    assert len(axes.texts) == 0
