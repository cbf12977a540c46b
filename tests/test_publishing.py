import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "publish.yml"


@pytest.fixture(scope="module")
def jobs():
    """Return the jobs of the workflow."""
    return yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]


def _steps(jobs):
    return [step for job in jobs.values() for step in job["steps"]]


def test_workflow_names_commands_that_exist(jobs):
    """Each command of make in the workflow must be a target, and the book must be made first."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [
        target
        for step in _steps(jobs)
        for target in re.findall(r"\bmake ([a-z]+)", step.get("run", ""))
    ]
    assert named == ["book", "pdf"]
    assert set(named) <= targets


def test_actions_are_pinned_to_a_major_version(jobs):
    """An action must be named with a version, and the two of Pages be there once, in order."""
    used = [step["uses"] for step in _steps(jobs) if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)
    names = [name.split("@")[0] for name in used]
    assert names == [
        f"actions/{name}"
        for name in ("checkout", "setup-python", "upload-pages-artifact", "deploy-pages")
    ]


def test_what_is_published_is_what_the_build_makes(jobs):
    """The folder that is uploaded must be the site's, and only the last job may write to Pages."""
    [upload] = [step for step in _steps(jobs) if "upload-pages" in step.get("uses", "")]
    assert upload["with"]["path"] == "_build/html"
    assert "permissions" not in jobs["build"]
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["deploy"]["needs"] == "build"


def test_lowest_python_is_the_same_everywhere(jobs):
    """The workflow, Binder and the package must agree on the version of Python."""
    [setup] = [step for step in _steps(jobs) if "setup-python" in step.get("uses", "")]
    lowest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert setup["with"]["python-version"] == lowest[1]
    assert (ROOT / "binder" / "runtime.txt").read_text().strip() == f"python-{lowest[1]}"
    assert (ROOT / setup["with"]["cache-dependency-path"]).is_file()


def test_binder_installs_the_lock_and_the_library():
    """Binder must find the lock file, and a script that it can run."""
    binder = ROOT / "binder"
    [lock] = re.findall(r"^-r (.+)$", (binder / "requirements.txt").read_text(), re.MULTILINE)
    assert (binder / lock).resolve() == ROOT / "requirements.lock"
    script = binder / "postBuild"
    assert os.access(script, os.X_OK)
    assert "-e ." in script.read_text()
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
