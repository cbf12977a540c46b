"""One run of a sweep, on this machine or another: everything it needs goes in, all it made out."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from lcresearch import __version__
from lcresearch.errors import LcresearchError
from lcresearch.workflow.claims import payloads
from lcresearch.workflow.state import hash_used_code

__all__ = ["Outcome", "Task", "work"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A run to be done.

    Parameters
    ----------
    name
        Of the notebook.
    notebook
        Its text.
    parameters
        Of this run.
    folder
        Working directory of the kernel.
    provenance
        What the run depends on, for the executed notebook to carry.
    time_limit
        Seconds that it may take.
    """

    name: str
    notebook: str
    parameters: Mapping[str, Any]
    folder: str
    provenance: Mapping[str, Any]
    time_limit: float | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run came to.

    Parameters
    ----------
    message
        Why it failed, with the cell; empty if it did not.
    seconds
        How long it took.
    notebook
        The executed notebook; empty if it failed.
    claims
        What it claims, in order.
    """

    message: str
    seconds: float
    notebook: str = ""
    claims: tuple[dict[str, Any], ...] = ()


def work(task: Task) -> Outcome:
    """Run a notebook and return what it came to; a failure is an outcome and no error."""
    from lcresearch.workflow.execute import run_notebook

    started = time.monotonic()
    if hash_used_code(task.notebook) != task.provenance["code"]:
        return Outcome(
            message=f"{task.name}: the worker {platform.node()} has other code of lcresearch "
            f"({__version__}) than the sweep ({task.provenance['library']}): install the same "
            f"there, restart the worker, and start the sweep again with --again.",
            seconds=0.0,
        )
    try:
        executed = run_notebook(
            nbformat.reads(task.notebook, as_version=4),
            task.name,
            task.parameters,
            folder=Path(task.folder),
            provenance=task.provenance,
            time_limit=task.time_limit,
        )
    except LcresearchError as error:
        return Outcome(message=str(error), seconds=time.monotonic() - started)
    return Outcome(
        message="",
        seconds=time.monotonic() - started,
        notebook=nbformat.writes(executed) + "\n",
        claims=tuple(_claims_of(executed).values()),
    )


def _claims_of(executed: Any) -> dict[str, dict[str, Any]]:
    claims = [payload["claim"] for *_, payload, _ in payloads(executed) if "claim" in payload]
    return {claim["key"]: dict(claim) for claim in claims}
