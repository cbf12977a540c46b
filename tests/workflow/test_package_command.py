import hashlib
import io
import json
import os
import shutil
import zipfile

import nbformat
import pytest
from recorded import LINE, caller, change_claim, commit, copy_project, make_recorded

from lcresearch.workflow.package import command
from lcresearch.workflow.package.readme import SECTIONS
from lcresearch.workflow.verify.command import default_folder, verify

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
NAME = "lcresearch-1.2.3-replication"


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A project with a certificate of the state that it is in."""
    project = copy_project(
        make_recorded(tmp_path_factory.mktemp("made") / "made"),
        tmp_path_factory.mktemp("certified") / "my 项目",
    )
    verify(project, (), default_folder(project), jobs=2, report=lambda _: None)
    return project.root


@pytest.fixture
def project(certified, tmp_path):
    return copy_project(certified, tmp_path / "project")


@pytest.fixture
def call(project, monkeypatch, capfd):
    """The command, called in the project."""
    return caller("package", project, monkeypatch, capfd)


@pytest.fixture
def _no_run(monkeypatch):
    """Make any run of a notebook fail the test."""

    def run(*_, **__):
        raise AssertionError("a notebook was run")

    monkeypatch.setattr(command, "verify", run)


def opened(path):
    return zipfile.ZipFile(io.BytesIO(path.read_bytes()))


@pytest.mark.usefixtures("_no_run")
def test_the_archive_holds_the_sources_a_readme_and_the_certificate(call, project):
    """Whoever unpacks it must find all that is needed, nothing made, and the measured times."""
    for made in ("src/__pycache__/x.pyc", "_build/x", ".venv/x", "data/nowhere/.DS_Store", ".env"):
        path = project.root / made
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    code, out, err = call()
    assert (code, err) == (0, "")
    path = project.root / "_build" / "package" / f"{NAME}.zip"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in out
    archive = opened(path)
    names = {name.removeprefix(f"{NAME}/") for name in archive.namelist()}
    tops = {"README.md", "MANIFEST.sha256", "certificate.md", "certificate.json"}
    assert {name for name in names if not name.startswith("project/")} == tops
    data = {f"data/nowhere/{file.name}" for file in (project.root / "data/nowhere").glob("[!.]*")}
    notebooks = {f"notebooks/{path.name}" for path in project.notebooks}
    others = {"book/intro.md", "data/README.md", "CITATION.cff", "LICENSE", "Makefile", "README.md"}
    others |= {"_config.yml", "_toc.yml", "pyproject.toml", "requirements.lock"}
    assert names - tops == {f"project/{n}" for n in data | notebooks | others}
    readme = archive.read(f"{NAME}/README.md").decode()
    for section in SECTIONS:
        assert f"# {section}\n" in readme
    certificate = json.loads(archive.read(f"{NAME}/certificate.json"))
    seconds = {run["notebook"]: run["seconds"] for run in certificate["notebooks"]}
    for words in (
        "What toys can do.",
        "| `toy.line` | `project/notebooks/three.ipynb` | 3 |",
        "| book/intro.md | A line that rises. |",
        "| `project/notebooks/one.ipynb` | 4 | `fund.per_head` |",
        "set at cell 2 of program `project/notebooks/three.ipynb`: `seed = 7`",
        "No pseudo random generator is called in `one`, `two`.",
        f"| `project/notebooks/one.ipynb` | {seconds['one']:.1f} |",
        "| `scale` | `1.0` | a factor |",
        "A survey of Nowhere",
        "facts only: 1 source\n",
        "| `project/data/nowhere/townships.csv` | survey | 2 rows, 16 columns | Yes |",
        "- [x] All tables and figures in the book",
        certificate["machine"]["platform"],
    ):
        assert words in readme, words


@pytest.mark.usefixtures("_no_run")
def test_the_same_inputs_make_the_same_bytes(call, project, tmp_path, monkeypatch):
    """Neither the time nor the order of files on the disk may show in the archive."""
    assert call("--to", str(tmp_path / "a.zip"))[0] == 0
    for path in project.root.rglob("*"):
        os.utime(path, (0, 0))
    # The same tree at another place, whose files were written in another order.
    for path in sorted(project.root.rglob("*.*"), reverse=True):
        if path.is_file():
            path.write_bytes(path.read_bytes())
    monkeypatch.chdir(copy_project(project.root, tmp_path / "elsewhere").root)
    assert call("--to", str(tmp_path / "b.zip"))[0] == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.usefixtures("_no_run")
def test_every_fault_is_told_at_once_before_anything_runs(call, project):
    """A missing licence, program, seed, file or record must each be told in a sentence."""
    root = project.root
    sources = root / "data/nowhere/sources.csv"
    sources.write_text(sources.read_text("utf-8").replace("facts only", ""), "utf-8")
    (root / "LICENSE").unlink()
    (root / "CITATION.cff").write_text(
        "title: A toy\nversion: 1\nlicense: MIT\nauthors: [name: a]\n"
    )
    (root / "book/intro.md").write_text("# I\n\n```{chart} toy.curve\n```\n")
    (root / "data/strange").mkdir()
    (root / "data/nowhere/key.pem").write_text("x")
    (root / "book/notes.md").write_text("-----BEGIN RSA " + "PRIVATE KEY-----\n")
    for name, source in (("three", "x = default_rng()"), ("one", "1 + 1")):
        notebook = nbformat.read(project.notebook(name), as_version=4)
        notebook.cells[-1].source = source
        for cell in notebook.cells:
            if name == "one" and cell.cell_type == "code":
                cell.outputs = []
        nbformat.write(notebook, project.notebook(name))
    code, out, err = call()
    assert (code, out) == (1, "")
    first, *faults = err.strip().splitlines()
    assert first == "lcresearch: the archive is not complete, so none was written."
    assert faults == [
        "- book/notes.md holds a private key: take it out of the tree.",
        "- data/nowhere/key.pem has the name of a secret: take it out of the tree.",
        "- LICENSE is missing, and an archive needs it.",
        "- CITATION.cff has no abstract: add it.",
        "- data/nowhere: sources.csv, row 2, column licence: is empty: fill it in.",
        "- data/strange is neither a county's folder (it has no county.toml) nor data/published, so "
        "nothing says where its data come from.",
        "- Notebook one has no stored outputs, so nothing says what it should find: build the "
        "book, then lcresearch store.",
        "- Notebook three, cell 4: default_rng draws without a seed, so no run is like another: "
        "give it one.",
        "- book/intro.md shows 'toy.curve', which no notebook draws in its stored outputs: store "
        "them, or correct the page.",
    ]
    assert not (root / "_build/package").exists()


@needs_git
@pytest.mark.usefixtures("_no_run")
def test_gits_list_is_taken_where_there_is_one(call, project, tmp_path):
    """What git knows goes in, whatever it is; what it does not know and ignores is told."""
    root = project.root
    (root / ".gitignore").write_text("_build/\nbook/results/\nscratch/\n")
    (root / "extra.txt").write_text("x")
    commit(root)
    (root / "scratch").mkdir()
    (root / "scratch" / "x").write_text("x")
    (root / "afield.txt").write_text("x")
    assert call("--to", str(tmp_path / "a.zip"))[0] == 0
    names = {
        name.removeprefix(f"{NAME}/project/") for name in opened(tmp_path / "a.zip").namelist()
    }
    assert {"extra.txt", ".gitignore"} <= names
    assert not any(name.startswith(("scratch", "afield", "_build", ".git/")) for name in names)
    (root / "book" / "new.md").write_text("# New\n")
    (root / "extra.txt").unlink()
    code, _, err = call("--to", str(tmp_path / "b.zip"))
    assert code == 1
    assert "- extra.txt is known to git, but missing: restore it, or remove it from git." in err
    assert "- Git does not know book/new.md: add or ignore what is new" in err
    assert not (tmp_path / "b.zip").exists()


def test_without_a_certificate_of_this_state_the_notebooks_are_run(call, project, monkeypatch):
    """Times and agreement must be of what is packed: a stale certificate must not be."""
    asked = []

    def run(*arguments, **options):
        asked.append(arguments[1])
        return verify(*arguments, **options)

    monkeypatch.setattr(command, "verify", run)
    data = project.root / "data/nowhere/census.csv"
    data.write_text(data.read_text("utf-8").replace("table 1", "table 2"), "utf-8")
    code, _, err = call()
    assert code == 0, err
    assert asked == [()]
    assert "changed since the last certificate: running them again." in err
    assert call()[0] == 0
    assert len(asked) == 1, "the new certificate is good"


def test_a_record_that_is_not_found_again_is_not_packed(call, project):
    """An archive whose results do not replicate must not be written."""
    change_claim(project.notebook("two"), value=3.0)
    code, _, err = call()
    assert code == 1
    assert "- Notebook two does not find 1 of its recorded results again: see certificate.md" in err
    assert not (project.root / "_build/package").exists()


def test_an_interrupt_writes_nothing(call, project, monkeypatch):
    """Ctrl-C while notebooks run must end in one line and code 130."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "verify", interrupted)
    project.lock.write_text("numpy==1\n")
    code, _, err = call()
    assert code == 130
    assert err.endswith("lcresearch: Interrupted: nothing was written.\n")
    assert not (project.root / "_build/package").exists()


def test_a_folder_is_no_place_for_the_file(call, tmp_path):
    """A user's mistake must end in code 2 and say what to name."""
    code, _, err = call("--to", str(tmp_path))
    assert code == 2
    assert err == f"lcresearch: {tmp_path} is a folder: name the file to write.\n"


def test_the_toy_draws_its_chart_in_the_cell_that_the_readme_names(project):
    """The number of a cell counts from one, with the title as the first."""
    cells = nbformat.read(project.notebook("three"), as_version=4).cells
    assert cells[2].source == LINE
