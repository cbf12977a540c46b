"""Many runs of one notebook, and nbval over all notebooks: warm kernels beside cold ones."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
from side_by_side import in_turns, parser, report

from lcresearch.workflow.project import Project
from lcresearch.workflow.sweep.grid import Grid
from lcresearch.workflow.sweep.sweep import run_sweep
from lcresearch.workflow.warm import KERNEL

ROOT = Path(__file__).resolve().parents[1]
RUNS = 20
VARIED = {"fund": ("fund_annual", 1e7, 1e6), "pricing": ("multiple", 2.0, 0.1)}
"""For each notebook: the parameter that differs between runs, its first value, its step."""


def main() -> None:
    """Measure what was asked for, in turns."""
    arguments = parser(__doc__)
    arguments.add_argument("--notebook", choices=VARIED, default="fund", help="the one to run")
    arguments.add_argument("--nbval", action="store_true", help="measure nbval instead")
    given = arguments.parse_args()
    (_measure_nbval if given.nbval else _measure_runs)(given)


def _measure_runs(given: argparse.Namespace) -> None:
    project = Project(ROOT)
    notebook = project.notebook(given.notebook)
    name, first, step = VARIED[given.notebook]
    grid = Grid(
        notebook=notebook,
        runs=tuple({name: first + step * number} for number in range(RUNS)),
        varied=(name,),
        time_limit=None,
        curves=(),
    )
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            "lcresearch sweep, one at a time": _ours(project, grid, Path(folder)),
            "papermill, a cold kernel each": _papermill(grid, Path(folder)),
        }
        times = in_turns(runs, given.rounds, warm=False)
    report(
        times,
        work=f"runs of the notebook {notebook.stem}, one after the other",
        size=f"{RUNS} runs",
        ours="lcresearch sweep, one at a time",
        peer="papermill, a cold kernel each",
        package="papermill",
        bound="the notebook's own cells; a kernel's start is a fork and a handshake",
        goal="3 times",
        store=given.store,
    )


def _measure_nbval(given: argparse.Namespace) -> None:
    checks = {"nbval, warm": _nbval(KERNEL), "nbval, cold": _nbval("python3")}
    times = in_turns(checks, given.rounds, warm=False)
    report(
        times,
        work="nbval over all notebooks, one after the other",
        size=f"{len(Project(ROOT).notebooks)} notebooks",
        ours="nbval, warm",
        peer="nbval, cold",
        package="nbval",
        bound="the notebooks' own cells, simulations above all",
        goal="2 times",
        store=given.store,
    )


def _ours(project: Project, grid: Grid, folder: Path) -> Callable[[], Any]:
    def action() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as target:
            done: list[str] = []
            failed = run_sweep(
                project,
                grid,
                Path(target),
                jobs=1,
                scheduler=None,
                again=False,
                report=done.append,
            )
            assert not failed, done

    return action


def _papermill(grid: Grid, folder: Path) -> Callable[[], Any]:
    source = nbformat.read(grid.notebook, as_version=4)

    def action() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for number, parameters in enumerate(grid.runs):
                papermill.execute_notebook(
                    source,
                    folder / f"{number}.ipynb",
                    parameters=parameters,
                    kernel_name="python3",
                    progress_bar=False,
                    extra_arguments=["--IPKernelApp.log_level=50"],
                )

    return action


def _nbval(kernel: str) -> Callable[[], Any]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--nbval"]
    command += ["--nbval-kernel-name", kernel, "--nbval-cell-timeout", "300", "notebooks"]
    return lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    main()
