"""The graph from data to page, owned by pytask: each step reruns when what it reads changed."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lcresearch.county import County, find_county, load_county
from lcresearch.errors import LcresearchError
from lcresearch.workflow.execute import execute
from lcresearch.workflow.files import hash_files, hash_folder, write_bytes
from lcresearch.workflow.interrupt import children_end_on_interrupt
from lcresearch.workflow.parameters import read_parameters
from lcresearch.workflow.project import Project
from lcresearch.workflow.second_charts import LANGUAGE, SecondCharts, names_of, place_of
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
    steps = _own_runs(project)
    executed, drawn = ([step.makes[number] for step in steps] for number in (0, 1))
    claims = project.results / "claims.json"
    made = _claims_step(executed, "liancheng", claims, again=drawn)
    return [*steps, made, _site_step(project, executed)]


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
    name, steps, copies = copy.root.name, [], []
    own = {step.makes[0].name: step for step in _own_runs(project)}
    again = _second_charts(project, load_county(str(county)), copy)
    for path, charts in zip(project.notebooks, again, strict=True):
        output = copy.results / path.name
        if "county" in read_parameters(path):
            steps.append(
                _notebook_step(
                    NotebookState(project, path),
                    path,
                    output,
                    {"county": str(county)},
                    project.root,
                    of=name,
                    again=charts,
                )
            )
        else:
            # Not about a county: the run of the project's own book is as good.
            run = own[path.name]
            steps.append(run)
            copies.append(_copy_step(run.makes, [output, charts.target], of=name))
    steps += copies
    executed = [copy.results / path.name for path in project.notebooks]
    claims = copy.results / "claims.json"
    made = _claims_step(
        executed,
        str(county),
        claims,
        of=name,
        expected=project.notebooks,
        home=load_county(),
        again=[charts.target for charts in again],
    )
    return [*steps, made, _site_step(copy, executed, of=name)]


def _own_runs(project: Project) -> list[Step]:
    """Return the runs of the notebooks for the project's own book."""
    again = _second_charts(project, load_county("liancheng"), project)
    return [
        _notebook_step(
            NotebookState(project, path),
            path,
            project.results / path.name,
            {},
            project.root,
            again=charts,
        )
        for path, charts in zip(project.notebooks, again, strict=True)
    ]


def _second_charts(project: Project, county: County, site: Project) -> list[SecondCharts]:
    """Return what each notebook's charts are drawn by for the Chinese edition of a site."""
    from lcresearch.workflow.notebook_messages import NotebookMessages

    names = names_of(county)
    messages = NotebookMessages(project, names)
    return [
        SecondCharts(messages.known(path), names, place_of(site.results, path.stem))
        for path in project.notebooks
    ]


def _site_step(project: Project, executed: Sequence[Path], *, of: str = "") -> Step:
    from lcresearch.workflow.html import build_site

    claims = project.results / "claims.json"
    pages = [
        *(project.root / "book").glob("*.md"),
        *(project.root / "book").glob("*.bib"),
        *(project.root / "book/locale").rglob("*.po"),
        *(path for path in (project.root / "book/_static").rglob("[!.]*") if path.is_file()),
        *(project.root / "benchmarks").glob("*.csv"),
        # Readers take them along as they are stored.
        *project.notebooks,
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
        state=hash_files(
            [
                project.lock,
                *(
                    path
                    for kind in ("*.py", "*.po", "*.html")
                    for path in (_PACKAGE / "workflow").rglob(kind)
                ),
            ],
            project.root,
        ),
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
    with _alone(project):
        return _take(project, free, jobs=min(jobs, len(free))) or _take(project, rest, jobs=1)


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Let one command at a time take steps: two would write the same files."""
    from filelock import FileLock, Timeout

    project.build.mkdir(parents=True, exist_ok=True)
    lock = FileLock(project.build / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        _say("waiting for another command that builds in this checkout")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


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
    again: SecondCharts | None = None,
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
            again=again,
        ),
        needs=[],
        makes=[output, *([again.target] if again else [])],
        state=state.of(parameters, folder) + (again.state if again else ""),
    )


def _copy_step(made: Sequence[Path], targets: Sequence[Path], *, of: str) -> Step:
    def action() -> None:
        for source, target in zip(made, targets, strict=True):
            write_bytes(target, source.read_bytes())

    return Step(
        name=_named(f"copy of {made[0].name}", of),
        action=action,
        needs=[*made],
        makes=[*targets],
        state="",
    )


def _claims_step(
    executed: Sequence[Path],
    county: str,
    target: Path,
    *,
    of: str = "",
    expected: Sequence[Path] = (),
    home: County | None = None,
    again: Sequence[Path] = (),
) -> Step:
    def action() -> None:
        from lcresearch.workflow.claims import write_claims

        document = write_claims(
            executed,
            load_county(county),
            target.parent,
            expected=expected,
            home=home,
            again=again,
        )
        charts = document["charts"].values()
        if any(f"alt_{LANGUAGE}" in chart and f"file_{LANGUAGE}" not in chart for chart in charts):
            _say(
                "The machine has no font for Chinese, so the Chinese edition shows the charts in "
                "English: install Noto Sans CJK SC, delete "
                f"{place_of(target.parent, '').parent} and build again."
            )

    folder = find_county(county)
    return Step(
        name=_named(f"claims of {target.parent.name}", of),
        action=action,
        needs=[*executed, *expected, *again],
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
    from pytask import NodeNotFoundError

    if isinstance(error, LcresearchError):
        return str(error)
    if isinstance(error, NodeNotFoundError):
        return f"{name}: a file that it reads was removed or renamed meanwhile: start again."
    return f"{name}: {type(error).__name__}: {error}"
