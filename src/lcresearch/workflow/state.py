"""What a notebook's run depends on, as one hash: it is run again when that changed, and only then.

The rule: a run depends on the notebook's cells, its parameters, every file that a parameter names,
the county's folder, the lock file, and the code of the ground floor and of each strand that the
notebook names. Of code, what runs counts: comments, docstrings and layout do not. A strand is
taken whole, because one function may call any other of its strand, and never one of another
strand; a finer rule would have to follow calls and could be wrong.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lcresearch.county import find_county
from lcresearch.workflow.files import hash_files, hash_folder
from lcresearch.workflow.parameters import read_parameters
from lcresearch.workflow.project import Project

__all__ = ["NotebookState", "hash_code", "hash_used_code"]

_STRANDS: Final = ("fund", "logistics", "pricing")
_PACKAGE: Final = Path(__file__).resolve().parents[1]


class NotebookState:
    """The parts of the hash that all runs of a notebook share, and a hash for each run.

    Parameters
    ----------
    project
        The checkout.
    notebook
        Path of the notebook.
    """

    def __init__(self, project: Project, notebook: Path) -> None:
        text = notebook.read_text("utf-8")
        cells = _cells_of(text)
        self._known = read_parameters(notebook)
        self._counties: dict[str, tuple[str, dict[str, str]]] = {}
        self.code = hash_used_code(text)
        self.lock = hash_files([project.lock], project.root) if project.lock.exists() else ""
        published = project.root / "data" / "published"
        self._shared = (
            cells,
            self.code,
            self.lock,
            hash_folder(published) if _calls_all(cells) else "",
        )

    def county(self, parameters: Mapping[str, Any]) -> str:
        """Return the name or folder of the county that a run is about."""
        default = self._known["county"].default if "county" in self._known else "liancheng"
        return str(parameters.get("county", default))

    def _county(self, county: str) -> tuple[str, dict[str, str]]:
        """Return the hash of a county's folder, and of each file in it; read once for all runs."""
        if county not in self._counties:
            folder = find_county(county)
            files = sorted(path for path in folder.glob("*") if path.is_file())
            each = {path.name: hash_files([path], folder) for path in files}
            self._counties[county] = hash_folder(folder), each
        return self._counties[county]

    def provenance(self, parameters: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Return what an executed notebook says about the run that made it."""
        from lcresearch import __version__

        defaults = {name: known.default for name, known in self._known.items()}
        county = self.county(parameters)
        return {
            "library": __version__,
            "code": self.code,
            "lock": self.lock,
            "data": self._county(county)[1],
            "files": _hashes_of_files(parameters, folder),
            "seed": {**defaults, **parameters}.get("seed"),
        }

    def of(self, parameters: Mapping[str, Any], folder: Path) -> str:
        """Return the hash of a run with some parameters, in a working directory."""
        state = sha256()
        for part in (
            *self._shared,
            json.dumps(dict(parameters), sort_keys=True),
            self._county(self.county(parameters))[0],
            *_hashes_of_files(parameters, folder).values(),
        ):
            state.update(part.encode() + b"\0")
        return state.hexdigest()


def hash_used_code(notebook: str) -> str:
    """Return a hash of the library's code that a notebook, given as its text, may use."""
    cells = _cells_of(notebook)
    code = [*_PACKAGE.glob("*.py")]
    for strand in (*_STRANDS, "replications", "simulate"):
        if _calls_all(cells) or strand in cells:
            code += (_PACKAGE / strand).rglob("*.py")
    return hash_code(code)


def hash_code(files: Iterable[Path]) -> str:
    """Return one SHA-256 over what Python files do; comments, docstrings and layout count nothing.

    A file that Python cannot read is hashed as it stands.
    """
    digest = sha256()
    for path in sorted(files):
        found = path.stat()
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0")
        digest.update(_code_of(path, found.st_mtime_ns, found.st_size).encode())
    return digest.hexdigest()


@cache
def _code_of(path: Path, _changed: int, _size: int) -> str:
    source = path.read_bytes()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return sha256(source).hexdigest()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:] or [ast.Pass()]
    return sha256(ast.dump(tree).encode()).hexdigest()


def _calls_all(cells: str) -> bool:
    """Return whether a notebook calls every strand, as that of the replications does."""
    return "replications" in cells


def _cells_of(notebook: str) -> str:
    """Return what a notebook says and does, without its outputs."""
    cells = json.loads(notebook)["cells"]
    return json.dumps([(cell["cell_type"], "".join(cell["source"])) for cell in cells])


def _hashes_of_files(parameters: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return a hash of every file that a parameter names, seen from the kernel's folder."""
    named = {
        name: folder / value
        for name, value in parameters.items()
        if isinstance(value, str) and value
    }
    return {name: hash_files([path], path.parent) for name, path in named.items() if path.is_file()}
