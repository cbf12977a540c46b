from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import nbformat
import pytest
import small_book
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook
from pybtex.database import parse_string

from lcresearch import __version__
from lcresearch.workflow.html import build_site
from lcresearch.workflow.sphinx_ext.citation import Book, book_entry, chapter_entry
from lcresearch.workflow.sphinx_ext.csv_tables import csv_tables
from lcresearch.workflow.sphinx_ext.results import Results

TAKE = """# Take it

```{take-along} pdf
```

```{take-along} notebooks
```

```{take-along} data
```

```{take-along} citation
```
"""
SETTINGS = """    lcresearch_take_page: book/take
    lcresearch_uncited: [book/claims, book/take]
"""


def make_book(root: Path) -> Path:
    """Write the small book with a page of downloads and a stored notebook."""
    small_book.make_book(root)
    (root / "_config.yml").write_text(small_book.CONFIG + SETTINGS)
    (root / "_toc.yml").write_text(small_book.TOC + "- file: book/take\n")
    (root / "book" / "take.md").write_text(TAKE, "utf-8")
    (root / "notebooks").mkdir()
    cells = [new_code_cell("x: int = 1", metadata={"tags": ["parameters"]}), new_code_cell("x")]
    nbformat.write(new_notebook(cells=cells), root / "notebooks" / "one.ipynb")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the book, built once."""
    root = make_book(tmp_path_factory.mktemp("take") / "a book 书")
    build_site(root, report=lambda _line: None)
    return root


def _page(root: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((root / f"_build/html/{name}.html").read_text("utf-8"), "html.parser")


def test_every_download_is_there(root: Path) -> None:
    """Each link to a file leads to one, is marked as a download, and works without a server."""
    seen = set()
    for page in (root / "_build/html/book").rglob("*.html"):
        for link in BeautifulSoup(page.read_text("utf-8"), "html.parser").select("a[download]"):
            href = str(link["href"])
            if link.find_parent("template") is None:
                assert (page.parent / href).resolve().is_file(), href
                seen.add(Path(href).name)
    assert seen == {
        *("one.ipynb", "one.py", "lcresearch.bib"),
        *(f"{name}.csv" for name in ("claims", "figures", "assumptions", "sources")),
    }


def test_notebook_page_offers_the_stored_notebook(root: Path) -> None:
    """Below the title of a notebook's page stand the notebook as it is stored, and its script."""
    title = _page(root, "book/results/one").select_one("article h1")
    assert title is not None
    line = title.find_next_sibling()
    assert [Path(str(link["href"])).name for link in line.select("a")] == [
        "one.ipynb",
        "one.py",
        "take.html",
    ]
    downloads = root / "_build/html/_downloads"
    stored = root / "notebooks/one.ipynb"
    assert (downloads / "notebooks/one.ipynb").read_bytes() == stored.read_bytes()
    assert "print(x)" in (downloads / "scripts/one.py").read_text("utf-8")


def test_a_page_without_stored_notebook_offers_none(tmp_path: Path) -> None:
    """A book without stored notebooks and without a page of downloads has no link to either."""
    site = build_site(small_book.make_book(tmp_path / "book"), report=lambda _line: None)
    page = BeautifulSoup((site / "book/results/one.html").read_text("utf-8"), "html.parser")
    assert page.select_one(".lc-take") is None
    assert page.select_one("a[href$='take.html']") is None
    assert not (site / "_downloads/notebooks").exists()


def test_chapters_are_cited_and_their_entries_are_in_the_file(root: Path) -> None:
    """Chapters end with a citation; its entry stands in the file of all; other pages have none."""
    file = parse_string(
        (root / "_build/html/_downloads/lcresearch.bib").read_text("utf-8"), "bibtex"
    )
    assert set(file.entries) == {"lcresearch", "lcresearch-fund"}
    fold = _page(root, "book/fund").select_one("article details.lc-cite")
    assert fold is not None
    assert not fold.has_attr("open")
    assert f"The fund. In: A small book. Version {__version__}." in fold.get_text()
    shown = parse_string(fold.select_one("pre").get_text(), "bibtex")
    assert shown.entries["lcresearch-fund"] == file.entries["lcresearch-fund"]
    assert file.entries["lcresearch-fund"].fields["year"] == "2026"
    for page in ("book/claims", "book/take", "book/results/one"):
        assert _page(root, page).select_one("details.lc-cite") is None
    assert "url" not in file.entries["lcresearch"].fields


def test_citation_is_not_in_the_search(root: Path) -> None:
    """What every page says of itself would be found on every page: the search leaves it out."""
    index = (root / "_build/html/searchindex.js").read_text("utf-8")
    assert "incollect" not in index


def test_book_entry_holds_what_latex_would_take_for_a_command() -> None:
    """Signs that mean something to LaTeX come back as themselves, and Chinese stays."""
    book = Book('连城 & "50 %" of {x}_1', "A & B", "2026", "1.0", "zh_CN", "https://example.org/b/")
    entry = parse_string(chapter_entry(book, "book/fund", "A_b"), "bibtex").entries
    assert list(entry) == ["lcresearch-zh-fund"]
    fields = entry["lcresearch-zh-fund"].fields
    assert fields["booktitle"] == r'{连城 \& "50 \%" of \{x\}\_1}'
    assert fields["url"] == "https://example.org/b/book/fund.html"
    assert str(entry["lcresearch-zh-fund"].persons["author"][0]) == r"{A \& B}"


def test_another_countys_book_has_a_key_of_its_own() -> None:
    """Two counties' books can be cited in one paper, and each title says whose it is."""
    other = Book("A book", "We", "2026", "1.0", county=("Example", "990000"))
    entries = parse_string(book_entry(other), "bibtex").entries
    assert entries["lcresearch-990000"].fields["title"] == "{A book (Example)}"


def _rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_tables_hold_every_figure_once_and_say_where_it_comes_from(root: Path) -> None:
    """The files say together what the ledger holds: numbers in full, ranges, inputs, sources."""
    tables = {
        name: _rows((root / f"_build/html/_downloads/data/{name}.csv").read_bytes())
        for name in ("claims", "figures", "assumptions", "sources")
    }
    plain = small_book.make_results()
    keys = [row["key"] for name in ("figures", "assumptions") for row in tables[name]]
    assert sorted(keys) == sorted(plain["figures"])
    [claim] = tables["claims"]
    assert claim["computed_from"] == "fund.annual"
    assert (claim["notebook"], claim["cell"]) == ("one", "2")
    [road] = tables["assumptions"]
    assert [float(road[name]) for name in ("value", "low", "high")] == [1.5, 1, 3]
    assert [row["source"] for row in tables["sources"]] == ["survey", "trap"]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """A spreadsheet must not run what someone wrote into a note; negative numbers stay numbers."""
    results = small_book.make_results()
    figure = results["figures"]["fund.annual"]
    figure |= {"note": '=HYPERLINK("x")', "source": "@sum", "value": -3.0}
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(results), "utf-8")
    row = _rows(csv_tables(Results.read(path))["figures"])[0]
    assert row["note"] == '\'=HYPERLINK("x")'
    assert row["source"] == "'@sum"
    assert float(row["value"]) == -3
