"""A browser without a window that prints a document: found, run safely, and ended in time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from lcresearch.errors import BookError

__all__ = ["BROWSERS", "find_browser", "print_document"]

BROWSERS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
"""Names by which the browser is looked for, in this order."""

_FLAGS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    # A book needs no other host; whatever asks for one is told that there is none.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--allow-file-access-from-files",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
# Of the page's own clock, which runs on while nothing is left to do.
_PAGE_CLOCK_MS: Final = 120_000


def find_browser() -> str:
    """Return the path of the browser.

    Raises
    ------
    BookError
        If none is installed.
    """
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise BookError(
        f"No browser was found that can print the book (looked for {', '.join(BROWSERS)}): install "
        f"Chromium, on Debian with 'apt-get install chromium fonts-noto-cjk'."
    )


def print_document(document: Path, target: Path, *, profile: Path, time_limit: float) -> None:
    """Print an HTML file to a PDF.

    Parameters
    ----------
    document
        The file.
    target
        Where the PDF is written.
    profile
        Empty folder for the browser's own files; nothing of the user's browser is touched.
    time_limit
        Seconds after which the browser is ended.

    Raises
    ------
    BookError
        If the browser takes too long or writes no PDF.
    """
    command = [
        find_browser(),
        *_FLAGS,
        # Chromium refuses to run as root inside its sandbox.
        *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        f"--user-data-dir={profile}",
        f"--virtual-time-budget={_PAGE_CLOCK_MS}",
        f"--print-to-pdf={target}",
        document.as_uri(),
    ]
    # In a session of its own, so that the browser's helpers end with it.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, complaint = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        _end(process)
        raise BookError(
            f"The browser had not printed the book after {time_limit:.0f} s and was ended: give it "
            f"more time with --time-limit."
        ) from None
    except BaseException:
        _end(process)
        raise
    if process.returncode or not target.is_file() or not target.stat().st_size:
        words = complaint.decode("utf-8", "replace").strip().splitlines()[-5:]
        raise BookError(
            f"The browser {command[0]} printed no PDF (exit code {process.returncode}). It said: "
            f"{' / '.join(words) or 'nothing'}"
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
