"""The small book printed by a real browser, and read again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
import small_book
from bs4 import BeautifulSoup

from lcresearch.errors import BookError
from lcresearch.workflow.html import build_site
from lcresearch.workflow.pdf import command
from lcresearch.workflow.pdf.browser import BROWSERS
from lcresearch.workflow.pdf.command import make_pdfs

LONG = "value = " + " + ".join(f"term_{number:02d}" for number in range(30)) + "  # the_very_end"
WIDE = "heading|" * 24
FUND = f"""
The rise is $\\sqrt{{x}}$, and [a source](https://example.org/paper) says so.

{{doc}}`intro`

```python
{LONG}
```

|{WIDE}last_head|
|{"|".join(["---"] * 25)}|
|{"|".join(["number"] * 25)}|
"""
TAKE = "# Take it\n\n```{take-along} pdf\n```\n"


def _make_book(root: Path) -> Path:
    small_book.make_book(root)
    config = small_book.CONFIG.replace("nitpicky: true\n", "nitpicky: true\n    language: en\n")
    config += "    mathjax_path: mathjax/tex-svg-full.js\n    lcresearch_take_page: book/take\n"
    (root / "_config.yml").write_text(config)
    (root / "_toc.yml").write_text(
        small_book.TOC.replace(
            "- file: book/results/one", "  sections:\n  - file: book/results/one"
        )
        + "- file: book/take\n"
    )
    with (root / "book/fund.md").open("a") as page:
        page.write(FUND)
    (root / "book/take.md").write_text(TAKE)
    mathjax = Path(__file__).resolve().parents[2] / "book/_static/mathjax"
    shutil.copytree(mathjax, root / "book/_static/mathjax")
    path = root / "book/results/one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = ["hide-input"]
    notebook.cells[1].source = "folded_away()"
    nbformat.write(notebook, path)
    return root


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a built and printed book."""
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    root = _make_book(tmp_path_factory.mktemp("pdf") / "a book 书")
    build_site(root, report=lambda _line: None)
    make_pdfs(root / "_build", time_limit=240, report=lambda _line: None)
    return root / "_build"


@pytest.fixture(scope="module")
def reader(build: Path) -> Any:
    """Return the PDF, opened."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf, which reads PDFs, is not installed")
    return pypdf.PdfReader(build / "pdf/lcresearch-en.pdf")


def _outline(reader: Any) -> list[tuple[int, str]]:
    def walk(items: Any, depth: int) -> Any:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            else:
                yield depth, item.title

    return list(walk(reader.outline, 0))


def _text(reader: Any) -> str:
    return "".join(page.extract_text() for page in reader.pages)


def test_outline_is_that_of_the_contents(reader: Any) -> None:
    """The outline has the pages as deep as they lie in the book, each title once."""
    assert _outline(reader) == [
        (0, "A small book"),
        (0, "The fund"),
        (1, "One"),
        (0, "Claims"),
        (0, "Take it"),
    ]


def test_each_page_of_the_book_begins_a_sheet(reader: Any) -> None:
    """Cover, contents and the pages of the book each begin on a sheet of their own, A4."""
    flat = reader.outline
    first = [
        reader.get_destination_page_number(item)
        for entry in flat
        for item in (entry if isinstance(entry, list) else [entry])
    ]
    assert first == sorted(set(first))
    assert first[0] == 2
    assert len(reader.pages) == 7
    width, height = (float(size) / 72 * 25.4 for size in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)


def test_it_can_be_read_aloud(reader: Any) -> None:
    """The PDF is tagged, and says its language and its title."""
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "A small book"


def test_nothing_is_cut(reader: Any) -> None:
    """The end of a long line of code, the last head of a wide table and folded code are there."""
    for page in reader.pages:
        right = float(page.mediabox[2])
        cut: list[str] = []

        def look(text: str, matrix: Any, inner: Any, *_: Any, right: float = right) -> None:
            where = inner[4] * matrix[0] + matrix[4]
            if text.strip() and not 0 <= where < right - 40:
                cut.append(text)  # noqa: B023

        page.extract_text(visitor_text=look)
        assert not cut
    text = re.sub(r"\s+", "", _text(reader))
    assert "#the_very_end" in text
    assert "last_head" in text
    assert "folded_away()" in text


def test_mathematics_is_set_and_pages_are_numbered(reader: Any) -> None:
    """No source of mathematics is left, and sheets carry their number and the book's title."""
    text = reader.pages[3].extract_text()
    assert "sqrt" not in text
    assert "$" not in text
    assert "\n4" in f"\n{text}"
    assert "A small book" in text
    # MathJax draws signs as shapes: the page must have some beside the chart's picture.
    shapes = re.findall(rb"\bc\n|\bl\n|\bv\n|\by\n", reader.pages[3].get_contents().get_data())
    assert len(shapes) > 20


def test_links_lead_inward_or_to_other_hosts(reader: Any) -> None:
    """No link names a file of the machine that the PDF was made on."""
    outward, inward = set(), 0
    for page in reader.pages:
        for note in page.get("/Annots", []):
            action = note.get_object().get("/A", {})
            if "/URI" in action:
                outward.add(str(action["/URI"]))
            elif "/Dest" in note.get_object() or action.get("/S") == "/GoTo":
                inward += 1
    assert "https://example.org/paper" in outward
    assert not [address for address in outward if not address.startswith("https://example.org/")]
    assert inward > 8


def test_site_shows_the_link_once_the_file_is_there(build: Path) -> None:
    """The page of downloads has the link, and a site built anew has neither link nor PDF."""
    page = build / "html/book/take.html"
    [link] = BeautifulSoup(page.read_text("utf-8"), "html.parser").select("a[href$='.pdf']")
    target = (page.parent / str(link["href"])).resolve()
    assert target.read_bytes() == (build / "pdf/lcresearch-en.pdf").read_bytes()
    assert link.find_parent("template") is None
    assert [path.name for path in (build / "pdf").iterdir()] == ["lcresearch-en.pdf"]
    build_site(build.parent, report=lambda _line: None)
    text = page.read_text("utf-8")
    assert 'class="lc-pdf"' in text
    assert not re.search(r"<a [^>]*\.pdf", re.sub("<template.*?</template>", "", text))
    assert not target.exists()


def test_a_missing_picture_is_refused_and_the_earlier_pdf_stays(build: Path) -> None:
    """A PDF with a hole in it is not kept; the message names what is missing."""
    earlier = (build / "pdf/lcresearch-en.pdf").read_bytes()
    picture = next((build / "html/_images").glob("fund.chart*.png"))
    content = picture.read_bytes()
    picture.write_bytes(b"no picture")
    try:
        with pytest.raises(BookError, match=r"not whole.*fund\.chart\.png is broken"):
            command.make_pdfs(build, time_limit=240, report=lambda _line: None)
    finally:
        picture.write_bytes(content)
    assert (build / "pdf/lcresearch-en.pdf").read_bytes() == earlier
