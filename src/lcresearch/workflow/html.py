"""The book as HTML: strict Sphinx builds, put in place only when all editions are whole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any, Final

from lcresearch.errors import BookError
from lcresearch.workflow.catalogues import check_catalogues
from lcresearch.workflow.editions import Edition, editions_of
from lcresearch.workflow.files import write_bytes
from lcresearch.workflow.prose import check_pages, describe_place
from lcresearch.workflow.translations import translations

__all__ = ["build_site", "write_conf"]

# These would load from other hosts, or break pages that open without one, or have nothing to do.
_UNWANTED: Final = ("sphinx_thebe", "sphinx_comments", "sphinx.ext.intersphinx")
_NOT_PUBLISHED: Final = (".buildinfo", ".doctrees", ".buildinfo.bak")
_MAKERS_PAGES: Final = ("genindex", "search")


def build_site(project_root: Path, *, report: Callable[[str], Any] = print) -> Path:
    """Build the book's pages in every edition, strictly, and put them at ``_build/html``.

    English is at the root of the site; Chinese, with the same page names, in its folder ``zh``.

    Parameters
    ----------
    project_root
        Folder that holds ``_config.yml`` and ``_toc.yml``.
    report
        Takes one line of progress at a time.

    Returns
    -------
    Path
        The site's folder, ``_build/html``. Until a new site is whole, the earlier one stays.

    Raises
    ------
    BookError
        If a page or a translation types a result's digits, a translation inserts other figures
        than the page, or Sphinx warns of anything; every fault is listed with its page and line.
    """
    root = Path(project_root).resolve()
    build = root / "_build"
    _recover(build)
    check_pages(root)
    check_catalogues(root)
    write_conf(root)
    started = time.monotonic()
    report("book: reading and writing pages")
    pages = _pages(root)
    editions = editions_of(root)
    _run_all(root, build, editions)
    site = _publish(build, pages, editions)
    names = " and ".join(edition.name for edition in editions)
    report(f"book: {len(pages)} pages, {names}, in {time.monotonic() - started:.1f} s")
    return site


def write_conf(root: Path) -> None:
    """Write the Sphinx configuration that ``_config.yml`` stands for."""
    import jsonschema  # type: ignore[import-untyped]
    import yaml
    from jupyter_book.config import get_final_config

    try:
        config, _ = get_final_config(
            user_yaml=root / "_config.yml",
            sourcedir=root,
            cli_config={"latex_individualpages": False},
            raise_on_invalid=True,
        )
    except FileNotFoundError:
        raise BookError(f"{root} holds no _config.yml: it is not a book.") from None
    except (yaml.YAMLError, jsonschema.ValidationError) as error:
        raise BookError(f"{root / '_config.yml'} is wrong: {error}") from error
    config["extensions"] = [name for name in config["extensions"] if name not in _UNWANTED]
    lines = ["# Written from _config.yml at each build: change that file, not this one."]
    lines += [f"{name} = {config[name]!r}" for name in sorted(config)]
    content = ("\n".join(lines) + "\n").encode()
    target = root / "conf.py"
    if not target.exists() or target.read_bytes() != content:
        write_bytes(target, content)


def _pages(root: Path) -> list[str]:
    """Return the name of every page in ``_toc.yml``, without suffix."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

    try:
        site = parse_toc_yaml(root / "_toc.yml")
    except FileNotFoundError:
        raise BookError(f"{root} holds no _toc.yml: it is not a book.") from None
    except MalformedError as error:
        raise BookError(f"{root / '_toc.yml'} is wrong: {error}") from error
    return [re.sub(r"\.(md|ipynb)$", "", page) for page in site]


def _run_all(root: Path, build: Path, editions: Sequence[Edition]) -> None:
    """Build all editions, side by side."""

    def run(edition: Edition) -> list[str]:
        return _run_sphinx(root, edition.work(build), edition.language)

    with ThreadPoolExecutor(len(editions)) as pool:
        # What is wrong with a page that is not translated is wrong in every edition.
        faults = list(dict.fromkeys(fault for found in pool.map(run, editions) for fault in found))
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        raise BookError(f"The book has {count}; the earlier site stays.\n{listed}")


