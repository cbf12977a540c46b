"""Charts drawn a second time, with Chinese words."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from lcresearch import figures, figures_again

MESSAGES = {
    "yuan per parcel": "元/件",
    "township": "乡镇",
    "a rise": "上升",
    "Costs by township": "各乡镇的成本",
    "at most {0}": "至多 {0}",
    "{0} of two": "两者之{0}",
    "one": "一",
    "A chart of {0} bars and a line.": "一幅有 {0} 个条形和一条线的图。",
}
ALT = "A chart of 2 bars and a line."
needs_font = pytest.mark.skipif(
    figures_again.chinese_font() is None, reason="the machine has no font for Chinese"
)


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of words that the environment names."""
    path = tmp_path / "words 书.json"
    path.write_text(json.dumps({"messages": MESSAGES, "names": {"Upper": "上乡"}}), "utf-8")
    monkeypatch.setenv(figures_again.WORDS, str(path))
    return path


def _draw() -> plt.Figure:
    figures.use_style()
    canvas, (left, right) = plt.subplots(1, 2, sharey=True)
    left.barh([0, 1], [1, 2], label="a rise")
    left.set_yticks([0, 1], ["Upper", "Unheard"])
    right.set_xticks([0, 1], labels=[10, 20])
    right.annotate("at most 3", (0.5, 0.5))
    right.set_title("one of two")
    left.set(xlabel="yuan per parcel", ylabel="township")
    right.set(xlabel="yuan per parcel", ylabel="township")
    canvas.suptitle("Costs by township")
    canvas.legend()
    return canvas


@pytest.mark.usefixtures("words")
def test_the_chart_is_the_same_with_words_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second drawing changes nothing of the first, and without words there is none."""
    second = figures.show(_draw(), key="a.b", alt=ALT)
    monkeypatch.delenv(figures_again.WORDS)
    first = figures.show(_draw(), key="a.b", alt=ALT)
    assert first.png == second.png
    assert first.alt == second.alt
    assert first.again is None
    assert "again" not in first._repr_mimebundle_()[1]["lcresearch"]["chart"]
    assert second._repr_mimebundle_()[1]["lcresearch"]["chart"]["again"] == second.again


@needs_font
@pytest.mark.usefixtures("words")
@pytest.mark.filterwarnings("error")
def test_every_word_of_the_second_chart_is_translated() -> None:
    """Titles, labels, ticks, legends and notes are Chinese, and what is unknown is named."""
    canvas = _draw()
    chart = figures.show(canvas, key="a.b", alt=ALT)
    left, right = canvas.axes
    assert left.get_xlabel() == "元/件"
    assert [label.get_text() for label in left.get_yticklabels()] == ["上乡", "Unheard"]
    assert [label.get_text() for label in right.get_xticklabels()] == ["10", "20"]
    assert right.texts[0].get_text() == "至多 3"
    assert right.get_title(loc="left") == "两者之一"
    assert canvas.get_suptitle() == "各乡镇的成本"
    assert [text.get_text() for text in canvas.legends[0].get_texts()] == ["上升"]
    assert chart.again is not None
    assert chart.again["alt"] == "一幅有 2 个条形和一条线的图。"
    assert chart.again["missing"] == ["Unheard"]
    assert {"yuan per parcel", "Upper", "at most 3", ALT} <= {*chart.again["words"]}
    assert base64.b64decode(chart.again["png"]).startswith(b"\x89PNG")


@pytest.mark.usefixtures("words")
def test_without_a_font_there_are_words_and_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a font for Chinese translates the text and draws no boxes."""
    monkeypatch.setattr(figures_again, "chinese_font", lambda: None)
    chart = figures.show(_draw(), key="a.b", alt=ALT)
    assert chart.again is not None
    assert chart.again["alt"] == "一幅有 2 个条形和一条线的图。"
    assert "png" not in chart.again
