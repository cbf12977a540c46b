import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pandas as pd
import pytest
import toy

from lcresearch.errors import ParameterError, ProjectError
from lcresearch.workflow.project import Project
from lcresearch.workflow.sweep.folder import SweepFolder
from lcresearch.workflow.sweep.grid import read_grid
from lcresearch.workflow.sweep.sweep import run_sweep
from lcresearch.workflow.sweep.work import Task, work

NOTEBOOK = """import lcresearch as lc, pathlib, time
if wait and pathlib.Path(wait).exists():
    time.sleep(0.7)
if scale == 99:
    time.sleep(1000)
if scale < 0:
    raise ValueError("a scale below zero")
_ = lc.record("toy.scaled", scale * 2, unit="count", grade="simulated", source="a model")
_ = lc.record("toy.word", len(word), unit="count", grade="simulated", source="a model")
"""


@pytest.fixture
def project(project_root):
    toy.make_notebook(
        project_root / "notebooks" / "toy.ipynb",
        NOTEBOOK,
        parameters='scale: float = 1.0  # a number\nword: str = "a"\nwait: str = ""\nmany: int = 1',
    )
    for name in ("_config.yml", "_toc.yml"):
        (project_root / name).touch()
    return Project(project_root)


def write(project, text):
    path = project.root / "grid.yml"
    path.write_text(text, "utf-8")
    return path


def sweep(project, text, target, again=False, scheduler=None):
    """Run a sweep and return how many runs failed, and what was said."""
    said = []
    grid = read_grid(write(project, text), project)
    failed = run_sweep(
        project, grid, target, jobs=2, scheduler=scheduler, again=again, report=said.append
    )
    return failed, said


def records(target):
    return {path: path.stat().st_mtime_ns for path in target.rglob("run.json")}


GRID = "notebook: toy\ngrid:\n  scale: [1.0, 2.0]\n  word: [a, <b>]\n"


def test_a_sweep_puts_every_claim_of_every_run_into_one_table(project, tmp_path):
    """One row for each run and claim, the same in CSV and Parquet, and a curve."""
    failed, said = sweep(project, GRID, tmp_path / "s")
    assert failed == 0
    table = pd.read_csv(tmp_path / "s" / "claims.csv")
    assert list(table[table["key"] == "toy.scaled"]["value"]) == [2, 2, 4, 4]
    assert list(table[table["key"] == "toy.word"]["value"]) == [1, 3, 1, 3]
    assert set(table["parameter.word"]) == {"a", "<b>"}
    parquet = pd.read_parquet(tmp_path / "s" / "claims.parquet")
    pd.testing.assert_frame_equal(table, parquet, check_dtype=False)
    assert (tmp_path / "s" / "curve-toy.scaled.png").stat().st_size > 1000
    assert said[-1] == "toy.scaled: 2 to 4, median 3 (4 runs, simulated)"
    assert len(list((tmp_path / "s").rglob("toy.ipynb"))) == 4


def test_a_sweep_that_is_started_again_does_only_what_is_missing(project, tmp_path):
    """Neither what was done nor what leaves the grid is run again; what comes in is."""
    target = tmp_path / "s"
    sweep(project, GRID, target)
    first = records(target)
    assert sweep(project, GRID, target)[1][0] == "4 runs, 0 of them to be done"
    assert records(target) == first
    said = sweep(project, GRID.replace("2.0]", "3.0]"), target)[1]
    assert said[0] == "4 runs, 2 of them to be done"
    assert {path: records(target)[path] for path in first} == first
    assert len(pd.read_csv(target / "claims.csv")) == 8


def test_a_failing_run_is_recorded_and_stops_nothing(project, tmp_path):
    """The table of runs must name its cell and message, and a new start leave it alone."""
    grid = "notebook: toy\ngrid:\n  scale: [1.0, -1.0, 2.0]\n"
    failed, said = sweep(project, grid, tmp_path / "s")
    runs = pd.read_csv(tmp_path / "s" / "runs.csv", keep_default_na=False)
    assert failed == 1
    assert list(runs["outcome"]) == ["done", "failed", "done"]
    assert runs["message"][1].startswith("toy: cell 3 (")
    assert runs["message"][1].endswith("raised ValueError: a scale below zero.")
    assert any(line.startswith("failed: run 2: toy: cell 3") for line in said)
    assert sweep(project, grid, tmp_path / "s")[1][0] == "3 runs, 0 of them to be done"
    assert sweep(project, grid, tmp_path / "s", again=True)[1][0] == "3 runs, 1 of them to be done"


def test_a_run_that_never_ends_is_given_up(project, tmp_path):
    """The limit is for the run as a whole and its message says where it was."""
    text = "notebook: toy\ngrid: {scale: [99.0]}\ntime_limit: 8\n"
    failed, _ = sweep(project, text, tmp_path / "s")
    message = pd.read_csv(tmp_path / "s" / "runs.csv")["message"][0]
    assert failed == 1
    assert message.startswith("toy: cell 3 (")
    assert "still running after 8 s" in message


