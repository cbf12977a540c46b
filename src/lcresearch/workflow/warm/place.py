"""Where the template of warm kernels listens: one private socket for each state of the code."""

from __future__ import annotations

import os
import stat
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

__all__ = ["Place"]

_PACKAGE: Final = Path(__file__).resolve().parents[2]
# What Python and the libraries read from the environment once, when they are loaded.
_READ_AT_LOAD: Final = (
    "PYTHON", "OMP_", "OPENBLAS_", "MKL_", "MPL", "LC_", "LANG", "HOME", "XDG_",
)  # fmt: skip
# A socket's address may hold this many bytes on every system.
_LONGEST: Final = 100


class Place:
    """The files by which a kernel's command and its template meet.

    The name is a hash of the interpreter, of the installed packages, of this library's sources
    and of what the environment says to both: after an edit another template is started, and the
    old one ends by itself.

    Raises
    ------
    OSError
        If there is no folder that belongs to this user alone.
    """

    def __init__(self) -> None:
        folder = _private_folder()
        name = _key()
        self.socket = folder / f"{name}.sock"
        self.lock = folder / f"{name}.lock"
        if len(os.fsencode(self.socket)) > _LONGEST:
            raise OSError(f"the path {self.socket} is too long for a socket")


def _private_folder() -> Path:
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base) / f"lcresearch-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # Another user might have made it first, or put a link in its place.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise OSError(f"{folder} does not belong to this user alone")
    return folder


def _key() -> str:
    parts = [sys.executable, sys.version, *_environment(), *_packages(), *_sources(_PACKAGE)]
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _environment() -> Iterator[str]:
    for name in sorted(os.environ):
        if name.startswith(_READ_AT_LOAD):
            yield f"{name}={os.environ[name]}"


def _packages() -> Iterator[str]:
    # Installing or removing a package changes the time of its folder.
    for name in ("purelib", "platlib"):
        folder = Path(sysconfig.get_path(name))
        yield f"{folder} {folder.stat().st_mtime_ns}"


def _sources(folder: Path) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(Path(entry.path))
        elif entry.name.endswith(".py"):
            found = entry.stat()
            yield f"{entry.path} {found.st_mtime_ns} {found.st_size}"
