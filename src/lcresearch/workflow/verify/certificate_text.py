"""The certificate as Markdown, for readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lcresearch.workflow.verify.compare import Difference

__all__ = ["certificate_text", "count", "table", "verdict"]


def certificate_text(certificate: Mapping[str, Any]) -> str:
    """Return a certificate as Markdown."""
    parts = (_head, _differences, _notebooks, _machine, _state, _versions)
    return "\n".join(line for part in parts for line in part(certificate)) + "\n"


def verdict(certificate: Mapping[str, Any]) -> str:
    """Return in one or two sentences what a rerun found."""
    runs = certificate["notebooks"]
    claims, charts = (sum(run[name] for run in runs) for name in ("claims", "charts"))
    failed = [run["notebook"] for run in runs if run["failure"]]
    differing = [run["notebook"] for run in runs if run["differences"]]
    words = (
        f"Of {count(len(runs), 'notebook')}, {count(claims, 'claim')} and "
        f"{count(charts, 'chart')} agree with the record."
    )
    if failed:
        words += f" Failed: {', '.join(failed)}."
    if differing:
        number = sum(len(run["differences"]) for run in runs)
        words += f" Differences ({number}): {', '.join(differing)}."
    if certificate["changed_meanwhile"]:
        words += " Notebooks, library or data changed meanwhile, so this is no state of the tree."
    if not certificate["complete"]:
        words += (
            f" The other notebooks of the project, which has "
            f"{certificate['notebooks_of_the_project']}, were not asked for."
        )
    return words


def count(number: int, word: str) -> str:
    """Return a number with its noun, in the plural where there is not one."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a Markdown table as lines; text in cells cannot break it."""
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]


def _cell(value: object) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    return " ".join(text.replace("|", "\\|").split())


def _head(certificate: Mapping[str, Any]) -> Iterator[str]:
    relative = certificate["tolerance"]["relative"]
    absolute = certificate["tolerance"]["absolute"]
    yield "# Certificate of a rerun"
    yield ""
    words = "Everything agrees." if certificate["agrees"] else "The record is not confirmed."
    yield f"**{words}** {verdict(certificate)}"
    yield ""
    yield (
        f"Begun {certificate['started']}, {certificate['seconds']:.0f} seconds with "
        f"{count(certificate['jobs'], 'notebook')} at once. Each notebook ran with the parameters "
        f"that stand in it, in a fresh process and an empty folder, and every claim was held "
        f"against the one recorded in the notebook's stored outputs."
    )
    yield ""
    yield (
        f"Two numbers agree if they are no further apart than {relative:g} of the largest of the "
        f"claim's recorded numbers (value, low, high), or {absolute:g} where those are near zero: "
        f"libraries for linear algebra differ in the last digits from one machine to the next. "
        f"Unit, grade and inputs must be the same. Charts are compared by key alone, for pictures "
        f"depend on fonts."
    )


def _differences(certificate: Mapping[str, Any]) -> Iterator[str]:
    runs = [run for run in certificate["notebooks"] if not run["agrees"]]
    if not runs:
        return
    yield "\n## What does not agree"
    for run in runs:
        yield f"\n### {run['notebook']}\n"
        if run["failure"]:
            yield f"It failed, so none of its claims was compared: {run['failure']}"
        elif run["differences"]:
            yield from table(
                ("claim or chart", "what", "recorded", "found", "relative difference"),
                (_row(Difference(**each)) for each in run["differences"]),
            )


def _row(difference: Difference) -> tuple[str, ...]:
    one, other = difference.recorded, difference.found
    gap = ""
    if isinstance(one, int | float) and isinstance(other, int | float):
        gap = f"{(other - one) / abs(one):.1e}" if one else "recorded as zero"
    sides = ("nothing" if side is None else _plain(side) for side in (one, other))
    return (f"`{difference.key}`", difference.what, *sides, gap)


def _plain(side: object) -> str:
    return ", ".join(map(str, side)) if isinstance(side, list | tuple) else str(side)


def _notebooks(certificate: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## What was run\n"
    yield from table(
        (
            "notebook",
            "seconds",
            "claims that agree",
            "charts",
            "differences",
            "SHA-256 of its file",
        ),
        (
            (
                run["notebook"],
                f"{run['seconds']:.1f}",
                run["claims"],
                run["charts"],
                "failed" if run["failure"] else len(run["differences"]),
                f"`{run['sha256'][:16]}`",
            )
            for run in certificate["notebooks"]
        ),
    )
    yield "\nParameters:\n"
    for run in certificate["notebooks"]:
        values = ", ".join(f"`{name}={value!r}`" for name, value in run["parameters"].items())
        yield f"- {run['notebook']}: {values or 'none'}"


def _machine(certificate: Mapping[str, Any]) -> Iterator[str]:
    machine = certificate["machine"]
    yield "\n## Where\n"
    yield f"- system: {machine['platform']} ({machine['machine']})"
    yield f"- processor: {machine['processor'] or 'not told'}, {machine['cores']} cores"
    yield f"- memory: {machine['memory'] / 2**30:.1f} GiB"
    yield f"- Python: {machine['python']}"
    yield f"- linear algebra: {machine['linear_algebra']}"


def _state(certificate: Mapping[str, Any]) -> Iterator[str]:
    git, library = certificate["git"], certificate["library"]
    yield "\n## Of what\n"
    if git["commit"] is None:
        yield f"- commit: not known, since {git['why_none']}"
    elif git["changed_files"]:
        changed = count(git["changed_files"], "changed or new file")
        yield f"- commit: `{git['commit']}`, with {changed}"
    else:
        yield f"- commit: `{git['commit']}`, nothing changed"
    yield f"- library: lcresearch {library['version']}, SHA-256 of its code `{library['sha256']}`"
    for folder, digest in certificate["data"].items():
        yield f"- data of `{folder}`: SHA-256 `{digest}`"
    yield f"- state of all that claims depend on: `{certificate['state']}`"


def _versions(certificate: Mapping[str, Any]) -> Iterator[str]:
    lock = certificate["lock"]
    rows = lock["distributions"]
    other = [row for row in rows if row["installed"] != row["locked"]]
    yield "\n## Versions\n"
    if lock["sha256"] is None:
        yield f"There is no {lock['file']}, so no version is prescribed."
        return
    yield (
        f"`{lock['file']}` (SHA-256 `{lock['sha256']}`) asks for {len(rows)} distributions on this "
        f"machine; {len(rows) - len(other)} are installed in that version, {len(other)} are not."
    )
    if rows:
        yield ""
        yield from table(
            ("distribution", "locked", "installed", ""),
            (
                (
                    row["name"],
                    row["locked"],
                    row["installed"] or "no",
                    "" if row["installed"] == row["locked"] else "**differs**",
                )
                for row in rows
            ),
        )