def test_an_interrupted_sweep_keeps_what_was_finished_and_goes_on(project, tmp_path):
    """After an interrupt no run is half-written or called failed, and the rest is done later."""
    wait = tmp_path / "wait"
    wait.touch()
    text = f"notebook: toy\nfixed: {{wait: {wait}}}\ngrid: {{scale: [1.0, 2.0, 3.0, 4.0, 5.0]}}\n"
    grid, target = write(project, text), tmp_path / "s"
    command = [sys.executable, "-m", "lcresearch", "sweep", str(grid), "--to", str(target)]
    process = subprocess.Popen(
        [*command, "--jobs", "1"], cwd=project.root, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 120
    while len(records(target)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "what was finished is kept" in said
    kept = records(target)
    assert 2 <= len(kept) < 5
    assert not any(json.loads(path.read_text("utf-8"))["message"] for path in kept)
    done = subprocess.run(
        command, cwd=project.root, check=True, capture_output=True, text=True, timeout=120
    )
    assert f"5 runs, {5 - len(kept)} of them to be done" in done.stdout
    assert {path: records(target)[path] for path in kept} == kept


def test_a_second_sweep_in_the_same_folder_is_refused(project, tmp_path):
    """Two at once would each count the other's runs as missing."""
    folder = SweepFolder(tmp_path / "s")
    with folder.alone(), pytest.raises(ProjectError, match="Another sweep is at work"):
        sweep(project, GRID, tmp_path / "s")


def test_draws_fill_their_ranges_evenly_and_follow_the_seed(project):
    """A Latin hypercube has one draw in each slice of each range."""
    text = "notebook: toy\nsample: {scale: {low: 10, high: 20}}\ndraws: 10\nseed: 3\n"
    drawn = [run["scale"] for run in read_grid(write(project, text), project).runs]
    assert sorted(int(value) for value in drawn) == list(range(10, 20))
    assert drawn == [run["scale"] for run in read_grid(write(project, text), project).runs]
    text = text.replace("seed: 3", "seed: 4")
    assert drawn != [run["scale"] for run in read_grid(write(project, text), project).runs]


def test_draws_with_a_mode_gather_around_it(project):
    """A triangle from 0 over 3 to 3 has its median at three over the root of two."""
    text = "notebook: toy\nsample: {scale: {low: 0, mode: 3, high: 3}}\ndraws: 401\nseed: 1\n"
    drawn = sorted(run["scale"] for run in read_grid(write(project, text), project).runs)
    assert drawn[200] == pytest.approx(3 / 2**0.5, rel=0.01)


def test_every_combination_meets_every_draw(project):
    """Grid and sample together are their product."""
    text = (
        "notebook: toy\ngrid: {word: [a, b]}\nsample: {scale: {low: 0, high: 1}}\ndraws: 3\nseed: 1"
    )
    runs = read_grid(write(project, text), project).runs
    assert [run["word"] for run in runs] == ["a"] * 3 + ["b"] * 3
    assert [run["scale"] for run in runs[:3]] == [run["scale"] for run in runs[3:]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grid: {scale: [1.0]}", "name a notebook"),
        ("notebook: nothing\ngrid: {scale: [1.0]}", "no notebook 'nothing'"),
        ("notebook: toy\ngrid: {scael: [1.0]}", "no parameter 'scael'.*Did you mean 'scale'"),
        ("notebook: toy\ngrid: {scale: []}", "write a list of values"),
        ("notebook: toy\ngrid: {scale: 1.0}", "write a list of values"),
        ("notebook: toy\ngrid: {scale: [one]}", "must be float, not str"),
        ("notebook: toy\ngrid: {scale: [.nan]}", "must be float, not float"),
        ("notebook: toy\ngrid: {scale: [1.0, 1.0]}", "the value 1.0 twice"),
        ("notebook: toy\nfixed: {scale: 1.0}\ngrid: {scale: [1.0]}", "two of fixed, grid"),
        ("notebook: toy", "nothing to vary"),
        ("notebook: toy\ngird: {scale: [1.0]}", "no use for 'gird'.*Did you mean 'grid'"),
        ("notebook: toy\ngrid: [1.0]", "grid must be of type dict"),
        ("notebook: toy\ngrid: {scale: [1.0]}\ntime_limit: -1", "above zero"),
        ("notebook: toy\ngrid: {scale: [1.0]}\ndraws: 3", "there is none"),
        ("notebook: toy\nsample: {scale: {low: 0, high: 1}}", "a sample needs draws"),
        ("notebook: toy\nsample: {scale: {low: 2, high: 1}}\ndraws: 2\nseed: 1", "low <= mode"),
        ("notebook: toy\nsample: {scale: [0, 1]}\ndraws: 2\nseed: 1", "write low and high"),
        ("notebook: toy\nsample: {many: {low: 0, high: 1}}\ndraws: 2\nseed: 1", "must be int"),
        ("notebook: [toy", "cannot be read as YAML"),
        ("just words", "must hold fields"),
        ("notebook: toy\ngrid: !!python/object/apply:os.system [echo]", "cannot be read as YAML"),
        ("notebook: ../../etc\ngrid: {scale: [1.0]}", "no notebook"),
    ],
)
def test_a_wrong_grid_is_refused_in_one_sentence(project, text, words):
    """Nothing is run before everything that was asked for has been checked."""
    with pytest.raises((ParameterError, ProjectError), match=words) as fault:
        read_grid(write(project, text), project)
    assert "\n" not in str(fault.value)


def test_a_grid_beyond_all_bounds_is_refused(project):
    """A product of long lists must not fill the memory before somebody notices."""
    values = ", ".join(f"{value}.5" for value in range(400))
    text = f"notebook: toy\ngrid: {{scale: [{values}], many: {list(range(400))}}}"
    with pytest.raises(ParameterError, match="160,000 runs"):
        read_grid(write(project, text), project)


@contextmanager
def cluster(folder, workers):
    """A Dask scheduler and workers, each a process of its own, and the scheduler's address."""
    address = folder / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0"]
    started = [start([*command, "--no-dashboard", "--scheduler-file", str(address)])]
    try:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1"]
        command += ["--no-nanny", "--no-dashboard", "--scheduler-file", str(address)]
        command += ["--local-directory", str(folder)]
        started += [start(command) for _ in range(workers)]
        until = time.monotonic() + 60
        while not address.exists() and time.monotonic() < until:
            time.sleep(0.1)
        yield started, json.loads(address.read_text())["address"]
    finally:
        for one in started:
            one.kill()
            one.wait()


def start(command):
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def sweep_and_kill(project, target, where, victim, after):
    """Run a sweep of six runs on a cluster, and kill one of its processes after some of them."""
    wait = project.root / "wait"
    wait.touch()
    values = [float(value) for value in range(6)]
    grid = write(project, f"notebook: toy\nfixed: {{wait: {wait}}}\ngrid: {{scale: {values}}}\n")
    command = [sys.executable, "-m", "lcresearch", "sweep", str(grid), "--to", str(target)]
    process = subprocess.Popen(
        [*command, "--scheduler", where],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while len(records(target)) < after and time.monotonic() < until:
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    output, said = process.communicate(timeout=120)
    return process.returncode, output + said


def scaled(target):
    table = pd.read_csv(target / "claims.csv")
    return list(table[table["key"] == "toy.scaled"]["value"])


def test_a_cluster_does_the_same_and_a_lost_worker_loses_nothing(project, tmp_path):
    """Of two workers in processes of their own, one is killed half-way: every run is done."""
    with cluster(tmp_path, workers=2) as (started, where):
        code, said = sweep_and_kill(project, tmp_path / "s", where, started[1], after=2)
    assert code == 0, said
    assert scaled(tmp_path / "s") == [0, 2, 4, 6, 8, 10]


def test_a_lost_scheduler_is_told_and_the_sweep_goes_on_without_it(project, tmp_path):
    """What was finished is kept, nothing is recorded as failed, and the rest can be done here."""
    target = tmp_path / "s"
    with cluster(tmp_path, workers=1) as (started, where):
        code, said = sweep_and_kill(project, target, where, started[0], after=1)
    assert code == 2, said
    assert f"The scheduler at {where} was lost" in said
    assert "Traceback" not in said
    kept = records(target)
    assert 1 <= len(kept) < 6
    failed, _ = sweep(project, (project.root / "grid.yml").read_text("utf-8"), target)
    assert failed == 0
    assert scaled(target) == [0, 2, 4, 6, 8, 10]
    assert kept.items() <= records(target).items()


def test_numbers_with_an_exponent_are_numbers(project):
    """A grid's 1e6 and 1.5e6 must be taken as its writer means them."""
    grid = read_grid(
        write(project, "notebook: toy\ngrid:\n  scale: [1e6, 1.5e6, -2E-3]\n"), project
    )
    assert [run["scale"] for run in grid.runs] == [1e6, 1.5e6, -2e-3]


def test_a_worker_with_other_code_does_no_run(project):
    """What another version of the library would claim must not be mixed in: it is said instead."""
    task = Task(
        name="toy",
        notebook=(project.root / "notebooks" / "toy.ipynb").read_text("utf-8"),
        parameters={},
        folder=str(project.root),
        provenance={"code": "that of another version", "library": "9.9"},
        time_limit=None,
    )
    outcome = work(task)
    assert outcome.notebook == ""
    assert outcome.claims == ()
    assert "has other code of lcresearch" in outcome.message
    assert "(9.9): install the same there" in outcome.message


def test_a_scheduler_that_does_not_answer_is_told_in_one_sentence(project, tmp_path):
    """A wrong address must not end in a traceback or wait for ever."""
    pytest.importorskip("distributed")
    with pytest.raises(ProjectError, match="does not answer"):
        sweep(project, GRID, tmp_path / "s", scheduler="tcp://127.0.0.1:9")


def test_numbers_of_other_libraries_are_no_parameters(project):
    """A NumPy number would reach the notebook as text."""
    numpy = pytest.importorskip("numpy")
    from lcresearch.workflow.parameters import check_parameters, read_parameters

    known = read_parameters(project.notebook("toy"))
    with pytest.raises(ParameterError, match="must be int, not int64"):
        check_parameters("toy", {"many": numpy.int64(3)}, known)
