"""What ``lcresearch package`` does: check, verify where needed, and write the archive."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from lcresearch.errors import ProjectError
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.package.archive import Entry, make_archive
from lcresearch.workflow.package.programs import read_programs
from lcresearch.workflow.package.provenance import read_provenance
from lcresearch.workflow.package.readme import empty_sections, read_about, readme
from lcresearch.workflow.package.tree import source_files
from lcresearch.workflow.project import Project
from lcresearch.workflow.verify.certificate import read_certificate
from lcresearch.workflow.verify.certificate_text import certificate_text
from lcresearch.workflow.verify.command import default_folder, verify
from lcresearch.workflow.verify.surroundings import state_of

__all__ = ["Packed", "package"]


@dataclass(frozen=True)
class Packed:
    """What came of packing.

    Parameters
    ----------
    path
        The archive; not written where there are faults.
    files
        How many files it holds, README, certificate and manifest included.
    sha256
        Its hash.
    faults
        A sentence for everything that keeps the archive from being complete.
    """

    path: Path
    files: int = 0
    sha256: str = ""
    faults: tuple[str, ...] = ()


def package(project: Project, target: Path | None, *, report: Callable[[str], None]) -> Packed:
    """Write the replication archive, or tell everything that it lacks.

    Parameters
    ----------
    project
        The checkout.
    target
        The zip to write; ``None``: a name with the version under ``_build/package``.
    report
        Is told what happens, a line at a time.

    Raises
    ------
    ProjectError
        If the target is a folder.
    KeyboardInterrupt
        If the user interrupts; nothing is written then.
    """
    if target is not None and target.is_dir():
        raise ProjectError(f"{target} is a folder: name the file to write.")
    files, faults = source_files(project)
    about, more = read_about(project)
    faults += more
    provenance, more = read_provenance(project)
    faults += more
    programs, more = read_programs(project)
    faults += more
    name = f"lcresearch-{about.version or 'unversioned'}-replication"
    path = target or project.build / "package" / f"{name}.zip"
    if faults:
        # Running notebooks takes minutes: first mend what is known to be wrong.
        return Packed(path, faults=tuple(faults))
    certificate = _certificate_of(project, report)
    entries = {
        f"project/{file.relative_to(project.root).as_posix()}": Entry(
            file.read_bytes(), os.access(file, os.X_OK)
        )
        for file in files
    }
    size = sum(len(entry.content) for entry in entries.values())
    text = readme(
        about,
        provenance,
        programs,
        certificate,
        size=size,
        bibliography="project/book/references.bib" in entries,
        measured="project/benchmarks/results.csv" in entries,
    )
    faults = [
        *_disagreements(certificate),
        *(f"Section {section!r} of the README is empty." for section in empty_sections(text)),
    ]
    if faults:
        return Packed(path, faults=tuple(faults))
    entries |= {
        "README.md": Entry(text.encode()),
        "certificate.md": Entry(certificate_text(certificate).encode()),
        "certificate.json": Entry(
            (json.dumps(certificate, indent=1, ensure_ascii=False) + "\n").encode()
        ),
    }
    content = make_archive(entries, folder=name)
    write_bytes(path, content)
    return Packed(path, files=len(entries) + 1, sha256=sha256(content).hexdigest())


def _certificate_of(project: Project, report: Callable[[str], None]) -> dict[str, Any]:
    """Return the certificate of this very state, from the last rerun or from one made now."""
    found = read_certificate(default_folder(project))
    if found is not None and found["complete"] and found["state"] == state_of(project):
        return found
    report(
        "There is no certificate of all notebooks as they are now: running them."
        if found is None or not found["complete"]
        else "Notebooks, library or data changed since the last certificate: running them again."
    )
    return verify(project, (), default_folder(project), jobs=None, report=report)


def _disagreements(certificate: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each notebook that does not replicate itself."""
    faults = []
    for run in certificate["notebooks"]:
        if run["failure"]:
            faults.append(f"Notebook {run['notebook']} failed when it was run: {run['failure']}")
        elif run["differences"]:
            faults.append(
                f"Notebook {run['notebook']} does not find {len(run['differences'])} of its "
                f"recorded results again: see certificate.md, and store the outputs or mend it."
            )
    if certificate["changed_meanwhile"]:
        faults.append("Notebooks, library or data changed while they were run: run again.")
    return faults
