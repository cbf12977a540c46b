"""The template of warm kernels: a process that has loaded everything, and forks."""

from __future__ import annotations

import builtins
import contextlib
import errno
import gc
import importlib
import io
import os
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NoReturn

from lcresearch.workflow.warm.messages import Request, receive
from lcresearch.workflow.warm.place import Place

__all__ = ["main"]

_LIBRARIES: Final = (
    "numpy",
    "scipy.stats",
    "pandas",
    "pandas.plotting",
    "statsmodels.api",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "seaborn",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "pandera.pandas",
    "lcresearch.figures",
    "lcresearch.evidence",
    "lcresearch.county",
)
_STRANDS: Final = ("fund", "logistics", "pricing", "simulate")
# pyplot is loaded already, so that IPython would not notice that charts are to be shown; and what
# a notebook runs is no history of its user's.
_ARGUMENTS: Final = ("--matplotlib=inline", "--HistoryManager.hist_file=:memory:")
# Without kernels and requests for this long, in seconds, the template ends.
_IDLE = 120.0
# A request is one small message of a command on this machine.
_REQUEST = 10.0


def main() -> None:
    """Load, listen, fork; end when nobody has asked for a while."""
    # The folder from which this was started is not where libraries come from; a kernel adds its
    # own. Not by -P, which kernels would inherit.
    del sys.path[0]
    try:
        place = Place()
        _load()
        listener = _listen(place)
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
        sys.exit(1)
    print("ready", flush=True)
    # Nobody reads this process any more.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    _Template(place, listener).serve()


def _load() -> None:
    with _as_in_a_kernel():
        for name in _LIBRARIES:
            importlib.import_module(name)
        for name in _STRANDS:
            strand = importlib.import_module(f"lcresearch.{name}")
            for public in strand.__all__:
                with contextlib.suppress(ImportError):
                    # What an extra brings may be absent.
                    getattr(strand, public)
        _rehearse()
    threads = _threads()
    if threads > 1:
        # A fork copies one thread: locks that others hold would stay locked for ever.
        raise RuntimeError(f"the libraries started {threads - 1} threads, so forking is not safe")
    # Objects of now are left alone by later collections, so that pages stay shared.
    gc.collect()
    gc.freeze()


def _rehearse() -> None:
    """Do once what every notebook begins with, so that all that loads at first use is loaded."""
    from matplotlib import pyplot as plt

    from lcresearch import figures
    from lcresearch.county import find_county
    from lcresearch.county_files import read_folder

    registry: Any = importlib.import_module("matplotlib.backends.registry").backend_registry
    registry.list_all()
    read_folder(find_county("liancheng"))
    with plt.rc_context():
        figures.use_style()
        canvas, _ = plt.subplots()
        canvas.canvas.print_figure(io.BytesIO(), bbox_inches="tight")
        plt.close(canvas)


@contextlib.contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries find a kernel where they look for one; pandas would see a terminal."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def _threads() -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    return threading.active_count()


def _listen(place: Place) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The command that started this holds the lock: what lies here was left by a killed template.
    place.socket.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        listener.bind(os.fspath(place.socket))
    finally:
        os.umask(mask)
    listener.listen(64)
    return listener


class _Template:
    def __init__(self, place: Place, listener: socket.socket) -> None:
        self._place, self._listener = place, listener
        self._kernels: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()

    def serve(self) -> None:
        """Fork on request, and report how each kernel ended."""
        for end in (self._woken, self._wake):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        last = time.monotonic()
        while True:
            ready = {key.fileobj for key, _ in self._selector.select(_IDLE / 4)}
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
            self._reap()
            if self._listener in ready:
                self._answer()
            if ready or self._kernels:
                last = time.monotonic()
            elif time.monotonic() - last > _IDLE and self._leave():
                return

    def _answer(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(_REQUEST)
        try:
            _refuse_others(connection)
            request, streams = receive(connection)
        except (OSError, ValueError, TypeError):
            connection.close()
            return
        connection.settimeout(None)
        try:
            child = os.fork()
        except OSError:
            # No memory or no process is left: the command sees the connection close.
            connection.close()
            child = -1
        if child == 0:
            self._become_kernel(connection, request, streams)
        for stream in streams:
            os.close(stream)
        if child > 0:
            self._kernels[child] = connection

    def _reap(self) -> None:
        for child in list(self._kernels):
            try:
                ended, status = os.waitpid(child, os.WNOHANG)
            except ChildProcessError:
                ended, status = child, errno.ECHILD << 8
            if not ended:
                continue
            connection = self._kernels.pop(child)
            with contextlib.suppress(OSError):
                connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            connection.close()

    def _leave(self) -> bool:
        """Give up the socket, unless a command is about to use it."""
        import fcntl

        with self._place.lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            self._place.socket.unlink(missing_ok=True)
            return True

    def _become_kernel(
        self, connection: socket.socket, request: Request, streams: list[int]
    ) -> NoReturn:
        """Turn the fork into a kernel as Jupyter would have started it."""
        code = 1
        try:
            # Its own session, whose leader passes an interrupt on to what the kernel started.
            os.setsid()
            self._forget(connection)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            os.umask(request.mask)
            os.chdir(request.folder)
            os.environ.clear()
            os.environ.update(request.environment)
            # Jupyter's own watch would look at the template instead of the command.
            os.environ.pop("JPY_PARENT_PID", None)
            time.tzset()
            threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
            code = _run_kernel(request.arguments)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _forget(self, own: socket.socket) -> None:
        """Close what belongs to the template and to other kernels."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._selector.close()
        for other in (self._listener, self._woken, self._wake, *self._kernels.values()):
            if other is not own:
                other.close()
        self._kernels.clear()


def _run_kernel(arguments: list[str]) -> int:
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    # The one generator that forks would share; Python's own is seeded anew by itself.
    np.random.seed()
    sys.argv = ["ipykernel_launcher.py", *arguments]
    IPKernelApp.launch_instance(argv=[*arguments, *_ARGUMENTS])
    return 0


def _end_with(connection: socket.socket) -> None:
    """End the kernel, and what it started, when its command is gone."""
    with contextlib.suppress(OSError):
        while connection.recv(1):
            pass
    os.killpg(0, signal.SIGKILL)


def _refuse_others(connection: socket.socket) -> None:
    """Refuse a request of another user, should the folder's permissions have been opened."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        if struct.unpack("3i", found)[1] != os.getuid():
            raise PermissionError("a request of another user")


if __name__ == "__main__":
    main()
