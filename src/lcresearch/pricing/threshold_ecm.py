"""Threshold cointegration: whether prices return faster to their relation from one side."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.pricing.least_squares import least_squares
from lcresearch.pricing.series import Floats, check_whole, read_series
from lcresearch.pricing.threshold_results import ThresholdECMResults
from lcresearch.pricing.threshold_search import Errors, candidates, find_threshold

__all__ = ["ThresholdECM"]


@dataclass(frozen=True, eq=False)
class ThresholdECM:
    """The errors of a long-run regression of one price on another, with two speeds of return.

    ``d u[t] = positive u[t-1] I[t] + negative u[t-1] (1 - I[t]) + lags of d u + error``, where u
    is the error of the long-run regression, and I is one where ``u[t-1]`` (``"tar"``) or
    ``u[t-1] - u[t-2]`` (``"mtar"``) is at or above the threshold.

    Parameters
    ----------
    data
        One row for each period, in order.
    dependent, driver
        Columns of the price that is explained, and of the price that explains it.
    kind
        Threshold of the error's level, or of its momentum.
    threshold
        In units of `dependent`; None finds the consistent one, which explains most (Chan 1993).
    lags
        Lagged changes of the error.
    trim
        Share of the threshold variable left out at either end in the search.

    References
    ----------
    Enders and Siklos (2001), *Journal of Business & Economic Statistics*; Chan (1993), *Annals of
    Statistics*.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    dependent: str
    driver: str
    kind: Literal["tar", "mtar"] = "tar"
    threshold: float | None = None
    lags: int = 1
    trim: float = 0.15

    def fit(self) -> ThresholdECMResults:
        """Estimate the long-run regression, the threshold and the two speeds of return.

        Raises
        ------
        DataError
            If an option is out of range, a series is missing, has a gap, ends early, is constant
            or too short, or all periods fall on one side of the threshold.
        """
        self._check_options()
        values = read_series(self.data, [self.dependent, self.driver])
        errors, long_run = self._long_run(values)
        threshold = self.threshold
        if threshold is None:
            threshold = find_threshold(errors, candidates(errors, trim=self.trim))
        above = errors.above(threshold)
        if not 0 < above.sum() < len(above):
            raise DataError(
                f"all {len(above)} periods fall on one side of the threshold {threshold:g}: give "
                f"one between {errors.variable.min():g} and {errors.variable.max():g}."
            )
        design = np.column_stack([errors.level * above, errors.level * ~above, errors.lagged])
        names = ["positive", "negative", *(f"change lag {k + 1}" for k in range(self.lags))]
        fit = least_squares(errors.change, design, names)
        split = fit.picks(["positive"]) - fit.picks(["negative"])
        symmetry, symmetry_p = fit.test(split)
        found = "consistent" if self.threshold is None else "given"
        return ThresholdECMResults(
            title=f"Threshold cointegration of {self.dependent} and {self.driver} ({self.kind})",
            params=pd.Series(fit.params, index=names, name="estimate"),
            covariance=pd.DataFrame(fit.covariance, index=names, columns=names),
            nobs=len(errors.change),
            degrees_of_freedom=fit.degrees_of_freedom,
            notes=(
                f"Threshold, {found}: {threshold:.6g} ({above.sum()} periods at or above it).",
                "Where there is no cointegration, Phi and the ratios of positive and negative to "
                "their standard errors do not follow F and t: use phi_test().",
                "The F of symmetry takes the threshold as known: use symmetry_test().",
            ),
            dependent=self.dependent,
            driver=self.driver,
            kind=self.kind,
            threshold=float(threshold),
            long_run=long_run,
            phi=fit.test(fit.picks(["positive", "negative"]))[0],
            symmetry_f=symmetry,
            symmetry_p_value=symmetry_p,
            searched=self.threshold is None,
            lags=self.lags,
            trim=self.trim,
            levels=values,
        )

    def _check_options(self) -> None:
        if self.kind not in ("tar", "mtar"):
            raise DataError(
                f"kind is {self.kind!r}: give 'tar' or 'mtar'."
                f"{did_you_mean(self.kind, ('tar', 'mtar'))}"
            )
        check_whole("lags", self.lags, least=0)
        if not 0 < self.trim < 0.5:
            raise DataError(f"trim must lie between 0 and 0.5, not {self.trim}: 0.15 is usual.")
        if self.threshold is not None and not np.isfinite(self.threshold):
            raise DataError(f"threshold is {self.threshold}: give a number, or None to search.")

    def _long_run(self, values: Floats) -> tuple[Errors, pd.Series]:
        needed = 2 * self.lags + 10
        if len(values) < needed:
            raise DataError(
                f"{len(values)} periods are too few for {self.lags} lags: give {needed} or more."
            )
        names = ["constant", self.driver]
        fit = least_squares(
            values[:, 0], np.column_stack([np.ones(len(values)), values[:, 1]]), names
        )
        if np.ptp(fit.residuals) < 1e-10 * np.ptp(values[:, 0]):
            raise DataError(
                f"columns {self.dependent!r} and {self.driver!r} are one series in other units: "
                f"there is no transmission to estimate."
            )
        long_run = pd.Series(fit.params, index=names, name="estimate")
        return Errors.of(fit.residuals, kind=self.kind, lags=self.lags), long_run
