"""The README of an archive, after the template of the social science data editors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from lcresearch.workflow.package.archive import MANIFEST
from lcresearch.workflow.package.programs import Program
from lcresearch.workflow.package.provenance import Provenance
from lcresearch.workflow.project import Project

__all__ = ["SECTIONS", "About", "empty_sections", "read_about", "readme"]

# Headings of the template that an archive must fill.
SECTIONS: Final = (
    "Overview",
    "Data Availability and Provenance Statements",
    "Statement about Rights",
    "License for Data",
    "Summary of Availability",
    "Details on each Data Source",
    "Dataset list",
    "Computational requirements",
    "Software Requirements",
    "Controlled Randomness",
    "Memory, Runtime, Storage Requirements",
    "Description of programs/code",
    "License for Code",
    "Instructions to Replicators",
    "List of tables and programs",
    "References",
)
# The template's steps: upper bounds in seconds and in bytes.
_TIMES: Final = (
    ("<10 minutes", 600),
    ("10-60 minutes", 3600),
    ("1-2 hours", 7200),
    ("2-8 hours", 8 * 3600),
    ("8-24 hours", 86_400),
    ("1-3 days", 3 * 86_400),
    ("3-14 days", 14 * 86_400),
    ("> 14 days", float("inf")),
)
_SPACES: Final = (
    ("< 25 MBytes", 25e6),
    ("25 MB - 250 MB", 250e6),
    ("250 MB - 2 GB", 2e9),
    ("2 GB - 25 GB", 25e9),
    ("25 GB - 250 GB", 250e9),
    ("> 250 GB", float("inf")),
)


@dataclass(frozen=True)
class About:
    """What ``CITATION.cff`` and ``pyproject.toml`` say of the project."""

    title: str
    version: str
    abstract: str
    authors: tuple[str, ...]
    licences: tuple[str, ...]
    python: str
    requirements: tuple[str, ...]


def read_about(project: Project) -> tuple[About, list[str]]:
    """Return what the project says of itself, and a sentence for each part that is missing."""
    import tomllib

    faults: list[str] = []
    try:
        cited = yaml.safe_load((project.root / "CITATION.cff").read_text("utf-8"))
        python = tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))
    except FileNotFoundError:
        # `tree` names the file that is missing.
        cited, python = None, {}
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        faults.append(f"CITATION.cff or pyproject.toml cannot be read: {error}".rstrip(".") + ".")
        cited, python = None, {}
    if isinstance(cited, dict):
        for name in ("title", "version", "abstract", "authors", "license"):
            if not cited.get(name):
                faults.append(f"CITATION.cff has no {name}: add it.")
    else:
        cited = {}
    licences = cited.get("license") or ()
    declared = python.get("project", {})
    return About(
        title=str(cited.get("title", "")),
        version=str(cited.get("version", "")),
        abstract=str(cited.get("abstract", "")).strip(),
        authors=tuple(map(_author, cited.get("authors") or ())),
        licences=(licences,) if isinstance(licences, str) else tuple(licences),
        python=str(declared.get("requires-python", "")),
        requirements=_names(declared),
    ), faults


def _names(declared: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the packages that ``make book`` is asked for, as a lock writes them."""
    wanted = [*declared.get("dependencies", ())]
    wanted += declared.get("optional-dependencies", {}).get("book", ())
    names = (re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in wanted)
    return tuple(re.sub(r"[-_.]+", "-", name).lower() for name in names)


def _author(author: Mapping[str, Any]) -> str:
    names = (author.get("given-names"), author.get("family-names"), author.get("name"))
    return " ".join(str(name) for name in names if name)


def readme(
    about: About,
    provenance: Provenance,
    programs: Sequence[Program],
    certificate: Mapping[str, Any],
    *,
    size: int,
    bibliography: bool,
    measured: bool,
) -> str:
    """Return the README of an archive as Markdown.

    Parameters
    ----------
    about
        Title, authors and licences.
    provenance
        The data.
    programs
        The notebooks.
    certificate
        Of a rerun of all notebooks in the state that is packed.
    size
        Bytes of the archive's files.
    bibliography
        Whether ``book/references.bib`` is among them.
    measured
        Whether they hold measurements of speed.
    """
    import jinja2

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters["cell"] = _cell
    template = Path(__file__).with_name("README.md.j2").read_text("utf-8")
    runs = {run["notebook"]: run for run in certificate["notebooks"]}
    rows = certificate["lock"]["distributions"]
    seconds = sum(run["seconds"] for run in runs.values())
    installed = sum(row["bytes"] for row in rows)
    return environment.from_string(template).render(
        about=about,
        provenance=provenance,
        programs=programs,
        certificate=certificate,
        runs=runs,
        seconds=seconds,
        formats=sorted({Path(file.path).suffix.lstrip(".") for file in provenance.files}),
        claims=sum(len(keys) for program in programs for keys in program.claims.values()),
        charts=sum(len(program.charts) for program in programs),
        addressless=[source for source in provenance.sources if not source.url],
        licences=_counted(source.licence for source in provenance.sources),
        differing=[row for row in rows if row["installed"] != row["locked"]],
        times=_ticked(_TIMES, seconds),
        spaces=_ticked(_SPACES, size + installed),
        size=size,
        bibliography=bibliography,
        measured=measured,
        present=[dataset for dataset in provenance.datasets if dataset.provided],
        absent=[dataset for dataset in provenance.datasets if not dataset.provided],
        manifest=MANIFEST,
        installed=installed,
    )


def empty_sections(text: str, wanted: Iterable[str] = SECTIONS) -> list[str]:
    """Return the sections that a README lacks or leaves empty.

    A heading of a lower level, the header of a table and a box without words fill nothing.
    """
    blocks: dict[str, list[str]] = {}
    open_headings: list[tuple[int, str]] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        heading = re.fullmatch(r"(#+)\s+(.*?)\s*", line)
        if heading:
            level = len(heading[1])
            open_headings = [each for each in open_headings if each[0] < level]
            open_headings.append((level, heading[2]))
            blocks.setdefault(heading[2], [])
            continue
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if _fills(line) and not _rule(following):
            for _, name in open_headings:
                blocks[name].append(line)
    return [name for name in wanted if not blocks.get(name)]


def _fills(line: str) -> bool:
    return bool(re.search(r"\w", re.sub(r"- \[[ x]\]", "", line))) and not _rule(line)


def _rule(line: str) -> bool:
    return bool(re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", line.strip()))


def _ticked(steps: Sequence[tuple[str, float]], value: float) -> list[tuple[str, str]]:
    chosen = next(words for words, most in steps if value <= most)
    return [("x" if words == chosen else " ", words) for words, _ in steps]


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())
