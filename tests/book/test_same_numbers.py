"""Both editions of the built book show the same computed numbers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
_NUMBER = re.compile(r"[+\u2212-]?\d[\d.,e+-]*%?")


def _inserted(page: Path) -> Counter[tuple[str, tuple[str, ...]]]:
    """Return the keys that a page inserts, each with the numbers that are shown for it."""
    article = BeautifulSoup(page.read_text("utf-8"), "html.parser").select("article a.lc-value")
    return Counter(
        (urldefrag(str(value["href"])).fragment, tuple(_NUMBER.findall(value.get_text())))
        for value in article
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "book").glob("*.md")))
def test_both_editions_insert_the_same_numbers(site: Path, name: str) -> None:
    """On a page of prose the same keys stand in both editions, as often, with the same digits."""
    chinese = site / "zh" / "book" / f"{name}.html"
    if not chinese.is_file():
        pytest.skip("the site has no Chinese edition")
    assert _inserted(chinese) == _inserted(site / "book" / f"{name}.html")
