"""Where a rerun took place: machine, installed versions, git, and the state of what was run."""

from __future__ import annotations

import os
import platform
import subprocess
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from lcresearch import __version__
from lcresearch.workflow.files import hash_files
from lcresearch.workflow.project import Project

__all__ = [
    "data_of",
    "distributions_of",
    "git_of",
    "library_of",
    "machine_of",
    "own_library",
    "state_of",
]

_PACKAGE: Final = Path(__file__).resolve().parents[2]


def machine_of() -> dict[str, Any]:
    """Return what the machine is: system, processor, cores, memory in bytes, Python."""
    import numpy as np
    import psutil

    blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory": psutil.virtual_memory().total,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "linear_algebra": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def distributions_of(lock: Path) -> list[dict[str, Any]]:
    """Return each distribution that a lock file asks for on this machine, and what is installed.

    Parameters
    ----------
    lock
        A requirements file with one exact version each.

    Returns
    -------
    list of dict
        ``name``; ``locked``, the version asked for; ``installed``, the version found or ``None``;
        ``bytes`` of its files, as its record states them.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    rows = []
    for line in lock.read_text("utf-8").splitlines() if lock.is_file() else ():
        try:
            wanted = Requirement(line.partition(" \\")[0].partition(" #")[0].strip())
        except InvalidRequirement:
            # A hash, a comment or an option.
            continue
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        locked = str(wanted.specifier).removeprefix("==")
        rows.append({"name": wanted.name, "locked": locked, **_installed(wanted.name)})
    return rows


def _installed(name: str) -> dict[str, Any]:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return {"installed": None, "bytes": 0}
    return {"installed": found.version, "bytes": sum(file.size or 0 for file in found.files or ())}


def git_of(root: Path) -> dict[str, Any]:
    """Return the commit of a folder, how many files differ from it, and why none is known."""
    try:
        top = _git(root, "rev-parse", "--show-toplevel")
        if Path(top).resolve() != root.resolve():
            return _no_git("the folder is not the top of a git repository")
        commit = _git(root, "rev-parse", "HEAD")
        changed = len(_git(root, "status", "--porcelain").splitlines())
    except FileNotFoundError:
        return _no_git("git is not installed")
    except subprocess.CalledProcessError as error:
        return _no_git((error.stderr.strip().splitlines() or ["git gave no reason"])[0])
    return {"commit": commit, "changed_files": changed, "why_none": ""}


def _no_git(reason: str) -> dict[str, Any]:
    return {"commit": None, "changed_files": None, "why_none": reason}


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        check=True,
        capture_output=True,
        text=True,
        # Looking must not write to the repository; messages must be those we can pass on.
        env=os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
    )
    return done.stdout.strip()


def library_of() -> dict[str, str]:
    """Return version and hash of the library that the notebooks use."""
    return {"version": __version__, "sha256": hash_files(_PACKAGE.rglob("*.py"), _PACKAGE)}


def own_library(project: Project) -> bool:
    """Return whether the running library is the project's own, where the project has one."""
    home = project.root / "src" / "lcresearch"
    return not home.is_dir() or home.resolve() == _PACKAGE


def data_of(project: Project) -> dict[str, str]:
    """Return a hash of each folder of data, by its name."""
    folders = sorted(path for path in (project.root / "data").glob("*") if path.is_dir())
    return {folder.name: hash_files(_data_files(folder), folder) for folder in folders}


def _data_files(folder: Path) -> list[Path]:
    # Hidden files are an editor's or a system's.
    return [path for path in folder.glob("[!.]*") if path.is_file()]


def state_of(project: Project) -> str:
    """Return one hash of all that claims depend on: notebooks, library, data and lock file."""
    files = [
        *project.notebooks,
        *(path for folder in (project.root / "data").glob("*/") for path in _data_files(folder)),
        *([project.lock] if project.lock.is_file() else []),
    ]
    parts = hash_files(files, project.root) + library_of()["sha256"]
    return sha256(parts.encode()).hexdigest()
