"""A balanced panel of outcomes, split into treated units and donors, before and after a start."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.panel import Panel

__all__ = ["SyntheticPanel", "find_period", "shown", "treated_labels"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SyntheticPanel:
    """Outcomes of treated units and donors.

    Parameters
    ----------
    units, times
        Labels, sorted.
    outcomes
        Units by times, no gaps.
    treated
        Rows of the treated units.
    starts
        First treated period of each of them, as a position in `times`.
    dropped
        Rows left out, by reason.
    """

    units: pd.Index
    times: pd.Index
    outcomes: Floats
    treated: Ints
    starts: Ints
    dropped: Mapping[str, int]

    @property
    def donors(self) -> Ints:
        """Rows of the units that are never treated."""
        return np.setdiff1d(np.arange(len(self.units)), self.treated)

    @classmethod
    def read(
        cls,
        data: pd.DataFrame,
        *,
        outcome: str,
        unit: str,
        time: str,
        treated: Any,
        start: Any,
        needed: int = 2,
    ) -> SyntheticPanel:
        """Check a tidy frame and return it as a table of outcomes.

        Parameters
        ----------
        data
            One row for each unit and period.
        outcome, unit, time
            Names of columns.
        treated
            Label of the treated unit, or a list of labels.
        start
            First treated period; or a mapping from each treated label to its own.
        needed
            Fewest periods before a start.

        Raises
        ------
        DataError
            If a unit has no outcome in some period, a treated unit is not in the panel, no donor is
            left, or there is nothing before or after a start; units and periods are named.
        """
        panel = Panel.read(data, outcome=outcome, unit=unit, time=time)
        _refuse_gaps(panel)
        labels = treated_labels(treated, panel.units, unit)
        rows = np.array([panel.units.get_loc(label) for label in labels], dtype=np.int64)
        if len(rows) == len(panel.units):
            raise DataError(f"treated: names every {unit}: leave at least one as a donor.")
        given = start if isinstance(start, Mapping) else dict.fromkeys(labels, start)
        without = [label for label in labels if label not in given]
        if without:
            raise DataError(f"start: has no period for {without[0]!r}: give one for each treated.")
        starts = np.array(
            [find_period(given[label], panel.times, needed) for label in labels], dtype=np.int64
        )
        order = np.argsort(rows, kind="stable")
        table = panel.wide()
        return cls(panel.units, panel.times, table, rows[order], starts[order], panel.dropped)


def treated_labels(treated: Any, units: pd.Index, name: str) -> list[Hashable]:
    """Return the labels of treated units as a list, each known and named once.

    Raises
    ------
    DataError
        If there is none, one is named twice or one is not in the panel.
    """
    many = isinstance(treated, Iterable) and not isinstance(treated, str | bytes | tuple)
    labels: list[Hashable] = list(treated) if many else [treated]
    if not labels:
        raise DataError("treated: names no unit: give a label, or a list of labels.")
    if len(set(labels)) < len(labels):
        raise DataError("treated: names a unit twice: name each once.")
    for label in labels:
        if label not in units:
            some = ", ".join(shown(unit) for unit in units[:5])
            raise DataError(
                f"treated: {name} {label!r} has no row with an outcome: the panel has {some}"
                f"{' and others' if len(units) > 5 else ''}."
            )
    return labels


def find_period(start: Any, times: pd.Index, needed: int = 2) -> int:
    """Return the position of the first period that is not before `start`.

    Raises
    ------
    DataError
        If `start` is no period of that kind, fewer than `needed` periods come before it, or none
        follows.
    """
    try:
        later = np.asarray(times >= start)
    except TypeError:
        raise DataError(
            f"start: {start!r} cannot be compared with periods such as {shown(times[0])}: "
            f"give a period."
        ) from None
    position = int(later.argmax()) if later.any() else len(times)
    if position >= len(times):
        raise DataError(
            f"start: {start!r} is after the last period, {shown(times[-1])}: give one in it."
        )
    if position < needed:
        raise DataError(
            f"start: only {position} of {len(times)} periods come before {start!r} and {needed} "
            f"are needed to fit weights: give a later start, or earlier periods."
        )
    return position


def shown(label: Any) -> str:
    """Return a label as a person would write it, without the type that numpy puts around it."""
    return repr(label.item() if isinstance(label, np.generic) else label)


def _refuse_gaps(panel: Panel) -> None:
    if panel.balanced:
        return
    gaps = np.argwhere(np.isnan(panel.wide()))
    named = [f"{shown(panel.units[i])} in {shown(panel.times[t])}" for i, t in gaps[:5]]
    raise DataError(
        f"{len(gaps)} {panel.units.name}-{panel.times.name} cells have no outcome "
        f"({'; '.join(named)}{'; ...' if len(gaps) > 5 else ''}): synthetic controls need a "
        f"balanced panel: fill the gaps, or drop those {panel.units.name}s or periods."
    )
