"""Notebooks run again in an empty place, several at once, and compared with what they record."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from lcresearch.errors import LcresearchError
from lcresearch.workflow.claims import gather
from lcresearch.workflow.execute import execute
from lcresearch.workflow.interrupt import children_end_on_interrupt, end_children
from lcresearch.workflow.parameters import read_parameters
from lcresearch.workflow.verify.certificate_text import count
from lcresearch.workflow.verify.compare import Difference, compare

__all__ = ["Rerun", "rerun"]


@dataclass(frozen=True)
class Rerun:
    """What came of running one notebook again.

    Parameters
    ----------
    notebook
        Its name.
    sha256
        Hash of its file, stored outputs included.
    parameters
        Values it ran with: its own.
    seconds
        How long it ran.
    failure
        Why nothing could be compared; empty if it could.
    claims, charts
        How many agree with the record.
    differences
        What does not.
    """

    notebook: str
    sha256: str
    parameters: dict[str, Any]
    seconds: float
    failure: str
    claims: int
    charts: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether the notebook ran and found all that is recorded, and nothing else."""
        return not self.failure and not self.differences

    @property
    def unrecorded(self) -> bool:
        """Whether the notebook claims something and its stored copy holds nothing at all."""
        nothing = all(difference.recorded is None for difference in self.differences)
        return bool(self.differences) and nothing and self.claims + self.charts == 0

    def __str__(self) -> str:
        if self.failure:
            return f"{self.notebook}: failed"
        words = f"{self.notebook}: {count(self.claims, 'claim')} of the record found again"
        return words + (
            f", {count(len(self.differences), 'difference')}" if self.differences else ""
        )


def rerun(
    notebooks: Sequence[Path], *, jobs: int, report: Callable[[str], None]
) -> tuple[Rerun, ...]:
    """Run notebooks with the parameters that stand in them, and compare claims with the record.

    Each notebook runs in an empty temporary folder: no earlier result, no file of the checkout
    and no settings of the user's own IPython are in its way. One that fails does not stop the
    others.

    Parameters
    ----------
    notebooks
        Absolute paths of notebooks with stored outputs.
    jobs
        How many may run at once.
    report
        Is told what happens, a line at a time, from any thread.

    Returns
    -------
    tuple of Rerun
        In the order of `notebooks`.

    Raises
    ------
    KeyboardInterrupt
        If the user interrupts; kernels are ended and the temporary folder is gone.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="lcresearch-verify-") as temporary,
        _own_ipython(Path(temporary) / "ipython"),
        children_end_on_interrupt() as stopped,
        ThreadPoolExecutor(jobs) as pool,
    ):
        futures = [pool.submit(_rerun_one, path, Path(temporary), report) for path in notebooks]
        try:
            for number, future in enumerate(as_completed(futures), start=1):
                done = future.result()
                report(
                    f"{done} in {done.seconds:.1f} s "
                    f"({number} of {len(futures)} done after {time.monotonic() - began:.0f} s)"
                )
                if stopped.is_set():
                    raise KeyboardInterrupt
        except BaseException:
            _give_up(pool, futures)
            raise
        return tuple(future.result() for future in futures)


def _rerun_one(notebook: Path, place: Path, report: Callable[[str], None]) -> Rerun:
    # The copy is what is hashed, read and run, so that an edit meanwhile cannot mix two states.
    home = _new_folder(place / f"{notebook.stem}.run")
    copy = Path(shutil.copy(notebook, home / notebook.name))
    output = home / "executed" / notebook.name
    parameters = {name: known.default for name, known in read_parameters(copy).items()}
    report(f"{notebook.stem}: running")
    began = time.monotonic()
    failure, differences, claims, charts = "", [], 0, 0
    try:
        execute(copy, output, {}, folder=_new_folder(home / "empty"), warm=False)
        recorded, found = gather([copy]), gather([output])
        differences = compare(recorded, found)
        keys = {difference.key for difference in differences}
        claims = len(recorded["claims"].keys() - keys)
        charts = len(recorded["charts"].keys() - keys)
    except LcresearchError as error:
        failure = str(error)
    return Rerun(
        notebook=notebook.stem,
        sha256=sha256(copy.read_bytes()).hexdigest(),
        parameters=parameters,
        seconds=round(time.monotonic() - began, 1),
        failure=failure,
        claims=claims,
        charts=charts,
        differences=tuple(differences),
    )


def _give_up(pool: ThreadPoolExecutor, futures: Sequence[Future[Rerun]]) -> None:
    """End every kernel, also those that are only just starting, and wait until threads see it."""
    pool.shutdown(wait=False, cancel_futures=True)
    while not all(future.done() for future in futures):
        end_children()
        wait(futures, timeout=0.2)


def _new_folder(path: Path) -> Path:
    path.mkdir()
    return path


@contextmanager
def _own_ipython(folder: Path) -> Iterator[None]:
    """Give kernels an empty IPython folder: a user's start-up files are not part of the record."""
    earlier = os.environ.get("IPYTHONDIR")
    os.environ["IPYTHONDIR"] = str(folder)
    try:
        yield
    finally:
        if earlier is None:
            del os.environ["IPYTHONDIR"]
        else:
            os.environ["IPYTHONDIR"] = earlier
