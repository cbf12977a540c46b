"""What ``lcresearch verify`` does: run, compare, certify, show."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lcresearch.errors import ProjectError
from lcresearch.workflow.parameters import read_parameters
from lcresearch.workflow.project import Project
from lcresearch.workflow.verify.certificate import certify, write_certificate
from lcresearch.workflow.verify.certificate_text import count
from lcresearch.workflow.verify.rerun import Rerun, rerun
from lcresearch.workflow.verify.surroundings import own_library, state_of

__all__ = ["default_folder", "verify"]


def verify(
    project: Project,
    names: Sequence[str],
    folder: Path,
    *,
    jobs: int | None,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Run notebooks again, write the certificate, and return it.

    Parameters
    ----------
    project
        The checkout.
    names
        Names of notebooks; empty stands for all.
    folder
        Where to write ``certificate.json`` and ``certificate.md``.
    jobs
        How many notebooks may run at once; ``None``: one per core.
    report
        Is told what happens, a line at a time.

    Raises
    ------
    ProjectError
        If there is no such notebook, the folder cannot be written, or the command belongs to
        another tree than the notebooks.
    ParameterError
        If a file is no notebook, or its parameters cannot be read.
    KeyboardInterrupt
        If the user interrupts; nothing is written then.
    """
    chosen = {project.notebook(name) for name in names} or set(project.notebooks)
    notebooks = sorted(chosen)
    if not notebooks:
        raise ProjectError(f"{project.root / 'notebooks'} holds no notebook to run.")
    for path in notebooks:
        read_parameters(path)
    if not own_library(project):
        raise ProjectError(
            f"This command belongs to another library than the one in {project.root / 'src'}: "
            f"start the command of that tree, .venv/bin/lcresearch."
        )
    _refuse_unwritable(folder)
    folder = folder.absolute()
    jobs = min(jobs or os.cpu_count() or 1, len(notebooks))
    state, started, began = state_of(project), datetime.now(UTC), time.monotonic()
    report(f"{count(len(notebooks), 'notebook')}, {jobs} at once")
    reruns = rerun(notebooks, jobs=jobs, report=report)
    certificate = certify(
        project,
        reruns,
        state=state,
        started=started,
        seconds=time.monotonic() - began,
        jobs=jobs,
    )
    for each in reruns:
        for line in _faults(each):
            report(line)
    write_certificate(certificate, folder)
    return certificate


def default_folder(project: Project) -> Path:
    """Return where a certificate is written if the user names no folder."""
    return project.build / "verify"


def _faults(each: Rerun) -> list[str]:
    if each.failure:
        return [each.failure]
    if each.unrecorded:
        return [
            f"{each.notebook}: nothing is recorded in it: build the book, then lcresearch store."
        ]
    return [f"{each.notebook}: {difference}." for difference in each.differences]


def _refuse_unwritable(folder: Path) -> None:
    """Tell a folder that cannot be written before the notebooks run, not after."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise ProjectError(f"{folder} cannot be written: name another folder with --to.")
