"""Seemingly unrelated regressions with linear restrictions across equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import complete_rows, numbers, require_columns
from lcresearch.errors import DataError, did_you_mean
from lcresearch.results import Results
from lcresearch.sur_system import System

__all__ = ["SUR", "SURResults"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SUR:
    """Linear equations whose residuals are correlated, with restrictions ``R b = q``.

    Restrictions hold exactly: the equations are estimated in the parameters that they leave
    free. Where the dependents add up over the equations, as shares do, one equation is left out;
    with iteration the estimates do not depend on which.

    Parameters
    ----------
    data
        One row for each observation.
    equations
        For each equation its name, the column that it explains, and the columns that explain it.
        Parameters are named ``equation.column``.
    restrictions
        ``R``: one row for each restriction, columns named by parameter; parameters without a
        column have coefficient zero.
    values
        ``q``, one for each restriction; by default zero.
    constant
        Whether each equation has a constant, named ``equation.const``.

    References
    ----------
    Zellner (1962); Oberhofer and Kmenta (1974) on iteration to maximum likelihood.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    equations: Mapping[str, tuple[str, Sequence[str]]]
    restrictions: pd.DataFrame | None = field(default=None, repr=False)
    values: Sequence[float] | None = field(default=None, repr=False)
    constant: bool = True

    def fit(self, *, iterate: bool = True) -> SURResults:
        """Estimate the system.

        Parameters
        ----------
        iterate
            Repeat generalised least squares until it is maximum likelihood, rather than stop
            after its first step.

        Returns
        -------
        SURResults
            Estimates in the units of the columns; standard errors are those of large samples.

        Raises
        ------
        DataError
            If a column is missing or not numeric, a restriction names an unknown parameter or
            contradicts another, or the data do not tell the parameters apart.
        """
        if not self.equations:
            raise DataError("equations is empty: give at least one equation.")
        dependents = [dependent for dependent, _ in self.equations.values()]
        used = list(dict.fromkeys(c for _, columns in self.equations.values() for c in columns))
        require_columns(self.data, [*dependents, *used])
        data, dropped = complete_rows(self.data, [*dependents, *used])
        design = np.column_stack([np.ones(len(data)), *(numbers(data, name) for name in used)])
        left = np.column_stack([numbers(data, name) for name in dependents])
        names, placed = self._places(["const", *used])
        start, free = self._reparametrise(names)
        loadings = [places @ free for places in placed]
        offsets = [places @ start for places in placed]
        system = System(design, left, loadings, offsets=offsets, names=_free_names(free, names))
        found = system.iterate(once=not iterate)
        params = start + free @ found.params
        columns = pd.Index(names, name="parameter")
        labels = pd.Index(list(self.equations), name="equation")
        fitted = np.column_stack([design @ (places @ params) for places in placed])
        return SURResults(
            title=f"Seemingly unrelated regressions: {', '.join(self.equations)}",
            params=pd.Series(params, index=columns, name="estimate"),
            covariance=pd.DataFrame(free @ found.covariance @ free.T, columns, columns),
            nobs=len(data),
            dropped=dropped,
            notes=(
                f"{len(names) - free.shape[1]} restrictions hold exactly.",
                f"Generalised least squares after {found.iterations} estimates of the covariance.",
            ),
            loglik=found.loglik,
            residual_covariance=pd.DataFrame(found.residual_covariance, labels, labels),
            residuals=pd.DataFrame(left - fitted, index=data.index, columns=labels),
            iterations=found.iterations,
        )

    def _places(self, design: Sequence[str]) -> tuple[list[str], list[Floats]]:
        """Return the parameters' names, and for each equation which column each one multiplies."""
        pairs = []
        for equation, (_, columns) in self.equations.items():
            own = [*(["const"] if self.constant else []), *columns]
            if not own:
                raise DataError(f"equation {equation!r} has no column that explains it.")
            if len(set(own)) < len(own):
                raise DataError(f"equation {equation!r} names a column twice: {own}.")
            pairs += [(equation, column) for column in own]
        placed = {equation: np.zeros((len(design), len(pairs))) for equation in self.equations}
        for position, (equation, column) in enumerate(pairs):
            placed[equation][design.index(column), position] = 1.0
        return [f"{equation}.{column}" for equation, column in pairs], list(placed.values())

    def _reparametrise(self, names: Sequence[str]) -> tuple[Floats, Floats]:
        """Return b0 and N of ``b = b0 + N c``: all ``b`` that satisfy ``R b = q``."""
        if self.restrictions is None:
            return np.zeros(len(names)), np.eye(len(names))
        for name in self.restrictions.columns:
            if name not in names:
                raise DataError(
                    f"restrictions: there is no parameter {name!r}; they are "
                    f"{', '.join(names)}.{did_you_mean(name, names)}"
                )
        r = self.restrictions.reindex(columns=list(names), fill_value=0.0).to_numpy(dtype=float)
        q = np.zeros(len(r)) if self.values is None else np.asarray(self.values, dtype=float)
        if q.shape != (len(r),) or not (np.isfinite(r).all() and np.isfinite(q).all()):
            raise DataError(
                f"values must hold one finite number for each of the {len(r)} restrictions, and "
                f"restrictions finite coefficients."
            )
        u, singular, vt = np.linalg.svd(r)
        rank = int((singular > 1e-12 * singular.max(initial=1.0)).sum())
        start = vt[:rank].T @ ((u[:, :rank].T @ q) / singular[:rank])
        wrong = np.flatnonzero(np.abs(r @ start - q) > 1e-9 * (1 + np.abs(q)))
        if len(wrong):
            raise DataError(
                f"restrictions: row {self.restrictions.index[wrong[0]]} contradicts the others."
            )
        return start, vt[rank:].T


def _free_names(free: Floats, names: Sequence[str]) -> list[str]:
    """Return for each free parameter the parameter that it moves most, for messages."""
    return [names[int(np.argmax(np.abs(column)))] for column in free.T]


@dataclass(frozen=True, kw_only=True, eq=False)
class SURResults(Results):
    """Estimates of a system of equations.

    Parameters
    ----------
    loglik
        Gaussian log-likelihood.
    residual_covariance
        Covariance of the residuals across equations, divided by the number of rows.
    residuals
        One row for each row used, one column for each equation.
    iterations
        How often the covariance of the residuals was estimated.
    """

    loglik: float
    residual_covariance: pd.DataFrame = field(repr=False)
    residuals: pd.DataFrame = field(repr=False)
    iterations: int
