"""What the pipeline leaves for the pages to read: figures, claims, charts and sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lcresearch.errors import BookError, LcresearchError
from lcresearch.evidence import Figure
from lcresearch.workflow.second_charts import LANGUAGE

__all__ = ["Chart", "Entry", "Results", "Source", "digest"]


def digest(value: Any) -> str:
    """Return a hash of plain values, by which a page notices that one of them changed."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """A figure of the county or a claim of a notebook, with where it comes from.

    Parameters
    ----------
    figure
        Value, unit, bounds, grade, source and note.
    inputs
        Keys that a claim was computed from; empty for a figure.
    files
        SHA-256 of the data files behind it, by path.
    notebook, cell
        Where a claim was recorded; empty and ``None`` for a figure.
    mark
        Hash of all that is known of it.
    """

    figure: Figure
    inputs: tuple[str, ...]
    files: Mapping[str, str]
    notebook: str
    cell: int | None
    mark: str

    @property
    def is_claim(self) -> bool:
        """Whether a notebook computed it."""
        return bool(self.notebook)


@dataclass(frozen=True)
class Chart:
    """A chart that a notebook drew.

    Parameters
    ----------
    alt
        The text that stands for it.
    width
        Width in CSS pixels.
    file
        Picture, relative to the folder of results.
    notebook, cell
        Where it was drawn.
    mark
        Hash of all that is known of it.
    alt_zh, file_zh
        Text and picture in Chinese; empty where there are none.
    """

    alt: str
    width: int
    file: str
    notebook: str
    cell: int | None
    mark: str
    alt_zh: str = ""
    file_zh: str = ""

    def shown(self, language: str) -> tuple[str, str]:
        """Return picture and text in a language; in English where there are no others."""
        if language != LANGUAGE or not self.alt_zh:
            return self.file, self.alt
        return self.file_zh or self.file, self.alt_zh


@dataclass(frozen=True)
class Source:
    """A source that figures refer to: short name, citation, address, licence and note."""

    source: str
    citation: str
    url: str
    licence: str
    note: str


@dataclass(frozen=True)
class Results:
    """All that pages may insert.

    Parameters
    ----------
    figures
        The county's figures by key.
    claims
        The notebooks' claims by key.
    charts
        The notebooks' charts by key.
    sources
        The sources, in their own order.
    county
        What is known of the county itself: name, code and the like.
    unavailable
        Why a claim or chart that pages quote cannot be had for this county, by key.
    names_zh
        Chinese names of the county, its townships and its neighbours.
    """

    figures: Mapping[str, Entry] = field(default_factory=dict)
    claims: Mapping[str, Entry] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    county: Mapping[str, str] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    names_zh: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read ``claims.json``.

        Raises
        ------
        BookError
            If the file is missing or is not what the pipeline writes.
        """
        try:
            plain = json.loads(path.read_text("utf-8"))
            return cls(
                figures={key: _entry(key, item) for key, item in plain["figures"].items()},
                claims={key: _entry(key, item) for key, item in plain["claims"].items()},
                charts={key: _chart(key, item) for key, item in plain["charts"].items()},
                sources=tuple(_source(item) for item in plain.get("sources", [])),
                county=dict(plain.get("county", {})),
                unavailable=dict(plain.get("unavailable", {})),
                names_zh=dict(plain.get(f"names_{LANGUAGE}", {})),
            )
        except FileNotFoundError:
            raise BookError(
                f"{path} is missing: run the notebooks first, with 'lcresearch book'."
            ) from None
        except (LcresearchError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise BookError(
                f"{path} is not what the notebooks' runs write ({error!r}): delete it and run "
                f"'lcresearch book' again."
            ) from error

    def find(self, key: str) -> Entry | None:
        """Return the figure or claim of that key, or None."""
        return self.claims.get(key) or self.figures.get(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Key of every figure and claim."""
        return (*self.claims, *self.figures)


_FIGURE_FIELDS = ("value", "low", "high", "unit", "grade", "source", "note")


def _entry(key: str, plain: Mapping[str, Any]) -> Entry:
    figure = Figure(key=key, **{name: plain[name] for name in _FIGURE_FIELDS if name in plain})
    files = dict(plain.get("files") or {})
    if plain.get("file"):
        files[plain["file"]] = plain.get("sha256", "")
    return Entry(
        figure=figure,
        inputs=tuple(plain.get("inputs", ())),
        files=files,
        notebook=Path(plain.get("notebook", "")).stem,
        cell=plain.get("cell"),
        mark=digest(plain),
    )


def _chart(key: str, plain: Mapping[str, Any]) -> Chart:
    return Chart(
        alt=plain["alt"],
        width=int(plain["width"]),
        file=plain.get("file") or f"charts/{key}.png",
        notebook=Path(plain.get("notebook", "")).stem,
        cell=plain.get("cell"),
        mark=digest(plain),
        alt_zh=plain.get(f"alt_{LANGUAGE}", ""),
        file_zh=plain.get(f"file_{LANGUAGE}", ""),
    )


def _source(plain: Mapping[str, Any]) -> Source:
    return Source(**{name: str(plain.get(name) or "") for name in Source.__dataclass_fields__})
