"""What the benchmarks share: measuring in turns, and the table of ratios that the book prints."""

from __future__ import annotations

import argparse
import csv
import io
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

TABLE = Path(__file__).with_name("results.csv")
BOUNDS = Path(__file__).with_name("bounds.csv")
_HEADER = ("work", "size", "peer", "times as fast", "lowest, highest", "goal", "memory ratio")
_BOUNDS_HEADER = ("work", "what bounds it")


@dataclass(frozen=True)
class Times:
    """Seconds of each turn, by what was measured; turns were taken one after the other."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        """Return the median seconds of one measurement."""
        return statistics.median(self.seconds[name])

    def ratios(self, slow: str, fast: str) -> list[float]:
        """Return how many times faster one was than another, by turn, sorted."""
        pairs = zip(self.seconds[slow], self.seconds[fast], strict=True)
        return sorted(one / other for one, other in pairs)


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the arguments that every benchmark takes."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--rounds", type=int, default=5, help="turns of each measurement")
    made.add_argument("--store", action="store_true", help=f"keep the ratios in {TABLE.name}")
    return made


def in_turns(actions: Mapping[str, Callable[[], Any]], rounds: int, *, warm: bool = True) -> Times:
    """Run each action once in every turn and return the seconds.

    Parameters
    ----------
    actions
        What is measured, by name.
    rounds
        How many turns.
    warm
        Whether a first turn, which imports and compiles, is run and not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in actions}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for turn in range(rounds + warm):
            for name, action in actions.items():
                started = time.perf_counter()
                action()
                if turn >= warm:
                    taken[name].append(time.perf_counter() - started)
    return Times(taken)


def peak_megabytes(script: str, *arguments: str) -> int:
    """Return the peak memory of a process that runs a script, imports and data included."""
    command = [sys.executable, script, *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(output.split()[-1])


def print_peak() -> None:
    """Print the peak memory of this process, in megabytes."""
    # getrusage would inherit the peak of the process that started this one.
    status = Path("/proc/self/status").read_text("utf-8")
    print(int(status.split("VmHWM:")[1].split()[0]) // 1024)


def report(
    times: Times,
    *,
    work: str,
    size: str,
    ours: str,
    peer: str,
    package: str,
    bound: str,
    goal: str = "",
    megabytes: tuple[int, int] | None = None,
    store: bool,
) -> None:
    """Print the medians and the ratio to a peer, and keep the ratio if asked to.

    Parameters
    ----------
    times
        What `in_turns` returned.
    work, size
        What was computed, and on how much, for the table.
    ours, peer
        Names of the two measurements.
    package
        Distribution whose version stands beside the peer.
    bound
        What limits our time, as found by profiling.
    goal
        What was to be reached, in words.
    megabytes
        Peak memory of ours and of the peer.
    store
        Whether the row is written to the table.
    """
    print(f"\n{work}, {size}: median of {len(times.seconds[ours])} turns")
    for name in times.seconds:
        print(f"  {name:42s} {1000 * times.median(name):10.1f} ms")
    ratios = times.ratios(peer, ours)
    print(f"  {statistics.median(ratios):.1f} times as fast as {peer} ({goal or 'no goal'})")
    if megabytes:
        print(f"  peak memory {megabytes[0]:,} MB, the peer's {megabytes[1]:,} MB")
    if store:
        row = (
            work,
            size,
            f"{package} {version(package)}",
            f"{statistics.median(ratios):.1f}",
            f"{ratios[0]:.1f} to {ratios[-1]:.1f}",
            goal,
            f"{megabytes[0] / megabytes[1]:.2f}" if megabytes else "",
        )
        _keep(TABLE, _HEADER, row, same=2)
        _keep(BOUNDS, _BOUNDS_HEADER, (work, bound), same=1)


def _keep(path: Path, header: Sequence[str], row: Sequence[str], *, same: int) -> None:
    """Replace the row with the same first cells, or add it."""
    rows = []
    if path.exists():
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))[1:]
    kept = [cells for cells in rows if cells[:same] != list(row[:same])]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *sorted([*kept, list(row)])])
    path.write_text(text.getvalue(), "utf-8")
