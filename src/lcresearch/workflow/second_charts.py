"""Charts with Chinese words, which a run draws beside its own: kept in a file of their own.

The executed notebook is the same with them and without.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lcresearch.county import County
from lcresearch.evidence import CLAIM_METADATA
from lcresearch.figures_again import WORDS
from lcresearch.workflow.files import write_bytes, write_json
from lcresearch.workflow.project import Project

__all__ = ["LANGUAGE", "SecondCharts", "drawn_words", "names_of", "place_of", "write_pictures"]

LANGUAGE: Final = "zh_CN"
"""The language of the second charts, as Sphinx names it."""


@dataclass(frozen=True)
class SecondCharts:
    """What a run needs for drawing its charts a second time, and where they go.

    Parameters
    ----------
    messages
        Translations by message, of those messages that the notebook may need.
    names
        Translations of proper names.
    target
        File of the second charts.
    """

    messages: Mapping[str, str]
    names: Mapping[str, str]
    target: Path

    @property
    def state(self) -> str:
        """A hash of what the charts are translated by; names are among the county's data."""
        return sha256(json.dumps([*self.messages.items()]).encode()).hexdigest()

    @contextmanager
    def environment(self) -> Iterator[dict[str, str]]:
        """Give what a kernel's environment must say for `show` to draw charts again."""
        with tempfile.TemporaryDirectory(prefix="lcresearch-words-") as folder:
            path = Path(folder) / "words.json"
            write_json(path, {"messages": dict(self.messages), "names": dict(self.names)})
            yield {WORDS: str(path)}

    def take(self, notebook: Any) -> None:
        """Move the second charts out of an executed notebook."""
        charts = {}
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                chart = output.get("metadata", {}).get(CLAIM_METADATA, {}).get("chart", {})
                if "again" in chart:
                    charts[chart["key"]] = dict(chart.pop("again"))
        write_json(self.target, charts)


def names_of(county: County) -> dict[str, str]:
    """Return the Chinese names of a county, its townships and its neighbours."""
    found = {county.name: county.about.get("name_zh", "")}
    for frame in (county.townships, county.census):
        if {"name", "name_zh"} <= {*frame}:
            found |= dict(zip(frame["name"].astype(str), frame["name_zh"].astype(str), strict=True))
    return {name: words for name, words in found.items() if words and words != "nan"}


def place_of(results: Path, notebook: str) -> Path:
    """Return where the second charts of a notebook are kept, in a folder of results."""
    return results / "charts" / LANGUAGE / f"{notebook}.json"


def drawn_words(project: Project, notebook: str) -> list[str]:
    """Return the strings that a notebook's charts showed when they were last drawn."""
    charts = _read(place_of(project.results, notebook)).values()
    return list(dict.fromkeys(word for chart in charts for word in chart["words"]))


def write_pictures(
    charts: Mapping[str, Mapping[str, Any]], again: Iterable[Path], folder: Path
) -> dict[str, dict[str, str]]:
    """Write the second pictures to ``charts/zh_CN/KEY.png``.

    Parameters
    ----------
    charts
        The charts, by key.
    again
        Files of second charts; those that do not exist are passed over.
    folder
        Folder of results.

    Returns
    -------
    dict
        What each chart gains: ``alt_zh_CN`` and, if there is a picture, ``file_zh_CN``.
    """
    gained: dict[str, dict[str, str]] = {}
    kept = set()
    for path in again:
        for key, chart in _read(path).items():
            if key not in charts:
                continue
            gained[key] = {f"alt_{LANGUAGE}": chart["alt"]}
            if "png" in chart:
                name = f"charts/{LANGUAGE}/{key}.png"
                write_bytes(folder / name, base64.b64decode(chart["png"]))
                gained[key][f"file_{LANGUAGE}"] = name
                kept.add(folder / name)
    for old in (folder / "charts" / LANGUAGE).glob("*.png"):
        if old not in kept:
            old.unlink()
    return gained


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found
