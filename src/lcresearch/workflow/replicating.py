"""Published results computed again: a table in the terminal, and a file for the book."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from lcresearch import __version__
from lcresearch.replications.published import FOUND, Published, load_published
from lcresearch.replications.replicate import RECIPES, compare, replicate
from lcresearch.workflow.files import write_bytes

__all__ = ["run_recipes"]


def run_recipes(folder: Path | None, *, store: bool) -> bool:
    """Compute what the data at hand allow, show it, and say whether all of it agrees.

    Parameters
    ----------
    folder
        Folder with the data sets of others, or ``None``.
    store
        Whether the values are kept beside the published ones. What was found earlier from data
        sets that are not at hand now stays.

    Raises
    ------
    DataError
        If the folder or a file in it is wrong.
    """
    console = Console()
    published = load_published()
    found = replicate(
        published,
        folder,
        progress=lambda name: console.print(f"{published.datasets.loc[name, 'name']} ..."),
    )
    table = compare(published, found)
    for name, part in table.groupby("dataset", sort=False):
        console.print(_as_table(str(published.datasets.loc[name, "name"]), part))
    absent = [name for name in RECIPES if name not in set(table["dataset"])]
    for name in absent:
        row = published.datasets.loc[name]
        files = row["file"].replace(";", " and ")
        console.print(f"Not at hand: {files} ({row['licence']}). Get it: {row['where']}.")
    disagree = int((~table["agrees"]).sum())
    console.print(
        f"{len(table)} results computed again, {len(table) - disagree} within their tolerance."
    )
    if store:
        _store(published, found)
    return disagree == 0


def _as_table(title: str, table: pd.DataFrame) -> Table:
    shown = Table(title=title, title_justify="left")
    shown.add_column("result", overflow="fold")
    for name in ("printed", "found", "difference", "tolerance", "agrees"):
        shown.add_column(name, no_wrap=True)
    for key, row in table.iterrows():
        shown.add_row(
            str(key).partition(".")[2],
            f"{row['printed']:.7g}",
            f"{row['found']:.7g}",
            f"{row['difference']:.1e}",
            f"{row['tolerance']:.1e}",
            "yes" if row["agrees"] else "NO",
        )
    return shown


def _store(published: Published, found: dict[str, float]) -> None:
    rows = {key: (row["value"], row["library"]) for key, row in published.found.iterrows()}
    rows |= {key: (float(f"{value:.10g}"), __version__) for key, value in found.items()}
    kept = [(key, *rows[key]) for key in published.results.index if key in rows]
    frame = pd.DataFrame(kept, columns=["key", "value", "library"])
    text = frame.to_csv(index=False, lineterminator="\n")
    write_bytes(published.folder / FOUND, text.encode())
