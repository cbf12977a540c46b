"""Outputs stored in the notebooks themselves, for readers on the web and for nbval."""

from __future__ import annotations

import nbformat

from lcresearch.errors import ProjectError
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.project import Project

__all__ = ["store_outputs"]


def store_outputs(project: Project) -> list[str]:
    """Copy the outputs of the book's runs into ``notebooks/`` and return the notebooks' names.

    Raises
    ------
    ProjectError
        If a notebook has no run, or changed since its run.
    """
    names = []
    for path in project.notebooks:
        run = project.results / path.name
        if not run.exists():
            raise ProjectError(f"Notebook {path.stem} has no run: build the book first.")
        notebook = nbformat.read(path, as_version=4)
        executed = nbformat.read(run, as_version=4)
        if [c.source for c in notebook.cells] != [c.source for c in executed.cells]:
            raise ProjectError(f"Notebook {path.stem} changed since its run: build the book first.")
        for cell, done in zip(notebook.cells, executed.cells, strict=True):
            cell.metadata.pop("execution", None)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = done.outputs, done.execution_count
        write_bytes(path, nbformat.writes(notebook).encode() + b"\n")
        names.append(path.stem)
    return names
