import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
import toy
from recorded import caller, change_claim, copy_project, make_recorded


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return make_recorded(tmp_path_factory.mktemp("recorded") / "my 项目")


@pytest.fixture
def project(recorded, tmp_path):
    return copy_project(recorded, tmp_path / "project")


@pytest.fixture
def call(project, monkeypatch, capfd):
    """The command, called in the project."""
    return caller("verify", project, monkeypatch, capfd)


def certificate(folder):
    return json.loads((folder / "certificate.json").read_text("utf-8"))


def test_what_is_recorded_is_found_again_whatever_the_users_ipython_does(
    call, project, tmp_path, monkeypatch
):
    """An honest record must agree, in a clean place, and the notebooks must stay as they are."""
    start = tmp_path / "ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "00.py").write_text("import lcresearch as lc\nlc.record = None\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    before = [path.read_bytes() for path in project.notebooks]
    code, out, err = call()
    assert code == 0, err
    assert "Of 3 notebooks, 2 claims and 1 chart agree with the record." in out
    assert "(3 of 3 done after" in err
    assert [path.read_bytes() for path in project.notebooks] == before
    assert os.environ["IPYTHONDIR"] == str(tmp_path / "ipython")
    assert Path.cwd() == project.root
    folder = project.root / "_build" / "verify"
    assert {path.name for path in folder.iterdir()} == {"certificate.json", "certificate.md"}
    found = certificate(folder)
    assert found["agrees"]
    assert found["complete"]
    assert [run["notebook"] for run in found["notebooks"]] == ["one", "three", "two"]
    assert found["notebooks"][1]["parameters"] == {"seed": 7}
    assert all(run["seconds"] > 0 for run in found["notebooks"])
    assert set(found["data"]) == {"nowhere"}
    text = (folder / "certificate.md").read_text("utf-8")
    for words in (
        "**Everything agrees.**",
        "| numpy | 0.0.1 |",
        "**differs**",
        "commit: not known",
    ):
        assert words in text


def test_a_changed_claim_is_named_and_noise_is_not(call, project, tmp_path):
    """Another value must end in exit code 1 and stand in the certificate; noise must not."""
    key = change_claim(project.notebook("one"), value=2.5, high=3.0)
    change_claim(project.notebook("two"), value=2.0 * (1 + 1e-9))
    code, out, err = call("--notebook", "one", "--notebook", "two", "--to", str(tmp_path / "to"))
    assert code == 1
    assert f"one: value of {key}: 2.5 recorded, 2.0 found." in err
    assert f"one: high of {key}: 3.0 recorded, None found." in err
    assert "record is not confirmed" in err
    assert "Differences (2): one." in out
    assert "which has 3, were not asked for" in out
    found = certificate(tmp_path / "to")
    assert not found["agrees"]
    assert not found["complete"]
    one, two = found["notebooks"]
    assert [each["what"] for each in one["differences"]] == ["value", "high"]
    assert (two["differences"], two["claims"]) == ([], 1)
    text = (tmp_path / "to" / "certificate.md").read_text("utf-8")
    assert f"| `{key}` | value | 2.5 | 2.0 | -2.0e-01 |" in text
    assert not (project.root / "_build").exists()


def test_a_notebook_that_fails_is_told_with_its_cell_and_the_others_are_compared(call, project):
    """A failure must not hide what the other notebooks find."""
    path = project.notebook("one")
    broken = nbformat.read(path, as_version=4)
    broken.cells[-1].source = "1 / 0"
    nbformat.write(broken, path)
    toy.make_notebook(
        project.notebook("three"),
        "import lcresearch as lc, pathlib\nassert not list(pathlib.Path().iterdir())",
        "_ = lc.record('x', 1, unit='count', grade='simulated', source='a model')",
    )
    code, out, err = call()
    assert code == 1
    assert "one: cell 4 ('1 / 0') raised ZeroDivisionError: division by zero." in err
    assert "three: nothing is recorded in it: build the book, then lcresearch store." in err
    assert "Failed: one. Differences (1): three." in out
    found = certificate(project.root / "_build" / "verify")
    assert [run["agrees"] for run in found["notebooks"]] == [False, False, True]
    assert "cell 4" in found["notebooks"][0]["failure"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--notebook", "four"], "There is no notebook 'four': choose from one, three, two."),
        (["--to", "README.md"], "README.md cannot be written: name another folder with --to."),
    ],
)
def test_a_users_mistake_is_answered_before_anything_runs(call, project, arguments, words):
    """A mistake must end in code 2 and one message, not after minutes."""
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert err == f"lcresearch: {words}\n"
    assert not (project.root / "_build").exists()


def test_the_command_of_another_tree_is_refused(call, project):
    """The library that runs must be that of the tree whose record is held against it."""
    (project.root / "src" / "lcresearch").mkdir(parents=True)
    code, _, err = call()
    assert code == 2
    assert "belongs to another library" in err


def test_what_changes_while_notebooks_run_spoils_the_certificate(call, project, monkeypatch):
    """A certificate must be of one state of the tree; a mixture must not look like one."""
    from lcresearch.workflow.verify import command

    def rerun(*_, **__):
        project.lock.write_text("numpy==0.0.2\n")
        return ()

    monkeypatch.setattr(command, "rerun", rerun)
    code, out, _ = call()
    assert code == 1
    assert "changed meanwhile" in out


def test_an_interrupt_leaves_nothing(project, tmp_path):
    """Ctrl-C must end the kernels, leave no file behind, and be told in one line."""
    mark = tmp_path / "started"
    for name in ("one", "two"):
        toy.make_notebook(
            project.notebook(name),
            f"import os, pathlib, time\npathlib.Path({str(mark)!r} + {name!r})"
            ".write_text(str(os.getpid()))\ntime.sleep(600)",
        )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys, tempfile\n"
        # Not TMPDIR: kernels keep their own places.
        f"tempfile.tempdir = {str(temporary)!r}\n"
        "sys.argv[:] = ['lcresearch', 'verify', '--jobs', '2', '--notebook', 'one', '--notebook',"
        " 'two']\n"
        "from lcresearch.workflow.cli import main\nmain()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=project.root,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    marks = [Path(f"{mark}{name}") for name in ("one", "two")]
    deadline = time.monotonic() + 60
    while not all(path.exists() for path in marks) and time.monotonic() < deadline:
        time.sleep(0.1)
    kernels = [int(path.read_text()) for path in marks]
    assert all(map(psutil.pid_exists, kernels))
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.endswith("lcresearch: Interrupted: nothing was written.\n")
    assert "Traceback" not in err
    assert list(temporary.iterdir()) == []
    assert not (project.root / "_build").exists()
    deadline = time.monotonic() + 15
    while any(map(psutil.pid_exists, kernels)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(psutil.pid_exists, kernels))
