"""What axe-core, the usual checker of accessibility, finds on the pages of the book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import browse
import pytest

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_RUN = """async rules => {
  const found = await axe.run(document, {resultTypes: ["violations"], runOnly: rules});
  return found.violations
    .filter(fault => ["serious", "critical"].includes(fault.impact))
    .map(fault => `${fault.help}: ${fault.nodes[0].html.slice(0, 200)}`);
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script of axe-core."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("folder", ["", "zh/"])
def test_no_page_has_a_serious_fault(
    browser: Any, site: Path, axe: str, folder: str, colours: str
) -> None:
    """Whoever reads with a keyboard, a screen reader or weak eyes must be able to read any page."""
    window = browser.new_context(viewport=browse.WIDE, color_scheme=colours)
    listed = []
    for path in sorted((site / folder / "book").rglob("*.html")):
        page = window.new_page()
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate(axe)
        listed += [f"{path.relative_to(site)}: {fault}" for fault in page.evaluate(_RUN, _RULES)]
        page.close()
    window.close()
    assert not listed, "\n".join(listed)
