import subprocess
import sys
import time

import pytest
import toy

from lcresearch.workflow.cli import main


@pytest.fixture
def call(project_root, monkeypatch, capfd):
    """Call the command line in the small project and return exit code, output and complaint."""
    (project_root / "_config.yml").write_text("title: T\n")
    (project_root / "_toc.yml").write_text("root: book/intro\n")
    monkeypatch.chdir(project_root)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["lcresearch", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return stopped.value.code or 0, *capfd.readouterr()

    return call


def test_a_run_shows_its_claims_and_says_where_they_are(call, project_root):
    """A run must end with a table of claims and the folder of its results."""
    code, out, _ = call("run", "one", "-p", "scale=2")
    assert code == 0
    assert "fund.per_head" in out
    assert "4 yuan per person" in out
    [home] = (project_root / "_build" / "runs").iterdir()
    assert home.name in out.replace("\n", "")
    assert {path.name for path in home.iterdir()} == {"one.ipynb", "claims.json"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "three"], "There is no notebook 'three': choose from one, two."),
        (["run", "one", "-p", "scael=2"], "has no parameter 'scael'"),
        (["run", "one", "-p", "scale=much"], "'scale' of notebook one must be float"),
        (["run", "one", "-p", "county=atlantis"], "There is no county 'atlantis'"),
        (["check", "atlantis"], "There is no county 'atlantis'"),
    ],
)
def test_a_users_mistake_ends_in_one_message_and_code_two(call, project_root, arguments, words):
    """A mistake must be answered before a kernel starts, without a traceback."""
    code, out, err = call(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("lcresearch: ")
    assert words in err
    assert "Traceback" not in err
    assert not (project_root / "_build").exists()


def test_a_failing_notebook_ends_in_code_one(call, project_root):
    """A failure of the notebook itself must be told from a user's mistake."""
    toy.make_notebook(project_root / "notebooks" / "three.ipynb", "raise RuntimeError('no')")
    code, _, err = call("run", "three")
    assert code == 1
    assert "three: cell 2 (\"raise RuntimeError('no')\") raised RuntimeError: no." in err
    assert "Traceback" not in err


def test_check_lists_every_fault_of_a_folder(call, project_root):
    """A county's folder must be checked whole, with file, row and column."""
    folder = project_root / "data" / "nowhere"
    assert call("check", str(folder))[0] == 0
    path = folder / "reported.csv"
    path.write_text(path.read_text("utf-8").replace("CNY/year", "yuans"), "utf-8")
    code, _, err = call("check", str(folder))
    assert code == 2
    assert "reported.csv, row 2, column unit" in err


def test_outside_a_checkout_the_command_says_so(call, tmp_path_factory, monkeypatch):
    """The book cannot be built from anywhere: the message must say where to go."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    code, _, err = call("book")
    assert code == 2
    assert "does not lie in a checkout of lcresearch" in err


def test_a_missing_package_is_named_with_the_extra_that_brings_it(call, monkeypatch):
    """The plain library has no notebooks' packages: the command must say how to get them."""
    for name in [name for name in sys.modules if name.startswith("lcresearch.workflow.graph")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lcresearch.workflow.execute", None)
    code, _, err = call("book")
    assert code == 2
    assert "install lcresearch[book]" in err


def test_an_interrupt_is_told_in_one_line(call, monkeypatch):
    """After Ctrl-C the user must read that finished work is kept, and see no traceback."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lcresearch.workflow.graph.walk", interrupted)
    code, _, err = call("run", "one")
    assert code == 130
    assert err == "lcresearch: Interrupted: what was finished is kept; start again to go on.\n"


def test_import_and_help_are_quick():
    """Importing the library must not load pandas; help must not load the workflow."""
    code = "import sys, lcresearch; print(*sorted({'pandas', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == ""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "lcresearch", "--help"], check=True, stdout=subprocess.DEVNULL
    )
    assert time.perf_counter() - started < 3, "help takes seconds: something heavy is imported"
