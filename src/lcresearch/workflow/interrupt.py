"""What happens when the user interrupts: kernels end, and nothing half-done is kept."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["children_end_on_interrupt", "end_children"]


def end_children() -> None:
    """Kill every process that this one started, with whatever those started."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            # Jupyter gives each kernel a group, to which whatever a cell started belongs too.
            if hasattr(os, "killpg") and os.getpgid(child.pid) == child.pid:
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()


@contextmanager
def children_end_on_interrupt() -> Iterator[threading.Event]:
    """End kernels and Sphinx when the user interrupts; kernels do not hear the terminal.

    Yields
    ------
    threading.Event
        Set before anything is ended: what fails from then on did not fail by itself.
    """
    stopped = threading.Event()

    def stop(_signal: int, _frame: Any) -> None:
        stopped.set()
        end_children()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    earlier = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, earlier)
