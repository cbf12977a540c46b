from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import card_book
import pytest
import small_book
from bs4 import BeautifulSoup

from lcresearch.workflow.html import build_site
from lcresearch.workflow.sphinx_ext.card_data import card_script, needed_keys
from lcresearch.workflow.sphinx_ext.outward import is_web_address
from lcresearch.workflow.sphinx_ext.results import Results

SCRIPT = "_static/lcresearch-figures.js"


def _data(script: str) -> dict[str, Any]:
    start, end = "window.lcresearchFigures=", ";\n"
    assert script.startswith(start)
    assert script.endswith(end)
    data: dict[str, Any] = json.loads(script[len(start) : -len(end)])
    return data


def _card(data: dict[str, Any], key: str) -> list[Any]:
    row = next(row for row in data["cards"] if row[1] == key)
    return [*row, *[None] * (12 - len(row))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book with cards, built once."""
    return card_book.build_card_book(tmp_path_factory.mktemp("cards") / "book")


@pytest.fixture(scope="module")
def data(site: Path) -> dict[str, Any]:
    """Return the cards' data."""
    return _data((site / SCRIPT).read_text("utf-8"))


def test_cards_are_those_that_pages_need(data: dict[str, Any]) -> None:
    """Every value of a page and all that it rests on has a card, and nothing else has."""
    keys = {row[1] for row in data["cards"]}
    assert {"fund.annual", "road.detour", "sum.all", "part.n0", "other.claim"} <= keys
    assert not keys & {"rice.price", "township.100000001.lat"}


def test_a_circle_of_inputs_ends(tmp_path: Path) -> None:
    """Claims that name each other as inputs do not keep the search for inputs going for ever."""
    results = small_book.make_results()
    results["claims"]["fund.per_head"]["inputs"] = ["fund.per_head", "fund.annual"]
    (tmp_path / "claims.json").write_text(json.dumps(results))
    assert needed_keys(Results.read(tmp_path / "claims.json"), ["fund.per_head", "unknown"]) == [
        "fund.annual",
        "fund.per_head",
    ]


def test_card_of_a_claim_is_whole(data: dict[str, Any]) -> None:
    """A claim's card has value, range, unit, grade, inputs, way of working and the run's day."""
    row = _card(data, "sum.all")
    assert row[0] == "v-sum-all"
    assert row[2:4] == ["435", "400 to 470"]
    assert data["units"][row[4]] == "count"
    assert data["grades"][row[5]][:2] == ["published", "P"]
    inputs = [data["cards"][index][1] for index in data["inputs"][row[7]]]
    assert inputs == card_book.make_results()["claims"]["sum.all"]["inputs"]
    assert row[8:11] == ["method", None, "draws of the parts"]
    notebook, cell, uri = data["cells"][row[11]]
    assert data["notebooks"][notebook] == ["one", "9 March 2025"]
    assert (cell, uri) == (2, "book/results/one.html#nb-cell-2")


def test_card_of_a_figure_names_its_source(data: dict[str, Any]) -> None:
    """A figure's card has the citation, its address and its row; no notebook and no day."""
    row = _card(data, "fund.annual")
    assert row[8] == "source"
    assert data["cited"][row[9]] == ["A survey", "https://example.org/?a=1&b=2", "s-survey"]
    assert row[10:] == ["section 1", None]
    assert _card(data, "road.detour")[8:11] == ["reason", None, "roads wind"]


def test_notebook_without_page_or_file_has_no_link_and_no_day(data: dict[str, Any]) -> None:
    """A claim of a notebook that the book does not show has the notebook's name alone."""
    notebook, cell, uri = data["cells"][_card(data, "other.claim")[11]]
    assert data["notebooks"][notebook] == ["two", ""]
    assert cell is uri is None


def test_data_cannot_end_the_script_or_run(site: Path, data: dict[str, Any]) -> None:
    """Hostile texts arrive whole, as texts; an address that a browser would run is left out."""
    script = (site / SCRIPT).read_text("utf-8")
    assert "<" not in script
    row = _card(data, "trap.key")
    assert row[6] == card_book.HOSTILE
    assert data["cited"][row[9]] == [card_book.HOSTILE, "", "s-bad"]
    assert "javascript:" not in script


def test_only_web_addresses_become_links() -> None:
    """An address with another scheme, without a host or with blanks around it is no link."""
    assert is_web_address("https://example.org/a?b=1")
    for bad in ("javascript:alert(1)", "http:", "//example.org", " https://a.org", "http://[", ""):
        assert not is_web_address(bad), bad


def test_cell_of_a_notebook_has_its_anchor(site: Path) -> None:
    """The page of a notebook has an anchor at the code cell that the ledger counts by number."""
    page = BeautifulSoup((site / "book/results/one.html").read_text("utf-8"), "html.parser")
    cell = page.find(id="nb-cell-2")
    assert cell is not None
    assert "draw()" in cell.get_text()


def test_pages_with_values_name_the_script_and_its_version(site: Path) -> None:
    """A page that shows a value says where the cards' data are; another page does not."""
    for name, there in (("book/fund", True), ("book/claims", False)):
        page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        meta = page.select_one("meta[name=lcresearch-figures]")
        assert (meta is not None) == there
        if meta is not None:
            path = str(meta["content"]).partition("?v=")[0]
            assert (site / "book" / path).resolve() == (site / SCRIPT).resolve()


def test_new_data_reach_every_page(tmp_path: Path) -> None:
    """When a claim or a run's day changes, each page with values asks for the data anew."""
    root = tmp_path / "book"

    def version() -> str:
        site = build_site(root, report=lambda _line: None)
        page = BeautifulSoup((site / "book/intro.html").read_text("utf-8"), "html.parser")
        return str(page.select("meta[name=lcresearch-figures]")[0]["content"])

    small_book.make_book(root)
    first = version()
    assert version() == first
    results = small_book.make_results()
    results["claims"]["fund.per_head"]["note"] = "The introduction does not show this one."
    small_book.write_results(root, results)
    second = version()
    assert second != first
    os.utime(root / "book/results/one.ipynb", (0, 0))
    assert version() != second


@pytest.mark.parametrize(
    ("language", "day"), [("en", "9 March 2025"), ("zh_CN", "2025年3月9日"), ("??", "2025-03-09")]
)
def test_day_is_written_in_the_language_of_the_book(
    tmp_path: Path, language: str, day: str
) -> None:
    """A date reads as in the language of the book, and as a bare date where that is unknown."""
    (tmp_path / "claims.json").write_text(json.dumps(small_book.make_results()))
    results = Results.read(tmp_path / "claims.json")
    script = card_script(
        results,
        needed_keys(results, ["fund.per_head"]),
        claims_uri="claims.html",
        sources_uri="",
        notebook_uri=lambda _notebook, _cell: None,
        run_date=lambda _notebook: card_book.RUN.date(),
        language=language,
    )
    assert _data(script)["notebooks"] == [["one", day]]
