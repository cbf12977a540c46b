"""The rows that a frontier is estimated from, checked once and brought to one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import complete_rows, numbers, refuse_repeated, require_columns
from lcresearch.errors import DataError

__all__ = ["FrontierData", "Scaled"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Scaled:
    """Columns made orthogonal and of unit size, and the way back.

    Parameters
    ----------
    columns
        The constant and the columns, orthogonal, each with a mean square of one.
    triangle
        What they are multiplied by to give back the columns as they were.
    """

    columns: Floats
    triangle: Floats

    @classmethod
    def of(cls, names: Sequence[str], values: Sequence[Floats]) -> Scaled:
        """Orthogonalise a constant and columns; refuse those that repeat each other."""
        given = np.column_stack([np.ones(len(values[0])), *values])
        q, r = np.linalg.qr(given)
        sizes = np.linalg.norm(given, axis=0)
        free = np.abs(np.diag(r)) > 1e-10 * sizes
        if not free.all():
            name = names[int(np.argmin(free)) - 1]
            raise DataError(
                f"column {name!r}: is a constant, or a linear combination of a constant and the "
                f"columns before it: leave it out."
            )
        # The first column is made a constant above zero, so that signs never depend on the rows.
        signs = np.sign(np.diag(r))
        root = np.sqrt(len(given))
        return cls(q * signs * root, r * signs[:, None] / root)

    @cached_property
    def back(self) -> Floats:
        """What coefficients of the orthogonal columns are multiplied by to give those as given."""
        return np.asarray(np.linalg.inv(self.triangle))


@dataclass(frozen=True, eq=False)
class FrontierData:
    """Rows in use, sorted by unit.

    Parameters
    ----------
    frame
        Rows in use, in the order given.
    order
        Where each sorted row stands in the frame.
    codes
        Number of the unit of each sorted row; of the row itself without units.
    y
        Dependent variable, times -1 for a cost frontier, in units of the residuals' spread.
    scale
        That spread: root mean square of least-squares residuals.
    x
        Regressors, likewise times -1.
    drivers
        Columns that explain inefficiency, if any.
    lag
        Periods since the last one, if inefficiency varies over time.
    least_squares
        Coefficients of the scaled regressors.
    dropped
        Rows left out, by reason.
    """

    frame: pd.DataFrame
    order: Integers
    codes: Integers
    y: Floats
    scale: float
    x: Scaled
    drivers: Scaled | None
    lag: Floats | None
    least_squares: Floats
    dropped: Mapping[str, int]

    @classmethod
    def read(
        cls,
        data: pd.DataFrame,
        *,
        dependent: str,
        regressors: Sequence[str],
        drivers: Sequence[str],
        unit: str | None,
        time: str | None,
        time_varying: bool,
        cost: bool,
    ) -> FrontierData:
        """Check and scale the columns.

        Raises
        ------
        DataError
            If a column is missing, not numeric, repeats others, or rows are too few.
        """
        groupings = [name for name in (unit, time) if name]
        used = [dependent, *regressors, *drivers, *groupings]
        require_columns(data, used)
        frame, dropped = complete_rows(data, used)
        if unit and time:
            refuse_repeated(frame, unit=unit, time=time)
        order = np.arange(len(frame))
        codes = order
        if unit and not drivers:
            labels = pd.factorize(frame[unit], sort=True)[0].astype(np.int64)
            order = np.argsort(labels, kind="stable")
            codes = labels[order]
        sign = -1.0 if cost else 1.0
        y = sign * numbers(frame, dependent)[order]
        given = [numbers(frame, name)[order] for name in regressors]
        count = len(regressors) + len(drivers) + 4 + time_varying
        if len(y) <= count:
            raise DataError(
                f"there are {len(y)} complete rows for {count} parameters: take fewer columns, or "
                f"more rows."
            )
        x = Scaled.of(regressors, given)
        x = Scaled(sign * x.columns, x.triangle)
        least_squares = x.columns.T @ y / len(y)
        residuals = y - x.columns @ least_squares
        scale = float(np.sqrt((residuals**2).mean()))
        if scale <= 1e-10 * np.sqrt((y**2).mean()):
            raise DataError(
                f"column {dependent!r}: the regressors explain it exactly, so that there is "
                f"neither noise nor inefficiency: leave out the regressor that repeats it."
            )
        lag = None
        if time_varying and time:
            periods = numbers(frame, time)[order]
            lag = periods - periods.max()
            if np.ptp(lag) == 0:
                raise DataError(f"column {time!r}: has one period only; take time_varying=False.")
        values = [numbers(frame, name)[order] for name in drivers]
        return cls(
            frame=frame,
            order=order,
            codes=codes,
            y=y / scale,
            scale=scale,
            x=x,
            drivers=Scaled.of(drivers, values) if drivers else None,
            lag=lag,
            least_squares=least_squares / scale,
            dropped=dropped,
        )

    @cached_property
    def starts(self) -> Integers | None:
        """First row of each unit; none if each row is a unit."""
        first = np.flatnonzero(np.diff(self.codes, prepend=-1))
        return None if len(first) == len(self.codes) else first.astype(np.int64)

    @cached_property
    def residuals(self) -> Floats:
        """Least-squares residuals over their spread; negative where output is low or cost high."""
        return self.y - self.x.columns @ self.least_squares

    @property
    def skewness(self) -> float:
        """Skewness of the residuals, which inefficiency makes negative."""
        return float((self.residuals**3).mean())

    @property
    def least_squares_loglik(self) -> float:
        """Log-likelihood without inefficiency, in the data's own units."""
        n = len(self.y)
        return float(-n / 2 * (np.log(2 * np.pi) + 1) - n * np.log(self.scale))
