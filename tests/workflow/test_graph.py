import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import toy
from filelock import FileLock

from lcresearch.workflow.graph import _claims_step, _notebook_step, run_steps, walk
from lcresearch.workflow.project import Project
from lcresearch.workflow.state import NotebookState


@pytest.fixture
def project(project_root):
    return Project(project_root)


def steps_of(project):
    """The steps up to the claims, without the site."""
    notebooks = [
        _notebook_step(
            NotebookState(project, path), path, project.results / path.name, {}, project.root
        )
        for path in project.notebooks
    ]
    executed = [step.makes[0] for step in notebooks]
    county = str(project.root / "data" / "nowhere")
    return [*notebooks, _claims_step(executed, county, project.results / "claims.json")]


def times(project):
    """When each executed notebook was last written."""
    return {path.stem: path.stat().st_mtime_ns for path in project.results.glob("*.ipynb")}


def claims(project):
    return json.loads((project.results / "claims.json").read_text("utf-8"))["claims"]


def changed(before, after):
    return {name for name in after if after[name] != before.get(name)}


def test_notebooks_rerun_when_something_they_use_changed_and_only_then(project):
    """Cells, data and the lock must each cause exactly the reruns that they should."""
    assert walk(project, steps_of(project), jobs=2) == []
    first = times(project)
    claim = claims(project)["fund.per_head"]
    assert claim["value"] == 2
    assert claim["grade"] == "published"
    assert (claim["notebook"], claim["cell"], claim["cell_id"]) == ("one", 4, "cell-1")
    assert claim["inputs"] == ["fund.annual", "population"]
    assert set(claim["files"]) == {"nowhere/reported.csv", "nowhere/published.csv"}

    assert walk(project, steps_of(project), jobs=2) == []
    assert times(project) == first

    path = project.notebooks[0]
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].outputs = []
    nbformat.write(notebook, path)
    assert walk(project, steps_of(project), jobs=2) == []
    assert times(project) == first, "stored outputs are no reason to rerun"

    notebook.cells[-1].source = notebook.cells[-1].source.replace("scale *", "3 * scale *")
    nbformat.write(notebook, path)
    assert walk(project, steps_of(project), jobs=2) == []
    second = times(project)
    assert changed(first, second) == {"one"}
    assert claims(project)["fund.per_head"]["value"] == 6

    toy_data = project.root / "data" / "nowhere" / "reported.csv"
    toy_data.write_text(toy_data.read_text("utf-8").replace("600", "1200"), "utf-8")
    assert walk(project, steps_of(project), jobs=2) == []
    third = times(project)
    assert changed(second, third) == {"one", "two"}
    assert claims(project)["pricing.twice"]["value"] == 4

    project.lock.write_text("numpy==99\n")
    assert walk(project, steps_of(project), jobs=2) == []
    assert changed(third, times(project)) == {"one", "two"}


def test_a_failing_notebook_names_its_cell_and_leaves_the_rest(project):
    """A failure must name notebook, cell and error; other runs and earlier results stay."""
    assert walk(project, steps_of(project), jobs=2) == []
    before, earlier = times(project), claims(project)
    for path in project.notebooks:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source += "\n# changed"
        if path.stem == "one":
            notebook.cells[-1].source = "1 / 0"
        nbformat.write(notebook, path)
    failures = walk(project, steps_of(project), jobs=2)
    assert failures == ["one: cell 4 ('1 / 0') raised ZeroDivisionError: division by zero."]
    assert changed(before, times(project)) == {"two"}
    assert claims(project) == earlier


def test_a_kernel_that_dies_is_reported_in_words(project):
    """A killed kernel must end in a sentence, not in a hang or a half-written file."""
    path = project.notebooks[0]
    toy.make_notebook(path, "import os\nos._exit(9)")
    [failure] = walk(project, steps_of(project), jobs=2)
    assert failure.startswith("one: the kernel died while it ran cell 2 ('import os')")
    assert not (project.results / "one.ipynb").exists()


