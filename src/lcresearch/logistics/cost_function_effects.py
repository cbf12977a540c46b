"""Unit and time effects of a cost equation: eliminated, and recovered after estimation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import qr

__all__ = ["FixedEffects", "VarianceComponents", "variance_components"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FixedEffects:
    """Effects of one or two groupings of the rows.

    With two, the one with more groups is eliminated by subtracting means, and the other enters
    as dummies of which that has left what it leaves: exact in unbalanced panels too.

    Parameters
    ----------
    codes
        Group of each row, for each grouping.
    labels
        Labels of the groups, for each grouping.
    """

    codes: tuple[Ints, ...]
    labels: tuple[pd.Index, ...]

    @property
    def _larger(self) -> int:
        return 0 if len(self.labels) == 1 else int(len(self.labels[1]) > len(self.labels[0]))

    @cached_property
    def _dummies(self) -> Floats:
        """Dummies of the smaller grouping, less their means over the larger; or no column."""
        if len(self.codes) == 1:
            return np.empty((len(self.codes[0]), 0))
        other = 1 - self._larger
        raw = np.eye(len(self.labels[other]))[self.codes[other]]
        return raw - self._means(raw)

    @cached_property
    def _basis(self) -> Floats:
        if not self._dummies.shape[1]:
            return self._dummies
        q, r, _ = qr(self._dummies, mode="economic", pivoting=True)
        rank = int((np.abs(np.diag(r)) > 1e-9 * max(1.0, abs(r[0, 0]))).sum())
        return np.asarray(q[:, :rank])

    @property
    def rank(self) -> int:
        """How many effects are free."""
        return len(self.labels[self._larger]) + int(self._basis.shape[1])

    def split(self, columns: Floats) -> tuple[Floats, Floats]:
        """Return what the effects leave of columns, and what they explain."""
        left = columns - self._means(columns)
        left = left - self._basis @ (self._basis.T @ left)
        # A column that does not vary within groups leaves rounding errors, not a regressor.
        size = np.linalg.norm(columns, axis=0)
        left[:, np.linalg.norm(left, axis=0) <= 1e-11 * size] = 0.0
        return left, columns - left

    def recover(self, residuals: Floats) -> tuple[pd.Series, ...]:
        """Return the effects, from residuals of which they are not yet subtracted.

        The first grouping's effects hold the constant; those of a second add to zero.
        """
        if len(self.codes) == 1:
            return (self._group_means(0, residuals),)
        column = residuals[:, None]
        found = np.linalg.lstsq(self._dummies, column - self._means(column), rcond=1e-9)[0][:, 0]
        smaller = 1 - self._larger
        rest = residuals - found[self.codes[smaller]]
        effects = [pd.Series(found, self.labels[smaller], name="effect")] * 2
        effects[self._larger] = self._group_means(self._larger, rest)
        shift = effects[1].mean()
        return effects[0] + shift, effects[1] - shift

    def _means(self, columns: Floats) -> Floats:
        codes, count = self.codes[self._larger], len(self.labels[self._larger])
        return group_means(codes, count, columns)[codes]

    def _group_means(self, grouping: int, values: Floats) -> pd.Series:
        labels = self.labels[grouping]
        means = group_means(self.codes[grouping], len(labels), values[:, None])
        return pd.Series(means[:, 0], labels, name="effect")


def group_means(codes: Ints, count: int, columns: Floats) -> Floats:
    """Return the means of columns by group, shape (groups, columns)."""
    sizes = np.bincount(codes, minlength=count)
    sums = [np.bincount(codes, column, count) for column in columns.T]
    return np.asarray(np.column_stack(sums) / sizes[:, None])


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of a random-effects model.

    Parameters
    ----------
    idiosyncratic, effect
        Variance of a row's own error and of a unit's effect.
    theta
        Part of its mean that each unit's rows lose in generalised least squares.
    """

    idiosyncratic: float
    effect: float
    theta: Floats


def variance_components(
    design: Floats, left: Floats, codes: Ints, count: int
) -> VarianceComponents | None:
    """Return Swamy and Arora's variances, for unbalanced panels as Baltagi and Chang (1994).

    The idiosyncratic variance is that of the within regression. With ``T_i`` rows of unit ``i``,
    ``Z`` the design as unit means on every row, ``S`` its sums by unit and ``n`` rows, the sum
    of squares of the regression on unit means, each weighted by ``T_i``, has expectation

        (N - rank) idiosyncratic + (n - tr (Z'Z)^-1 S'S) effect,

    which gives the other; below zero, it is set to zero.

    Parameters
    ----------
    design, left
        Columns of the equation with its constant, and its left side.
    codes, count
        Unit of each row, and how many units there are.

    Returns
    -------
    VarianceComponents or None
        None if there are too few rows or units for either regression.
    """
    sizes = np.bincount(codes, minlength=count).astype(float)
    means = group_means(codes, count, np.column_stack([design, left]))
    within = np.column_stack([design, left]) - means[codes]
    scale = np.linalg.norm(design, axis=0)
    coefficients, _, rank_within, _ = np.linalg.lstsq(
        within[:, :-1] / scale, within[:, -1], rcond=1e-10
    )
    error = within[:, -1] - within[:, :-1] / scale @ coefficients
    weighted = means * np.sqrt(sizes)[:, None]
    slopes, _, rank_between, _ = np.linalg.lstsq(
        weighted[:, :-1] / scale, weighted[:, -1], rcond=1e-10
    )
    gap = weighted[:, -1] - weighted[:, :-1] / scale @ slopes
    free_within, free_between = len(left) - count - rank_within, count - rank_between
    if free_within <= 0 or free_between <= 0:
        return None
    own = float(error @ error) / free_within
    scaled = weighted[:, :-1] / scale
    sums = scaled * np.sqrt(sizes)[:, None]
    trace = float(np.trace(np.linalg.pinv(scaled.T @ scaled, hermitian=True) @ (sums.T @ sums)))
    effect = max(0.0, (float(gap @ gap) - free_between * own) / (len(left) - trace))
    return VarianceComponents(own, effect, 1.0 - np.sqrt(own / (sizes * effect + own)))
