"""Township-days from more waybills than memory holds."""

from __future__ import annotations

import math
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from lcresearch.errors import DataError
from lcresearch.logistics.waybill_expressions import WaybillExpressions

if TYPE_CHECKING:
    import ibis
    from ibis.backends.duckdb import Backend

__all__ = ["aggregate_waybills"]

_HEAVIEST_KG: Final = 200.0
_GRAMS: Final = 0.5
"""If more than this share weighs above half of the heaviest, all is taken to be in grams."""

_AT_ONCE: Final = 100_000_000
"""Waybills in one slice: DuckDB's groups by text do not all go to disk when memory is short."""

_MOST_SLICES: Final = 1024

_POLL_SECONDS: Final = 0.2

_KINDS: Final = {
    "township": "str",
    "date": "datetime64[ns]",
    "down": "int64",
    "up": "int64",
    "stops": "int64",
    "carriers": "int64",
    "kg": "float64",
    "fee": "float64",
}

_Run = Callable[["ibis.Table", str], pd.DataFrame]


def aggregate_waybills(
    source: str | Path | ibis.Table,
    *,
    heaviest: float = _HEAVIEST_KG,
    repeats: bool = True,
    memory: str = "3GB",
    spill: str | Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Return the parcels of each township and day from files of any size, as `township_days` does.

    DuckDB reads the files in pieces. More than a hundred million waybills, or fewer if memory is
    short, are added up in slices of the townships, for each of which the files are read once; what
    still does not fit goes to disk. All checks of `read_waybills` are made; faults are counted by
    column instead of listed by line.

    Parameters
    ----------
    source
        A Parquet or CSV file (UTF-8 or GB18030), a folder of either, a pattern such as
        ``waybills/2023-*.parquet``, or an Ibis table, which is summed by its own engine, such as a
        Spark session. Columns as in `read_waybills`.
    heaviest
        Weight in kg above which a parcel is refused, as probably written in grams.
    repeats
        Whether to look for waybills that stand there twice, in one file or in two. The search is
        exact and reads the files a second time.
    memory
        Most that DuckDB may take, such as ``"3GB"``; the process takes some hundred MB more. Not
        used for an Ibis table, nor are `spill` and `progress`.
    spill
        Folder for what does not fit into memory and for UTF-8 copies of GB18030 files, emptied
        afterwards; the system's folder for temporary files if not given.
    progress
        Whether to show on a terminal how far the work is.

    Returns
    -------
    pandas.DataFrame
        The table of `township_days`. Sums of weights and fees depend in their last digits on the
        order in which the engine adds.

    Raises
    ------
    DataError
        If the extra `scale` is not installed, files are missing, of another kind or damaged,
        memory or disk does not suffice, or a check of `read_waybills` fails. The message names the
        column, in how many rows, and one of them by its waybill.
    """
    try:
        import ibis
    except ImportError:
        raise DataError(
            "Waybills at size need the packages ibis and duckdb: install them with "
            "pip install 'lcresearch[scale]'."
        ) from None
    if isinstance(source, ibis.Table):
        return _summed(
            WaybillExpressions(source, heaviest=heaviest),
            lambda expression, _: expression.to_pandas(),
            repeats=repeats,
        )
    if isinstance(source, pd.DataFrame):
        raise DataError("waybills: a table in memory is added up by township_days.")
    if spill is not None and not Path(spill).is_dir():
        raise DataError(f"There is no folder spill={str(spill)!r}: make it first.")
    from lcresearch.logistics.waybill_files import open_files

    where = Path(source).name
    with tempfile.TemporaryDirectory(prefix="waybills-", dir=spill) as scratch:
        database = _connected(memory, scratch)
        try:
            with _in_plain_words(where, memory):
                table = open_files(source, database, scratch=Path(scratch))

                def run(expression: ibis.Table, task: str) -> pd.DataFrame:
                    return _run(database, expression, task, show=progress)

                rows = run(table.agg(rows=table.count()), "counting waybills")["rows"].item()
                return _summed(
                    WaybillExpressions(table, heaviest=heaviest, where=where),
                    run,
                    repeats=repeats,
                    slices=2 ** max(0, math.ceil(math.log2(max(rows, 1) / _AT_ONCE))),
                )
        finally:
            database.disconnect()


def _connected(memory: str, scratch: str) -> Backend:
    import duckdb
    import ibis

    try:
        return ibis.duckdb.connect(
            memory_limit=memory, temp_directory=scratch, preserve_insertion_order=False
        )
    except duckdb.Error:
        raise DataError(f"memory={memory!r} is no size: write it like '3GB'.") from None


def _summed(
    waybills: WaybillExpressions, run: _Run, *, repeats: bool, slices: int = 1
) -> pd.DataFrame:
    """Return the table of an engine if no row fails a check."""
    waybills = _with_order_of_dates(waybills, run)
    task = "adding up waybills"
    days = _by_slices(
        waybills, "township", lambda part: run(part.township_days(), task), slices=slices
    )
    if days.empty:
        raise DataError(f"{waybills.where}: holds no row.")
    if days["faults"].sum():
        _refuse_first(waybills, run)
    if repeats:
        _refuse_repeats(waybills, run, slices=slices)
    ordered = days.sort_values(["township", "date"], ignore_index=True)
    return ordered[list(_KINDS)].astype(_KINDS)


def _by_slices(
    waybills: WaybillExpressions,
    by: str,
    ask: Callable[[WaybillExpressions], pd.DataFrame],
    *,
    slices: int,
) -> pd.DataFrame:
    """Return the rows of all slices; of more and smaller ones if memory does not suffice."""
    while True:
        try:
            parts = [ask(part) for part in waybills.slices(slices, by=by)]
            return pd.concat(parts, ignore_index=True)
        except MemoryError:
            if slices >= _MOST_SLICES:
                raise
        slices *= 4


def _refuse_repeats(waybills: WaybillExpressions, run: _Run, *, slices: int) -> None:
    task = "looking for repeated waybills"
    hashes = _by_slices(
        waybills, "waybill", lambda part: run(part.repeated_hashes(), task), slices=slices
    )
    if not hashes["hashes"].sum():
        return
    found = _by_slices(waybills, "waybill", lambda part: run(part.repeats(), task), slices=slices)
    if found["waybill"].notna().any():
        raise DataError(
            f"{waybills.where}, column waybill: {found['waybill'].dropna().min()!r} stands there "
            f"twice, and {int(found['rows'].sum()):,} rows in all repeat an earlier waybill: keep "
            f"one row for each parcel."
        )


def _with_order_of_dates(waybills: WaybillExpressions, run: _Run) -> WaybillExpressions:
    """Return the expressions told whether day or month comes first, where the year is last."""
    if not waybills.table["date"].type().is_string():
        return waybills
    first = run(waybills.first_ends_in_year(), "reading a date")
    if first.empty or not first["last"].fillna(False).item():
        return waybills
    above = run(waybills.date_order(), "reading dates").iloc[0]
    if above["first"] and above["second"]:
        raise DataError(
            f"{waybills.where}, column date: the day comes first in {above['first']:,} rows and "
            f"the month in {above['second']:,}: write all dates as YYYY-MM-DD."
        )
    if not (above["first"] or above["second"]):
        raise DataError(
            f"{waybills.where}, column date: {above['one']!r} may put day or month first, and no "
            f"other date tells which: write all dates as YYYY-MM-DD."
        )
    return replace(waybills, dates="day_first" if above["first"] else "month_first")


def _refuse_first(waybills: WaybillExpressions, run: _Run) -> None:
    """Raise for the first check, in the order of the columns, that rows fail."""
    fault = run(waybills.faults(), "counting faults").iloc[0]
    column, rows = fault["column"], int(fault["rows"])
    if column == "weight" and run(waybills.heavy_share(), "weighing")["share"].item() > _GRAMS:
        raise DataError(
            f"{waybills.where}, column weight: half of the parcels weigh more than "
            f"{waybills.heaviest / 2:g} kg: these look like grams, so divide them by 1,000."
        )
    value = "" if pd.isna(fault["value"]) else f"{fault['value']!r} "
    named = "" if column == "waybill" else f" (as in waybill {fault['waybill']!r})"
    raise DataError(
        f"{waybills.where}, column {column}, {rows:,} row{'s' if rows > 1 else ''}{named}: "
        f"{value}{fault['words']}."
    )


def _run(database: Backend, expression: ibis.Table, task: str, *, show: bool) -> pd.DataFrame:
    """Return the rows of an expression, and show meanwhile how far DuckDB is."""
    import duckdb
    from rich.console import Console
    from rich.progress import Progress

    database.raw_sql("SET enable_progress_bar = true")
    database.raw_sql("SET enable_progress_bar_print = false")
    done = threading.Event()
    console = Console(stderr=True, force_jupyter=False)
    disable = not (show and console.is_terminal)
    with Progress(console=console, transient=True, disable=disable) as bar:
        shown = bar.add_task(task, total=100)

        def watch() -> None:
            while not done.wait(_POLL_SECONDS):
                bar.update(shown, completed=max(0.0, database.con.query_progress()))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            return expression.to_pandas()
        except duckdb.OutOfMemoryException as error:
            raise MemoryError from error
        finally:
            done.set()
            watcher.join()


@contextmanager
def _in_plain_words(where: str, memory: str) -> Iterator[None]:
    """Say in one sentence what DuckDB could not do."""
    import duckdb

    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException):
        raise DataError(
            f"{where}: needs more than memory={memory!r} or than the room on the disk: give more "
            f"`memory`, or a folder with more room as `spill`."
        ) from None
    except duckdb.Error as error:
        lines = [line.strip() for line in str(error).splitlines()]
        files = [line.removeprefix("file = ") for line in lines if line.startswith("file = ")]
        reason = "; ".join(line for line in lines[:3] if line)
        raise DataError(
            f"{Path(files[0]).name if files else where}: cannot be read: {reason}."
        ) from None
