"""Unit and time effects by weighted least squares, exact, with all but the periods eliminated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["TwoWayEffects"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class TwoWayEffects:
    """The regression of any column on unit and time effects, over a fixed set of rows.

    With weights ``w``, ``N`` the units by times table of weights and ``d`` its row sums, the unit
    effects are eliminated from the normal equations, which leaves one equation for each period,

        (diag(N'1) - N' diag(1/d) N) b = N_t'y - N' diag(1/d) N_u'y,

    solved by Cholesky with one period of each connected set of rows as the reference, and once
    more for the remainder, which takes the rounding of the first solution out.

    Parameters
    ----------
    unit, time
        Codes of each row.
    n_units, n_times
        How many codes there are; some may have no row here.
    weights
        Positive weight of each row; by default 1.
    """

    def __init__(
        self, unit: Ints, time: Ints, n_units: int, n_times: int, weights: Floats | None = None
    ) -> None:
        self.unit, self.time = unit, time
        self.shape = (n_units, n_times)
        self.weights = np.ones(len(unit)) if weights is None else weights
        table = np.zeros(self.shape)
        table[unit, time] = self.weights
        self._by_unit = table.sum(axis=1)
        # Units without a row have no effect; a sum of one for them keeps divisions finite.
        self._row_sums = np.where(self._by_unit > 0, self._by_unit, 1.0)
        self._shares = table / self._row_sums[:, None]
        self._normal = np.diag(table.sum(axis=0)) - table.T @ self._shares
        present = table.any(axis=0)
        linked = (table > 0).astype(float)
        links = csr_array(linked.T @ linked > 0)
        count, set_of_time = connected_components(links, directed=False)
        self.set_of_time = np.where(present, set_of_time, -1)
        self.set_of_unit = np.full(n_units, -1)
        self.set_of_unit[unit] = set_of_time[time]
        first = np.array([np.argmax(set_of_time == label) for label in range(count)])
        self._free = np.setdiff1d(np.flatnonzero(present), first)
        free = np.ix_(self._free, self._free)
        self._factor = cho_factor(self._normal[free]) if len(self._free) else None

    @property
    def rank(self) -> int:
        """Number of free unit and time effects."""
        return int((self._by_unit > 0).sum()) + len(self._free)

    def solve_times(self, by_unit: Floats, by_time: Floats) -> Floats:
        """Return the time part of the solution for right-hand sides, zero for reference periods.

        Parameters
        ----------
        by_unit, by_time
            The two blocks of the right-hand sides, one column for each.
        """
        result = np.zeros(by_time.shape)
        if self._factor is not None:
            right = by_time - self._shares.T @ by_unit
            result[self._free] = cho_solve(self._factor, right[self._free])
        return result

    def effects(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the unit and the time effects of a column, zero where there is no row."""
        units, times = np.zeros(self.shape[0]), np.zeros(self.shape[1])
        rest = values
        for _ in range(2):
            weighted = self.weights * rest
            by_unit: Floats = np.bincount(self.unit, weighted, self.shape[0]).astype(float)
            by_time: Floats = np.bincount(self.time, weighted, self.shape[1]).astype(float)
            add_times = self.solve_times(by_unit, by_time)
            add_units = by_unit / self._row_sums - self._shares @ add_times
            units, times = units + add_units, times + add_times
            rest = values - units[self.unit] - times[self.time]
        return units, times

    def residuals(self, values: Floats) -> Floats:
        """Return what unit and time effects leave of a column, or of each of several columns."""
        if values.ndim == 2:
            columns = [self.residuals(column) for column in values.T]
            return np.column_stack(columns) if columns else np.empty(values.shape)
        units, times = self.effects(values)
        return values - units[self.unit] - times[self.time]
