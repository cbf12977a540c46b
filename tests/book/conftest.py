"""The built book and a browser; both are skipped, with a reason, where they are missing."""

from __future__ import annotations

import functools
import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import browse
import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--no-first-run",
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def known() -> dict[str, dict[str, Any]]:
    """Return every figure and claim of the book by key."""
    claims = Path(__file__).resolve().parents[2] / "book" / "results" / "claims.json"
    if not claims.is_file():
        pytest.skip(f"the notebooks have no results: {claims} is missing (make book)")
    document = json.loads(claims.read_text("utf-8"))
    return document["figures"] | document["claims"]


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the built book; LCRESEARCH_SITE names another than this checkout's."""
    default = Path(__file__).resolve().parents[2] / "_build" / "html"
    folder = Path(os.environ.get("LCRESEARCH_SITE", default)).resolve()
    if not (folder / "index.html").is_file():
        pytest.skip(f"the book is not built: {folder} is missing (make book)")
    return folder


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """Yield the book's address on a web server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=site)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Yield a headless Chromium."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(_BROWSERS)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Whatever is not of this machine goes to a proxy that does not exist, and so nowhere.
        nowhere = {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
        chromium = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS, proxy=nowhere)
        yield chromium
        chromium.close()


@pytest.fixture
def window(browser: Any) -> Iterator[Any]:
    """Yield a browser window without history."""
    context = browser.new_context(viewport=browse.WIDE)
    yield context
    context.close()
