"""The command of a warm kernel: asks the template for a fork, and lives as long as the kernel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from lcresearch.workflow.warm.messages import Request, send
from lcresearch.workflow.warm.place import Place

__all__ = ["main"]

# Loading everything takes seconds; a machine that is busy or has a slow disk takes longer.
_PATIENCE = 120.0
# How often the command looks whether the one who started it still lives, in seconds.
_LOOK = 1.0


def main() -> NoReturn:
    """Start a kernel with this process's arguments, and end as it ends."""
    parent = os.getppid()
    try:
        connection = _connect(Place())
        send(connection, Request(sys.argv[1:], dict(os.environ), str(Path.cwd()), _mask()))
    except (AttributeError, ImportError, OSError) as error:
        # AttributeError, ImportError: a system without fork or such sockets.
        _cold(f"{type(error).__name__}: {error}")
    status = _wait(connection, parent)
    if status < 0:
        # The kernel was killed: end in the same way, so that Jupyter sees the same.
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(abs(status))


def _connect(place: Place) -> socket.socket:
    import fcntl

    found = _dial(place)
    if found is None:
        with place.lock.open("w") as lock:
            # One command at a time starts a template; the others find it ready.
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _dial(place)
            if found is None:
                _start_template()
                found = _dial(place)
    if found is None:
        raise ConnectionError("the template does not answer")
    return found


def _dial(place: Place) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(os.fspath(place.socket))
    except OSError:
        connection.close()
        return None
    return connection


def _start_template() -> None:
    """Start a template and wait until it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lcresearch.workflow.warm.server"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        # A template must have one thread; Arrow's allocator would start another.
        env=os.environ | {"JE_ARROW_MALLOC_CONF": "background_thread:false"},
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as said:
        os.set_blocking(said.fileno(), False)
        until = time.monotonic() + _PATIENCE
        text = b""
        while not text.endswith(b"\n"):
            part = said.read()
            if part == b"" or time.monotonic() > until:
                process.kill()
                raise ConnectionError("the template did not start")
            text += part or b""
            if part is None:
                time.sleep(0.01)
    if text != b"ready\n":
        raise ConnectionError(text.decode(errors="replace").strip())


def _wait(connection: socket.socket, parent: int) -> int:
    """Return how the kernel ended: its exit code, or the negative of a signal."""
    connection.settimeout(_LOOK)
    while os.getppid() == parent:
        try:
            said = connection.recv(16)
        except TimeoutError:
            continue
        # The kernel ended, and without a word: the template was killed before it.
        return int(said) if said else -signal.SIGKILL
    # Whoever started this is gone. Closing the connection ends the kernel.
    return 1


def _mask() -> int:
    found = os.umask(0)
    os.umask(found)
    return found


def _cold(reason: str) -> NoReturn:
    """Run an ordinary kernel in this process."""
    print(f"lcresearch: no warm kernel ({reason}); an ordinary one starts.", file=sys.stderr)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
    sys.exit(0)
