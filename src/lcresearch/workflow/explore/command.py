"""Run the sweeps of the figures that readers can play with, and store what they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lcresearch.county import find_county, load_county
from lcresearch.errors import NotebookError, ParameterError, did_you_mean
from lcresearch.workflow.county_book import copy_pages
from lcresearch.workflow.explore.plan import PLANS, Plan, plan_names, read_plan
from lcresearch.workflow.explore.stored import TABLES, write_stored
from lcresearch.workflow.files import hash_files
from lcresearch.workflow.project import Project
from lcresearch.workflow.state import NotebookState
from lcresearch.workflow.sweep.folder import SweepFolder
from lcresearch.workflow.sweep.grid import Grid, grid_of
from lcresearch.workflow.sweep.sweep import run_sweep

__all__ = ["explore", "grid_of_plan"]


def explore(
    project: Project,
    only: Sequence[str],
    *,
    county: str | None,
    jobs: int,
    report: Callable[[str], Any],
) -> None:
    """Run what is missing of the sweeps, and store a table of each.

    Parameters
    ----------
    project
        The checkout.
    only
        Names of plans; none: all of them.
    county
        Folder or name of another county, whose own book takes the tables; ``None``: the county of
        the notebooks, whose tables are kept in ``data/explore``.
    jobs
        How many runs may go on at once.
    report
        Takes one line at a time.

    Raises
    ------
    ParameterError
        If there is no such plan, or it shows a claim that no run makes.
    NotebookError
        If a run failed; plans before it are stored.
    """
    known = plan_names(project.root)
    for name in only:
        if name not in known:
            raise ParameterError(
                f"There is no {PLANS}/{name}.yml: choose from {', '.join(known) or 'none'}."
                f"{did_you_mean(name, known)}"
            )
    folder = None if county is None else find_county(county)
    site = project if folder is None else copy_pages(project, folder)
    target = project.root / TABLES if folder is None else site.results / "explore"
    for name in only or known:
        plan = read_plan(project.root, name)
        grid = grid_of_plan(project, plan, county=folder)
        home = site.build / "explore" / name
        report(f"{name}: notebook {grid.notebook.stem}")
        failed = run_sweep(
            project, grid, home, jobs=jobs, scheduler=None, again=True, report=report
        )
        if failed:
            raise NotebookError(
                f"{name}: {failed} of {len(grid.runs)} runs failed, so nothing was stored: see "
                f"{home / 'runs.csv'}."
            )
        report(f"{name}: stored in {_store(project, plan, grid, home, target)}")


def grid_of_plan(project: Project, plan: Plan, *, county: Path | None = None) -> Grid:
    """Return the sweep of a plan, for the notebook's own county or another one.

    Raises
    ------
    ParameterError
        If the notebook does not have a parameter or does not accept a value.
    """
    fixed = dict(plan.sweep.get("fixed", {})) | ({} if county is None else {"county": str(county)})
    # Drawn is the first claim that is shown; a curve of another one would be of no use here.
    given = {**plan.sweep, "fixed": fixed, "curves": [plan.rows[0].key]}
    return grid_of(project.root / PLANS / f"{plan.name}.yml", given, project)


def _store(project: Project, plan: Plan, grid: Grid, home: Path, target: Path) -> Path:
    state, here = NotebookState(project, grid.notebook), Path.cwd()
    runs = SweepFolder(home)
    records = [runs.read(state.of(parameters, here)) or {} for parameters in grid.runs]
    _check_claims(plan, records)
    about = load_county(state.county(grid.runs[0])).about
    provenance = state.provenance(grid.runs[0], here)
    made = {
        "notebook": hash_files([grid.notebook], project.root),
        **{name: provenance[name] for name in ("library", "code", "lock", "data")},
    }
    return write_stored(
        target, plan, records, county={"code": about["code"], "name": about["name"]}, made=made
    )


def _check_claims(plan: Plan, records: Sequence[dict[str, Any]]) -> None:
    for record in records:
        made = [claim["key"] for claim in record["claims"]]
        for key in plan.keys:
            if key not in made:
                raise ParameterError(
                    f"{PLANS}/{plan.name}.yml: shows {key!r}, which a run of notebook "
                    f"{plan.sweep['notebook']} does not claim: mend the key."
                    f"{did_you_mean(key, made)}"
                )
