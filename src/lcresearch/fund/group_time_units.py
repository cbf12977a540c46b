"""The units of a panel in order of treatment, as arrays that cohorts are slices of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.clusters import cluster_of_units
from lcresearch.fund.panel import Panel

__all__ = ["Control", "Units"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Control = Literal["never_treated", "not_yet_treated"]


@dataclass(frozen=True, eq=False)
class Units:
    """Units sorted by first treated period, the never treated last.

    Parameters
    ----------
    name, time_name, cohort_name
        Names of the columns.
    times
        All periods of the data, as numbers; a cohort is a code into them, and ``len(times)``
        stands for never treated.
    periods
        How many of them are used: all, unless the last cohort has to serve as control.
    starts
        First row of each cohort code, with the number of units at the end.
    y
        Outcome, units by periods, NaN where there is no row; less each unit's mean (which
        changes do not feel, and keeps their digits), or less one mean if there are gaps.
    x
        Covariates with a leading constant, standardised: periods (or one, if they never change
        within a unit) by units by columns.
    weight
        Sampling weights, of mean one.
    cluster
        Codes of clusters; ``None`` if units are independent.
    clusters
        Number of independent clusters or units.
    nobs
        Rows used.
    dropped
        Rows left out, by reason.
    notes
        What was done to the data.
    eligible
        For triple differences: which units a treatment of their cohort reaches; ``None`` if all.
    """

    name: str
    time_name: str
    cohort_name: str
    times: Floats
    periods: int
    starts: Ints
    y: Floats
    x: Floats
    weight: Floats
    cluster: Ints | None
    clusters: int
    nobs: int
    dropped: Mapping[str, int]
    notes: tuple[str, ...]
    eligible: Flags | None = None

    @property
    def counted(self) -> Floats:
        """Weights of the units whose effects are averaged."""
        return self.weight if self.eligible is None else self.weight * self.eligible

    @property
    def never(self) -> int:
        """Code of the never treated."""
        return len(self.times)

    @property
    def balanced(self) -> bool:
        """Whether every unit has a row in every period used."""
        return self.nobs == len(self.y) * self.periods

    def rows(self, code: int, last: int | None = None) -> slice:
        """Return the rows of a cohort, or of all cohorts up to `last`."""
        return slice(int(self.starts[code]), int(self.starts[(code if last is None else last) + 1]))

    def size(self, code: int) -> int:
        """Return the number of units of a cohort."""
        return int(self.starts[code + 1] - self.starts[code])

    def covariates(self, period: int) -> Floats:
        """Return the covariates of all units in a period."""
        return np.asarray(self.x[period if len(self.x) > 1 else 0])

    def label(self, code: int) -> int | float:
        """Return a period as the data write it, whole numbers as such."""
        value = float(self.times[code])
        return int(value) if value.is_integer() else value

    def controls(self, cohort: int, first: int) -> list[slice]:
        """Return the rows of the units treated from code `first` on, but not in `cohort`."""
        parts = [self.rows(first, self.never)]
        if cohort >= first:
            own = self.rows(cohort)
            parts = [slice(parts[0].start, own.start), slice(own.stop, parts[0].stop)]
        return [part for part in parts if part.stop > part.start]

    @classmethod
    def read(
        cls,
        data: pd.DataFrame,
        *,
        outcome: str,
        unit: str,
        time: str,
        cohort: str,
        covariates: Sequence[str],
        weights: str | None,
        cluster: str | None,
        anticipation: float,
        control_group: Control,
        eligible: str | None = None,
    ) -> Units:
        """Check a tidy frame and sort its units.

        Raises
        ------
        DataError
            If the panel is wrong, a weight is not positive or changes within a unit, as may not
            eligibility, a covariate is constant, or there is nobody to compare with.
        """
        names = [*covariates, *(name for name in (weights, eligible) if name)]
        panel = Panel.read(
            data, outcome=outcome, unit=unit, time=time, cohort=cohort, columns=names
        )
        never = len(panel.times)
        code = np.where(panel.cohort < 0, never, panel.cohort)
        weight = np.ones(len(panel.units))
        if weights:
            weight = _weights(panel, weights)
            weight /= weight.mean()
        codes, clusters = cluster_of_units(data, panel, unit=unit, cluster=cluster)
        order = np.argsort(code, kind="stable")
        y = np.array(panel.wide()[order])
        y -= y.mean(axis=1, keepdims=True) if panel.balanced else np.nanmean(y)
        units = cls(
            name=unit,
            time_name=time,
            cohort_name=cohort,
            times=panel.times.to_numpy(dtype=float),
            periods=never,
            starts=np.searchsorted(code[order], np.arange(never + 2)),
            y=y,
            x=_design(panel, covariates, order),
            weight=weight[order],
            cluster=codes[order] if cluster not in (None, unit) else None,
            clusters=clusters,
            nobs=len(panel.outcome),
            dropped=panel.dropped,
            notes=(),
            eligible=_flags(panel, eligible)[order] if eligible else None,
        )
        return units._after_the_end(data, anticipation)._with_controls(control_group, anticipation)

    def _after_the_end(self, data: pd.DataFrame, anticipation: float) -> Units:
        """Refuse units that may anticipate, in the data, a treatment after the data's end."""
        if not anticipation:
            return self
        first = pd.to_numeric(data[self.cohort_name]).to_numpy(dtype=float, na_value=np.nan)
        end = self.times[-1]
        soon = (first > end) & (first <= end + anticipation)
        if soon.any():
            raise DataError(
                f"column {self.cohort_name!r}: {data[self.name][soon].nunique()} units are first "
                f"treated after the last period ({end:g}) but within the {anticipation:g} of "
                f"anticipation: they are neither treated nor untouched; drop them, or the last "
                f"periods."
            )
        return self

    def _with_controls(self, control_group: Control, anticipation: float) -> Units:
        """Return units with controls: where nobody is never treated, the last cohort serves."""
        if not self.starts[self.never]:
            raise DataError(
                f"column {self.cohort_name!r}: nobody is treated within the periods of the data: "
                f"there is no effect to estimate."
            )
        if self.size(self.never):
            return self
        if control_group == "never_treated":
            raise DataError(
                f"column {self.cohort_name!r}: every unit is treated at some time, so there is no "
                f'never treated control: choose control_group="not_yet_treated".'
            )
        last = int(np.flatnonzero(np.diff(self.starts))[-1])
        periods = int(np.searchsorted(self.times, self.times[last] - anticipation))
        if not self.starts[last] or periods < 2:
            raise DataError(
                f"column {self.cohort_name!r}: every unit is treated from {self.label(last)} on "
                f"and none stays untreated for two periods before, so there is no control: add "
                f"untreated units."
            )
        starts = self.starts.copy()
        starts[last + 1 : self.never + 1] = starts[last]
        kept = int(np.isfinite(self.y[:, :periods]).sum())
        label = self.label(last)
        late = f"{self.time_name} from {self.label(periods)} on, where no control is left"
        return replace(
            self,
            periods=periods,
            starts=starts,
            y=self.y[:, :periods],
            nobs=kept,
            dropped={**self.dropped, late: self.nobs - kept},
            notes=(
                f"Nobody is never treated: the last cohort, {label}, serves as control and its "
                f"own effects are not estimated.",
            ),
        )


