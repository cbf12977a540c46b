"""What a synthetic control matches on, for the treated unit and for any donor in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.fund.simplex import fit_many
from lcresearch.fund.synthetic_v import nested_v

__all__ = ["Matched", "Matching"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Matched:
    """Synthetic controls of some units.

    Parameters
    ----------
    weights
        Units by all units; no unit has weight in its own control.
    gaps
        Outcome less that of the synthetic control, units by periods.
    pre, post
        Root mean squared gap before and from the start on.
    v
        Weights of the predictors, units by predictors; ``None`` without predictors.
    kkt
        KKT residual of each unit's weights.
    """

    weights: Floats
    gaps: Floats
    pre: Floats
    post: Floats
    v: Floats | None
    kkt: Floats

    @property
    def ratio(self) -> Floats:
        """Post over pre root mean squared gap; infinite where the fit before is perfect."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.post / self.pre
        return np.asarray(np.where(self.pre > 0, ratio, np.where(self.post > 0, np.inf, 1.0)))


@dataclass(frozen=True, eq=False)
class Matching:
    """The treated unit (row 0) and its donors, with what is matched.

    Parameters
    ----------
    labels
        Labels of the rows.
    times
        Periods.
    outcomes
        Rows by periods.
    start
        Position of the first treated period.
    window
        Positions of the periods before it whose outcomes are fitted.
    predictors
        Rows by predictors, in standard deviations; ``None`` to match the outcomes of the window.
    v
        Weights of predictors (or of periods in the window), ``None`` for equal ones, or "nested".
    averaged
        How many treated units row 0 averages.
    """

    labels: pd.Index
    times: pd.Index
    outcomes: Floats
    start: int
    window: Ints
    predictors: Floats | None
    v: Floats | Literal["nested"] | None
    averaged: int = 1

    def features(self) -> Floats:
        """Return what is matched, features by rows, scaled by the root of its weight."""
        matched = self.outcomes[:, self.window] if self.predictors is None else self.predictors
        if self.v is None or isinstance(self.v, str):
            return matched.T
        return (matched * np.sqrt(self.v)).T

    def match(self, rows: Ints, allowed: Bools) -> Matched:
        """Return the synthetic control of each row from the rows that it is allowed."""
        v: Floats | None = None
        if isinstance(self.v, str) and self.predictors is not None:
            weights = np.zeros(allowed.shape)
            v = np.zeros((len(rows), self.predictors.shape[1]))
            kkt = np.zeros(len(rows))
            for i, row in enumerate(rows):
                pool = np.flatnonzero(allowed[i])
                found = nested_v(
                    self.predictors[pool].T,
                    self.predictors[row],
                    self.outcomes[np.ix_(pool, self.window)].T,
                    self.outcomes[row, self.window],
                )
                v[i], weights[i, pool], kkt[i] = found.v, found.weights, found.kkt
        else:
            features = self.features()
            fits = fit_many(features, features[:, rows], allowed=allowed)
            weights, kkt = fits.weights, fits.kkt
            if self.predictors is not None:
                count = self.predictors.shape[1]
                equal = np.full(count, 1.0 / count)
                v = np.tile(equal if self.v is None else np.asarray(self.v), (len(rows), 1))
        gaps = self.outcomes[rows] - weights @ self.outcomes
        # A perfect fit leaves rounding alone, which must not become a huge ratio.
        size = np.abs(self.outcomes[rows]).max(axis=1)
        pre, post = _root(gaps[:, : self.start]), _root(gaps[:, self.start :])
        pre = np.where(pre <= 1e-13 * size, 0.0, pre)
        return Matched(weights, gaps, pre, post, v, kkt)

    def match_treated(self) -> Matched:
        """Return the synthetic control of the treated unit from all donors."""
        allowed = np.ones((1, len(self.labels)), dtype=bool)
        allowed[0, 0] = False
        return self.match(np.zeros(1, dtype=np.int64), allowed)

    def best_rmspe(self) -> float:
        """Return the least RMSPE over the window that any weights reach, whatever the predictors.

        Weights chosen on outcomes alone bound what a search over V can find (Malo, Eskelinen, Zhou
        & Kuosmanen 2024, Computing synthetic controls using bilevel optimization).
        """
        plain = replace(self, predictors=None, v=None)
        return float(_root(plain.match_treated().gaps[:, self.window])[0])


def _root(gaps: Floats) -> Floats:
    return np.asarray(np.sqrt((gaps**2).mean(axis=1)))
