"""What a person waits for: the import, the help, and the book, beside jupyter-book's own cache."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PARTS = ("_config.yml", "_toc.yml", "book", "data", "notebooks", "requirements.lock")


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each measurement")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = Path(folder) / "ours", Path(folder) / "peer"
        for copy in (ours, peer):
            copy.mkdir()
            for part in PARTS:
                source = ROOT / part
                (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
        _let_jupyter_book_run(peer)
        build, build_peer = _book(ours), _jupyter_book(peer)
        print("building both once ...", flush=True)
        build(), build_peer()
        python = [sys.executable, "-c"]
        times = {
            "python, nothing imported": lambda: _run([*python, "pass"]),
            "import lcresearch": lambda: _run([*python, "import lcresearch"]),
            "lcresearch --help": lambda: _run([str(BIN / "lcresearch"), "--help"]),
            "book, nothing changed": build,
            "  jupyter-book with its cache": build_peer,
            "book, one notebook edited": lambda: _edited(ours, build),
            "  jupyter-book with its cache ": lambda: _edited(peer, build_peer),
        }
        medians = _measure(times, rounds)
    bare = medians["python, nothing imported"]
    names = list(medians)
    print(f"\nmedian of {rounds} turns")
    for name in names:
        print(f"{name:34s} {medians[name]:7.2f} s")
    print(f"\nimport above the interpreter's start {medians['import lcresearch'] - bare:.3f} s")
    for name, other in ((names[3], names[4]), (names[5], names[6])):
        print(f"{name}: {medians[other] / medians[name]:.1f} times as fast as jupyter-book")


def _measure(actions: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds):
        print(f"turn {turn + 1} of {rounds}", flush=True)
        for name, action in actions.items():
            taken[name].append(action())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _run(command: list[str], folder: Path | None = None) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def _book(project: Path) -> Callable[[], float]:
    return lambda: _run([str(BIN / "lcresearch"), "book"], project)


def _jupyter_book(project: Path) -> Callable[[], float]:
    return lambda: _run([str(BIN / "jupyter-book"), "build", "."], project)


def _edited(project: Path, build: Callable[[], float]) -> float:
    """Return the time of a build after a change of one cell."""
    path = project / "notebooks" / "pricing.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[-1]["source"] = ["# changed\n", *code[-1]["source"]]
    path.write_text(json.dumps(notebook), "utf-8")
    return build()


def _let_jupyter_book_run(project: Path) -> None:
    """Let the peer run the notebooks themselves, with its cache."""
    config = yaml.safe_load((project / "_config.yml").read_text("utf-8"))
    config["execute"] = {"execute_notebooks": "cache", "timeout": 300}
    config["exclude_patterns"].remove("notebooks")
    (project / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    for name in ("_toc.yml", *(str(p.relative_to(project)) for p in project.glob("book/*.md"))):
        path = project / name
        text = path.read_text("utf-8").replace("book/results/", "notebooks/")
        path.write_text(text.replace("{doc}`results/", "{doc}`/notebooks/"), "utf-8")


if __name__ == "__main__":
    main()
