"""Which cohort is compared with whom, in which periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lcresearch.fund.group_time_units import Control, Units

__all__ = ["BasePeriod", "Cell", "Skipped", "describe", "plan"]

BasePeriod = Literal["varying", "universal"]


@dataclass(frozen=True)
class Cell:
    """One effect: a cohort's change from a base period to another, against that of controls.

    Parameters
    ----------
    cohort, time, base
        Codes of periods.
    controls
        Controls are the units treated from this code on.
    """

    cohort: int
    time: int
    base: int
    controls: int

    @property
    def reference(self) -> bool:
        """Whether it is the base period itself, zero by construction."""
        return self.time == self.base

    @property
    def earlier(self) -> int:
        """The earlier of the two periods, whose covariates count."""
        return min(self.time, self.base)


@dataclass(frozen=True)
class Skipped:
    """An effect that cannot be estimated, and why."""

    cohort: int
    time: int
    reason: str


def describe(units: Units, skipped: Sequence[Skipped]) -> list[str]:
    """Return one sentence for each cohort and reason."""
    reasons: dict[tuple[int, str], list[int]] = {}
    for item in skipped:
        reasons.setdefault((item.cohort, item.reason), []).append(item.time)
    sentences = []
    for (cohort, reason), times in reasons.items():
        where = "" if times == [-1] else f" in {', '.join(str(units.label(t)) for t in times)}"
        sentences.append(f"Cohort {units.label(cohort)} is left out{where}: {reason}.")
    return sentences


def plan(
    units: Units, control_group: Control, base_period: BasePeriod, anticipation: float
) -> tuple[list[Cell], list[Skipped]]:
    """Return the cells that can be tried, and those that cannot, by cohort and period.

    After treatment, and in the periods of anticipation before it, the base is the last period
    before anticipation (Callaway and Sant'Anna 2021, section 2). Before that, it is the period
    before (``"varying"``) or the same one (``"universal"``).
    """
    cells: list[Cell] = []
    skipped: list[Skipped] = []
    for cohort in range(units.never):
        if not units.size(cohort):
            continue
        if units.size(cohort) == 1:
            reason = (
                "the cohort is one unit, whose own variation cannot be measured: it has no "
                "standard error (a synthetic control suits it better)"
            )
            skipped.append(Skipped(cohort, -1, reason))
            continue
        found = _cells_of(units, cohort, control_group, base_period, anticipation)
        cells_of_cohort = list(found)
        if not cells_of_cohort:
            reason = "the cohort has no base period before its anticipation begins"
            skipped.append(Skipped(cohort, -1, reason))
        for cell in cells_of_cohort:
            if units.controls(cohort, cell.controls):
                cells.append(cell)
            else:
                skipped.append(Skipped(cohort, cell.time, "no unit is untreated in both periods"))
    return cells, skipped


def _cells_of(
    units: Units,
    cohort: int,
    control_group: Control,
    base_period: BasePeriod,
    anticipation: float,
) -> Iterator[Cell]:
    times = units.times
    reference = int(np.searchsorted(times, times[cohort] - anticipation)) - 1
    if reference < 0:
        return
    for time in range(units.periods):
        affected = times[time] >= times[cohort] - anticipation
        base = reference if affected or base_period == "universal" else time - 1
        if base < 0 or base >= units.periods:
            continue
        controls = units.never
        if control_group == "not_yet_treated":
            later = times[max(time, base)] + anticipation
            controls = int(np.searchsorted(times, later, side="right"))
        yield Cell(cohort, time, base, controls)
