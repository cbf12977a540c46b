"""The PDF of each edition: made from the built site, kept beside it and put into it."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from lcresearch.errors import BookError
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.pdf.browser import find_browser, print_document
from lcresearch.workflow.pdf.combine import UNFINISHED, Edition, combine, read_edition

__all__ = ["make_pdfs"]

# A link to the PDF waits in the page inside an element that browsers do not show.
_WAITING: Final = re.compile(r'<template class="lc-pdf">(.*?)</template>', re.DOTALL)
_TITLE: Final = re.compile(rb"/Title \(" + UNFINISHED.encode() + rb"(?:: )?([^)]*)\)")


def make_pdfs(
    build: Path, *, time_limit: float, report: Callable[[str], Any] = print
) -> list[Path]:
    """Print every edition of a built book.

    The PDF is kept under ``pdf`` and put into the site, where a link to it then appears: a site
    that was built anew has no PDF, rather than one of other numbers.

    Parameters
    ----------
    build
        Folder that holds ``html``, such as ``_build``.
    time_limit
        Seconds that the browser may take for one edition.
    report
        Takes one line of progress at a time.

    Returns
    -------
    list of Path
        The PDFs, the edition at the top of the site first.

    Raises
    ------
    BookError
        If the book is not built, no browser is installed, or printing fails; an earlier PDF stays.
    """
    find_browser()
    return [
        _make(edition, build / "pdf", time_limit=time_limit, report=report)
        for edition in list(_editions(build / "html"))
    ]


def _editions(site: Path) -> Iterator[Edition]:
    yield read_edition(site)
    for path in sorted(site.glob("*/_static/book.json")):
        yield read_edition(path.parents[1])


def _make(
    edition: Edition, folder: Path, *, time_limit: float, report: Callable[[str], Any]
) -> Path:
    started = time.monotonic()
    report(f"{edition.pdf}: gathering {len(edition.pages)} pages")
    folder.mkdir(parents=True, exist_ok=True)
    # Not in the system's own folder, which a browser from a store may not read.
    with tempfile.TemporaryDirectory(
        dir=folder, prefix="work-", ignore_cleanup_errors=True
    ) as work:
        document, printed = Path(work) / "book.html", Path(work) / "book.pdf"
        document.write_text(combine(edition), "utf-8")
        report(f"{edition.pdf}: printing")
        profile = Path(work) / "profile"
        profile.mkdir()
        print_document(document, printed, profile=profile, time_limit=time_limit)
        content = printed.read_bytes()
    _check(content, edition)
    target = folder / edition.pdf
    write_bytes(target, content)
    _place(edition, target)
    size = len(content) / 1e6
    report(f"{edition.pdf}: {size:.1f} MB in {time.monotonic() - started:.1f} s")
    return target


def _check(content: bytes, edition: Edition) -> None:
    """Refuse a PDF that was printed before everything was in place."""
    if not content.startswith(b"%PDF-"):
        raise BookError(f"What the browser wrote for {edition.pdf} is not a PDF.")
    if found := _TITLE.search(content):
        fault = found[1].decode("utf-8", "replace") or "mathematics or pictures were not ready"
        raise BookError(f"{edition.pdf} is not whole, so it was not kept: {fault}.")


def _place(edition: Edition, pdf: Path) -> None:
    """Put the PDF into the site, and let the links to it appear."""
    target = edition.site / "_downloads" / edition.pdf
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(pdf, target)
    for name, _ in edition.pages:
        page = edition.site / f"{name}.html"
        text = page.read_text("utf-8")
        shown = _WAITING.sub(r"\1", text)
        if shown != text:
            write_bytes(page, shown.encode())
