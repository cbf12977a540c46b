import json

import pytest
import small_book
import toy
from bs4 import BeautifulSoup

from lcresearch.errors import NotebookError
from lcresearch.workflow.county_book import copy_pages
from lcresearch.workflow.execute import execute
from lcresearch.workflow.graph import county_book_steps, walk
from lcresearch.workflow.project import Project

PAGE = """# A page of {county}`name`

The fund is {val}`fund.annual`, each resident has {val}`fund.per_head`, twice {val}`pricing.twice`.

```{chart} one.chart
A chart.
```

```{evidence-table} claims
```

```{evidence-table} figures
```
"""
NOTE = 'lcresearch_home: "100000"\n    lcresearch_note: "The book of {county}`name`."\n'
DRAW = """import matplotlib.pyplot as plt
canvas, axes = plt.subplots()
_ = axes.plot([1, place.value("population")])
axes.set(xlabel="x", ylabel="y", title="t")
_ = lc.figures.show(canvas, key="one.chart", alt="A line that rises from one to the population.")"""


@pytest.fixture
def project(tmp_path):
    """A project whose notebooks hold the outputs of their own county, and one page."""
    root = toy.make_project(tmp_path / "book 书")
    own = root / "data" / "nowhere"
    toy.make_notebook(
        root / "notebooks" / "one.ipynb",
        "import lcresearch as lc\nplace = lc.load_county(county)",
        "annual = place.value('fund.annual')\n"
        "_ = lc.record('fund.twice', 2 * annual, unit='CNY/year', inputs=['fund.annual'])",
        "people = place.value('population')",
        "_ = lc.record('fund.per_head', annual / people, unit='CNY/person/year',"
        " inputs=['fund.annual', 'population'])",
        DRAW,
        parameters=f"county: str = {str(own)!r}",
    )
    config = small_book.CONFIG.replace("nitpicky: true\n", f"nitpicky: true\n    {NOTE}")
    config = config.replace("    html_css_files: [small.css]\n", "")
    config += "    lcresearch_claims_page: book/intro\n"
    (root / "book" / "_static").mkdir(parents=True)
    (root / "book" / "_static" / "small.css").touch()
    (root / "_config.yml").write_text(config)
    results = "".join(f"- file: book/results/{name}\n" for name in ("one", "two"))
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: book/intro\nchapters:\n{results}")
    (root / "book" / "intro.md").write_text(PAGE, "utf-8")
    for path in (root / "notebooks").glob("*.ipynb"):
        execute(path, path, {})
    return Project(root)


@pytest.fixture
def elsewhere(tmp_path):
    """A county without a population, with markup where its name should be."""
    folder = toy.make_county(tmp_path / "else where")
    about = (folder / "county.toml").read_text("utf-8")
    about = about.replace('"Nowhere"', '"Else <b>where"').replace("100000", "200000")
    (folder / "county.toml").write_text(about, "utf-8")
    census = (folder / "census.csv").read_text("utf-8")
    (folder / "census.csv").write_text(
        census.replace("100000,Nowhere", "200000,Elsewhere"), "utf-8"
    )
    published = (folder / "published.csv").read_text("utf-8").splitlines()[0] + "\n"
    (folder / "published.csv").write_text(published, "utf-8")
    return folder


def build(project, county):
    copy = copy_pages(project, county)
    assert walk(project, county_book_steps(project, county, copy), jobs=2) == []
    return copy


def words(node):
    return " ".join(node.get_text(" ").split())


def test_a_county_that_lacks_data_has_a_whole_book_that_says_so(project, elsewhere):
    """Numbers and charts that cannot be had read "not available", with the missing figure."""
    copy = build(project, elsewhere)
    claims = json.loads((copy.results / "claims.json").read_text("utf-8"))
    assert set(claims["claims"]) == {"fund.twice"}
    lacking = "Else <b>where has no figure 'population'."
    assert claims["unavailable"]["fund.per_head"] == lacking
    assert claims["unavailable"]["one.chart"] == lacking
    text = (copy.build / "html" / "book" / "intro.html").read_text("utf-8")
    page = BeautifulSoup(text, "html.parser")
    article = page.select_one("article")
    found = [item["title"] for item in article.select(".lc-unavailable abbr")]
    assert found == [lacking] * 3
    assert "The fund is 600 yuan per year" in words(article).replace("\N{NO-BREAK SPACE}", " ")
    assert "Chart not available" in words(article)
    assert "The book of Else <b>where." in words(article)
    assert "A page of Else <b>where" in words(article)
    shown = (copy.build / "html" / "book" / "results" / "one.html").read_text("utf-8")
    assert "Not available: Else &lt;b&gt;where has no figure" in shown


def test_the_county_of_the_pages_has_no_note(project):
    """What stands above another county's pages would be wrong above its own."""
    copy = build(project, project.root / "data" / "nowhere")
    text = (copy.build / "html" / "book" / "intro.html").read_text("utf-8")
    assert "The book of" not in text


def test_a_cell_that_fails_for_another_reason_fails_the_book(project, elsewhere):
    """Only lacking data is excused; a fault in a notebook must not read "not available"."""
    toy.make_notebook(
        project.root / "notebooks" / "two.ipynb",
        "import lcresearch as lc\nplace = lc.load_county(county)",
        "1 / 0",
        parameters=f"county: str = {str(elsewhere)!r}",
    )
    copy = copy_pages(project, elsewhere)
    failures = walk(project, county_book_steps(project, elsewhere, copy), jobs=1)
    assert failures == ["two: cell 4 ('1 / 0') raised ZeroDivisionError: division by zero."]


def test_an_undefined_name_is_excused_only_after_lacking_data(tmp_path):
    """A misspelt name in a notebook must be told as such."""
    path = toy.make_notebook(tmp_path / "slip.ipynb", "print(undefined)")
    with pytest.raises(NotebookError, match="NameError"):
        execute(path, tmp_path / "out.ipynb", {}, excuse=True)


def test_pages_that_left_the_book_leave_the_copy(project, elsewhere):
    """The copy follows the project, and files that stayed the same keep their time."""
    extra = project.root / "book" / "extra.md"
    extra.write_text("# Extra\n")
    copy = copy_pages(project, elsewhere)
    before = (copy.root / "book" / "intro.md").stat().st_mtime_ns
    assert (copy.root / "book" / "extra.md").exists()
    extra.unlink()
    copy_pages(project, elsewhere)
    assert not (copy.root / "book" / "extra.md").exists()
    assert (copy.root / "book" / "intro.md").stat().st_mtime_ns == before
