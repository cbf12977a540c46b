"""A page opened in a browser, and every fault that shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

_FAULTS = r"""async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  const faults = [];
  for (const image of document.images) {
    const name = image.getAttribute("src");
    if (!image.naturalWidth) faults.push(`picture ${name} is broken`);
    if (!(image.getAttribute("alt") || "").trim()) faults.push(`picture ${name} has no alt text`);
  }
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
    faults.push(`mathematics is wrong: ${error.textContent}`);
  const prose = document.body.cloneNode(true);
  prose.querySelectorAll("pre, code, script, style, mjx-container").forEach(e => e.remove());
  const raw = prose.textContent.match(/.{0,20}(\\\(|\\\[|\$\$|\\begin\{).{0,20}/);
  if (raw) faults.push(`mathematics is not rendered: ${raw[0]}`);
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n)))
    faults.push(`id ${id} stands there twice`);
  return faults;
}"""
_LINKS = "() => [...document.querySelectorAll('a[href], area[href]')].map(link => link.href)"
_SCROLL = r"""() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("article *")]
    .filter(e => e.getBoundingClientRect().right > width + 1).slice(-1)
    .map(e => e.outerHTML.slice(0, 120));
  return [`page is ${document.documentElement.scrollWidth} px wide: ${wide}`];
}"""


@contextmanager
def open_page(window: Any, base: str, name: str) -> Iterator[tuple[Any, list[str]]]:
    """Open a page; yield it and the faults seen so far."""
    faults: list[str] = []

    def foreign(url: str) -> bool:
        return not url.startswith((base, "data:", "blob:", "about:"))

    def note_request(request: Any) -> None:
        if foreign(request.url):
            faults.append(f"request to another host: {request.url}")

    def note_failure(request: Any) -> None:
        if not foreign(request.url):
            faults.append(f"request failed: {request.url}")

    def note_response(response: Any) -> None:
        if response.status >= 400:
            faults.append(f"request failed with {response.status}: {response.url}")

    def note_console(message: Any) -> None:
        if message.type == "error" and "net::ERR_" not in message.text:
            faults.append(f"console: {message.text}")

    page = window.new_page()
    try:
        page.on("request", note_request)
        page.on("requestfailed", note_failure)
        page.on("response", note_response)
        page.on("console", note_console)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.goto(base + name, wait_until="load")
        yield page, faults
    finally:
        page.close()


def faults_of(window: Any, base: str, name: str, site: Path) -> list[str]:
    """Return every fault of a page: wide, on a phone, and in its links within the book."""
    with open_page(window, base, name) as (page, faults):
        faults += page.evaluate(_FAULTS)
        faults += _broken_links(page.evaluate(_LINKS), base, site)
        page.set_viewport_size(PHONE)
        faults += page.evaluate(_SCROLL)
        return faults


def _broken_links(links: list[str], base: str, site: Path) -> Iterator[str]:
    for link in dict.fromkeys(links):
        if not link.startswith(base):
            if link.startswith(("file:", "http://127.0.0.1")):
                yield f"link leads out of the book: {link}"
            continue
        address, anchor = urldefrag(link)
        target = site / unquote(address.removeprefix(base)).split("?")[0]
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            yield f"link is broken: {link}"
        elif anchor and target.suffix == ".html" and unquote(anchor) not in _ids(target):
            yield f"anchor is missing: {link}"


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name in ("id", "name") and value}


@cache
def _ids(page: Path) -> frozenset[str]:
    parser = _Ids()
    parser.feed(page.read_text("utf-8"))
    return frozenset(parser.found)
