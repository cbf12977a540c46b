"""Averages of imputed effects, and what each cluster adds to the errors of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.fund.absorb import TwoWayEffects
from lcresearch.fund.clusters import sum_by_cluster
from lcresearch.fund.panel import Panel
from lcresearch.fund.partial_out import PartialledOut

__all__ = ["Averages", "effects_less_average"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Averages:
    """Weighted averages of treated rows: of all of them first, then by event time."""

    panel: Panel
    rows: Ints
    horizon: Ints
    count: int
    weight: Floats

    def _by(self, codes: Ints, size: int, values: Floats) -> Floats:
        """Return sums of weighted values by code, for all rows and for each event time."""
        at = np.bincount(codes * self.count + self.horizon, values, size * self.count)
        table = at.reshape(size, self.count) / self.totals
        return np.column_stack([table @ self.totals / self.totals.sum(), table])

    @property
    def totals(self) -> Floats:
        """Sums of weights by event time."""
        return np.bincount(self.horizon, self.weight, self.count).astype(float)

    def mean(self, values: Floats) -> Floats:
        """Return the averages of a column."""
        zero = np.zeros(len(self.rows), dtype=np.int64)
        return np.asarray(self._by(zero, 1, self.weight * values)[0])

    def scores(
        self,
        effects: TwoWayEffects,
        fitted: PartialledOut,
        noise: Floats,
        left: Floats,
        clusters: Ints,
        n_clusters: int,
    ) -> Floats:
        """Return what each cluster adds to the error of each average.

        A treated row enters by its weight. An untreated row enters by its residual times the sum
        of its unit's and period's multipliers, which solve the normal equations with the averages
        on the right; within a unit residuals add to zero, so the unit's multiplier falls out.
        """
        units, times = effects.shape
        unit, time = self.panel.unit[self.rows], self.panel.time[self.rows]
        own = self._by(unit, units, self.weight * noise)
        multipliers = effects.solve_times(
            self._by(unit, units, self.weight), self._by(time, times, self.weight)
        )
        table = np.zeros(effects.shape)
        table[effects.unit, effects.time] = effects.weights * fitted.residual
        own -= table @ multipliers
        if fitted.slopes.size:
            means = np.array([self.mean(column) for column in left.T])
            own -= fitted.unit_scores() @ np.linalg.solve(fitted.gram, means)
        return sum_by_cluster(own, clusters, n_clusters)


def effects_less_average(
    gap: Floats, weight: Floats, cell: Ints, cluster: Ints, leave_one_out: bool
) -> tuple[Floats, Mask]:
    """Return each effect less the average of its cell, and which rows are alone in theirs.

    The average weighs clusters by the square of their weight in the cell: equation 8 of Borusyak,
    Jaravel and Spiess (2024). A cluster that is alone in its cell is compared with itself.
    """
    _, cell = np.unique(cell, return_inverse=True)
    pair, own = np.unique(cell * (int(cluster.max()) + 1) + cluster, return_inverse=True)
    of_pair = np.empty(len(pair), dtype=np.int64)
    of_pair[own] = cell
    size = int(cell.max()) + 1
    sums = np.bincount(own, weight)
    upper = sums * np.bincount(own, weight * gap)
    lower = sums**2
    total_upper, total_lower = np.bincount(of_pair, upper, size), np.bincount(of_pair, lower, size)
    alone = (np.bincount(of_pair, minlength=size) == 1)[of_pair]
    upper_of_pair, lower_of_pair = total_upper[of_pair], total_lower[of_pair]
    if leave_one_out:
        upper_of_pair = np.where(alone, upper_of_pair, upper_of_pair - upper)
        lower_of_pair = np.where(alone, lower_of_pair, lower_of_pair - lower)
    return gap - (upper_of_pair / lower_of_pair)[own], alone[own]
