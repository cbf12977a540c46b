"""A copy of the pages in which the book of another county is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.project import Project

__all__ = ["copy_pages", "county_project"]

# What a site is made of, beside the results of runs.
_PARTS: Final = (
    "_config.yml",
    "_toc.yml",
    "requirements.lock",
    "book/*.md",
    "book/*.bib",
    "book/locale/**/*.po",
    "book/*.png",
    "book/explore/*.yml",
    "book/_static/**/*",
    "book/locale/**/*.po",
    "benchmarks/*.csv",
    "data/explore/*",
    "notebooks/*.ipynb",
)


def county_project(project: Project, county: Path) -> Project:
    """Return the copy of the project that the book of a county's folder is built in."""
    name = re.sub(r"[^\w.-]+", "-", county.resolve().name).strip(".-") or "county"
    return Project(project.build / "counties" / name)


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
    root = county_project(project, county).root
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
