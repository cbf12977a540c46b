"""A copy of the pages in which the book of another county is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.project import Project

__all__ = ["copy_pages"]

# What a site is made of, beside the results of runs.
_PARTS: Final = (
    "_config.yml",
    "_toc.yml",
    "requirements.lock",
    "book/*.md",
    "book/*.bib",
    "book/*.png",
    "book/explore/*.yml",
    "book/_static/**/*",
    "benchmarks/*.csv",
    "data/explore/*",
    "notebooks/*.ipynb",
)


def copy_pages(project: Project, county: Path) -> Project:
    """Bring a copy of the pages up to date, and return the project that it is.

    Parameters
    ----------
    project
        The checkout.
    county
        Folder of the county.

    Returns
    -------
    Project
        Under ``_build/counties``, named for the county's folder; its own book is built in it.
    """
    name = re.sub(r"[^\w.-]+", "-", county.resolve().name).strip(".-") or "county"
    root = project.build / "counties" / name
    wanted = {
        path.relative_to(project.root): path
        for part in _PARTS
        for path in project.root.glob(part)
        if path.is_file()
    }
    for place, source in wanted.items():
        target = root / place
        content = source.read_bytes()
        # A file that is the same keeps its time, by which Sphinx tells what changed.
        if not target.is_file() or target.read_bytes() != content:
            write_bytes(target, content)
    for part in _PARTS:
        for path in root.glob(part):
            if path.is_file() and path.relative_to(root) not in wanted:
                path.unlink()
    return Project(root)
