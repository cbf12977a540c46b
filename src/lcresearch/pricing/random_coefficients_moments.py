"""Moments of one or two equations with instruments, stacked: GMM whose linear part is solved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import linalg

from lcresearch.errors import DataError

__all__ = ["Equation", "Moments", "Residuals", "inverse"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


class Equation(NamedTuple):
    """Regressors, (N, K), and instruments, (N, L), exogenous regressors among them."""

    regressors: Floats
    instruments: Floats


class Residuals(NamedTuple):
    """Linear coefficients, residuals of each equation, and what the weighting makes of moments."""

    coefficients: Floats
    residuals: list[Floats]
    weighted: Floats
    objective: float


class Moments:
    """Means of instruments times residuals over N rows.

    Parameters
    ----------
    equations
        Demand, and costs if there are any; their instruments are put into an orthonormal basis,
        in which the first weighting matrix, that of two-stage least squares, is the identity.
    names
        Argument that gave the instruments of each.
    clusters
        Group of each row within which residuals may be correlated, (N,).

    Raises
    ------
    DataError
        If an equation has fewer instruments than regressors, or they are collinear.
    """

    def __init__(self, equations: list[Equation], names: list[str], clusters: Codes | None) -> None:
        self._x = [x for x, _ in equations]
        self._z = [_orthonormal(*pair) for pair in zip(equations, names, strict=True)]
        self._clusters, self.rows = clusters, len(self._x[0])
        self._zx = linalg.block_diag(*self._means(self._x))

    @property
    def count(self) -> int:
        """How many moments there are."""
        return len(self._zx)

    @property
    def linear(self) -> int:
        """How many linear coefficients there are."""
        return int(self._zx.shape[1])

    def _means(self, columns: list[Floats]) -> list[Floats]:
        return [z.T @ y / self.rows for z, y in zip(self._z, columns, strict=True)]

    def fit(self, outcomes: list[Floats], weighting: Floats) -> Residuals:
        """Return the linear coefficients that make the weighted square of the moments least."""
        weighted = self._zx.T @ weighting
        zy = np.concatenate(self._means(outcomes))
        found = np.linalg.solve(weighted @ self._zx, weighted @ zy)
        cuts = np.cumsum([x.shape[1] for x in self._x])[:-1]
        parts = zip(outcomes, self._x, np.split(found, cuts), strict=True)
        residuals = [y - x @ b for y, x, b in parts]
        moments = np.concatenate(self._means(residuals))
        final = weighting @ moments
        return Residuals(found, residuals, final, float(self.rows * moments @ final))

    def gradient(self, slopes: list[Floats], weighted: Floats) -> Floats:
        """Return the gradient of the objective, given that of the residuals, (N, M) each."""
        return np.asarray(2 * self.rows * np.concatenate(self._means(slopes)).T @ weighted)

    def units(self, slopes: list[Floats], weighting: Floats) -> Floats:
        """Return directions of the parameters, as columns, in which the curvature is about one.

        The curvature is that of Gauss and Newton, which leaves out second derivatives of the
        residuals; linear coefficients follow the parameters. Directions in which it is next to
        nothing are not made longer than a thousand times the others.
        """
        g = np.concatenate(self._means(slopes))
        linear = self._zx.T @ weighting
        rest = g - self._zx @ np.linalg.solve(linear @ self._zx, linear @ g)
        curvature = 2 * self.rows * rest.T @ weighting @ rest
        size = np.sqrt(np.diag(curvature))
        size = np.where(size > 0, size, 1.0)
        values, vectors = np.linalg.eigh(curvature / np.outer(size, size))
        return np.asarray(vectors / np.sqrt(np.maximum(values, 1e-6)) / size[:, None])

    def spread(self, residuals: list[Floats]) -> Floats:
        """Return the covariance of the moments of a row, means taken off, clusters summed."""
        parts = [z * u[:, None] for z, u in zip(self._z, residuals, strict=True)]
        moments = np.hstack(parts)
        moments -= moments.mean(axis=0)
        if self._clusters is not None:
            sums = np.zeros((int(self._clusters.max()) + 1, moments.shape[1]))
            np.add.at(sums, self._clusters, moments)
            moments = sums
        return np.asarray(moments.T @ moments / self.rows)

    def covariance(
        self, residuals: list[Floats], slopes: list[Floats], weighting: Floats
    ) -> Floats:
        """Return the covariance of linear coefficients, then the others, whatever the weighting."""
        g = np.hstack([-self._zx, np.concatenate(self._means(slopes))])
        half = inverse(g.T @ weighting @ g) @ g.T @ weighting
        return np.asarray(half @ self.spread(residuals) @ half.T / self.rows)


def _orthonormal(equation: Equation, name: str) -> Floats:
    x, z = equation
    if z.shape[1] < x.shape[1] or not z.shape[1]:
        raise DataError(f"{name}: give at least one for the price.")
    size = np.linalg.norm(z, axis=0)
    q, r = np.linalg.qr(z / np.where(size > 0, size, 1.0))
    if len(r) < z.shape[1] or (np.abs(np.diag(r)) < 1e-10).any():
        raise DataError(
            f"{name}: the weighting matrix is singular; leave out those that the others, or the "
            f"effects, already determine."
        )
    return np.asarray(q * np.sqrt(len(z)))


def inverse(matrix: Floats) -> Floats:
    """Return the inverse of a matrix of moments.

    Raises
    ------
    DataError
        If it is singular.
    """
    size = np.sqrt(np.diag(matrix))
    scale = np.outer(size, size)
    # Units of parameters must not make a matrix look singular.
    if not (size > 0).all() or np.linalg.cond(matrix / scale) > 1e15:
        raise DataError("the weighting matrix is singular: use fewer instruments or parameters.")
    return np.asarray(np.linalg.inv(matrix / scale) / scale)
