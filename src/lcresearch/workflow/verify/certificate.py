"""The certificate of a rerun: what was run, where, with which versions, and what agreed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lcresearch.workflow.files import hash_files, write_bytes, write_json
from lcresearch.workflow.project import Project
from lcresearch.workflow.verify import surroundings
from lcresearch.workflow.verify.certificate_text import certificate_text
from lcresearch.workflow.verify.compare import ABSOLUTE, RELATIVE
from lcresearch.workflow.verify.rerun import Rerun

__all__ = ["certify", "read_certificate", "write_certificate"]

# Raised when a reader of earlier certificates would go wrong.
_FORM: Final = 1


def certify(
    project: Project,
    reruns: Sequence[Rerun],
    *,
    state: str,
    started: datetime,
    seconds: float,
    jobs: int,
) -> dict[str, Any]:
    """Return the certificate of a rerun as plain values.

    Parameters
    ----------
    project
        The checkout.
    reruns
        What came of each notebook.
    state
        What `surroundings.state_of` returned before the first notebook ran.
    started
        When the rerun began, with its time zone.
    seconds
        How long it took in all.
    jobs
        How many notebooks ran at once.
    """
    changed = surroundings.state_of(project) != state
    names = {path.stem for path in project.notebooks}
    return {
        "form": _FORM,
        "agrees": all(each.agrees for each in reruns) and not changed,
        "changed_meanwhile": changed,
        "complete": names == {each.notebook for each in reruns},
        "notebooks_of_the_project": len(names),
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "jobs": jobs,
        "tolerance": {"relative": RELATIVE, "absolute": ABSOLUTE},
        "notebooks": [asdict(each) | {"agrees": each.agrees} for each in reruns],
        "machine": surroundings.machine_of(),
        "library": surroundings.library_of(),
        "lock": {
            "file": project.lock.name,
            "sha256": hash_files([project.lock], project.root) if project.lock.is_file() else None,
            "distributions": surroundings.distributions_of(project.lock),
        },
        "git": surroundings.git_of(project.root),
        "data": surroundings.data_of(project),
        "state": state,
    }


def write_certificate(certificate: Mapping[str, Any], folder: Path) -> None:
    """Write ``certificate.md`` and ``certificate.json``, each whole or not at all."""
    write_bytes(folder / "certificate.md", certificate_text(certificate).encode())
    write_json(folder / "certificate.json", certificate)


def read_certificate(folder: Path) -> dict[str, Any] | None:
    """Return the certificate that lies in a folder, or ``None`` where none of this form does."""
    try:
        found = json.loads((folder / "certificate.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("form") == _FORM else None
