from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import small_book
from bs4 import BeautifulSoup, Tag

from lcresearch.errors import BookError
from lcresearch.workflow.html import build_site
from lcresearch.workflow.sphinx_ext.anchor import anchor, source_anchor


def _build(root: Path) -> Path:
    return build_site(root, report=lambda _line: None)


def _page(site: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")


def _values(page: BeautifulSoup) -> list[Tag]:
    return page.select("article a.lc-value")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book, built once."""
    return _build(small_book.make_book(tmp_path_factory.mktemp("good") / "a book 书"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the small book's sources."""
    return small_book.make_book(tmp_path / "a book 书")


def test_value_shows_number_unit_and_mark(site: Path) -> None:
    """A value reads as number, unit and the letter of its grade."""
    first = _values(_page(site, "book/intro"))[0]
    assert first.get_text().replace("\N{NO-BREAK SPACE}", " ") == "600 yuan per yearR"
    mark = first.select_one("sup.lc-mark")
    assert mark is not None
    assert mark["aria-label"] == "reported"


def test_options_change_format_unit_and_range(site: Path) -> None:
    """A format, ``bare`` and ``range`` do what they say, in running text and in a table."""
    texts = [value.get_text() for value in _values(_page(site, "book/intro"))[1:]]
    assert texts == ["600.0R", "1 to 3A", "600R"]


def test_value_links_to_its_row_on_the_claims_page(site: Path) -> None:
    """A value on any page, notebooks among them, leads to the row that explains it."""
    for page, up in (("book/intro", ""), ("book/results/one", "../")):
        assert _values(_page(site, page))[0]["href"] == f"{up}claims.html#v-fund-annual"
    row = _page(site, "book/claims").find(id="v-fund-annual")
    assert isinstance(row, Tag)
    assert "every year" in row.get_text()


def test_tooltip_tells_grade_inputs_and_place(site: Path) -> None:
    """Whoever points at a claim reads its grade, its inputs and where it was computed."""
    title = str(_values(_page(site, "book/fund"))[0]["title"])
    for words in ("fund.per_head = 2 yuan", "reported", "computed from fund.annual", "one, cell 2"):
        assert words in title


def test_chart_has_alt_caption_and_place(site: Path) -> None:
    """A chart shows its text alternative, its caption with values, and the notebook's page."""
    figure = _page(site, "book/fund").select_one("figure.lc-chart")
    assert figure is not None
    image, place = figure.select_one("img"), figure.select_one(".lc-origin a")
    assert image is not None
    assert place is not None
    assert image["alt"] == 'It "rises".'
    assert (site / "book" / str(image["src"])).resolve().read_bytes() == small_book.PIXEL
    assert place["href"] == "results/one.html"
    assert figure.select_one("figcaption a.lc-value") is not None


def test_picture_of_a_notebook_has_alt(site: Path) -> None:
    """The text alternative that the pipeline writes into a cell reaches the notebook's page."""
    image = _page(site, "book/results/one").select_one(".cell_output img")
    assert image is not None
    assert image["alt"] == "It rises."


def test_tables_list_every_figure_and_claim_once(site: Path) -> None:
    """Each figure and claim has exactly one row with its anchor, and every link finds one."""
    page = _page(site, "book/claims")
    results = small_book.make_results()
    ids = [str(row["id"]) for row in page.select("tr[id^=v-]")]
    assert sorted(ids) == sorted(anchor(key) for key in [*results["figures"], *results["claims"]])
    links = [str(link["href"])[1:] for link in page.select("table.lc-table a[href^='#']")]
    assert links
    assert all(page.find(id=link) for link in links)


def test_texts_from_data_are_escaped(site: Path) -> None:
    """Markup in notes, sources and citations is shown as text; a script's address is no link."""
    page = _page(site, "book/claims")
    assert all("alert" not in script.get_text() for script in page.select("script"))
    assert "<script>alert(1)</script>" in page.get_text()
    assert not page.select("a[href^='javascript']")
    assert page.select("a[href='https://example.org/?a=1&b=2']")


def test_anchors_of_different_keys_differ() -> None:
    """Keys and sources that look alike have different anchors."""
    keys = ["a.b-c", "a.b.c", "a-b.c", "a.b_c", "a.b.-c", "a.b-.c"]
    assert len({anchor(key) for key in keys}) == len(keys)
    names = ["a b", "a_b", "a_20_b", "a-b", "甲"]
    assert len({source_anchor(name) for name in names}) == len(names)


def test_faults_are_listed_with_page_line_and_remedy(root: Path) -> None:
    """Unknown keys, options, formats, charts and tables each fail the build, with their line."""
    (root / "book/fund.md").write_text(
        """# The fund

{val}`fund.anual`
{val}`fund.annual|brae`
{val}`fund.annual|,.1f|.0f`
{val}`rice.price`
{val}`fund.annual|range`

```{chart} fund.chat
Caption.
```

```{evidence-table} claim
```
"""
    )
    with pytest.raises(BookError) as caught:
        _build(root)
    text = str(caught.value)
    for line, words in (
        (3, "Did you mean 'fund.annual'"),
        (4, "Did you mean 'bare'"),
        (5, "two number formats"),
        (6, "has no number"),
        (7, "has no range"),
        (9, "Did you mean 'fund.chart'"),
        (13, "Did you mean 'claims'"),
    ):
        assert any(f"book/fund.md:{line}: " in row and words in row for row in text.splitlines()), (
            f"line {line}: {words}\n{text}"
        )


def test_fault_in_a_notebook_names_the_cell(root: Path) -> None:
    """An unknown key in a notebook's text is reported with the cell and the line in it."""
    path = root / "book/results/one.ipynb"
    path.write_text(path.read_text("utf-8").replace("`fund.annual`", "`fund.nothing`"), "utf-8")
    with pytest.raises(BookError, match=r"book/results/one.ipynb, cell 1, line 3: 'fund.nothing'"):
        _build(root)


def test_figure_without_a_table_is_refused(root: Path) -> None:
    """A value whose key no table on the claims page lists would be a dead link: it is refused."""
    path = root / "book/claims.md"
    path.write_text(path.read_text("utf-8").replace("assumptions", "grades"), "utf-8")
    with pytest.raises(BookError, match=r"book/intro.md:3: 'road.detour' is not explained"):
        _build(root)


def test_warnings_do_not_vanish_when_built_again(root: Path) -> None:
    """A page with a fault fails every build until it is mended, and then the book is whole."""
    good = (root / "book/fund.md").read_text("utf-8")
    (root / "book/fund.md").write_text(good + "\n{val}`fund.nothing`\n")
    for _ in range(2):
        with pytest.raises(BookError, match=r"fund\.nothing"):
            _build(root)
    (root / "book/fund.md").write_text(good)
    assert (_build(root) / "book/fund.html").is_file()


def test_changed_value_rereads_only_pages_that_use_it(root: Path) -> None:
    """When a claim changes, its pages are read again and the others are left alone."""
    _build(root)
    pages = {path.stem: path for path in (root / "_build/work/doctrees").rglob("*.doctree")}
    before = {name: path.stat().st_mtime_ns for name, path in pages.items()}
    results = small_book.make_results()
    results["claims"]["fund.per_head"]["value"] = 3
    small_book.write_results(root, results)
    site = _build(root)
    read = {name for name, path in pages.items() if path.stat().st_mtime_ns != before[name]}
    assert read == {"fund", "claims"}
    assert _values(_page(site, "book/fund"))[0].get_text().startswith("3\N{NO-BREAK SPACE}yuan")


def test_removed_chart_fails_the_next_build(root: Path) -> None:
    """A page that shows a chart notices that no notebook draws it any more."""
    _build(root)
    results = small_book.make_results()
    results["charts"] = {}
    small_book.write_results(root, results)
    with pytest.raises(BookError, match=r"book/fund.md:5: No notebook draws a chart 'fund.chart'"):
        _build(root)


def test_results_that_are_missing_or_broken_are_named(root: Path) -> None:
    """Without results, or with some of another form, the build names the file and the remedy."""
    (root / "book/results/claims.json").write_text('{"figures": 3}')
    with pytest.raises(BookError, match=r"claims.json is not what the notebooks' runs write"):
        _build(root)
    (root / "book/results/claims.json").unlink()
    with pytest.raises(BookError, match=r"claims.json is missing: run the notebooks first"):
        _build(root)


def test_other_builders_write_plain_text(root: Path) -> None:
    """The text builder writes values and tables as plain words."""
    _build(root)
    command = [sys.executable, "-P", "-m", "sphinx", "-q", "-b", "text", str(root)]
    subprocess.run([*command, str(root / "_build/text")], check=True, capture_output=True)
    text = (root / "_build/text/book/intro.txt").read_text("utf-8")
    assert "600 yuan per year" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "fund.per_head = 2 yuan" in (root / "_build/text/book/claims.txt").read_text("utf-8")
