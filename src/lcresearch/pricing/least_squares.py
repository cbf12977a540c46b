"""Ordinary least squares of a time series, with what tests of linear restrictions need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.pricing.series import Floats

__all__ = ["LeastSquares", "least_squares"]


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Estimates of a regression: coefficients, covariance, residuals, degrees of freedom."""

    names: tuple[str, ...]
    params: Floats
    covariance: Floats
    residuals: Floats
    degrees_of_freedom: int

    def test(self, restrictions: Floats) -> tuple[float, float]:
        """Return F and its p-value for the hypothesis that ``restrictions @ params`` is zero."""
        gap = restrictions @ self.params
        spread = restrictions @ self.covariance @ restrictions.T
        statistic = float(gap @ np.linalg.solve(spread, gap)) / len(restrictions)
        p = stats.f.sf(statistic, len(restrictions), self.degrees_of_freedom)
        return statistic, float(p)

    def picks(self, chosen: Sequence[str]) -> Floats:
        """Return restrictions that pick the named parameters, one row for each."""
        rows = [self.names.index(name) for name in chosen]
        return np.asarray(np.eye(len(self.names))[rows])


def least_squares(outcome: Floats, regressors: Floats, names: Sequence[str]) -> LeastSquares:
    """Regress, with the covariance of independent errors of one variance.

    Raises
    ------
    DataError
        If there are too few periods, or the data do not tell the coefficients apart.
    """
    periods, count = regressors.shape
    if periods <= count:
        raise DataError(
            f"{periods} periods are left to explain after lags, too few for {count} coefficients: "
            f"use fewer lags or longer series."
        )
    size = np.linalg.norm(regressors, axis=0)
    if (size == 0).any():
        empty = names[int(np.argmax(size == 0))]
        raise DataError(f"regressor {empty!r} is zero in every period: the data never move so.")
    basis, triangle = np.linalg.qr(regressors / size)
    pivots = np.abs(np.diag(triangle))
    if pivots.min() < 1e-10:
        raise DataError(
            f"regressor {names[int(np.argmin(pivots))]!r} is a sum of the others, so that the data "
            f"do not tell the coefficients apart: use fewer lags or other series."
        )
    params = np.linalg.solve(triangle, basis.T @ outcome) / size
    residuals = outcome - regressors @ params
    freedom = periods - count
    inverse = np.linalg.inv(triangle) / size[:, None]
    covariance = float(residuals @ residuals) / freedom * (inverse @ inverse.T)
    return LeastSquares(tuple(names), params, covariance, residuals, freedom)
