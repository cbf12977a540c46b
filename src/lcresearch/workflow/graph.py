"""The graph from data to page, owned by pytask: each step reruns when what it reads changed."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lcresearch.county import County, find_county, load_county
from lcresearch.errors import LcresearchError
from lcresearch.workflow.execute import execute
from lcresearch.workflow.files import hash_files, hash_folder
from lcresearch.workflow.interrupt import children_end_on_interrupt
from lcresearch.workflow.parameters import read_parameters
from lcresearch.workflow.project import Project
from lcresearch.workflow.state import NotebookState

__all__ = ["Step", "book_steps", "county_book_steps", "run_steps", "walk"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Step:
    """One step of the graph.

    Parameters
    ----------
    name
        What the step is called in progress and errors.
    action
        What it does; takes no arguments and writes its products atomically.
    needs
        Files that it reads; a step that writes one of them comes first.
    makes
        Files that it writes.
    state
        A hash of everything else that it depends on.
    """

    name: str
    action: Callable[[], None]
    needs: Sequence[Path]
    makes: Sequence[Path]
    state: str


def book_steps(project: Project) -> list[Step]:
    """Return the steps that make the book: a run of each notebook, the claims, the site."""
    steps = [
        _notebook_step(
            NotebookState(project, path), path, project.results / path.name, {}, project.root
        )
        for path in project.notebooks
    ]
    executed = [step.makes[0] for step in steps]
    claims = project.results / "claims.json"
    return [*steps, _claims_step(executed, "liancheng", claims), _site_step(project, executed)]


def county_book_steps(project: Project, county: Path, copy: Project) -> list[Step]:
    """Return the steps that make the book of another county in a copy of the project.

    Parameters
    ----------
    project
        The checkout, whose stored notebooks tell what pages may quote.
    county
        Folder of the county.
    copy
        Project that holds the pages and takes the results.
    """
    name, steps = copy.root.name, []
    for path in project.notebooks:
        known = read_parameters(path)
        parameters = {"county": str(county)} if "county" in known else {}
        state = NotebookState(project, path)
        output = copy.results / path.name
        steps.append(_notebook_step(state, path, output, parameters, project.root, of=name))
    executed = [step.makes[0] for step in steps]
    claims = copy.results / "claims.json"
    made = _claims_step(
        executed, str(county), claims, of=name, expected=project.notebooks, home=load_county()
    )
    return [*steps, made, _site_step(copy, executed, of=name)]


def _site_step(project: Project, executed: Sequence[Path], *, of: str = "") -> Step:
    from lcresearch.workflow.html import build_site

    claims = project.results / "claims.json"
    pages = [
        *(project.root / "book").glob("*.md"),
        *(project.root / "book").glob("*.bib"),
        *(path for path in (project.root / "book/_static").rglob("*") if path.is_file()),
        *(project.root / "benchmarks").glob("*.csv"),
        *(project.root / "book/explore").glob("*.yml"),
        *(project.root / "data/explore").glob("*"),
        *(project.results / "explore").glob("*"),
        *(project.root / name for name in ("_config.yml", "_toc.yml")),
    ]
    return Step(
        name=_named("book", of),
        action=lambda: _discard(build_site(project.root, report=_discard)),
        needs=[*executed, claims, *pages],
        makes=[project.build / "html" / "index.html"],
        state=hash_files([project.lock, *(_PACKAGE / "workflow").rglob("*.py")], project.root),
    )


def _named(what: str, of: str) -> str:
    """Return the name of a step, told apart from the same step of another county's book."""
    return f"{what} of {of}" if of else what


def run_steps(
    project: Project, notebook: Path, parameters: Mapping[str, Any], folder: Path
) -> tuple[list[Step], Path]:
    """Return the steps of one run with a user's parameters, and the folder of its results."""
    mark = sha256(json.dumps(dict(parameters), sort_keys=True).encode()).hexdigest()[:8]
    home = project.build / "runs" / (f"{notebook.stem}-{mark}" if parameters else notebook.stem)
    state = NotebookState(project, notebook)
    run = _notebook_step(state, notebook, home / notebook.name, parameters, folder)
    claims = _claims_step([home / notebook.name], state.county(parameters), home / "claims.json")
    return [run, claims], home