def _constant(panel: Panel, name: str, remedy: str) -> Floats:
    """Return what a column holds for each unit."""
    values = panel.columns[name]
    first = np.flatnonzero(np.r_[True, np.diff(panel.unit) != 0])
    of_unit = np.array(values[first])
    changes = values != of_unit[panel.unit]
    if changes.any():
        label: Any = panel.units[panel.unit[np.argmax(changes)]]
        raise DataError(f"column {name!r}: changes within {panel.units.name} {label}: {remedy}.")
    return of_unit


def _weights(panel: Panel, name: str) -> Floats:
    of_unit = _constant(
        panel, name, "give each unit one sampling weight, for example that of its first period"
    )
    if not (of_unit > 0).all():
        raise DataError(
            f"column {name!r}: is not positive for {int((of_unit <= 0).sum())} units: drop units "
            f"without weight."
        )
    return of_unit


def _flags(panel: Panel, name: str) -> Flags:
    of_unit = _constant(
        panel, name, "a unit is eligible throughout or never; give what it was before treatment"
    )
    other = ~np.isin(of_unit, (0, 1))
    if other.any():
        raise DataError(
            f"column {name!r}: holds {of_unit[other][0]:g} for {panel.units.name} "
            f"{panel.units[other][0]}: give 1 for eligible units and 0 for the others."
        )
    return np.asarray(of_unit == 1)


def _design(panel: Panel, covariates: Sequence[str], order: Ints) -> Floats:
    """Return the covariates, standardised, periods (or one) by units by columns."""
    first = np.flatnonzero(np.r_[True, np.diff(panel.unit) != 0])
    standard: list[Floats] = []
    fixed = True
    for name in covariates:
        values = panel.columns[name]
        centre, spread = values.mean(), values.std()
        if not spread > 1e-12 * abs(centre):
            raise DataError(
                f"column {name!r}: is the same in every row, which the model's constant already "
                f"covers: leave it out of the covariates."
            )
        fixed = fixed and bool((values == values[first][panel.unit]).all())
        standard.append((values - centre) / spread)
    if fixed:
        return np.column_stack([np.ones(len(order)), *(z[first][order] for z in standard)])[None]
    shape = (len(panel.times), len(order))
    return np.stack([np.ones(shape), *(panel.wide(z)[order].T for z in standard)], axis=-1)
