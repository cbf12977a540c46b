"""The command ``translate``: catalogues brought up to date with pages and code."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog

from lcresearch.errors import BookError
from lcresearch.workflow.catalogues import Coverage, coverage_of, read_catalogue, site_catalogue
from lcresearch.workflow.editions import CATALOGUES, CHINESE, Edition
from lcresearch.workflow.explore.plan import plan_names, read_plan
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.html import write_conf
from lcresearch.workflow.notebook_messages import update_notebook_messages
from lcresearch.workflow.project import Project

__all__ = ["translate", "words_of_site"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]
# ``later`` marks what is translated elsewhere than where it stands.
_MARKS: Final = ("_", "later")


def translate(project: Project, edition: Edition = CHINESE) -> list[Coverage]:
    """Bring the catalogues of an edition up to date, and return how much is translated.

    A message that left the source leaves its catalogue. One that resembles a new message passes
    its translation on, marked ``fuzzy``: it is not used until somebody has taken the mark away.

    Parameters
    ----------
    project
        The checkout; its notebooks have been run, since pages insert what they recorded.
    edition
        The edition.
    """
    home = project.root / CATALOGUES / edition.language / "LC_MESSAGES"
    home.mkdir(parents=True, exist_ok=True)
    templates = _extract_pages(project)
    for page, messages in templates.items():
        _update(home / f"{page}.po", messages, edition)
    for path in home.rglob("*.po"):
        if path.relative_to(home).with_suffix("").as_posix() not in templates:
            path.unlink()
            path.with_suffix(".mo").unlink(missing_ok=True)
    _update(site_catalogue(edition), words_of_site(project.root), edition)
    done, left = update_notebook_messages(project)
    return [*coverage_of(project.root, edition), Coverage("notebooks", done + left, done, 0)]


def _extract_pages(project: Project) -> dict[str, list[str]]:
    """Return the messages of each page of prose, in its order."""
    work = project.build / "translate"
    write_conf(project.root)
    command = [sys.executable, "-P", "-m", "sphinx", "-b", "gettext", "-q", "-N", "-E"]
    command += ["-d", str(work / "doctrees"), str(project.root), str(work / "pot")]
    done = subprocess.run(
        command,
        cwd=project.root,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise BookError(f"The pages cannot be read for translation.\n{done.stderr.strip()[-4000:]}")
    described = _chart_descriptions(project.results / "claims.json")
    found = {}
    for path in sorted((project.root / "book").glob("*.md")):
        template = work / "pot" / "book" / f"{path.stem}.pot"
        if template.is_file():
            messages = [str(message.id) for message in read_catalogue(template) if message.id]
            found[f"book/{path.stem}"] = [text for text in messages if text not in described]
    return found


def _chart_descriptions(claims: Path) -> set[str]:
    """Return the texts that stand for charts: notebooks write them, with numbers in them."""
    charts: dict[str, Any] = json.loads(claims.read_text("utf-8")).get("charts", {})
    return {chart["alt"] for chart in charts.values()}


def words_of_site(root: Path) -> list[str]:
    """Return the words of the configuration, of figures to play with, and of the code."""
    modules = sorted(_PACKAGE.rglob("*.py"))
    return list(
        dict.fromkeys(
            [
                *_words_of_config(root),
                *_words_of_plans(root),
                *(word for path in modules for word in _words_of_code(path.read_text("utf-8"))),
            ]
        )
    )


def _words_of_code(source: str) -> Iterator[str]:
    """Yield the words that a module marks, those within f-strings too."""
    if not any(f"{mark}(" in source for mark in _MARKS):
        return
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _MARKS
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.args[0].value


def _words_of_config(root: Path) -> Iterable[str]:
    import yaml

    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    sphinx = config.get("sphinx", {}).get("config", {})
    theme = sphinx.get("html_theme_options", {})
    words = (
        config.get("title"),
        config.get("author"),
        theme.get("search_bar_text"),
        sphinx.get("nb_code_prompt_show"),
        sphinx.get("nb_code_prompt_hide"),
        sphinx.get("togglebutton_hint"),
        sphinx.get("togglebutton_hint_hide"),
        sphinx.get("lcresearch_note"),
    )
    return (word for word in words if word)


def _words_of_plans(root: Path) -> Iterator[str]:
    for name in plan_names(root):
        plan = read_plan(root, name)
        words = [plan.title, plan.axis, *(knob.words for knob in plan.knobs)]
        for row in plan.rows:
            words += [row.words, row.range]
        yield from filter(None, [*words, *plan.also.values(), *plan.marks.values()])


def _update(path: Path, messages: Iterable[str], edition: Edition) -> None:
    """Write a catalogue with these messages and the translations that it has of them."""
    template = Catalog()
    for text in messages:
        template.add(text)
    catalogue = read_catalogue(path) if path.is_file() else Catalog(locale=edition.language)
    catalogue.update(template)
    content = _as_po(catalogue, edition).encode()
    if not path.is_file() or path.read_bytes() != content:
        write_bytes(path, content)


def _as_po(catalogue: Catalog, edition: Edition) -> str:
    """Return a catalogue with one line a message, and no line, date or name that only changes."""
    head = [
        'msgid ""',
        'msgstr ""',
        f'"Language: {edition.language}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    ]
    blocks = ["\n".join(head)]
    for message in catalogue:
        if not message.id:
            continue
        # Babel takes the line that holds an earlier wording for a translator's remark.
        remarks = [text for text in message.user_comments if not text.startswith("| ")]
        lines = [f"# {text}".rstrip() for text in remarks]
        if message.string and message.fuzzy:
            lines.append("#, fuzzy")
            lines += [f"#| msgid {_quoted(text)}" for text in message.previous_id] or [
                f"#{text}" for text in message.user_comments if text.startswith("| ")
            ]
        lines += [
            f"msgid {_quoted(str(message.id))}",
            f"msgstr {_quoted(str(message.string or ''))}",
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(sign, written)
    return f'"{text}"'
