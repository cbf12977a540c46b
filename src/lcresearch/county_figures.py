"""Every number of a county's files, as a figure with key, unit, grade and source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from lcresearch.county_files import TableFile
from lcresearch.evidence import DataFigure, Figure, Grade
from lcresearch.schemas import INVENTED, SCHEMAS

__all__ = ["figures_of", "honest_grade"]

_STANDARD_NORMAL_975: Final = 1.959963984540054


def honest_grade(source: str, grade: Grade) -> Grade:
    """Return the grade that a file gives a number, or simulated where the number was made up."""
    return Grade.SIMULATED if source == INVENTED else grade


def figures_of(
    name: str, frames: Mapping[str, pd.DataFrame], files: Mapping[str, TableFile]
) -> Iterator[Figure]:
    """Yield every number of a county's files as a figure.

    Parameters
    ----------
    name
        Name of the county's folder, under which its files are known.
    frames, files
        The validated tables and their files, by table.

    Yields
    ------
    Figure
        Reported, published and assumed figures, then each cell of the townships and the census,
        then the estimates of the literature with their 95 % interval where a standard error is
        known. A number whose source is `INVENTED` is simulated, wherever it stands.
    """
    citations = dict(frames["sources"][["source", "citation"]].itertuples(index=False, name=None))

    def cite(row: Any) -> str:
        return f"{citations[row.source]}, {row.locator}"

    def origin(table: str) -> dict[str, Any]:
        return {"file": f"{name}/{files[table].name}", "sha256": files[table].sha256}

    for table, grade in (("reported", Grade.REPORTED), ("published", Grade.PUBLISHED)):
        for row in frames[table].itertuples():
            value = None if pd.isna(row.value) else row.value
            yield DataFigure(
                key=row.key,
                value=value,
                unit=row.unit,
                grade=honest_grade(row.source, grade),
                source=cite(row),
                low=value if row.bound == "at_least" else None,
                high=value if row.bound == "at_most" else None,
                note=row.note,
                **origin(table),
            )
    for row in frames["assumptions"].itertuples():
        yield DataFigure(
            key=row.key,
            value=row.mode,
            unit=row.unit,
            grade=honest_grade(row.source, Grade.ASSUMED),
            source=f"assumption: {row.reason}",
            low=row.low,
            high=row.high,
            **origin("assumptions"),
        )

    def township_grade(row: Any, column: str) -> Grade:
        placed_here = row.point == "approximate" and column in ("lat", "lon")
        return Grade.ASSUMED if placed_here else Grade.PUBLISHED

    def always_published(_row: Any, _column: str) -> Grade:
        return Grade.PUBLISHED

    wide: tuple[tuple[str, str, Callable[[Any, str], Grade]], ...] = (
        ("townships", "township", township_grade),
        ("census", "census", always_published),
    )
    for table, prefix, grade_of in wide:
        units = {
            label: column.metadata["unit"]
            for label, column in SCHEMAS[table].columns.items()
            if column.metadata
        }
        for row in frames[table].itertuples():
            for column, unit in units.items():
                value = getattr(row, column)
                if pd.notna(value):
                    yield DataFigure(
                        key=f"{prefix}.{row.code}.{column}",
                        value=value,
                        unit=unit,
                        grade=honest_grade(row.source, grade_of(row, column)),
                        source=cite(row),
                        note=f"{SCHEMAS[table].columns[column].description}, {row.name}",
                        **origin(table),
                    )
    for row in frames["literature"].itertuples():
        if pd.isna(row.estimate):
            continue
        margin = None if pd.isna(row.std_error) else _STANDARD_NORMAL_975 * row.std_error
        yield DataFigure(
            key=f"literature.{row.id}",
            value=row.estimate,
            unit=row.unit,
            grade=honest_grade(row.source, Grade.PUBLISHED),
            source=cite(row) + (" (second-hand)" if row.verification == "secondary" else ""),
            low=None if margin is None else row.estimate - margin,
            high=None if margin is None else row.estimate + margin,
            note="; ".join(filter(None, [row.outcome, row.note])),
            **origin("literature"),
        )
