"""The catalogue of what notebooks show."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from toy import make_notebook

from lcresearch.county import load_county
from lcresearch.workflow import notebook_messages
from lcresearch.workflow.graph import _second_charts
from lcresearch.workflow.notebook_messages import (
    CATALOGUE,
    faults_of,
    read_messages,
    update_notebook_messages,
)
from lcresearch.workflow.project import Project
from lcresearch.workflow.second_charts import place_of


@pytest.fixture
def project(project_root: Path) -> Project:
    """Return a project with two notebooks that say something."""
    folder = project_root / "notebooks"
    make_notebook(folder / "one.ipynb", "ax.set_title(f'Cost of {name}')\nax.set_xlabel('yuan')")
    make_notebook(folder / "two.ipynb", "ax.set_title('Shares of parcels')")
    return Project(project_root)


def _translate(project: Project, **words: str) -> None:
    path = project.root / CATALOGUE
    text = path.read_text("utf-8")
    for message, chinese in words.items():
        message = message.replace("_", " ")
        before = f'msgid "{message}"\nmsgstr ""\n'
        assert before in text
        text = text.replace(before, f'msgid "{message}"\nmsgstr "{chinese}"\n')
    path.write_text(text, "utf-8")


def test_an_update_keeps_translations_and_drops_what_is_gone(project: Project) -> None:
    """Translations stay with their messages; messages no notebook has are dropped; order stays."""
    done, left = update_notebook_messages(project)
    assert done == 0
    text = (project.root / CATALOGUE).read_text("utf-8")
    for message in ("Cost of {0}", "yuan", "Shares of parcels", "# One", "reported"):
        assert f'msgid "{message}"' in text
    assert text.index('"# One"') < text.index('"yuan"') < text.index('"# Two"')
    assert not any(line.startswith(("#:", "#,")) for line in text.splitlines())

    _translate(project, yuan="元", Shares_of_parcels="快件的份额")
    assert update_notebook_messages(project) == (2, left - 2)
    before = (project.root / CATALOGUE).read_bytes()
    update_notebook_messages(project)
    assert (project.root / CATALOGUE).read_bytes() == before

    make_notebook(project.root / "notebooks/two.ipynb", "ax.set_title('Shares of points')")
    assert update_notebook_messages(project) == (1, left - 1)
    assert read_messages(project.root / CATALOGUE) == {"yuan": "元"}
    assert "Shares of parcels" not in (project.root / CATALOGUE).read_text("utf-8")


def test_words_from_data_are_messages_too(project: Project) -> None:
    """Words of stored tables and of drawn charts that no code holds are listed, names are not."""
    path = project.root / "notebooks/two.ipynb"
    notebook = nbformat.read(path, as_version=4)
    table = "<table><th>Shares of parcels</th><td>from a &amp; b</td><td>Liancheng</td><td>12</td>"
    output = nbformat.v4.new_output("display_data", data={"text/html": table})
    notebook.cells[-1].outputs = [output]
    notebook.cells.append(new_markdown_cell("Text.", id="more"))
    nbformat.write(notebook, path)
    drawn = place_of(project.results, "two")
    drawn.parent.mkdir(parents=True)
    drawn.write_text(json.dumps({"k": {"words": ["Cost of rice", "told by data"]}}), "utf-8")
    update_notebook_messages(project)
    text = (project.root / CATALOGUE).read_text("utf-8")
    assert text.count('"Shares of parcels"') == 1
    assert 'msgid "from a & b"' in text
    assert 'msgid "told by data"' in text
    assert "Liancheng" not in text
    # Composed of a template of this notebook it is not: the template is another notebook's.
    assert 'msgid "Cost of rice"' in text


def test_only_notebooks_whose_messages_changed_run_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new translation changes the state of the notebook that says it, and of no other."""
    monkeypatch.setattr(notebook_messages, "library_words", lambda _: [])
    update_notebook_messages(project)

    def states() -> list[str]:
        return [charts.state for charts in _second_charts(project, load_county(), project)]

    before = states()
    _translate(project, yuan="元")
    between = states()
    assert [a == b for a, b in zip(before, between, strict=True)] == [False, True]
    # What a Markdown cell says is no part of a chart.
    _translate(project, **{"#_Two": "# 二"})
    assert states() == between


@pytest.mark.parametrize(
    ("message", "words", "fault"),
    [
        ("{0} of {1}", "{1}的{0}", ""),
        ("{0} of {1}", "{1}", "places"),
        ("It is {val}`a.b|.2f`.", "为 {val}`a.b|.2f`。", ""),
        ("It is {val}`a.b|.2f`.", "为 {val}`a.b`。", "roles"),
        ("A third of them.", "其中的 33%。", "types 33"),
    ],
)
def test_faults_of_translations_are_told(message: str, words: str, fault: str) -> None:
    """A translation fills the places and roles of its message and types no digits of its own."""
    faults = faults_of({message: words})
    assert bool(faults) == bool(fault)
    assert fault in "".join(faults)


def test_the_books_own_catalogue_has_no_fault() -> None:
    """Every translation that the book shows has the places, roles and digits of its message."""
    found = read_messages(Path(__file__).resolve().parents[2] / CATALOGUE)
    assert len(found) > 200
    assert faults_of(found) == []
