"""Claims and charts, gathered from executed notebooks into one ``claims.json``."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from lcresearch import __version__
from lcresearch.county import County
from lcresearch.errors import EvidenceError
from lcresearch.evidence import CLAIM_METADATA, Claim, same_claim
from lcresearch.workflow.files import write_bytes, write_json
from lcresearch.workflow.second_charts import LANGUAGE, names_of, write_pictures

__all__ = ["gather", "payloads", "write_claims"]


def write_claims(
    notebooks: Iterable[Path],
    county: County,
    folder: Path,
    *,
    expected: Iterable[Path] = (),
    home: County | None = None,
    again: Iterable[Path] = (),
) -> dict[str, Any]:
    """Write ``claims.json`` and the charts of executed notebooks, and return the former.

    Parameters
    ----------
    notebooks
        Paths of executed notebooks.
    county
        The county whose figures the pages may quote.
    folder
        Where to write: ``claims.json`` and ``charts/KEY.png``.
    expected
        Notebooks whose stored claims and charts pages may quote; those that no run made are
        listed as not available, each with the reason that its run gives.
    home
        The county that the pages were written for, whose figures they may quote, too.
    again
        Files of charts drawn a second time.

    Raises
    ------
    EvidenceError
        If two notebooks record one key differently.
    """
    notebooks = list(notebooks)
    gathered = gather(notebooks)
    pictures = gathered.pop("pictures")
    stored = gather(expected)
    lacking = [
        item
        for kind in ("claims", "charts")
        for item in stored[kind].values()
        if item["key"] not in gathered[kind]
    ]
    for key, gained in write_pictures(gathered["charts"], again, folder).items():
        gathered["charts"][key] |= gained
    for key, picture in pictures.items():
        write_bytes(folder / "charts" / f"{key}.png", picture)
    for old in (folder / "charts").glob("*.png"):
        if old.stem not in pictures:
            old.unlink()
    figures = {key: _plain(county, key) for key in county.keys}
    sources = county.sources.to_dict(orient="records")
    document = {
        "library": __version__,
        "county": dict(county.about),
        f"names_{LANGUAGE}": names_of(county),
        "figures": figures,
        "sources": sources,
        "unavailable": dict(_reasons(lacking, notebooks)) | _absent(county, home),
        **gathered,
    }
    write_json(folder / "claims.json", document)
    return document


def gather(notebooks: Iterable[Path]) -> dict[str, Any]:
    """Return the claims, charts and pictures that executed notebooks carry.

    Raises
    ------
    EvidenceError
        If two notebooks record one key differently, or two charts share a key.
    """
    claims: dict[str, dict[str, Any]] = {}
    charts: dict[str, dict[str, Any]] = {}
    pictures: dict[str, bytes] = {}
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        parameters = notebook.metadata.get(CLAIM_METADATA, {}).get("parameters", {})
        for number, cell, payload, data in payloads(notebook):
            place = {
                "notebook": path.stem,
                "cell": number,
                "cell_id": cell.get("id", ""),
                "parameters": parameters,
            }
            if claim := payload.get("claim"):
                key = claim["key"]
                if key in claims and not _agree(claims[key], claim):
                    raise EvidenceError(
                        f"Claim {key!r} differs between notebooks {claims[key]['notebook']} and "
                        f"{place['notebook']}: give one of them another key."
                    )
                claims.setdefault(key, claim | place)
            if chart := payload.get("chart"):
                key = chart["key"]
                if key in charts:
                    raise EvidenceError(
                        f"Two charts have the key {key!r}, in notebooks {charts[key]['notebook']} "
                        f"and {place['notebook']}: give one of them another."
                    )
                charts[key] = {**chart, "file": f"charts/{key}.png", **place}
                pictures[key] = base64.b64decode(data["image/png"])
    return {"claims": claims, "charts": charts, "pictures": pictures}


def payloads(notebook: Any) -> Iterator[tuple[int, Any, dict[str, Any], dict[str, Any]]]:
    """Yield number and cell, what the library put beside an output, and the output's data."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            payload = output.get("metadata", {}).get(CLAIM_METADATA)
            if payload:
                yield number, cell, payload, output.get("data", {})


def _absent(county: County, home: County | None) -> dict[str, str]:
    """Return the figures of the pages' own county that another county lacks, with the reason."""
    keys = set() if home is None else set(home.keys) - set(county.keys)
    return {key: f"{county.name} has no figure {key!r}." for key in sorted(keys)}


def _reasons(
    lacking: Iterable[Mapping[str, Any]], runs: Iterable[Path]
) -> Iterator[tuple[str, str]]:
    """Yield key and reason of what runs did not make: what stopped its cell, or one before it."""
    reasons = {path.stem: _stops(nbformat.read(path, as_version=4)) for path in runs}
    for item in lacking:
        found = reasons.get(item["notebook"], {}).get(item["cell_id"])
        yield item["key"], found or "no run of the notebook made it."


def _stops(notebook: Any) -> dict[str, str]:
    """Return what stopped each cell, or one before it, by the cell's id."""
    stopped = {n: p["unavailable"] for n, _, p, _ in payloads(notebook) if "unavailable" in p}
    found, reason = {}, ""
    for number, cell in enumerate(notebook.cells, start=1):
        reason = stopped.get(number, reason)
        found[cell.get("id", "")] = reason
    return found


def _agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def claim(plain: dict[str, Any]) -> Claim:
        fields = {name: plain[name] for name in Claim.__dataclass_fields__ if name in plain}
        return Claim(**fields | {"inputs": tuple(plain["inputs"])})

    return same_claim(claim(one), claim(other))


def _plain(county: County, key: str) -> dict[str, Any]:
    figure = county.figure(key)
    return asdict(figure) | {"grade": str(figure.grade)}
