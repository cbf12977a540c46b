import os
import sys
import time

import pytest

from lcresearch.errors import BookError
from lcresearch.workflow.pdf import browser
from lcresearch.workflow.pdf.browser import find_browser, print_document

SLEEPER = """#!{python}
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({mark!r}, "w").write(str(child.pid))
time.sleep(60)
"""
TELLER = """#!{python}
import json, sys
open({mark!r}, "w").write(json.dumps(sys.argv))
sys.stderr.write("cannot open display")
sys.exit(7)
"""


@pytest.fixture
def pretend(tmp_path, monkeypatch):
    """Put a program in the place of the browser, and return the file that it writes."""
    mark = tmp_path / "mark"

    def pretend(text):
        program = tmp_path / "bin" / "google-chrome"
        program.parent.mkdir()
        program.write_text(text.format(python=sys.executable, mark=str(mark)))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        return mark

    return pretend


def _print(folder, *, time_limit=30):
    (folder / "a book.html").write_text("<p>x")
    print_document(
        folder / "a book.html", folder / "out.pdf", profile=folder, time_limit=time_limit
    )


def test_no_browser_is_said_in_one_sentence(tmp_path, monkeypatch):
    """Whoever has no browser must be told which were looked for and how to get one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BookError, match="looked for chromium, .* install Chromium"):
        find_browser()


@pytest.mark.skipif(os.name != "posix", reason="a script stands for the browser")
def test_time_limit_ends_the_browser_and_its_helpers(tmp_path, pretend):
    """A browser that hangs must be ended with all that it started, and the limit be named."""
    psutil = pytest.importorskip("psutil")
    mark = pretend(SLEEPER)
    started = time.monotonic()
    with pytest.raises(BookError, match="after 5 s and was ended"):
        _print(tmp_path, time_limit=5)
    assert time.monotonic() - started < 30
    helper = int(mark.read_text())
    for _ in range(50):
        if not psutil.pid_exists(helper) or psutil.Process(helper).status() == "zombie":
            break
        time.sleep(0.1)
    else:
        pytest.fail("the helper still runs")


@pytest.mark.skipif(os.name != "posix", reason="a script stands for the browser")
@pytest.mark.parametrize("user", [0, 1000])
def test_browser_is_run_safely_and_its_words_are_passed_on(tmp_path, pretend, monkeypatch, user):
    """It gets a profile of its own, no network, and its sandbox unless it is root; it may fail."""
    mark = pretend(TELLER)
    monkeypatch.setattr(browser.os, "geteuid", lambda: user)
    with pytest.raises(BookError, match="exit code 7.* cannot open display"):
        _print(tmp_path)
    given = mark.read_text()
    assert f"--user-data-dir={tmp_path}" in given
    assert "MAP * ~NOTFOUND" in given
    assert "a%20book.html" in given
    assert ("--no-sandbox" in given) == (user == 0)
