import shutil
from importlib import metadata

import pytest
from recorded import commit

from lcresearch.workflow.project import Project
from lcresearch.workflow.verify import surroundings


def test_the_lock_is_held_against_what_is_installed(tmp_path):
    """Each line for this machine must be told with both versions; other machines' lines must not."""
    numpy = metadata.version("numpy")
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        f"numpy=={numpy} \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
        "pandas==0.1 ; python_full_version >= '3' \\\n    --hash=sha256:00\n"
        "no-such-thing-here==3\ncolorama==1 ; python_version < '3'\n# a comment\n"
    )
    rows = {row["name"]: row for row in surroundings.distributions_of(lock)}
    assert list(rows) == ["numpy", "pandas", "no-such-thing-here"]
    assert rows["numpy"]["installed"] == rows["numpy"]["locked"] == numpy
    assert rows["numpy"]["bytes"] > 1e6
    assert rows["pandas"]["locked"] == "0.1"
    assert rows["pandas"]["installed"] == metadata.version("pandas")
    assert rows["no-such-thing-here"]["installed"] is None
    assert surroundings.distributions_of(tmp_path / "absent.lock") == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_commit_is_that_of_this_tree_and_of_no_other(tmp_path, monkeypatch):
    """A changed file must be counted, and a tree inside another repository has no commit."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").write_text("1")
    assert surroundings.git_of(tree)["commit"] is None
    assert "not a git repository" in surroundings.git_of(tree)["why_none"]
    commit(tree)
    found = surroundings.git_of(tree)
    assert len(found["commit"]) == 40
    assert found["changed_files"] == 0
    (tree / "a").write_text("2")
    (tree / "inside").mkdir()
    (tree / "inside" / "b").write_text("3")
    assert surroundings.git_of(tree)["changed_files"] == 2
    within = surroundings.git_of(tree / "inside")
    assert within["commit"] is None
    assert "not the top" in within["why_none"]
    monkeypatch.setenv("PATH", "")
    assert surroundings.git_of(tree)["why_none"] == "git is not installed"


def test_the_state_changes_with_notebooks_data_and_lock_alone(project_root):
    """A certificate is good as long as what claims depend on stays; a page is no part of that."""
    project = Project(project_root)
    states = [surroundings.state_of(project)]
    (project_root / "book").mkdir()
    (project_root / "book" / "page.md").write_text("# A page\n")
    assert surroundings.state_of(project) == states[0]
    for path in (project.notebooks[0], project_root / "data/nowhere/reported.csv", project.lock):
        path.write_bytes(path.read_bytes() + b"\n")
        states.append(surroundings.state_of(project))
    assert len(set(states)) == 4
