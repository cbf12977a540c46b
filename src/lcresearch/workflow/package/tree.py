"""The files of the source tree that belong to an archive, and what is wrong with them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

from lcresearch.workflow.project import Project
from lcresearch.workflow.verify.surroundings import git_of

__all__ = ["source_files"]

# The project's own list, for a tree that git does not know.
_FOLDERS: Final = (".ci", "benchmarks", "book", "data", "notebooks", "src", "tests")
_FILES: Final = (
    "*.lock", "*.md", ".gitignore", "CITATION.cff", "LICENSE*", "Makefile", "_config.yml",
    "_toc.yml", "pyproject.toml",
)  # fmt: skip
# A reader cannot do without these.
_NEEDED: Final = (
    "CITATION.cff", "LICENSE", "Makefile", "README.md", "_config.yml", "_toc.yml",
    "data/README.md", "pyproject.toml", "requirements.lock",
)  # fmt: skip
# What can be made again, wherever it lies, and caches.
_MADE: Final = (
    "_build", "__pycache__", ".venv*", "*.egg-info", ".ipynb_checkpoints", "*.pyc", "*.mo",
)  # fmt: skip
_RESULTS: Final = ("book/results", "conf.py")
_SECRETS: Final = (
    ".env", ".env.*", ".git-credentials", ".netrc", ".pypirc", "*.key", "*.p12", "*.pem", "*.pfx",
    "credentials.*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "id_rsa*", "secrets.*",
)  # fmt: skip
_PRIVATE_KEY: Final = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def source_files(project: Project) -> tuple[list[Path], list[str]]:
    """Return the files of the tree that belong to an archive, and a sentence for each fault.

    Git's list is taken where the tree is a repository of its own, and the project's own list
    otherwise. Either way nothing is taken that can be made again.
    """
    root = project.root
    tracked = git_of(root)["commit"] is not None
    listed = _listed(root, "--cached") if tracked else _own_list(root)
    files = sorted(path for path in set(listed) if not _made_again(path))
    faults = list(_faults(root, files))
    if tracked:
        others = (
            path
            for path in _listed(root, "--others", "--exclude-standard")
            if path.split("/")[0] in _FOLDERS and not _made_again(path)
        )
        if left_out := sorted(others):
            faults.append(
                f"Git does not know {_some(left_out)}: add or ignore what is new, for the archive "
                f"holds what git knows."
            )
    missing = [name for name in _NEEDED if name not in files]
    faults += [f"{name} is missing, and an archive needs it." for name in missing]
    return [root / path for path in files if (root / path).is_file()], faults


def _listed(root: Path, *which: str) -> list[str]:
    done = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", *which],
        check=True,
        capture_output=True,
        env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
    )
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _own_list(root: Path) -> Iterator[str]:
    for path in root.iterdir():
        if path.is_file() and any(fnmatchcase(path.name, pattern) for pattern in _FILES):
            yield path.name
    for folder in _FOLDERS:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root).as_posix()
            # Hidden files are an editor's or a system's; .ci alone is the project's.
            if path.is_file() and "/." not in name:
                yield name


def _made_again(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(fnmatchcase(part, pattern) for part in parts for pattern in _MADE) or any(
        path == made or path.startswith(f"{made}/") for made in _RESULTS
    )


def _faults(root: Path, files: Iterable[str]) -> Iterator[str]:
    for name in files:
        path = root / name
        if any(fnmatchcase(path.name.lower(), pattern) for pattern in _SECRETS):
            yield f"{name} has the name of a secret: take it out of the tree."
        elif path.is_symlink():
            yield f"{name} is a link: put the file itself in its place."
        elif not path.is_file():
            yield f"{name} is known to git, but missing: restore it, or remove it from git."
        elif _PRIVATE_KEY.search(path.read_bytes()):
            yield f"{name} holds a private key: take it out of the tree."


def _some(names: list[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
