"""A zip that holds the same bytes whenever the same is put in, with a hash of every file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

__all__ = ["MANIFEST", "Entry", "make_archive"]

MANIFEST: Final = "MANIFEST.sha256"

# The earliest time that a zip can hold: when a file was written says nothing of what is in it.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3


@dataclass(frozen=True)
class Entry:
    """The content of a file, and whether it can be executed."""

    content: bytes
    executable: bool = False


def make_archive(entries: Mapping[str, Entry], *, folder: str) -> bytes:
    """Return a zip of files under one folder, with a manifest for ``sha256sum --check``.

    Files are stored, not compressed: compressors differ between machines, and so would the bytes.

    Parameters
    ----------
    entries
        Files by path.
    folder
        Name of the folder that everything is put in.
    """
    lines = [f"{sha256(entry.content).hexdigest()}  {name}\n" for name, entry in entries.items()]
    manifest = Entry("".join(sorted(lines, key=lambda line: line[66:])).encode())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, entry in sorted({**entries, MANIFEST: manifest}.items()):
            info = zipfile.ZipInfo(f"{folder}/{name}", _TIME)
            info.create_system = _UNIX
            info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
            archive.writestr(info, entry.content)
    return target.getvalue()
