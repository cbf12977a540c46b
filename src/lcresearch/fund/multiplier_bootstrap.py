"""Standard errors and simultaneous bands from draws of a multiplier bootstrap."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.results import Results, check_alpha

__all__ = ["BandedResults", "Multipliers", "check_draws", "critical_value", "multiply", "scale"]

Floats = npt.NDArray[np.float64]
Multipliers = Literal["rademacher", "mammen", "gaussian"]

# Mammen's two points and the probability of the first: mean 0, variance 1, third moment 1.
_ROOT = math.sqrt(5.0)
_LOW, _HIGH, _LOW_SHARE = (1 - _ROOT) / 2, (1 + _ROOT) / 2, (_ROOT + 1) / (2 * _ROOT)
_QUARTILES = float(stats.norm.ppf(0.75) - stats.norm.ppf(0.25))


def check_draws(draws: int, alpha: float, multipliers: str) -> int:
    """Return the number of draws if it is none, or enough for intervals at `alpha`.

    Raises
    ------
    DataError
        If it is not a whole number, is too small for the quantile, or the multipliers are unknown.
    """
    check_alpha(alpha)
    if multipliers not in get_args(Multipliers):
        raise DataError(f"multipliers must be one of {get_args(Multipliers)}, not {multipliers!r}.")
    if not isinstance(draws, numbers.Integral) or isinstance(draws, bool) or draws < 0:
        raise DataError(f"bootstrap must be a whole number of draws, or 0 for none, not {draws!r}.")
    least = math.ceil(1 / alpha)
    if 0 < draws < least:
        raise DataError(
            f"bootstrap={draws} is too few draws for intervals at alpha={alpha}: take at least "
            f"{least}, better 999."
        )
    return int(draws)


def multiply(
    influence: Floats, draws: int, multipliers: Multipliers, rng: np.random.Generator
) -> Floats:
    """Return sums of the rows of `influence`, each times a random multiplier, once for each draw.

    Parameters
    ----------
    influence
        Influence of each independent unit or cluster (rows) on each estimate (columns), on the
        scale of the estimates: the squares of a column sum to the variance.
    draws
        Number of draws.
    multipliers
        ``"rademacher"``: plus or minus one; ``"mammen"``: two points with third moment one;
        ``"gaussian"``: standard normal.
    rng
        Source of random numbers.

    Returns
    -------
    numpy.ndarray
        Draws by estimates.
    """
    rows = len(influence)
    if multipliers == "gaussian":
        return np.asarray(rng.standard_normal((draws, rows)) @ influence)
    if multipliers == "mammen":
        first = rng.random((draws, rows)) < _LOW_SHARE
        return np.asarray(np.where(first, _LOW, _HIGH) @ influence)
    packed = rng.integers(0, 256, size=(draws, -(-rows // 8)), dtype=np.uint8)
    heads = np.unpackbits(packed, axis=1, count=rows).astype(np.float64)
    # A sign is twice a coin less one: the product takes the coins as they are.
    return np.asarray(2.0 * (heads @ influence) - influence.sum(axis=0))


def scale(draws: Floats) -> Floats:
    """Return standard errors from the interquartile range of draws, column by column.

    The range over that of the standard normal distribution, so that a few wild draws do not
    move it (Callaway and Sant'Anna 2021, algorithm 1).
    """
    columns = np.ascontiguousarray(draws.T)
    low, high = np.quantile(columns, (0.25, 0.75), axis=1, method="inverted_cdf")
    return np.asarray((high - low) / _QUARTILES)


def critical_value(draws: Floats, std_errors: Floats, alpha: float) -> float:
    """Return the multiple of the standard errors that covers all estimates at once.

    The 1 - `alpha` quantile of the largest absolute t ratio of a draw (Callaway and Sant'Anna
    2021, algorithm 1); never less than the pointwise normal one.
    """
    moves = std_errors > 0
    pointwise = float(stats.norm.isf(alpha / 2))
    if not moves.any():
        return pointwise
    largest = np.abs(draws[:, moves] / std_errors[moves]).max(axis=1)
    return max(pointwise, float(np.quantile(largest, 1 - alpha, method="inverted_cdf")))


@dataclass(frozen=True, kw_only=True, eq=False)
class BandedResults(Results):
    """Estimates whose intervals, where there are bootstrap draws, hold all at once.

    Parameters
    ----------
    draws
        Bootstrap draws of the estimates' errors, one row for each draw; ``None`` without a
        bootstrap: standard errors are then analytic and intervals pointwise.
    """

    draws: Floats | None = field(default=None, repr=False)

    @cached_property
    def _scale(self) -> Floats:
        return scale(np.zeros((1, 0)) if self.draws is None else self.draws)

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors: from the draws' interquartile range, or analytic without draws."""
        if self.draws is None:
            return super().std_errors
        return pd.Series(self._scale, index=self.params.index, name="std_error")

    @property
    def p_values(self) -> pd.Series:
        """Two-sided p-values, one at a time; 1 for an estimate that is zero by construction."""
        error = self.std_errors.to_numpy()
        ratio = np.divide(np.abs(self.params), error, out=np.zeros(len(error)), where=error > 0)
        return pd.Series(2 * stats.norm.sf(ratio), self.params.index, name="p_value")

    def critical_value(self, alpha: float = 0.05) -> float:
        """Return the multiple of the standard errors in intervals: simultaneous with draws."""
        check_alpha(alpha)
        if self.draws is None:
            return float(stats.norm.isf(alpha / 2))
        return critical_value(self.draws, self.std_errors.to_numpy(), alpha)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return intervals, worked out anew at this `alpha`.

        Parameters
        ----------
        alpha
            One less the coverage: of each interval, or of all at once if there are draws.

        Returns
        -------
        pandas.DataFrame
            Columns ``conf_low`` and ``conf_high``, one row for each parameter.

        Raises
        ------
        DataError
            If `alpha` does not lie between 0 and 1, or there are too few draws for it.
        """
        if self.draws is not None:
            check_draws(len(self.draws), alpha, "rademacher")
        margin = self.critical_value(alpha) * self.std_errors
        return pd.DataFrame({"conf_low": self.params - margin, "conf_high": self.params + margin})

    def summary(self, alpha: float = 0.05) -> str:
        """Return a table in words: what was estimated, from how many rows, and what was dropped."""
        text = super().summary(alpha)
        if self.draws is None:
            return text
        return text.replace(
            f"Intervals cover {1 - alpha:.0%}, one at a time.",
            f"Intervals cover {1 - alpha:.0%}, all at once ({len(self.draws):,} bootstrap draws).",
        )
