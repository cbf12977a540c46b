"""One notebook, run from top to bottom in a fresh kernel, written whole or not at all."""

from __future__ import annotations

import logging
import os
import tempfile
import time
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Final

import nbformat

import lcresearch.errors
from lcresearch.errors import LcresearchError, NotebookError
from lcresearch.evidence import CLAIM_METADATA
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.second_charts import SecondCharts
from lcresearch.workflow.warm import KERNEL

__all__ = ["execute", "run_notebook"]

# One thread for linear algebra: sums differ in their last digits between thread counts.
_KERNEL_ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
# What papermill puts on top of a notebook whose cell failed.
_NOTICE: Final = "papermill-error-cell-tag"


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    folder: Path | None = None,
    provenance: Mapping[str, Any] | None = None,
    excuse: bool = False,
    warm: bool = True,
    again: SecondCharts | None = None,
) -> None:
    """Run a notebook with papermill and write the executed copy.

    Parameters
    ----------
    notebook
        Path of the notebook, which is left as it is.
    output
        Path of the executed copy; an earlier copy stays if the run fails.
    parameters
        Values for its parameters, already checked.
    folder
        Working directory of the kernel; by default that of this process.
    provenance
        What the run depended on; the copy carries it in its metadata.
    excuse
        Go on after a cell for which the county lacks data; the copy tells the reason.
    warm
        Start the kernel from a process that has loaded the libraries, where that can be done.
    again
        Draw each chart a second time, in another language, and keep these charts in a file of
        their own.

    Raises
    ------
    NotebookError
        If a cell raises or the kernel dies; the text names the cell and the error.
    """
    source = nbformat.read(notebook, as_version=4)
    with ExitStack() as stack:
        environment = stack.enter_context(again.environment()) if again else {}
        executed = run_notebook(
            source,
            notebook.stem,
            parameters,
            folder=folder,
            provenance=provenance,
            excuse=excuse,
            warm=warm,
            environment=environment,
        )
    if again:
        again.take(executed)
    write_bytes(output, nbformat.writes(executed).encode() + b"\n")


def run_notebook(
    source: Any,
    name: str,
    parameters: Mapping[str, Any],
    *,
    folder: Path | None = None,
    provenance: Mapping[str, Any] | None = None,
    excuse: bool = False,
    warm: bool = True,
    time_limit: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """Run a notebook and return the executed copy.

    Parameters
    ----------
    source
        The notebook; outputs that it holds are left out.
    name
        What errors call it.
    parameters, folder, provenance, excuse, warm
        As for `execute`.
    time_limit
        Seconds after which the run is given up; ``None``: never.
    environment
        Variables of the kernel's environment, for this run alone.

    Raises
    ------
    NotebookError
        If a cell raises, the kernel dies or the time is over; the text names the cell.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    os.environ.update(_KERNEL_ENVIRONMENT)
    # It does not know types such as "float | None", which were checked before; what it says of a
    # dead kernel is told below, with the cell.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    source = nbformat.from_dict(source)
    _clear(source)
    started = time.monotonic()
    running = "its first cell"

    def begin(cell: Any) -> float | None:
        """Note which cell runs, and return how many seconds the cells before it have left."""
        nonlocal running
        running = _number_of(source, cell.source)
        return None if time_limit is None else max(started + time_limit - time.monotonic(), 0.001)

    with tempfile.TemporaryDirectory() as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # papermill writes the copy before it tells of an error in a cell.
        copy = Path(temporary) / "copy.ipynb"
        try:
            executed = papermill.execute_notebook(
                source,
                copy,
                parameters=dict(parameters),
                kernel_name=_kernel_name() if warm else "python3",
                language="python",
                progress_bar=False,
                extra_arguments=["--IPKernelApp.log_level=50", *_settings(environment or {})],
                # Not papermill's cwd, which moves the whole process and so every other run in it.
                resources={"metadata": {"path": str(folder or Path.cwd())}},
                timeout_func=begin,
                allow_error_names=[*_excused_names(), "NameError"] if excuse else [],
                # Saving the copy twice for each cell takes longer than most cells.
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
            )
        except PapermillExecutionError as error:
            executed = nbformat.read(copy, as_version=4) if excuse else None
            if executed is None or not _excusable(executed):
                cell = _number_of(source, error.source)
                raise NotebookError(
                    f"{name}: {cell} raised {error.ename}: {error.evalue}".rstrip(".") + "."
                ) from None
        except CellTimeoutError:
            raise NotebookError(
                f"{name}: {running} was still running after {time_limit:g} s, the limit of a run. "
                f"Nothing was written: raise the limit, or ask for less."
            ) from None
        except RuntimeError as error:
            if isinstance(error, DeadKernelError):
                happened = f"the kernel died while it ran {running}: out of memory, or killed"
            else:
                happened = f"the kernel did not start ({error})"
            raise NotebookError(f"{name}: {happened}. Nothing was written: start again.") from None
    _tidy(executed, parameters, provenance or {})
    return executed


def _settings(environment: Mapping[str, str]) -> list[str]:
    """Return arguments of a kernel that set variables: other runs share this process's own."""
    given = dict(environment)
    return [f"--IPKernelApp.exec_lines=import os; os.environ.update({given!r})"] if given else []


@cache
def _kernel_name() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    return KERNEL if KERNEL in KernelSpecManager().find_kernel_specs() else "python3"


def _excused_names() -> list[str]:
    """Return the names of errors that tell a user what is wrong with data."""
    found = [getattr(lcresearch.errors, name) for name in lcresearch.errors.__all__]
    return [
        kind.__name__
        for kind in found
        if isinstance(kind, type) and issubclass(kind, LcresearchError)
    ]


def _excusable(notebook: Any) -> bool:
    """Return whether only lacking data, and names that it left undefined, stopped cells."""
    raised = [
        output.ename
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    # A name that is undefined before any data was lacking is a slip.
    return raised[0] != "NameError" and set(raised) <= {*_excused_names(), "NameError"}


def _clear(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def _number_of(notebook: Any, source: str) -> str:
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source == source:
            return f"cell {number} ({_first_line(source)!r})"
    return f"the cell {_first_line(source)!r}"


def _first_line(source: str) -> str:
    lines = [line for line in source.splitlines() if line.strip()]
    return lines[0] if lines else ""


def _tidy(notebook: Any, parameters: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
    """Leave nothing in the copy that differs between two equal runs, and give charts their text."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata[CLAIM_METADATA] = {"parameters": dict(parameters), **provenance}
    notebook.cells = [
        cell for cell in notebook.cells if _NOTICE not in cell.metadata.get("tags", [])
    ]
    reason = ""
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        for name in ("papermill", "execution", "exception", "start_time", "end_time"):
            cell.metadata.pop(name, None)
        outputs = cell.get("outputs", [])
        for number, output in enumerate(outputs):
            if output.output_type == "error":
                # Names that are undefined are the consequence of the cell that first stopped.
                reason = reason if output.ename == "NameError" else output.evalue
                outputs[number] = _not_available(reason)
            chart = output.get("metadata", {}).get(CLAIM_METADATA, {}).get("chart")
            if chart:
                cell.metadata["mystnb"] = {
                    "image": {"alt": chart["alt"], "width": f"{chart['width']}px"}
                }


def _not_available(reason: str) -> Any:
    return nbformat.v4.new_output(
        "display_data",
        data={"text/plain": f"Not available: {reason}"},
        metadata={CLAIM_METADATA: {"unavailable": reason}},
    )
