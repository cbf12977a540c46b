"""The folder of a sweep: one folder for each run, kept from one start to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lcresearch.errors import ProjectError
from lcresearch.workflow.files import write_bytes, write_json
from lcresearch.workflow.sweep.work import Outcome

__all__ = ["SweepFolder", "run_name"]


def run_name(state: str) -> str:
    """Return the name of a run's folder."""
    return state[:16]


class SweepFolder:
    """Where a sweep keeps what its runs came to.

    A run is found by the hash of all that it depends on: it is there, or it is to be done. Its
    record is written last, so that a run without one was interrupted.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other sweeps out of the folder.

        Raises
        ------
        ProjectError
            If another one is at work there.
        """
        from filelock import FileLock, Timeout

        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise ProjectError(
                f"Another sweep is at work in {self.path}: wait until it is done, or name another "
                f"folder with --to."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def run(self, state: str) -> Path:
        """Return the folder of a run."""
        return self.path / "runs" / run_name(state)

    def read(self, state: str) -> dict[str, Any] | None:
        """Return what is recorded of a run, or nothing if it has not been done."""
        try:
            record: dict[str, Any] = json.loads((self.run(state) / "run.json").read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return record if record.get("state") == state else None

    def write(self, state: str, name: str, parameters: dict[str, Any], outcome: Outcome) -> None:
        """Keep what a run came to: the executed notebook, then the record."""
        home = self.run(state)
        if outcome.notebook:
            write_bytes(home / f"{name}.ipynb", outcome.notebook.encode())
        else:
            (home / f"{name}.ipynb").unlink(missing_ok=True)
        record = asdict(outcome)
        del record["notebook"]
        write_json(home / "run.json", {"state": state, "parameters": parameters, **record})
