"""The invented county's book, built before the tests: nothing in it may be another county's."""

import json
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "_build" / "counties" / "example"
SITE = COPY / "_build" / "html"


@pytest.fixture(scope="module", autouse=True)
def _built():
    if not (SITE / "index.html").is_file():
        pytest.skip("build it first: lcresearch book --county data/example")


@pytest.fixture(scope="module")
def made():
    """What the runs for the invented county claimed."""
    return json.loads((COPY / "book" / "results" / "claims.json").read_text("utf-8"))


def pages(site):
    return {path.relative_to(site).as_posix() for path in (site / "book").rglob("*.html")}


def test_it_has_every_page_of_the_projects_own_book():
    """A county's book must lack no page, whatever data the county lacks."""
    assert pages(SITE) == pages(ROOT / "_build" / "html")


def test_no_claim_rests_on_a_file_of_another_county(made):
    """A claim of this book may come from this county's files, and from no other's."""
    files = {file for claim in made["claims"].values() for file in claim.get("files") or {}}
    assert any(file.startswith("example/") for file in files)
    assert not [file for file in files if file.startswith("liancheng/")]


def test_no_output_of_a_notebook_names_the_county_that_the_library_is_about():
    """Titles, tables and texts for charts must take the county's name from its folder."""
    for path in sorted((COPY / "book" / "results").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            assert "Liancheng" not in json.dumps(cell.get("outputs", [])), path.name


def test_every_page_of_words_says_whose_numbers_it_shows():
    """Sentences were written for another county, so that a reader must be told above them."""
    for page in sorted((SITE / "book").glob("*.html")):
        article = BeautifulSoup(page.read_text("utf-8"), "html.parser").find("article")
        if page.stem not in ("genindex", "search"):
            assert "This is the book of Invented County" in article.get_text(), page.name


def test_what_is_not_available_says_why(made):
    """Each key that pages quote and this county lacks must carry a reason."""
    for key, why in made["unavailable"].items():
        assert why.endswith("."), key
        assert len(why.split()) > 3, key
