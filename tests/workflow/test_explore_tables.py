"""What is stored for the figures to play with must be what the notebooks compute now."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from lcresearch.workflow.explore.command import grid_of_plan
from lcresearch.workflow.explore.plan import plan_names, read_plan
from lcresearch.workflow.explore.stored import TABLES, read_stored
from lcresearch.workflow.project import Project
from lcresearch.workflow.state import hash_used_code
from lcresearch.workflow.sweep.work import Task, work
from lcresearch.workflow.verify.compare import ABSOLUTE, RELATIVE

PROJECT = Project(Path(__file__).resolve().parents[2])
NAMES = plan_names(PROJECT.root)


def test_every_plan_has_its_table() -> None:
    """A plan without a table, or a table without a plan, is a figure that nobody sees."""
    assert NAMES
    tables = {path.name for path in (PROJECT.root / TABLES).iterdir()}
    assert tables == {f"{name}.{end}" for name in NAMES for end in ("csv", "json")}


@pytest.mark.parametrize("name", NAMES)
def test_two_points_of_a_table_are_found_again(name: str) -> None:
    """A stored table that the notebook no longer computes must not stay in the book."""
    plan = read_plan(PROJECT.root, name)
    stored, grid = read_stored(PROJECT.root / TABLES, plan), grid_of_plan(PROJECT, plan)
    assert stored is not None
    assert len(stored.points) == len(grid.runs)
    points = np.random.default_rng(20401).choice(len(grid.runs), 2, replace=False)
    notebook = grid.notebook.read_text("utf-8")
    tasks = [
        Task(
            name=name,
            notebook=notebook,
            parameters=grid.runs[point],
            folder=str(PROJECT.root),
            provenance={"code": hash_used_code(notebook)},
            time_limit=300,
        )
        for point in points
    ]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(work, tasks))
    for point, outcome in zip(points, outcomes, strict=True):
        assert not outcome.message
        found = {claim["key"]: claim for claim in outcome.claims}
        stale = f"the table is stale: run lcresearch explore --only {name}"
        for key, claim in stored.points[point].items():
            again = found[key]
            assert (again["unit"], again["grade"]) == (claim.unit, claim.grade), f"{key}: {stale}"
            pairs = [(getattr(claim, part), again[part]) for part in ("value", "low", "high")]
            size = max(abs(kept) for kept, _ in pairs if kept is not None)
            for kept, now in pairs:
                same = (
                    kept is now
                    if kept is None or now is None
                    else math.isclose(kept, now, abs_tol=ABSOLUTE + RELATIVE * size)
                )
                assert same, f"{key}: {kept} stored, {now} found; {stale}"
