import nbformat
import pytest

from lcresearch.errors import ProjectError
from lcresearch.workflow.execute import execute
from lcresearch.workflow.project import Project
from lcresearch.workflow.stored import store_outputs


def test_outputs_of_the_books_runs_are_stored_in_the_notebooks(project_root):
    """Stored outputs must be those of the run, and the cells must stay as they are."""
    project = Project(project_root)
    with pytest.raises(ProjectError, match="Notebook one has no run: build the book first"):
        store_outputs(project)
    for path in project.notebooks:
        execute(path, project.results / path.name, {}, folder=project.root)
    before = [cell.source for cell in nbformat.read(project.notebooks[0], as_version=4).cells]
    assert store_outputs(project) == ["one", "two"]
    stored = nbformat.read(project.notebooks[0], as_version=4)
    assert [cell.source for cell in stored.cells] == before
    assert "fund.per_head = 2" in stored.cells[-1].outputs[0].data["text/plain"]

    stored.cells[-1].source += "\n1"
    nbformat.write(stored, project.notebooks[0])
    with pytest.raises(ProjectError, match="Notebook one changed since its run"):
        store_outputs(project)
