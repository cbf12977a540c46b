from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import small_book
import yaml
from bs4 import BeautifulSoup, Tag

from lcresearch.errors import BookError
from lcresearch.workflow.explore.plan import read_plan
from lcresearch.workflow.explore.stored import write_stored
from lcresearch.workflow.html import build_site

PLAN = {
    "notebook": "one",
    "grid": {"detour": [None, 1.0, 3.0], "heads": [200, 300]},
    "title": "The <fund>",
    "axis": "fund",
    "parameters": {
        "detour": {"words": "Detour & road", "figure": "road.detour"},
        "heads": {"words": "Heads", "unit": "person", "start": 300},
    },
    "shown": {"fund.per_head": {"words": "Each has", "range": "nine in ten"}},
    "also": {"fund.left": "Left over"},
    "marks": {"fund.wanted": "Wanted"},
}
HERE = {"code": "100000", "name": "Nowhere"}


def _record(detour: float | None, heads: int, per_head: float = 600.0) -> dict[str, Any]:
    """Return what a run with some parameters would claim."""
    value = per_head / heads * (detour or 1.5)
    span = {"low": value / 2, "high": value * 2} if detour is None else {"low": None, "high": None}
    claim = {"key": "fund.per_head", "value": value, "unit": "CNY/person/year", **span}
    left = {"key": "fund.left", "value": 1000.0, "unit": "CNY", "low": None, "high": None}
    return {
        "parameters": {"detour": detour, "heads": heads},
        "claims": [claim | {"grade": "assumed"}, left | {"grade": "reported"}],
    }


def _store(root: Path, name: str, plan: dict[str, Any], county: dict[str, str] = HERE) -> None:
    path = root / "book" / "explore" / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(plan, sort_keys=False), "utf-8")
    records = [_record(*values) for values in product(*plan["grid"].values())]
    write_stored(root / "data/explore", read_plan(root, name), records, county=county, made={})


def _make(root: Path, page: str) -> Path:
    small_book.make_book(root)
    results = small_book.make_results() | {"county": HERE}
    results["figures"]["fund.wanted"] = small_book.figure(4, "CNY/person/year", "published")
    small_book.write_results(root, results)
    (root / "book/fund.md").write_text(f"# The fund\n\n{page}", "utf-8")
    return root


def _build(root: Path) -> Path:
    return build_site(root, report=lambda _line: None)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> BeautifulSoup:
    """Return a page with a figure, and with two that cannot be shown."""
    root = tmp_path_factory.mktemp("explore") / "a book 书"
    _make(
        root,
        "```{explore} good\nA **finding**, {val}`fund.annual`.\n```\n\n"
        "```{explore} abroad\n```\n\n```{explore} stale\n```\n",
    )
    _store(root, "good", PLAN)
    _store(root, "abroad", PLAN, {"code": "999999", "name": "Else <b>where"})
    # All parameters left open, this says other than the book's own run, of which it is a copy.
    left_open = PLAN | {"grid": {"detour": [None, 1.0], "heads": [None, 200]}}
    left_open["parameters"] = PLAN["parameters"] | {
        "heads": {"words": "H", "figure": "fund.annual"}
    }
    path = root / "book" / "explore" / "stale.yml"
    path.write_text(yaml.safe_dump(left_open, sort_keys=False), "utf-8")
    records = [
        record | {"parameters": dict(zip(left_open["grid"], values, strict=True))}
        for values in product(*left_open["grid"].values())
        for record in [_record(values[0], 200)]
    ]
    write_stored(root / "data/explore", read_plan(root, "stale"), records, county=HERE, made={})
    return BeautifulSoup((_build(root) / "book/fund.html").read_text("utf-8"), "html.parser")


@pytest.fixture
def figure(page: BeautifulSoup) -> Tag:
    """Return the figure that can be shown."""
    found = page.select("figure.lc-explore")
    assert [item["id"] for item in found] == ["explore-good"]
    return found[0]


def _words(node: Tag | None) -> str:
    assert node is not None
    return " ".join(node.get_text().split())


def test_the_picture_is_whole_without_a_script(figure: Tag) -> None:
    """Value with unit and grade, range, axis, mark and all other points are in the page as it is."""
    picture = figure.select_one("svg[role=img]")
    assert picture is not None
    assert _words(picture.select_one(".lc-explore-value")) == "3 yuan per person per yearA"
    assert _words(picture.select_one(".lc-explore-range")) == "1.5 to 6 (nine in ten)"
    assert len(picture.select(".lc-explore-others line")) == 5  # of six points two are alike
    assert len(picture.select(".lc-explore-row .lc-explore-mark")) == 1
    small = [_words(text) for text in picture.select(".lc-explore-small")]
    assert "fund, yuan per person per year" in small
    assert "Wanted: 4 yuan per person per yearP" in small
    assert {"0", "10"} <= set(small)
    assert picture["aria-label"] == "Each has: 3 yuan per person per year, 1.5 to 6 (nine in ten)"


