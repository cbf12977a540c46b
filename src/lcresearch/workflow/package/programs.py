"""The notebooks as programs: what each asks, its parameters and seed, and what it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat

from lcresearch.errors import LcresearchError
from lcresearch.workflow.claims import gather
from lcresearch.workflow.package.seeds import drawing_cells, seed_faults
from lcresearch.workflow.parameters import Parameter, read_parameters
from lcresearch.workflow.project import Project

__all__ = ["Chart", "Program", "read_programs"]

_CHART: Final = re.compile(r"^(?:`{3,}|:{3,})\{chart\}\s+(\S+)", re.MULTILINE)
_ROLE: Final = re.compile(r"\{[\w:]+\}`([^`|\\]+)[^`]*`")


@dataclass(frozen=True)
class Chart:
    """A chart: its key, the cell that draws it, what it shows, and the pages that show it."""

    key: str
    cell: int
    alt: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A notebook.

    Parameters
    ----------
    name
        Its name.
    title, question
        Its heading, and the first paragraph under it.
    parameters
        Its parameters.
    parameter_cell
        Number of the cell that holds them; 0 where there are none.
    draws
        Numbers of the cells that draw at random.
    charts
        Its charts.
    claims
        Keys of its claims by the number of the cell that records them.
    """

    name: str
    title: str
    question: str
    parameters: tuple[Parameter, ...]
    parameter_cell: int
    draws: tuple[int, ...]
    charts: tuple[Chart, ...]
    claims: Mapping[int, tuple[str, ...]]

    @property
    def seed(self) -> Any:
        """Default of the parameter ``seed``; ``None`` where there is none."""
        return next((known.default for known in self.parameters if known.name == "seed"), None)


def read_programs(project: Project) -> tuple[list[Program], list[str]]:
    """Return the notebooks of a project as programs, and a sentence for each fault.

    A fault is a notebook without stored outputs, a draw that cannot be repeated, and a chart on a
    page that no notebook draws.
    """
    pages = _charts_of_pages(project)
    programs, faults = [], []
    for path in project.notebooks:
        try:
            program, found = _read(path, pages)
        except (LcresearchError, ValueError) as error:
            faults.append(f"Notebook {path.stem} cannot be read: {error}")
            continue
        programs.append(program)
        faults += found
    if not project.notebooks:
        faults.append("notebooks holds no notebook, so nothing would be replicated.")
    drawn = {chart.key for program in programs for chart in program.charts}
    for page, keys in pages.items():
        if unknown := [key for key in keys if key not in drawn]:
            faults.append(
                f"{page} shows {', '.join(map(repr, unknown))}, which no notebook draws in its "
                f"stored outputs: store them, or correct the page."
            )
    return programs, faults


def _read(path: Path, pages: Mapping[str, tuple[str, ...]]) -> tuple[Program, list[str]]:
    notebook = nbformat.read(path, as_version=4)
    numbered = list(enumerate(notebook.cells, start=1))
    code = [(number, cell.source) for number, cell in numbered if cell.cell_type == "code"]
    parameters = read_parameters(path)
    made = gather([path])
    claims: dict[int, tuple[str, ...]] = {}
    for key, claim in made["claims"].items():
        claims[claim["cell"]] = (*claims.get(claim["cell"], ()), key)
    charts = tuple(
        Chart(key, chart["cell"], chart["alt"], tuple(p for p in pages if key in pages[p]))
        for key, chart in made["charts"].items()
    )
    title, question = _heading([c.source for _, c in numbered if c.cell_type == "markdown"])
    program = Program(
        name=path.stem,
        title=title,
        question=question,
        parameters=tuple(parameters.values()),
        parameter_cell=next(
            (n for n, cell in numbered if "parameters" in cell.metadata.get("tags", [])), 0
        ),
        draws=tuple(drawing_cells(code)),
        charts=charts,
        claims=claims,
    )
    faults = seed_faults(path.stem, code, parameters)
    if not any(cell.get("outputs") for cell in notebook.cells):
        faults.append(
            f"Notebook {path.stem} has no stored outputs, so nothing says what it should find: "
            f"build the book, then lcresearch store."
        )
    return program, faults


def _heading(texts: list[str]) -> tuple[str, str]:
    blocks = [block.strip() for text in texts[:1] for block in text.split("\n\n")]
    title = next((block.lstrip("# ") for block in blocks if block.startswith("# ")), "")
    words = next((block for block in blocks if block and not block.startswith("#")), "")
    return title, " ".join(_ROLE.sub(r"`\1`", words).split())


def _charts_of_pages(project: Project) -> dict[str, tuple[str, ...]]:
    return {
        f"book/{path.name}": tuple(_CHART.findall(path.read_text("utf-8")))
        for path in sorted((project.root / "book").glob("*.md"))
    }