def test_two_notebooks_may_not_claim_one_key_differently(project):
    """One key must have one value in the whole book."""
    for number, path in enumerate(project.notebooks):
        toy.make_notebook(
            path,
            "import lcresearch as lc",
            f"_ = lc.record('x', {number}, unit='count', grade='simulated', source='a model')",
        )
    [failure] = walk(project, steps_of(project), jobs=2)
    assert failure == (
        "Claim 'x' differs between notebooks one and two: give one of them another key."
    )


def test_a_run_with_parameters_stays_apart_from_the_book(project):
    """A user's run must have a folder of its own, and its parameters must stand in its claims."""
    notebook = project.notebook("one")
    steps, home = run_steps(project, notebook, {"scale": 10.0}, project.root)
    assert walk(project, steps, jobs=1) == []
    [claim] = json.loads((home / "claims.json").read_text("utf-8"))["claims"].values()
    assert claim["value"] == 20
    assert claim["parameters"] == {"scale": 10.0}
    assert not project.results.exists()
    assert run_steps(project, notebook, {"scale": 11.0}, project.root)[1] != home


def test_a_run_is_repeated_when_the_file_it_names_changed(project):
    """A parameter that names a file makes the run depend on what the file holds."""
    notebook = toy.make_notebook(
        project.root / "notebooks" / "own.ipynb",
        "from pathlib import Path; print(Path(table).read_text())",
        parameters="table: str = ''",
    )
    for content in ("first", "second"):
        (project.root / "own.csv").write_text(content)
        steps, home = run_steps(project, notebook, {"table": "own.csv"}, project.root)
        assert walk(project, steps, jobs=1) == []
        assert content in (home / "own.ipynb").read_text("utf-8")


def test_two_equal_runs_write_equal_bytes(project):
    """An executed notebook must hold nothing that differs between two runs."""
    notebook = project.notebook("one")
    contents = []
    for folder in ("a", "b"):
        target = project.build / folder / "one.ipynb"
        state = NotebookState(project, notebook)
        step = _notebook_step(state, notebook, target, {"scale": 2.0}, project.root)
        step.action()
        contents.append(target.read_bytes())
    assert contents[0] == contents[1]


def test_an_interrupted_run_keeps_what_was_finished_and_resumes(project):
    """After an interrupt what was finished is kept, nothing is half-written, work resumes."""
    slow = project.root / "slow"
    slow.touch()
    toy.make_notebook(
        project.root / "notebooks" / "two.ipynb",
        f"import pathlib, time\nwhile pathlib.Path({str(slow)!r}).exists():\n    time.sleep(0.1)",
    )
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\nimport test_graph\n"
        "from lcresearch.workflow.graph import walk\n"
        "project = test_graph.Project(Path(sys.argv[1]))\n"
        "print(walk(project, test_graph.steps_of(project), jobs=2))"
    )
    paths = [str(Path(__file__).parent), str(Path(toy.__file__).parent)]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(project.root), *paths], start_new_session=True
    )
    deadline = time.monotonic() + 60
    journal = project.build / "pipeline" / "pytask.lock.journal"
    while not journal.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) != 0
    assert [path.name for path in project.results.iterdir()] == ["one.ipynb"]
    finished = times(project)

    slow.unlink()
    assert walk(project, steps_of(project), jobs=2) == []
    assert changed(finished, times(project)) == {"two"}


def test_two_builds_at_once_go_one_after_the_other(project, capfd):
    """A second command must say that it waits, write nothing meanwhile, and then do its work."""
    project.build.mkdir()
    with ThreadPoolExecutor(1) as second:
        with FileLock(project.build / ".lock"):
            waiting = second.submit(walk, project, steps_of(project), jobs=1)
            time.sleep(1)
            assert not waiting.done()
            assert not project.results.exists()
            assert "waiting for another command" in capfd.readouterr().err
        assert waiting.result() == []
    assert times(project)


def test_a_file_that_vanishes_while_steps_are_taken_is_told_in_words(project):
    """An editor's file may come and go: the user must be told to start again, and no more."""
    vanished = project.root / "page.md"
    vanished.touch()
    steps = steps_of(project)
    first = replace(steps[0], needs=[vanished], action=vanished.unlink)
    assert walk(project, [first], jobs=1) == [
        "notebook one: a file that it reads was removed or renamed meanwhile: start again."
    ]
