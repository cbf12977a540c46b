"""What a cointegration analysis finds: rank tests, relations and loadings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.pricing.johansen_moments import critical_value, p_value
from lcresearch.pricing.series import Floats

__all__ = ["CointegrationResults"]

_SIZES: Final = {"critical_10": 0.10, "critical_5": 0.05, "critical_1": 0.01}


@dataclass(frozen=True, kw_only=True, eq=False)
class CointegrationResults:
    """Johansen's rank tests, and relations with their loadings.

    Parameters
    ----------
    eigenvalues
        Squared canonical correlations of changes and levels, from the largest down.
    vectors
        One column for each relation, normalised on the first series; a restricted constant or
        trend is the last row. Only the first `rank` columns are relations that the data support.
    loadings
        Response of each series' change to a relation, in the same normalisation.
    deterministic, lags
        As the model had them.
    nobs
        Periods explained: rows less lags.
    change_moments, level_moments
        Moments of changes and levels after lags and free terms are taken out.
    given_rank
        The rank that the user gave, or None.
    """

    eigenvalues: Floats
    vectors: pd.DataFrame
    loadings: pd.DataFrame
    deterministic: str
    lags: int
    nobs: int
    change_moments: Floats = field(repr=False)
    level_moments: Floats = field(repr=False)
    given_rank: int | None

    @property
    def trace(self) -> pd.DataFrame:
        """Trace tests of at most `rank` relations: one row for each rank from none up.

        Columns ``rank``, ``eigenvalue``, ``statistic``, ``p_value``, ``critical_10``,
        ``critical_5`` and ``critical_1``; probabilities by Doornik's gamma approximation.
        """
        parts = -self.nobs * np.log1p(-self.eigenvalues)
        return self._table("trace", np.cumsum(parts[::-1])[::-1])

    @property
    def max_eigen(self) -> pd.DataFrame:
        """Maximum-eigenvalue tests of `rank` relations against one more; columns as in `trace`."""
        return self._table("max_eigen", -self.nobs * np.log1p(-self.eigenvalues))

    @cached_property
    def rank(self) -> int:
        """The rank that was given, or the first that the trace test does not reject at 5 %."""
        if self.given_rank is not None:
            return self.given_rank
        passed = np.flatnonzero(self.trace["p_value"].to_numpy() > 0.05)
        return int(passed[0]) if len(passed) else len(self.eigenvalues)

    @property
    def loading_std_errors(self) -> pd.DataFrame:
        """Standard errors of the loadings of the relations up to the rank, at least one.

        The relations are taken as known, for they converge faster than the loadings do (Johansen
        1995). The errors' covariance is the maximum-likelihood one, without a correction for
        degrees of freedom.
        """
        rank = max(self.rank, 1)
        beta = self.vectors.to_numpy()[:, :rank]
        spread = np.einsum("ij,ik,kj->j", beta, self.level_moments, beta)
        errors = np.sqrt(np.outer(np.diag(self._sigma(rank)), 1 / spread) / self.nobs)
        return pd.DataFrame(errors, index=self.loadings.index, columns=self.loadings.columns[:rank])

    @property
    def vector_std_errors(self) -> pd.Series:
        """Standard errors of the first relation where it is the only one; 0 for the first series.

        Raises
        ------
        DataError
            If the rank is above one: several relations can be mixed, so that an element has no
            standard error before the relations are told apart by restrictions.
        """
        if self.rank > 1:
            raise DataError(
                f"the rank is {self.rank}, and elements of several relations have no standard "
                f"errors by themselves: fit with rank=1 if one relation is meant."
            )
        alpha = self.loadings.to_numpy()[:, 0]
        weight = alpha @ np.linalg.solve(self._sigma(1), alpha)
        moments = self.level_moments[1:, 1:]
        size = np.sqrt(np.diag(moments))
        spread = np.diag(np.linalg.inv(moments / np.outer(size, size))) / size**2
        errors = np.concatenate([[0.0], np.sqrt(spread / (self.nobs * weight))])
        return pd.Series(errors, index=self.vectors.index, name="std_error")

    def summary(self) -> str:
        """Return rank tests, relations and loadings in words."""

        def show(frame: pd.DataFrame, index: bool = True) -> str:
            return str(frame.to_string(index=index, float_format="{:.4f}".format))

        rank = max(self.rank, 1)
        relations = self.vectors.iloc[:, :rank]
        loadings = self.loadings.iloc[:, :rank]
        errors = self.loading_std_errors
        source = "given" if self.given_rank is not None else "found by the trace test at 5 %"
        return "\n".join(
            [
                "Johansen's cointegration",
                "========================",
                f"Periods used: {self.nobs:,}, after {self.lags} lags",
                f"Deterministic terms: {self.deterministic.replace('_', ' ')}",
                f"Rank {source}: {self.rank}",
                *("", "Trace tests of at most so many relations:", show(self.trace, index=False)),
                *(
                    "",
                    "Maximum-eigenvalue tests against one more:",
                    show(self.max_eigen, index=False),
                ),
                *("", "Relations, normalised on the first series:", show(relations)),
                *("", "Loadings:", show(loadings)),
                *("", "Standard errors of the loadings:", show(errors)),
                "",
                "Probabilities and critical values hold in large samples (gamma approximation).",
            ]
        )

    def _sigma(self, rank: int) -> Floats:
        alpha, beta = self.loadings.to_numpy()[:, :rank], self.vectors.to_numpy()[:, :rank]
        spread = beta.T @ self.level_moments @ beta
        return np.asarray(self.change_moments - alpha @ spread @ alpha.T)

    def _table(self, test: str, statistics: Floats) -> pd.DataFrame:
        rows = []
        for rank, statistic in enumerate(statistics):
            trends = len(statistics) - rank
            p = p_value(statistic, test=test, deterministic=self.deterministic, trends=trends)
            critical = [
                critical_value(size, test=test, deterministic=self.deterministic, trends=trends)
                for size in _SIZES.values()
            ]
            rows.append((rank, self.eigenvalues[rank], statistic, p, *critical))
        names = ["rank", "eigenvalue", "statistic", "p_value", *_SIZES]
        return pd.DataFrame(rows, columns=names)