def test_the_default_assumptions_stand_there_in_words(figure: Tag) -> None:
    """Each assumption is told with unit, range and grade, and its slider waits for the script."""
    lines = [_words(item) for item in figure.select(".lc-explore-knobs li")]
    assert lines == ["Detour & road left open, 1 to 3A", "Heads 300 personsA"]
    assert all(slider.has_attr("hidden") for slider in figure.select("input"))
    assert _words(figure.select_one(".lc-explore-also")) == "Left over1,000 yuanR"
    assert _words(figure.select_one(".lc-explore-title")) == "The <fund>"


def test_the_caption_states_finding_spread_and_keys(figure: Tag) -> None:
    """The author's finding comes first, then how far the points reach, then links to evidence."""
    finding, spread, keys = figure.select("figcaption > p")
    assert _words(finding).startswith("A finding, 600")
    told = "Over all 6 combinations of these choices, “Each has” runs from 2 to 9 yuan"
    assert _words(spread).startswith(told)
    assert _words(keys) == "Keys: fund.per_head, fund.left, road.detour"
    assert [link["href"] for link in keys.select("a")] == [
        "claims.html#v-fund-per_head",
        "claims.html#v-road-detour",
    ]


def test_the_data_hold_every_word_that_is_shown(figure: Tag) -> None:
    """The script finds value, range and stop of each point ready, formatted as in the text."""
    data = json.loads(figure.select_one(".lc-explore-data").get_text())  # type: ignore[union-attr]
    row = data["rows"][0]
    values = [data["words"][n] for n in row["value"]]
    assert values[:3] == [f"{x} yuan per person per year" for x in ("4.5", "3", "3")]
    assert [data["words"][n] for n in row["range"]][1:3] == ["1.5 to 6 (nine in ten)", ""]
    assert row["low"][2] == -1
    assert [stop[1] for stop in data["knobs"][0]["stops"]] == [
        "left open, 1 to 3",
        "1 (low end)",
        "3 (high end)",
    ]
    assert [stop[0] for stop in data["knobs"][0]["stops"]] == ["open", "1", "3"]


def test_what_does_not_fit_the_book_is_not_shown(page: BeautifulSoup) -> None:
    """Another county's values, and those of an earlier notebook, read "not available", and why."""
    told = [_words(item.find_parent("p")) for item in page.select(".lc-unavailable")]
    assert told[0].startswith("not available: computed for Else <b>where only. Run: lcresearch")
    assert told[1].startswith("not available: computed before the notebook or its data changed")
    assert "--only stale" in told[1]


def test_faults_are_told_with_page_line_and_remedy(tmp_path: Path) -> None:
    """A bad name, a missing table, faults in a plan and mixed units each fail the build."""
    root = _make(
        tmp_path / "bad",
        "".join(
            f"```{{explore}} {name}\n```\n\n" for name in ("god", "bare", "faulty", "mixed", "lost")
        ),
    )
    _store(root, "good", PLAN)
    _store(
        root,
        "mixed",
        PLAN
        | {"shown": {key: {"words": "x"} for key in ("fund.per_head", "fund.left")}, "also": {}},
    )
    _store(root, "lost", PLAN | {"marks": {"fund.wnated": "x"}})
    for name, plan in (("bare", PLAN), ("faulty", PLAN | {"title": 3})):
        (root / f"book/explore/{name}.yml").write_text(yaml.safe_dump(plan, sort_keys=False))
    with pytest.raises(BookError) as caught:
        _build(root)
    text = str(caught.value)
    for line, words in (
        (3, "There is no book/explore/god.yml: write it, or use one of"),
        (6, "data/explore/bare.csv is missing: run 'lcresearch explore --only bare'."),
        (9, "book/explore/faulty.yml: title must be words for readers, not 3."),
        (12, "book/explore/mixed.yml: shown and marks have the units CNY, CNY/person/year"),
        (
            15,
            "lost.yml: there is no figure 'fund.wnated' with a number. Did you mean 'fund.wanted'",
        ),
    ):
        assert f"book/fund.md, line {line}: {words}" in text or words in text, text
    assert "Did you mean 'good'?" in text
