"""Johansen's cointegration: how many relations tie prices together, which, and who adjusts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy import linalg

from lcresearch.errors import DataError
from lcresearch.pricing.cointegration_results import CointegrationResults
from lcresearch.pricing.johansen_moments import check_deterministic
from lcresearch.pricing.series import (
    Floats,
    check_whole,
    differences,
    first_row_lags,
    read_series,
    seasonal_dummies,
)

__all__ = ["Cointegration"]


@dataclass(frozen=True, eq=False)
class Cointegration:
    """Long-run relations among prices, by maximum likelihood in a vector error-correction model.

    The model is ``d y[t] = loadings @ vectors.T @ (y[t-1], deterministic) + lags of d y + free
    deterministic terms + error``.

    Parameters
    ----------
    data
        One row for each period, in order; prices in logs if relative changes are to be tied.
    columns
        The series; all columns by default.
    lags
        Of the vector autoregression in levels, so that there is one lag fewer of the differences.
    deterministic
        ``"none"``; ``"restricted_constant"``: a constant in the relations alone; ``"constant"``:
        free, so that the series may drift; ``"restricted_trend"``: a trend in the relations
        beside a free constant; ``"trend"``: both free.
    seasons
        Periods in a year, for centred seasonal dummies; 0 for none.
    rank
        Number of relations that standard errors take as given; by default what the trace test
        finds at 5 %, but at least one.

    References
    ----------
    Johansen (1991), *Econometrica*; Johansen (1995), *Likelihood-Based Inference in Cointegrated
    Vector Autoregressive Models*, chapters 5 and 6.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    columns: Sequence[str] | None = None
    lags: int
    deterministic: Literal[
        "none", "restricted_constant", "constant", "restricted_trend", "trend"
    ] = "restricted_constant"
    seasons: int = 0
    rank: int | None = None

    def fit(self) -> CointegrationResults:
        """Solve the eigenvalue problem of the reduced-rank regression.

        Returns
        -------
        CointegrationResults
            Rank tests, relations, loadings and their standard errors.

        Raises
        ------
        DataError
            If an option is out of range, or a series is missing, has a gap, ends early, is
            constant, a copy of others, or too short.
        """
        check_deterministic(self.deterministic)
        self._check_numbers()
        if not isinstance(self.data, pd.DataFrame):
            raise DataError(f"data must be a pandas DataFrame, not {type(self.data).__name__}.")
        if isinstance(self.columns, str):
            raise DataError(f"columns is a word: give a list, [{self.columns!r}].")
        names = list(self.data.columns if self.columns is None else self.columns)
        if len(names) < 2:
            raise DataError(f"a relation needs two series at least, and there is {len(names)}.")
        if self.rank is not None and self.rank > len(names):
            raise DataError(f"rank is {self.rank}, more than the {len(names)} series.")
        levels = read_series(self.data, names)
        change, level, free, restricted = self._regressors(levels)
        self._check_length(len(levels), change, level, free)
        size0, size1 = np.linalg.norm(change, axis=0), np.linalg.norm(level, axis=0)
        change, level = _residuals(change, free), _residuals(level, free)
        for values, size in ((change, size0), (level, size1)):
            if np.linalg.matrix_rank(values / size, tol=1e-11) < values.shape[1]:
                raise DataError(
                    f"the series {', '.join(map(repr, names))} are copies, lagged copies or exact "
                    f"sums of each other: leave one out."
                )
        return _solve(
            change,
            level,
            names=names,
            restricted=restricted,
            deterministic=self.deterministic,
            lags=self.lags,
            rank=self.rank,
        )

    def _check_numbers(self) -> None:
        check_whole("lags", self.lags, least=1)
        check_whole("seasons", self.seasons, least=0)
        if self.rank is not None:
            check_whole("rank", self.rank, least=1)

    def _regressors(self, levels: Floats) -> tuple[Floats, Floats, Floats, list[str]]:
        rows, lags = len(levels), self.lags
        change = differences(levels)[lags - 1 :]
        level = levels[lags - 1 : -1]
        ones = np.ones((len(change), 1))
        time = np.arange(lags, rows, dtype=float)[:, None]
        blocks = [
            first_row_lags(differences(levels), lags=lags - 1, first=lags - 1),
            seasonal_dummies(rows, self.seasons)[lags:],
        ]
        restricted: list[str] = []
        if self.deterministic in ("constant", "restricted_trend", "trend"):
            blocks.append(ones)
        if self.deterministic == "trend":
            blocks.append(time)
        if self.deterministic == "restricted_constant":
            level, restricted = np.hstack([level, ones]), ["constant"]
        if self.deterministic == "restricted_trend":
            level, restricted = np.hstack([level, time]), ["trend"]
        return change, level, np.hstack(blocks), restricted

    def _check_length(self, rows: int, change: Floats, level: Floats, free: Floats) -> None:
        # Both sets of residuals must have full rank together, or an eigenvalue is one.
        needed = self.lags + free.shape[1] + level.shape[1] + change.shape[1]
        if rows <= needed:
            raise DataError(
                f"{rows} periods are too few for {change.shape[1]} series and {self.lags} lags: "
                f"more than {needed} are needed; use fewer lags or a longer series."
            )


def _residuals(values: Floats, regressors: Floats) -> Floats:
    if not regressors.shape[1]:
        return values
    basis, _ = np.linalg.qr(regressors)
    return np.asarray(values - basis @ (basis.T @ values))


def _solve(
    change: Floats,
    level: Floats,
    *,
    names: list[str],
    restricted: list[str],
    deterministic: str,
    lags: int,
    rank: int | None,
) -> CointegrationResults:
    periods, count = change.shape
    # Canonical correlations by orthogonal factors: forming moments would square the condition,
    # which is bad where prices vary little about a high level.
    size1 = np.linalg.norm(level, axis=0)
    q0, _ = np.linalg.qr(change / np.linalg.norm(change, axis=0))
    q1, triangle = np.linalg.qr(level / size1)
    left, correlations, _ = np.linalg.svd(q1.T @ q0, full_matrices=False)
    # A restricted term adds a correlation that is zero by construction, and has no relation.
    beta = linalg.solve_triangular(triangle, left) / size1[:, None]
    scale = beta[0].copy()
    beta = beta / scale
    # Before normalisation a relation's values have length one, and here 1 / |scale|.
    alpha = change.T @ (q1 @ left) * scale
    relations = [f"relation {place + 1}" for place in range(count)]
    return CointegrationResults(
        eigenvalues=np.clip(correlations**2, 0, 1 - 1e-15),
        vectors=pd.DataFrame(beta, index=[*names, *restricted], columns=relations),
        loadings=pd.DataFrame(alpha, index=names, columns=relations),
        deterministic=deterministic,
        lags=lags,
        nobs=periods,
        change_moments=change.T @ change / periods,
        level_moments=level.T @ level / periods,
        given_rank=rank,
    )
