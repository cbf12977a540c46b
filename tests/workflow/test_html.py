from __future__ import annotations

import os
from pathlib import Path

import pytest
import small_book

from lcresearch.errors import BookError
from lcresearch.workflow import html
from lcresearch.workflow.html import build_site


def _build(root: Path) -> Path:
    return build_site(root, report=lambda _line: None)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the small book's sources, in a path with a space and Chinese characters."""
    return small_book.make_book(tmp_path / "a book 书")


def test_site_is_whole_and_nothing_else_is_written(root: Path) -> None:
    """The site has the pages of the table of contents; besides it only conf.py is new."""
    before = set(root.parent.rglob("*"))
    lines: list[str] = []
    site = build_site(root, report=lines.append)
    assert site == root / "_build/html"
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert {page for page in pages if not page.startswith("_static")} == {
        "index.html",
        "search.html",
        "genindex.html",
        "book/intro.html",
        "book/fund.html",
        "book/claims.html",
        "book/results/one.html",
    }
    new = set(root.parent.rglob("*")) - before
    top = {path.relative_to(root).parts[0] for path in new}
    assert top == {"_build", "conf.py"}
    assert "4 pages" in lines[-1]


def test_first_page_leads_to_the_root_of_the_book(root: Path) -> None:
    """The page at the top leads on by a relative address, which also works from files."""
    text = (_build(root) / "index.html").read_text("utf-8")
    assert 'content="0; url=book/intro.html"' in text


def test_configuration_is_written_only_when_it_changes(root: Path) -> None:
    """The configuration has no extension that loads from elsewhere, and is not touched twice."""
    _build(root)
    conf = root / "conf.py"
    assert "sphinx_thebe" not in conf.read_text("utf-8")
    before = conf.stat().st_mtime_ns
    _build(root)
    assert conf.stat().st_mtime_ns == before


def test_working_directory_does_not_matter(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative root is taken from the working directory, wherever that is."""
    monkeypatch.chdir(tmp_path)
    assert _build(Path(os.path.relpath(root))).samefile(root / "_build/html")


def test_failed_build_keeps_the_earlier_site(root: Path) -> None:
    """A page with a fault leaves the site as it was, readable and whole."""
    site = _build(root)
    before = (site / "book/fund.html").read_bytes()
    (root / "book/fund.md").write_text("# The fund\n\n{val}`fund.nothing`\n")
    with pytest.raises(BookError, match="the earlier site stays"):
        _build(root)
    assert (site / "book/fund.html").read_bytes() == before


def test_interrupted_build_is_taken_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that stops between the two moves, or while it copies, leaves nothing behind."""
    site = _build(root)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(html, "_drop_strays", stop)
        with pytest.raises(KeyboardInterrupt):
            _build(root)
    assert (site / "book/fund.html").is_file()
    site.rename(site.with_name(".html-old"))
    (root / "book/fund.md").write_text("# The fund, typed wrongly 5\n")
    with pytest.raises(BookError):
        _build(root)
    assert (site / "book/fund.html").is_file()
    assert not [path for path in site.parent.iterdir() if path.name.startswith(".html")]


def test_interruption_while_pages_are_written_is_made_good(root: Path) -> None:
    """A page that was read again but not written when the build stopped is written next time."""
    site = _build(root)
    (root / "_build/work/clean").unlink()
    page = root / "_build/work/html/book/fund.html"
    page.write_text("half")
    _build(root)
    assert "Each resident" in (site / "book/fund.html").read_text("utf-8")


def test_changed_style_reaches_the_site(root: Path) -> None:
    """A style sheet that alone has changed is published."""
    site = _build(root)
    (root / "book/_static/small.css").write_text("p { color: red }\n")
    _build(root)
    assert "red" in (site / "_static/small.css").read_text()


def test_page_that_leaves_the_book_leaves_the_site(root: Path) -> None:
    """A page dropped from the table of contents is gone, with its source and its picture."""
    site = _build(root)
    assert list((site / "_images").iterdir())
    (root / "_toc.yml").write_text(
        small_book.TOC.replace("- file: book/fund\n", "").replace("- file: book/results/one\n", "")
    )
    _build(root)
    assert not (site / "book/fund.html").exists()
    assert not list((site / "_sources").rglob("fund*"))
    assert not list((site / "_images").rglob("*.png"))


def test_typed_digits_stop_the_build(root: Path) -> None:
    """A page that types a result is refused before anything is built."""
    (root / "book/fund.md").write_text("# The fund\n\nIt is 5 yuan.\n")
    with pytest.raises(BookError, match=r"book/fund.md:3: 5"):
        _build(root)
    assert not (root / "_build").exists()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("_toc.yml", None, "holds no _toc.yml"),
        ("_config.yml", None, "holds no _config.yml"),
        ("_config.yml", "title: [", "_config.yml is wrong"),
        ("_toc.yml", "format: jb-book\nchapters: 3\n", "_toc.yml is wrong"),
    ],
)
def test_missing_or_broken_configuration_is_named(
    root: Path, name: str, text: str | None, words: str
) -> None:
    """A missing or malformed configuration is reported by its name."""
    (root / name).unlink() if text is None else (root / name).write_text(text)
    with pytest.raises(BookError, match=words):
        _build(root)
