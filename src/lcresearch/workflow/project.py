"""A checkout of the project: where its notebooks, pages and results are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lcresearch.errors import ProjectError

__all__ = ["Project"]

_MARKS = ("_config.yml", "_toc.yml", "notebooks")


@dataclass(frozen=True)
class Project:
    """The folders of a checkout.

    Parameters
    ----------
    root
        Top folder, the one that holds ``_config.yml``.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project that `start`, by default the working directory, lies in.

        Raises
        ------
        ProjectError
            If neither the folder nor one above it is a checkout.
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if all((folder / mark).exists() for mark in _MARKS):
                return cls(folder)
        raise ProjectError(
            f"{start} does not lie in a checkout of lcresearch (no folder with "
            f"{', '.join(_MARKS)}): change into one first."
        )

    @property
    def results(self) -> Path:
        """Executed notebooks, claims and charts of the book."""
        return self.root / "book" / "results"

    @property
    def build(self) -> Path:
        """Everything that can be made again: the site, runs, the state of the pipeline."""
        return self.root / "_build"

    @property
    def lock(self) -> Path:
        """The lock file of the environment that the notebooks run in."""
        return self.root / "requirements.lock"

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """The notebooks, by name."""
        return tuple(sorted((self.root / "notebooks").glob("*.ipynb")))

    def notebook(self, name: str) -> Path:
        """Return the path of a notebook, given its name, with or without ``.ipynb``.

        Raises
        ------
        ProjectError
            If there is no such notebook; the message lists those there are.
        """
        stem = Path(name).name.removesuffix(".ipynb")
        for path in self.notebooks:
            if path.stem == stem:
                return path
        raise ProjectError(
            f"There is no notebook {name!r}: choose from "
            f"{', '.join(path.stem for path in self.notebooks)}."
        )
