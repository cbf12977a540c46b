from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import lcresearch as lc
from lcresearch.errors import DataError
from lcresearch.figures import use_style
from lcresearch.figures_map import draw_townships, from_seat, map_height, name_townships
from lcresearch.figures_parts import legend_below, sheet


@pytest.fixture(autouse=True)
def _style():
    use_style()
    yield
    plt.close("all")
    plt.rcdefaults()


@pytest.fixture
def townships():
    return lc.load_county("liancheng").townships


def drawn(townships):
    canvas, axes = sheet("Townships", height=map_height(townships))
    draw_townships(axes, townships)
    legend_below(canvas, columns=2)
    name_townships(axes, townships, {name: name for name in townships["name"]})
    canvas.draw_without_rendering()
    return canvas, axes


def test_kilometres_agree_with_great_circles(townships):
    """Within a county the plane's distances are those of the sphere to a hundredth."""
    where = from_seat(townships)
    points = np.radians(townships.set_index("name")[["lat", "lon"]])
    seat = points[(townships["seat"] == "yes").to_numpy()].iloc[0]
    half = np.sin((points - seat) / 2) ** 2
    arc = half["lat"] + np.cos(points["lat"]) * np.cos(seat["lat"]) * half["lon"]
    sphere = 2 * 6371.0088 * np.arcsin(np.sqrt(arc))
    plane = np.hypot(where["east"], where["north"])
    assert np.allclose(plane, sphere, rtol=0.01, atol=1e-9)


def test_names_stand_free(townships):
    """All townships are named; no two names overlap, and none leaves the sheet."""
    canvas, axes = drawn(townships)
    names = [t for t in axes.texts if t.get_text() in set(townships["name"])]
    assert len(names) == len(townships)
    boxes = [name.get_window_extent() for name in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    frame = axes.get_window_extent()
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)
    assert all(canvas.bbox.x0 <= box.x0 and box.x1 <= canvas.bbox.x1 for box in boxes)


def test_the_map_says_what_it_is(townships):
    """Projection, scale and the kinds of points stand in words, and kinds differ in form."""
    canvas, axes = drawn(townships)
    assert "equirectangular" in axes.get_title(loc="left")
    assert any(text.get_text().endswith(" km") for text in axes.texts)
    words = [text.get_text() for text in canvas.legends[0].get_texts()]
    assert {"point measured", "placed by description", "hull, not the border"} <= set(words)
    marks = [line.get_marker() for line in axes.lines if line.get_label() in words]
    assert len(set(marks)) == len(marks) == 3


def test_the_scale_bar_has_its_length(townships):
    """The bar is as long, in the map's kilometres, as its words say."""
    _, axes = drawn(townships)
    (bar,) = [line for line in axes.lines if line.get_linewidth() == 3]
    (words,) = [text.get_text() for text in axes.texts if text.get_text().endswith(" km")]
    assert np.ptp(bar.get_xdata()) == pytest.approx(float(words.removesuffix(" km")))


def test_small_counties_have_a_map():
    """Two townships have no hull, and are drawn all the same."""
    two = pd.DataFrame(
        {
            "name": ["A", "B"],
            "seat": ["yes", "no"],
            "point": "measured",
            "lat": [30.0, 30.1],
            "lon": [100.0, 100.1],
        }
    )
    canvas, _ = drawn(two)
    assert [text.get_text() for text in canvas.legends[0].get_texts()] == [
        "point measured",
        "county seat, A",
    ]
    with pytest.raises(DataError, match="one county seat"):
        from_seat(two.assign(seat="no"))


@pytest.mark.parametrize("county", ["liancheng", "example"])
def test_the_map_fills_its_sheet(county):
    """A long county has a high sheet and a broad one a low: the map is as wide as it can be."""
    canvas, axes = drawn(lc.load_county(county).townships)
    assert axes.get_window_extent().width > 0.7 * canvas.bbox.width
    assert axes.get_window_extent().height > 0.6 * canvas.bbox.height
