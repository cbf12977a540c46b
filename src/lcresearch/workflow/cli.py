"""The command line: build the book, run a notebook, check a county's folder."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from lcresearch.errors import BookError, LcresearchError, NotebookError

if TYPE_CHECKING:
    from lcresearch.workflow.graph import Step
    from lcresearch.workflow.project import Project

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="What a mountain county can expect from e-commerce: run the analysis, build the book.",
)

# No room, or no right to write.
_NO_PLACE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)

Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="How many notebooks may run at once; by default one per core."),
]


@app.command()
def book(
    jobs: Jobs = None,
    county: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Folder, or name, of another county."),
    ] = None,
) -> None:
    """Run the notebooks that changed and build the book.

    The book of another county says "not available", and why, where the county lacks data.
    """
    from lcresearch.county import load_county
    from lcresearch.workflow.county_book import copy_pages
    from lcresearch.workflow.graph import book_steps, county_book_steps
    from lcresearch.workflow.project import Project

    project = Project.find()
    if county is None:
        steps = book_steps(project)
        site = project
    else:
        folder = load_county(county).path
        site = copy_pages(project, folder)
        steps = county_book_steps(project, folder, site)
    _take(project, steps, jobs=jobs or os.cpu_count() or 1)
    _show_coverage(site)
    page = site.build / "html" / "index.html"
    typer.echo(f"The book is ready: open {page.as_uri()}")


@app.command()
def pdf(
    county: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Folder, or name, of another county."),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="For printing one edition.")
    ] = 900,
) -> None:
    """Print the built book, each edition as one PDF, and put it into the site.

    It needs Chromium and the site that "lcresearch book" leaves; nothing is run or built again.
    """
    from lcresearch.county import find_county
    from lcresearch.workflow.county_book import county_project
    from lcresearch.workflow.pdf.command import make_pdfs
    from lcresearch.workflow.project import Project

    project = Project.find()
    if county is not None:
        project = county_project(project, find_county(county))
    try:
        made = make_pdfs(project.build, time_limit=time_limit, report=_progress)
    except KeyboardInterrupt:
        _complain("Interrupted: nothing was written.", code=130)
    for path in made:
        typer.echo(f"The book to print: {path}")


@app.command()
def run(
    notebook: Annotated[str, typer.Argument(help="Name of a notebook, such as logistics.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="May be given repeatedly."),
    ] = None,
) -> None:
    """Run one notebook with parameters of your own and show what it claims.

    The parameters of a notebook stand in its first code cell.
    """
    from lcresearch.workflow.graph import run_steps
    from lcresearch.workflow.parameters import (
        check_parameters,
        parse_assignments,
        read_parameters,
    )
    from lcresearch.workflow.project import Project
    from lcresearch.workflow.report import show_claims

    project = Project.find()
    path = project.notebook(notebook)
    known = read_parameters(path)
    values = check_parameters(path.stem, parse_assignments(parameter or [], known), known)
    steps, home = run_steps(project, path, values, Path.cwd())
    _take(project, steps, jobs=1)
    show_claims(home / "claims.json")
    typer.echo(f"Executed notebook, claims and charts: {home}")


@app.command()
def sweep(
    grid: Annotated[Path, typer.Argument(help="YAML file: notebook, and values or ranges.")],
    jobs: Jobs = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler, such as tcp://10.0.0.1:8786."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the sweep; by default under _build/sweeps.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Run again what failed before.")] = False,
) -> None:
    """Run a notebook with many parameters and put all its claims in one table.

    What was done already is not done again; an interrupted sweep goes on where it stopped.
    """
    from lcresearch.workflow.project import Project
    from lcresearch.workflow.sweep.grid import read_grid
    from lcresearch.workflow.sweep.sweep import run_sweep

    project = Project.find()
    wanted = read_grid(grid, project)
    target = to or project.build / "sweeps" / grid.stem
    try:
        failed = run_sweep(
            project,
            wanted,
            target,
            jobs=jobs or os.cpu_count() or 1,
            scheduler=scheduler,
            again=again,
            report=typer.echo,
        )
    except KeyboardInterrupt:
        _complain("Interrupted: what was finished is kept; start again to go on.", code=130)
    typer.echo(f"Tables, curves and executed notebooks: {target}")
    if failed:
        _complain(f"{failed} of {len(wanted.runs)} runs failed: see runs.csv.", code=1)


@app.command()
def explore(
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this figure; may be given repeatedly."),
    ] = None,
    county: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Folder, or name, of another county."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Compute what the figures show that readers can play with, and store it.

    Each figure has a file in book/explore; what was computed already is not computed again.
    """
    from lcresearch.workflow.explore.command import explore as compute
    from lcresearch.workflow.project import Project

    try:
        compute(
            Project.find(),
            only or [],
            county=county,
            jobs=jobs or os.cpu_count() or 1,
            report=typer.echo,
        )
    except KeyboardInterrupt:
        _complain("Interrupted: what was finished is kept; start again to go on.", code=130)


@app.command()
def check(folder: Annotated[str, typer.Argument(help="Folder, or name, of a county.")]) -> None:
    """Check a county's folder and list every fault with its remedy."""
    from lcresearch.county import find_county, load_county
    from lcresearch.county_needs import missing_inputs
    from lcresearch.county_warnings import warnings_of

    for warning in warnings_of(find_county(folder)):
        typer.echo(f"warning: {warning}", err=True)
    county = load_county(folder)
    typer.echo(f"{county.path}: no fault found; {len(county.keys)} figures of {county.name}.")
    if missing := missing_inputs(county):
        typer.echo(f"Notebooks also ask for: {', '.join(missing)}.")