def _run_sphinx(root: Path, work: Path, language: str) -> list[str]:
    """Build an edition into its work folder, and return what is wrong.

    Sphinx notes a page as done once it has read it, with warnings or without, and an interrupted
    build leaves pages noted but not written. So the notes are kept only after a clean build.
    """
    notes, clean = work / "doctrees" / "environment.pickle", work / "clean"
    if not clean.exists():
        notes.unlink(missing_ok=True)
    clean.unlink(missing_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    warnings = work / "warnings.txt"
    warnings.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "sphinx", "-b", "html", "-n", "-W", "--keep-going"]
    command += ["-q", "-N", "-T", "-w", str(warnings), "-d", str(work / "doctrees")]
    command += ["-D", f"language={language}"]
    command += [str(root), str(work / "html")]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    text = warnings.read_text("utf-8") if warnings.exists() else ""
    faults = list(_faults(text, root))
    if done.returncode and not faults:
        faults = [done.stderr.strip()[-4000:] or f"Sphinx ended with {done.returncode}."]
    if not faults:
        clean.touch()
    return faults


_PLACE: Final = re.compile(
    r"^(?:(?P<path>.+?)(?::(?P<line>\d+))?: )?(?P<level>WARNING|ERROR|CRITICAL|SEVERE): "
)


def _faults(text: str, root: Path) -> Iterable[str]:
    """Yield each of Sphinx's warnings in one line: page, line and what is wrong."""
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        found = _PLACE.match(line)
        if found:
            place = ""
            if found["path"]:
                # A translation has the path and line of its page, and a line of its own.
                page, translated, _ = found["path"].partition(":<translated>")
                page, _, line_of_page = page.rpartition(":") if translated else (page, "", "")
                path = Path(page.split(":docstring of")[0])
                if path.is_relative_to(root):
                    path = path.relative_to(root)
                line_number = int(line_of_page or found["line"] or 0)
                if path.suffix == ".ipynb" and line_number:
                    line_number -= 1  # MyST-NB counts from one twice
                place = describe_place(path.as_posix(), line_number) + ": "
                place = f"translation of {place}" if translated else place
            parts.append((place, [line[found.end() :]]))
        elif parts and line.strip():
            parts[-1][1].append(line.strip())
        elif line.strip():
            parts.append(("", [line.strip()]))
    return dict.fromkeys(place + " ".join(words) for place, words in parts)


def _recover(build: Path) -> None:
    """Remove what an interrupted build left; put back a site that it had moved aside."""
    site, fresh, old = build / "html", build / ".html-new", build / ".html-old"
    if old.exists() and not site.exists():
        old.rename(site)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)


def _publish(build: Path, pages: list[str], editions: Sequence[Edition]) -> Path:
    """Copy the finished pages beside the site and exchange the two."""
    site, fresh, old = build / "html", build / ".html-new", build / ".html-old"
    for edition in editions:
        home = edition.home(fresh)
        ignored = shutil.ignore_patterns(*_NOT_PUBLISHED)
        # An edition is cleared of strays before another is put into it.
        shutil.copytree(edition.work(build) / "html", home, ignore=ignored)
        _drop_strays(home, pages)
        (home / "index.html").write_text(_redirect(f"{pages[0]}.html", edition), "utf-8")
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)
    return site


def _drop_strays(site: Path, pages: list[str]) -> None:
    """Delete pages that left the book, and their sources and pictures."""
    kept = {site / f"{page}.html" for page in [*pages, *_MAKERS_PAGES]}
    text = ""
    for page in site.rglob("*.html"):
        if page in kept:
            text += page.read_text("utf-8")
        elif "_static" not in page.relative_to(site).parts:
            page.unlink()
    for folder in ("_images", "_sources", "_downloads"):
        for file in [path for path in (site / folder).rglob("*") if path.is_file()]:
            if file.relative_to(site).as_posix() not in text:
                file.unlink()


def _redirect(target: str, edition: Edition) -> str:
    _ = translations(edition.language).gettext
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{edition.tag}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={target}">\n'
        f"<title>{escape(_('What can a mountain county expect from e-commerce?'))}</title>\n"
        f'</head>\n<body>\n<p><a href="{target}">{escape(_("To the book"))}</a></p>\n'
        "</body>\n</html>\n"
    )
