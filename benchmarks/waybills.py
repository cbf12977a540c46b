"""Township-days of simulated waybills, out of core and by pandas: seconds, memory and disk.

Each measurement is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas as pd

from lcresearch.logistics.waybill_store import aggregate_waybills
from lcresearch.logistics.waybills import township_days

TABLE = Path(__file__).with_name("waybills.csv")
COUNTY = 4_000_000
"""Waybills of a county in a year, one file each."""

MEMORY = "3GB"
_HEADER = (
    "waybills",
    "work",
    "by",
    "seconds",
    "seconds of processors",
    "million rows a second",
    "peak memory, GB",
    "disk for what does not fit, GB",
)
_WORK = {
    "sums": "sums and checks",
    "repeats": "sums, checks and repeated numbers",
    "pandas": "sums, checks and repeated numbers",
}

# A county has 17 townships, 280 points and 35 carriers; hashes of row and seed are the draws.
_ROWS = """
    SELECT
        '771' || lpad(i::VARCHAR, 12, '0') AS waybill,
        DATE '2023-01-01' + (hash(i, $seed) % 365)::INTEGER AS date,
        'carrier ' || hash(i, $seed + 1) % 35 AS carrier,
        CASE WHEN hash(i, $seed + 2) % 5 = 0 THEN 'up' ELSE 'down' END AS direction,
        'county ' || $county || ', township ' || hash(i, $seed + 3) % 280 % 17 AS township,
        'point ' || hash(i, $seed + 3) % 280 AS point,
        0.05 + (hash(i, $seed + 4) % 1000) / 200.0 AS weight,
        1.0 + (hash(i, $seed + 5) % 800) / 100.0 AS fee
    FROM range($first, $last) AS rows(i)
"""


def main() -> None:
    """Measure the sizes asked for, from the smallest, and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[COUNTY, 10 * COUNTY])
    parser.add_argument("--rounds", type=int, default=3, help="turns; the median one is kept")
    parser.add_argument("--folder", type=Path, help="where files and spill go for the time")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated waybills")
    parser.add_argument("--store", action="store_true", help=f"keep the rows in {TABLE.name}")
    parser.add_argument("--measure", choices=list(_WORK), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        _measure(given.measure, given.folder)
        return
    rows = []
    for count in sorted(given.rows):
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            data, spill = Path(folder) / "data", Path(folder) / "spill"
            data.mkdir()
            spill.mkdir()
            _simulate(data, count, seed=given.seed)
            # A county's year is what pandas is asked to hold.
            works = [work for work in _WORK if work != "pandas" or count <= COUNTY]
            turns = [
                {work: _turn(work, count, Path(folder)) for work in works}
                for _ in range(given.rounds)
            ]
            for work in works:
                by_seconds = sorted((turn[work] for turn in turns), key=lambda one: one["seconds"])
                rows.append(_row(work, count, by_seconds[(given.rounds - 1) // 2]))
                print(*rows[-1], sep=" | ", flush=True)
    if given.store:
        _store(rows)


def _simulate(folder: Path, count: int, *, seed: int) -> None:
    """Write a Parquet file for each county, one after the other."""
    database = duckdb.connect(config={"memory_limit": MEMORY})
    for county, first in enumerate(range(0, count, COUNTY)):
        database.execute(
            f"COPY ({_ROWS}) TO '{folder}/{county:04d}.parquet' (FORMAT parquet)",
            {"seed": seed, "county": county, "first": first, "last": min(first + COUNTY, count)},
        )


def _turn(work: str, count: int, folder: Path) -> dict[str, float]:
    """Run a measurement in its own process, and return what it took."""
    command = [sys.executable, __file__, "--measure", work, "--folder", str(folder)]
    with _largest(folder / "spill") as disk:
        ended = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    taken: dict[str, float] = json.loads(ended.stdout)
    if taken["parcels"] != count:
        raise SystemExit(f"{work}: {taken['parcels']:,} parcels of {count:,}")
    return taken | {"disk": disk[0]}


def _row(work: str, count: int, taken: dict[str, float]) -> tuple[str, ...]:
    """Return a row of the table."""
    package = "pandas" if work == "pandas" else "duckdb"
    return (
        f"{count:,}",
        _WORK[work],
        f"{package} {version(package)}",
        f"{taken['seconds']:,.1f}",
        f"{taken['processors']:,.1f}",
        f"{count / taken['seconds'] / 1e6:.2f}",
        f"{taken['peak'] / 1e9:.1f}",
        f"{taken['disk'] / 1e9:.1f}",
    )


def _store(rows: list[tuple[str, ...]]) -> None:
    """Keep the rows, and those of sizes that were not measured now."""
    measured = {row[0] for row in rows}
    if TABLE.is_file():
        with TABLE.open(encoding="utf-8", newline="") as file:
            rows += [tuple(row) for row in list(csv.reader(file))[1:] if row[0] not in measured]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(sorted(rows, key=lambda row: int(row[0].replace(",", ""))))


def _measure(work: str, folder: Path) -> None:
    """Print seconds by the clock and of all processors, peak memory in bytes and parcels."""
    data, spill = folder / "data", folder / "spill"
    started, before = time.perf_counter(), time.process_time()
    if work == "pandas":
        days = township_days(pd.read_parquet(data))
    else:
        days = aggregate_waybills(
            data, memory=MEMORY, spill=spill, repeats=work == "repeats", progress=False
        )
    seconds, processors = time.perf_counter() - started, time.process_time() - before
    # In KiB on Linux, in bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parcels = int(days["down"].sum() + days["up"].sum())
    print(
        json.dumps({"seconds": seconds, "processors": processors, "peak": peak, "parcels": parcels})
    )


@contextmanager
def _largest(folder: Path) -> Iterator[list[int]]:
    """Watch how many bytes a folder takes on the disk, at most."""
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            most[0] = max(most[0], _bytes(folder))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        done.set()
        watcher.join()


def _bytes(folder: Path) -> int:
    """Return the bytes of the files that are there; one may go while they are counted."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:
            continue
    return total


if __name__ == "__main__":
    main()