@app.command()
def new_county(
    name: Annotated[str, typer.Argument(help="Name of the folder, such as 'My county' or 长汀县.")],
) -> None:
    """Write a folder for a county of your own, with a template of every file.

    The folder is put where you are; its DICTIONARY.md says what each column holds.
    """
    import shlex

    from lcresearch.workflow.new_county import write_new_county

    folder = write_new_county(name, Path.cwd())
    typer.echo(
        f"{folder} is ready: fill in county.toml and the tables, as its DICTIONARY.md says, then "
        f"run: lcresearch check {shlex.quote(name)}"
    )


@app.command()
def replicate(
    folder: Annotated[
        Path | None,
        typer.Argument(
            envvar="LCRESEARCH_REPLICATION", help="Folder with the data sets of others."
        ),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Keep what was found, for the book to print.")
    ] = False,
) -> None:
    """Compute published results again and hold them against what was printed.

    The data sets are not part of the project; the command says where each is to be had.
    """
    from lcresearch.workflow.replicating import run_recipes

    if not run_recipes(folder, store=store):
        _complain("a published result was not found again: see the table.", code=1)


@app.command()
def translate() -> None:
    """Bring the catalogues of the Chinese edition up to date with pages and code.

    They lie in book/locale and are filled in by hand; what has no translation stays English.
    """
    from lcresearch.workflow.project import Project
    from lcresearch.workflow.translate import translate as update

    for item in update(Project.find()):
        changed = f", {item.changed} marked fuzzy" if item.changed else ""
        typer.echo(f"{item.name}: {item.done} of {item.total} translated{changed}")


@app.command()
def store() -> None:
    """Store the outputs of the book's runs in notebooks/, where the tests compare with them."""
    from lcresearch.workflow.project import Project
    from lcresearch.workflow.stored import store_outputs

    for name in store_outputs(Project.find()):
        typer.echo(f"stored the outputs of {name}")


@app.command()
def verify(
    notebook: Annotated[
        list[str] | None,
        typer.Option("--notebook", metavar="NAME", help="Only this one; may be given repeatedly."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of the certificate; by default _build/verify."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Run the notebooks afresh and certify which recorded claims are found again.

    The recorded claims are those of the outputs stored in notebooks/.
    """
    from lcresearch.workflow.project import Project
    from lcresearch.workflow.verify.certificate_text import verdict
    from lcresearch.workflow.verify.command import default_folder
    from lcresearch.workflow.verify.command import verify as run_again

    project = Project.find()
    folder = to or default_folder(project)
    try:
        certificate = run_again(project, notebook or [], folder, jobs=jobs, report=_progress)
    except KeyboardInterrupt:
        _complain("Interrupted: nothing was written.", code=130)
    typer.echo(f"{verdict(certificate)}\nCertificate: {folder / 'certificate.md'}")
    if not certificate["agrees"]:
        _complain("the record is not confirmed: see the certificate.", code=1)


@app.command()
def package(
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The zip; by default under _build/package."),
    ] = None,
) -> None:
    """Pack the replication archive that data editors of journals ask for.

    The notebooks are run first where there is no certificate of them as they are now.
    """
    from lcresearch.workflow.package.command import package as pack
    from lcresearch.workflow.project import Project

    try:
        packed = pack(Project.find(), to, report=_progress)
    except KeyboardInterrupt:
        _complain("Interrupted: nothing was written.", code=130)
    if packed.faults:
        faults = "\n".join(f"- {fault}" for fault in packed.faults)
        _complain(f"the archive is not complete, so none was written.\n{faults}", code=1)
    typer.echo(f"{packed.path}: {packed.files} files, SHA-256 {packed.sha256}")


def main() -> None:
    """Run the command line; a user's mistake ends in one message and exit code 2."""
    try:
        app()
    except (BookError, NotebookError) as error:
        _complain(str(error), code=1)
    except LcresearchError as error:
        _complain(str(error), code=2)
    except OSError as error:
        if error.errno not in _NO_PLACE:
            raise
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"{where}{error.strerror}: make room or get the right to write there.", code=1)
    except ModuleNotFoundError as error:
        _complain(
            f"This command needs the package {error.name!r}: install lcresearch[book], or use the "
            f"environment that make book creates.",
            code=2,
        )


def _take(project: Project, steps: Sequence[Step], *, jobs: int) -> None:
    from lcresearch.workflow.graph import walk

    try:
        failures = walk(project, steps, jobs=jobs)
    except KeyboardInterrupt:
        _complain("Interrupted: what was finished is kept; start again to go on.", code=130)
    if failures:
        raise NotebookError("\n".join(failures))


def _show_coverage(project: Project) -> None:
    """Say which pages of another edition are not all translated."""
    from lcresearch.workflow.catalogues import coverage_of
    from lcresearch.workflow.editions import editions_of

    for edition in editions_of(project.root)[1:]:
        for item in coverage_of(project.root, edition):
            if item.done < item.total:
                typer.echo(f"{edition.name}: {item.name}: {item.done} of {item.total} translated")


def _progress(line: str) -> None:
    typer.echo(line, err=True)


def _complain(text: str, *, code: int) -> NoReturn:
    typer.echo(f"lcresearch: {text}", err=True)
    sys.exit(code)