def walk(project: Project, steps: Sequence[Step], *, jobs: int) -> list[str]:
    """Take every step whose inputs changed since it last succeeded, and return the failures.

    Steps that need no other go first, several at once; the rest follow one by one, and only if
    none failed, since pytask looks only once a second for what has finished in parallel.

    Parameters
    ----------
    project
        The checkout; pytask keeps its state under ``_build/pipeline``.
    steps
        The steps.
    jobs
        How many steps may run at once.

    Returns
    -------
    list of str
        One sentence for each step that failed; a step that needs a failed one is not taken, and
        its earlier results stay.

    Raises
    ------
    KeyboardInterrupt
        If the user interrupts; steps that were finished are not taken again.
    """
    free = [step for step in steps if not {*step.needs} & {p for s in steps for p in s.makes}]
    rest = [step for step in steps if step not in free]
    return _take(project, free, jobs=min(jobs, len(free))) or _take(project, rest, jobs=1)


def _take(project: Project, steps: Sequence[Step], *, jobs: int) -> list[str]:
    """Hand steps to pytask, and return a sentence for each that failed."""
    import pytask
    from _pytask.models import NodeInfo
    from pytask import PathNode, PythonNode, TaskWithoutPath

    home = project.build / "pipeline"
    home.mkdir(parents=True, exist_ok=True)
    config = home / "pyproject.toml"
    if not config.exists():
        config.write_text("[tool.pytask.ini_options]\n")
    tasks = [
        TaskWithoutPath(
            name=step.name,
            function=_taken(step),
            depends_on={
                "needs": [PathNode.from_path(path) for path in step.needs],
                "state": PythonNode(
                    name=f"state of {step.name}",
                    value=step.state,
                    hash=True,
                    # Without it pytask takes the states of all steps for one node.
                    node_info=NodeInfo("state", (), None, step.name, None),
                ),
            },
            produces={"makes": [PathNode.from_path(path) for path in step.makes]},
        )
        for step in steps
    ]
    output = io.StringIO()
    with redirect_stdout(output), children_end_on_interrupt():
        session = pytask.build(
            tasks=tasks,
            config=config,
            paths=[home],
            verbose=0,
            capture="no",
            n_workers=jobs,
            # Steps wait for kernels and for Sphinx, which are processes of their own.
            parallel_backend="threads" if jobs > 1 else "none",
            show_traceback=False,
        )
    failed = [r for r in session.execution_reports if r.outcome == pytask.TaskOutcome.FAIL]
    errors = [(r.task.name, r.exc_info[1]) for r in failed if r.exc_info]
    interrupted = any(isinstance(error, KeyboardInterrupt) for _, error in errors)
    failures = [_sentence(name, error) for name, error in errors]
    if not failures and session.exit_code != pytask.ExitCode.OK:
        failures = [f"pytask could not plan the work: {output.getvalue().strip()}"]
    if interrupted or (not failures and len(session.execution_reports) < len(tasks)):
        # pytask ends quietly when it is interrupted.
        raise KeyboardInterrupt
    return failures


def _notebook_step(
    state: NotebookState,
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    of: str = "",
) -> Step:
    given = f" with {dict(parameters)}" if parameters else ""
    return Step(
        name=_named(f"notebook {notebook.stem}", of) if of else f"notebook {notebook.stem}{given}",
        action=lambda: execute(
            notebook,
            output,
            parameters,
            folder=folder,
            provenance=state.provenance(parameters, folder),
            # Another county may lack data; the project's own may not.
            excuse=bool(of),
        ),
        needs=[],
        makes=[output],
        state=state.of(parameters, folder),
    )


def _claims_step(
    executed: Sequence[Path],
    county: str,
    target: Path,
    *,
    of: str = "",
    expected: Sequence[Path] = (),
    home: County | None = None,
) -> Step:
    def action() -> None:
        from lcresearch.workflow.claims import write_claims

        write_claims(executed, load_county(county), target.parent, expected=expected, home=home)

    folder = find_county(county)
    return Step(
        name=_named(f"claims of {target.parent.name}", of),
        action=action,
        needs=[*executed, *expected],
        makes=[target],
        state=hash_folder(folder),
    )


def _taken(step: Step) -> Callable[..., None]:
    def take(**_: Any) -> None:
        started = time.monotonic()
        _say(f"{step.name}: running")
        step.action()
        _say(f"{step.name}: done in {time.monotonic() - started:.1f} s")

    return take


def _say(line: str) -> None:
    # One write a line, to the process's own stream: lines of parallel steps do not mix.
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{line}\n".encode())


def _discard(_: Any) -> None:
    """Take something that nobody needs."""


def _sentence(name: str, error: BaseException | None) -> str:
    if isinstance(error, LcresearchError):
        return str(error)
    return f"{name}: {type(error).__name__}: {error}"
