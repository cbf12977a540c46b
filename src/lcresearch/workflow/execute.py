"""One notebook, run from top to bottom in a fresh kernel, written whole or not at all."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import nbformat

from lcresearch.errors import NotebookError
from lcresearch.evidence import CLAIM_METADATA
from lcresearch.workflow.files import write_bytes

__all__ = ["execute"]

# One thread for linear algebra: sums differ in their last digits between thread counts.
_KERNEL_ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, Any], *, folder: Path | None = None
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

    Raises
    ------
    NotebookError
        If a cell raises or the kernel dies; the text names the cell and the error.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    os.environ.update(_KERNEL_ENVIRONMENT)
    # It does not know types such as "float | None", which were checked before; what it says of a
    # dead kernel is told below, with the cell.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    source = nbformat.read(notebook, as_version=4)
    _clear(source)
    with tempfile.TemporaryDirectory() as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # papermill saves after each cell: if the kernel dies, the copy tells in which.
        progress = Path(temporary) / "progress.ipynb"
        try:
            executed = papermill.execute_notebook(
                source,
                progress,
                parameters=dict(parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                extra_arguments=["--IPKernelApp.log_level=50"],
                cwd=folder or Path.cwd(),
            )
        except PapermillExecutionError as error:
            cell = _number_of(source, error.source)
            raise NotebookError(
                f"{notebook.stem}: {cell} raised {error.ename}: {error.evalue}".rstrip(".") + "."
            ) from None
        except RuntimeError as error:
            if isinstance(error, DeadKernelError):
                where = f"while it ran {_last_started(source, progress)}"
                happened = f"the kernel died {where}; it ran out of memory, or was killed"
            else:
                happened = f"the kernel did not start ({error})"
            raise NotebookError(
                f"{notebook.stem}: {happened}. Nothing was written: start again."
            ) from None
    _tidy(executed, parameters)
    write_bytes(output, nbformat.writes(executed).encode() + b"\n")


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


def _last_started(source: Any, progress: Path) -> str:
    for cell in nbformat.read(progress, as_version=4).cells:
        started = cell.metadata.get("papermill", {}).get("start_time")
        answered = "shell.execute_reply" in cell.metadata.get("execution", {})
        if cell.cell_type == "code" and started and not answered:
            return _number_of(source, cell.source)
    return "its first cell"


def _tidy(notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Leave nothing in the copy that differs between two equal runs, and give charts their text."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata[CLAIM_METADATA] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        for name in ("papermill", "execution", "exception", "start_time", "end_time"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", []):
            chart = output.get("metadata", {}).get(CLAIM_METADATA, {}).get("chart")
            if chart:
                cell.metadata["mystnb"] = {
                    "image": {"alt": chart["alt"], "width": f"{chart['width']}px"}
                }
