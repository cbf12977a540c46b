"""Files that are written whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lcresearch.errors import ProjectError

__all__ = ["hash_files", "hash_folder", "write_bytes", "write_json"]


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically: whoever reads it sees the earlier or the new content, whole.

    Raises
    ------
    ProjectError
        If it cannot be written, as where the disk is full or the folder may only be read.
    """
    try:
        _write(path, content)
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written ({error.strerror}): make room or choose another folder, and "
            f"start again; what was finished is kept."
        ) from None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, atomically; NaN and infinity are refused."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(path, f"{text}\n".encode())


def hash_files(paths: Iterable[Path], base: Path) -> str:
    """Return one SHA-256 over the names, relative to `base`, and the contents of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(os.path.relpath(path, base).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def hash_folder(folder: Path) -> str:
    """Return one SHA-256 over the files that lie directly in a folder."""
    return hash_files((path for path in folder.glob("*") if path.is_file()), folder)
