"""The engine of seemingly unrelated regressions: iterated GLS on data compressed once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from lcresearch.errors import DataError

__all__ = ["System", "SystemEstimate"]

Floats = npt.NDArray[np.float64]

_TOLERANCE: Final = 1e-10  # largest change of a parameter, in standard errors
_MOST_ITERATIONS: Final = 2000
_DEPENDENT: Final = 1e-10  # what a column of length one must leave beyond the others
_SINGULAR: Final = 1e-10  # part of a residual's variance that the others must leave


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemEstimate:
    """Generalised least squares of a system at its last iteration.

    Parameters
    ----------
    params
        Free parameters, shape (p,).
    covariance
        Their covariance, shape (p, p): the inverse of the information, without a correction for
        degrees of freedom.
    residual_covariance
        Moments of the residuals over rows, divided by the number of rows, shape (m, m); see
        `System` on eliminated effects.
    loglik
        Gaussian log-likelihood of the system, at moments divided by the number of rows.
    iterations
        How often the covariance of the residuals was estimated.
    """

    params: Floats
    covariance: Floats = field(repr=False)
    residual_covariance: Floats = field(repr=False)
    loglik: float
    iterations: int


@dataclass(frozen=True, eq=False)
class _Block:
    """Compressed rows: residuals of the equations in use are ``left - slopes @ params``."""

    left: Floats  # rows by equations
    slopes: Floats  # rows by equations by parameters

    def residuals(self, params: Floats) -> Floats:
        return self.left - self.slopes @ params

    @cached_property
    def products(self) -> Floats:
        """Sums over rows, for each pair of equations: slopes by slopes, and by left sides.

        Shape (pairs, parameters * (parameters + 1)); weighted by the inverse of a covariance,
        they are the normal equations.
        """
        equations, size = self.left.shape[1], self.slopes.shape[2]
        both = np.concatenate([self.slopes, self.left[:, :, None]], axis=2)
        sums = np.tensordot(self.slopes, both, axes=(0, 0))
        return sums.transpose(0, 2, 1, 3).reshape(equations**2, size * (size + 1))

    def normal(self, covariance: Floats) -> Floats:
        """Return the normal equations at a covariance, the right-hand side in the last column."""
        size = self.slopes.shape[2]
        weights = np.linalg.inv(covariance).ravel()
        return (weights @ self.products).reshape(size, size + 1)

    def moved(self, start: Floats, basis: Floats) -> _Block:
        return _Block(self.residuals(start), self.slopes @ basis)

    def whitened(self, factor: Floats) -> Floats:
        """Return rows of slopes and left side that least squares weighs alike.

        Parameters
        ----------
        factor
            Cholesky factor of the covariance of the equations in use.
        """
        both = np.concatenate([self.slopes, self.left[:, :, None]], axis=2)
        rows, equations, width = both.shape
        across = both.transpose(1, 0, 2).reshape(equations, rows * width)
        return np.asarray(np.linalg.solve(factor, across).reshape(equations * rows, width))


class System:
    """A system of linear equations that share parameters and have correlated residuals.

    Equation ``i`` is ``y_i = Z (A_i b + a_i) + e_i``, with one design ``Z`` for all equations,
    a loading ``A_i`` that says where the free parameters ``b`` enter, and a known offset
    ``a_i``. Linear restrictions hold by construction: they are part of the loadings. Residuals
    have covariance ``S`` across equations and none across rows.

    The rows are compressed once: with ``[Z Y] = Q R``, every sum of squares of residuals is that
    of ``R``, which has as many rows as columns. Each iteration costs as little for a million
    rows as for a hundred, and loses none of the digits that cross-products ``Z'Z`` would.

    A first equation may have further effects of its own, such as one for each unit. They are
    eliminated: `design` and `dependents` then hold what the effects leave, `between` what they
    explain. Given the residuals of the other equations, the effects fit the explained part of the
    first equation exactly, so that part informs on the other equations alone. The variance of the
    first equation given the others is divided by the rows less the effects, since otherwise it
    would be too low however many units there are: estimates maximise the likelihood of what the
    effects leave.

    Parameters
    ----------
    design
        ``Z``, rows by columns.
    dependents
        ``Y``, rows by equations.
    loadings
        ``A_i`` of each equation, columns of the design by parameters.
    offsets
        ``a_i`` of each equation; by default zero.
    between
        Design and dependents as the effects of the first equation explain them.
    absorbed
        How many effects there are.
    names
        Of the free parameters, for messages.

    Raises
    ------
    DataError
        If the data do not tell the parameters apart.
    """

    def __init__(
        self,
        design: Floats,
        dependents: Floats,
        loadings: Sequence[Floats],
        *,
        offsets: Sequence[Floats] | None = None,
        between: tuple[Floats, Floats] | None = None,
        absorbed: int = 0,
        names: Sequence[str],
    ) -> None:
        self.nobs, self.equations = dependents.shape
        self.names = list(names)
        if offsets is None:
            offsets = [np.zeros(design.shape[1]) for _ in loadings]
        self._loadings = np.stack(loadings, axis=1)  # columns by equations by parameters
        self._offsets = np.stack(offsets, axis=1)  # columns by equations
        self._within = self._compress(design, dependents)
        self._absorbed = absorbed
        self._between: _Block | None = None
        if between is not None and self.equations > 1:
            whole = self._compress(*between)
            self._between = _Block(whole.left[:, 1:], whole.slopes[:, 1:])
        self._refuse_dependent_columns()

    def iterate(self, *, once: bool = False) -> SystemEstimate:
        """Estimate by generalised least squares, iterated until it is maximum likelihood.

        The first step weighs all equations alike; each further one takes the covariance of the
        residuals from the step before. The fixed point maximises the Gaussian likelihood
        (Oberhofer and Kmenta 1974).

        Parameters
        ----------
        once
            Stop after the first step that uses an estimated covariance: feasible GLS in two
            steps (Zellner 1962).

        Raises
        ------
        DataError
            If residuals of one equation are a linear function of the others', or the iterations
            do not converge.
        """
        params, _ = self._step(np.eye(self.equations))
        sigma = self._moments(params)
        params, root = self._step(sigma)
        if once:
            return self._estimate(params, root, 1)
        # From here on in moves from these estimates, in a basis in which the information is near
        # the identity: there normal equations, which cost least, lose no digits.
        system = self._moved(params, root)
        steps = np.zeros(len(params))
        for iteration in range(2, _MOST_ITERATIONS + 1):
            sigma = system._moments(steps)
            _factor(sigma)
            normal = system._normal(sigma)
            before = steps
            steps = np.asarray(np.linalg.solve(normal[:, :-1], normal[:, -1]), dtype=np.float64)
            moved = steps - before
            # No parameter moves by more standard errors than this distance.
            if moved @ normal[:, :-1] @ moved < _TOLERANCE**2:
                return self._estimate(*self._step(system._moments(steps)), iteration)
        raise DataError(
            f"the system did not converge in {_MOST_ITERATIONS} iterations: it has too many "
            f"parameters for {self.nobs} rows; leave out terms, or scale columns alike."
        )

    def _moved(self, start: Floats, basis: Floats) -> System:
        """Return the system in parameters ``c`` of ``params = start + basis @ c``."""
        system = copy(self)
        system._within = self._within.moved(start, basis)
        if self._between is not None:
            system._between = self._between.moved(start, basis)
        return system

    def _normal(self, sigma: Floats) -> Floats:
        normal = self._within.normal(sigma)
        if self._between is not None:
            normal = normal + self._between.normal(sigma[1:, 1:])
        return normal

    def _compress(self, design: Floats, dependents: Floats) -> _Block:
        width = design.shape[1]
        triangle = _triangle(np.hstack([design, dependents]))
        left = triangle[:, width:] - triangle[:, :width] @ self._offsets
        slopes = np.tensordot(triangle[:, :width], self._loadings, axes=1)
        return _Block(left, slopes)

    def _step(self, sigma: Floats) -> tuple[Floats, Floats]:
        """Return the estimates at a covariance of the residuals, and a root of their covariance."""
        rows = self._within.whitened(_factor(sigma))
        if self._between is not None:
            rows = np.vstack([rows, self._between.whitened(_factor(sigma[1:, 1:]))])
        triangle = _triangle(rows)
        size = len(self.names)
        root: Floats = np.asarray(np.linalg.inv(triangle[:size, :size]), dtype=np.float64)
        return root @ triangle[:size, size], root

    def _moments(self, params: Floats) -> Floats:
        within = self._within.residuals(params)
        if self._between is None:
            return np.asarray(within.T @ within / self.nobs)
        first, others = within[:, 0], within[:, 1:]
        explained = self._between.residuals(params)
        slopes = np.linalg.lstsq(others, first, rcond=None)[0]
        own = first - others @ slopes
        rest = (others.T @ others + explained.T @ explained) / self.nobs
        cross = rest @ slopes
        variance = own @ own / (self.nobs - self._absorbed) + slopes @ cross
        return np.block([[np.full((1, 1), variance), cross[None, :]], [cross[:, None], rest]])

    def _estimate(self, params: Floats, root: Floats, iteration: int) -> SystemEstimate:
        sigma = self._moments(params)
        log_determinant = float(np.linalg.slogdet(sigma)[1])
        if self._between is not None:
            log_determinant += np.log(1 - self._absorbed / self.nobs)
        constant = self.equations * (1 + np.log(2 * np.pi))
        return SystemEstimate(
            params=params,
            covariance=root @ root.T,
            residual_covariance=sigma,
            loglik=-self.nobs / 2 * (constant + log_determinant),
            iterations=iteration,
        )

    def _refuse_dependent_columns(self) -> None:
        blocks = [self._within] + ([self._between] if self._between is not None else [])
        stacked = np.vstack([b.slopes.reshape(-1, len(self.names)) for b in blocks])
        norms = np.linalg.norm(stacked, axis=0)
        scaled = stacked / np.where(norms > 0, norms, 1.0)
        triangle, order = _pivoted(scaled)
        small = np.abs(np.diag(triangle)) < _DEPENDENT
        missing = [*order[: len(small)][small], *order[len(small) :]]
        if missing:
            shown = ", ".join(repr(self.names[k]) for k in sorted(missing))
            raise DataError(
                f"the data do not tell the parameters of {shown} from the others: they do not "
                f"vary, or follow from other columns, or there are too few rows ({self.nobs}): "
                f"leave such columns out."
            )


def _factor(sigma: Floats) -> Floats:
    """Return the Cholesky factor of a covariance, refused where it is singular."""
    try:
        factor: Floats = np.asarray(np.linalg.cholesky(sigma), dtype=np.float64)
        # The part of each equation's variance that the equations before it do not explain.
        if (np.diag(factor) ** 2 > _SINGULAR * np.diag(sigma)).all():
            return factor
    except np.linalg.LinAlgError:
        pass
    raise DataError(
        "residuals of one equation follow from those of the others, or are all zero: where "
        "dependents add up, as shares do, leave one equation out; estimates do not depend on "
        "which."
    )


def _triangle(rows: Floats) -> Floats:
    found: Any = np.linalg.qr(rows, mode="r")
    return np.asarray(found)


def _pivoted(matrix: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    triangle, order = qr(matrix, mode="r", pivoting=True)[:2]
    found: tuple[Any, Any] = (np.asarray(triangle), np.asarray(order, dtype=np.int64))
    return found
