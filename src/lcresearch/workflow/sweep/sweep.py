"""A sweep: what is missing is run, here or on a cluster, and all claims are put in tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lcresearch.errors import ProjectError
from lcresearch.workflow.interrupt import children_end_on_interrupt
from lcresearch.workflow.project import Project
from lcresearch.workflow.state import NotebookState
from lcresearch.workflow.sweep.curve import choose_curves, draw_curve
from lcresearch.workflow.sweep.folder import SweepFolder
from lcresearch.workflow.sweep.grid import Grid
from lcresearch.workflow.sweep.tables import claims_table, runs_table, write_tables
from lcresearch.workflow.sweep.work import Outcome, Task, work

__all__ = ["run_sweep"]


def run_sweep(
    project: Project,
    grid: Grid,
    target: Path,
    *,
    jobs: int,
    scheduler: str | None,
    again: bool,
    report: Callable[[str], Any],
) -> int:
    """Run what is missing of a sweep, write its tables and curves, and return how many failed.

    Parameters
    ----------
    project
        The checkout.
    grid
        What to run.
    target
        The sweep's folder.
    jobs
        How many runs may go on at once on this machine.
    scheduler
        Address of a Dask scheduler whose workers do the runs instead.
    again
        Run again what failed before.
    report
        Takes one line at a time.

    Raises
    ------
    ProjectError
        If another sweep is at work in the folder, or the scheduler does not answer.
    ParameterError
        If a curve is asked for that no run claims.
    KeyboardInterrupt
        If the user interrupts; runs that were finished are kept.
    """
    folder = SweepFolder(target)
    state = NotebookState(project, grid.notebook)
    here = Path.cwd()
    states = [state.of(parameters, here) for parameters in grid.runs]
    with folder.alone():
        missing = {}
        for mark, parameters in zip(states, grid.runs, strict=True):
            record = folder.read(mark)
            if record is None or (again and record["message"]):
                missing[mark] = parameters
        report(f"{len(states):,} runs, {len(missing):,} of them to be done")
        text = grid.notebook.read_text("utf-8")
        tasks = {
            mark: Task(
                name=grid.notebook.stem,
                notebook=text,
                parameters=parameters,
                folder=str(here),
                provenance=state.provenance(parameters, here),
                time_limit=grid.time_limit,
            )
            for mark, parameters in missing.items()
        }
        with children_end_on_interrupt() as stopped, _pool(jobs, scheduler) as pool:
            for mark, outcome in _progress(_results(pool, tasks, scheduler), len(tasks)):
                if not stopped.is_set():
                    folder.write(mark, grid.notebook.stem, missing[mark], outcome)
        if stopped.is_set():
            raise KeyboardInterrupt
        records = [folder.read(mark) or {} for mark in states]
        return _finish(folder.path, records, grid, report)


@contextmanager
def _pool(jobs: int, scheduler: str | None) -> Iterator[Executor]:
    if scheduler is None:
        # A run is a process of its own: a thread waits for each.
        pool = ThreadPoolExecutor(jobs)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ProjectError(
            "A scheduler needs the package distributed: install lcresearch[scale]."
        ) from None
    try:
        client: Any = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        words = " ".join(str(error).split())
        raise ProjectError(
            f"The scheduler at {scheduler} does not answer ({words}): start one with dask "
            f"scheduler, and workers with dask worker ADDRESS."
        ) from None
    # What becomes of the scheduler is told in a sentence of our own.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    with client:
        yield client.get_executor(pure=False)


def _results(
    pool: Executor, tasks: dict[str, Task], scheduler: str | None
) -> Iterator[tuple[str, Outcome]]:
    waiting: dict[Future[Outcome], str] = {
        pool.submit(work, task): mark for mark, task in tasks.items()
    }
    try:
        for future in as_completed(waiting):
            try:
                outcome = future.result()
            except CancelledError:
                # Nothing here cancels a run: the cluster's client does when it lost its scheduler.
                raise ProjectError(
                    f"The scheduler at {scheduler} was lost: start it and its workers again, then "
                    f"the sweep; what was finished is kept."
                ) from None
            except Exception as error:
                # The worker was lost, again and again.
                words = " ".join(str(error).split())
                outcome = Outcome(message=f"{type(error).__name__}: {words}", seconds=0.0)
            yield waiting[future], outcome
    finally:
        for future in waiting:
            future.cancel()


def _progress(results: Iterator[tuple[str, Outcome]], total: int) -> Iterator[tuple[str, Outcome]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("elapsed"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    failed = 0
    with Progress(*columns, console=console, disable=not total) as bar:
        task = bar.add_task("runs", total=total)
        for mark, outcome in results:
            failed += bool(outcome.message)
            yield mark, outcome
            words = f"runs ({failed} failed)" if failed else "runs"
            bar.update(task, advance=1, description=words)


def _finish(
    folder: Path, records: Sequence[dict[str, Any]], grid: Grid, report: Callable[[str], Any]
) -> int:
    claims = claims_table(records, grid.varied)
    runs = runs_table(records, grid.varied)
    write_tables(folder, claims, runs)
    failures = runs[runs["outcome"] == "failed"]
    for message, group in failures.groupby("message", sort=False):
        report(
            f"failed: run {', '.join(map(str, group['run'][:5]))}"
            f"{f' and {len(group) - 5} more' if len(group) > 5 else ''}: {message}"
        )
    for key in choose_curves(claims, grid.curves) if len(claims) else []:
        report(draw_curve(folder, claims, key, grid.varied))
    return len(failures)
