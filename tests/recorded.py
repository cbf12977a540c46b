"""A project whose notebooks hold the outputs of a run, written to disk for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import toy

from lcresearch.workflow.cli import main
from lcresearch.workflow.execute import execute
from lcresearch.workflow.project import Project
from lcresearch.workflow.stored import store_outputs

FILES = {
    "_config.yml": "title: T\n",
    "_toc.yml": "root: book/intro\n",
    "CITATION.cff": "title: A toy\nversion: 1.2.3\nabstract: What toys can do.\nlicense: MIT\n"
    "authors:\n- name: The toymakers\n",
    "LICENSE": "MIT\n",
    "Makefile": "book:\n",
    "README.md": "# A toy\n",
    "book/intro.md": "# Intro\n\n```{chart} toy.line\nA line.\n```\n",
    "data/README.md": "# The data\n",
    "pyproject.toml": '[project]\nrequires-python = ">=3.11"\ndependencies = ["numpy>=2"]\n',
    "requirements.lock": "numpy==0.0.1 \\\n    --hash=sha256:00\n"
    "nothing-of-the-kind==1 ; python_version < '3'\n",
}
LINE = """import lcresearch as lc
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
_ = axes.plot([0, 1], [0, 1])
axes.set(title="A line", xlabel="years", ylabel="yuan")
_ = lc.figures.show(figure, key="toy.line", alt="A line that rises.")"""
DRAW = "import numpy as np\nprint(np.random.default_rng(seed).integers(1, 2))"


def make_recorded(root: Path) -> Path:
    """Write a project of three notebooks, run them, store their outputs, and return its root."""
    toy.make_project(root)
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    toy.make_notebook(
        root / "notebooks" / "three.ipynb", LINE, DRAW, parameters="seed: int = 7  # of the draws"
    )
    project = Project(root)
    for path in project.notebooks:
        execute(path, project.results / path.name, {}, folder=root)
    store_outputs(project)
    return root


def copy_project(recorded: Path, root: Path) -> Project:
    """Copy a recorded project, which many tests share, to a folder of one test's own."""
    shutil.copytree(recorded, root)
    return Project(root)


def change_claim(notebook: Path, **changes: object) -> str:
    """Change the first claim that a notebook's outputs record, and return its key."""
    changed = nbformat.read(notebook, as_version=4)
    for cell in changed.cells:
        for output in cell.get("outputs", []):
            claim = output.get("metadata", {}).get("lcresearch", {}).get("claim")
            if claim:
                claim.update(changes)
                nbformat.write(changed, notebook)
                return str(claim["key"])
    raise AssertionError(f"{notebook} records no claim")


def caller(command, project, monkeypatch, capfd):
    """Return a function that calls a command in a project: exit code, output and complaint."""
    monkeypatch.chdir(project.root)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["lcresearch", command, *arguments])
        try:
            main()
        except SystemExit as stopped:
            return stopped.code or 0, *capfd.readouterr()
        return 0, *capfd.readouterr()

    return call


def commit(root: Path) -> None:
    """Put everything in a folder under git."""
    who = {
        f"GIT_{role}_{what}": "t@t"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "x"]):
        subprocess.run(["git", "-C", str(root), *arguments], check=True, env=os.environ | who)
