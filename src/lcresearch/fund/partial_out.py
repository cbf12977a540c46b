"""Least squares of an outcome on covariates beside unit and time effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from lcresearch.errors import DataError
from lcresearch.fund.absorb import TwoWayEffects
from lcresearch.fund.panel import Panel

__all__ = ["PartialledOut"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Share of a covariate's spread below which what the effects leave of it is rounding.
_NOTHING = 1e-8


@dataclass(frozen=True, kw_only=True, eq=False)
class PartialledOut:
    """An outcome and covariates after unit and time effects (Frisch, Waugh and Lovell).

    Parameters
    ----------
    effects
        The regression on unit and time effects.
    outcome_effects
        Unit and time effects of the outcome, covariates left aside.
    covariate_effects
        The same for each covariate.
    covariates
        What the effects leave of the covariates, one column for each.
    slopes
        Coefficients of the covariates.
    residual
        What effects and covariates leave of the outcome.
    """

    effects: TwoWayEffects
    outcome_effects: tuple[Floats, Floats]
    covariate_effects: tuple[tuple[Floats, Floats], ...]
    covariates: Floats
    slopes: Floats
    residual: Floats

    @classmethod
    def fit(
        cls, effects: TwoWayEffects, outcome: Floats, covariates: Floats, *, names: Sequence[str]
    ) -> PartialledOut:
        """Fit the regression over the rows of `effects`.

        Raises
        ------
        DataError
            If the effects, or other covariates, leave nothing of a covariate.
        """
        of_outcome = effects.effects(outcome)
        of_covariates = tuple(effects.effects(column) for column in covariates.T)
        left = np.empty(covariates.shape)
        for j, (units, times) in enumerate(of_covariates):
            left[:, j] = covariates[:, j] - units[effects.unit] - times[effects.time]
        _refuse_absorbed(covariates, left, names)
        residual = outcome - of_outcome[0][effects.unit] - of_outcome[1][effects.time]
        slopes: Floats = np.empty(0)
        if len(names):
            root = np.sqrt(effects.weights)
            slopes = np.linalg.lstsq(left * root[:, None], residual * root)[0].astype(float)
            residual = residual - left @ slopes
        return cls(
            effects=effects,
            outcome_effects=of_outcome,
            covariate_effects=of_covariates,
            covariates=left,
            slopes=slopes,
            residual=residual,
        )

    @property
    def gram(self) -> Floats:
        """Weighted products of what is left of the covariates."""
        return np.asarray((self.covariates * self.effects.weights[:, None]).T @ self.covariates)

    def unit_scores(self) -> Floats:
        """Return, by unit, the weighted products of residual and what is left of covariates."""
        products = self.covariates * (self.effects.weights * self.residual)[:, None]
        columns = [np.bincount(self.effects.unit, p, self.effects.shape[0]) for p in products.T]
        return np.column_stack(columns)

    def predict(self, panel: Panel, rows: Ints, covariates: Floats) -> tuple[Floats, Floats]:
        """Return outcomes less predictions, and covariates less theirs, of other rows.

        Parameters
        ----------
        panel
            The panel whose codes `effects` uses.
        rows
            Positions of the rows.
        covariates
            Their covariates.
        """
        unit, time = panel.unit[rows], panel.time[rows]
        left = covariates.copy()
        for j, (units, times) in enumerate(self.covariate_effects):
            left[:, j] -= units[unit] + times[time]
        units, times = self.outcome_effects
        return panel.outcome[rows] - units[unit] - times[time] - left @ self.slopes, left


def _refuse_absorbed(covariates: Floats, left: Floats, names: Sequence[str]) -> None:
    scale = np.abs(covariates).max(axis=0, initial=0.0)
    spread = np.sqrt((left**2).mean(axis=0)) if len(left) else scale
    for name, size, kept in zip(names, scale, spread, strict=True):
        if kept <= _NOTHING * size:
            raise DataError(
                f"column {name!r}: does not vary beyond unit and time effects among the rows used "
                f"to fit it: leave it out, or multiply it by time."
            )
    if len(names) > 1:
        _, triangle, order = qr(left / spread, mode="economic", pivoting=True)
        size = np.abs(np.diag(triangle))
        if size[-1] <= _NOTHING * size[0]:
            raise DataError(
                f"column {names[order[-1]]!r}: is a combination of other covariates and the unit "
                f"and time effects: leave it out."
            )
