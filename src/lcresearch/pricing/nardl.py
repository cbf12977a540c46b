"""Transmission with rises and falls apart: the nonlinear distributed-lag model."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.pricing.least_squares import least_squares
from lcresearch.pricing.nardl_results import NARDLResults
from lcresearch.pricing.series import Floats, check_whole, differences, first_row_lags, read_series

__all__ = ["NARDL"]


@dataclass(frozen=True, eq=False)
class NARDL:
    """One price explained by the rises and the falls of another, in the long and the short run.

    ``d y[t] = constant + rho y[t-1] + theta+ x+[t-1] + theta- x-[t-1] + lags of d y + present and
    lagged d x+ and d x- + error``, where x+ and x- are the partial sums of the driver's rises and
    falls since the first period. Long-run coefficients are ``-theta / rho``.

    Parameters
    ----------
    data
        One row for each period, in order; prices in logs if transmission is to be an elasticity.
    dependent, driver
        Columns of the price that is explained, and of the price that explains it.
    lags
        Of the dependent price in levels; at least one.
    driver_lags
        Of the driver in levels; with one, only its present change enters beside the levels.

    References
    ----------
    Shin, Yu and Greenwood-Nimmo (2014), in *Festschrift in Honor of Peter Schmidt*;
    Pesaran, Shin and Smith (2001), *Journal of Applied Econometrics*.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    dependent: str
    driver: str
    lags: int = 2
    driver_lags: int = 2

    def fit(self) -> NARDLResults:
        """Estimate by least squares.

        Raises
        ------
        DataError
            If lags are not whole numbers, a series is missing, has a gap, ends early, is constant
            or too short, or the driver never rises or never falls.
        """
        check_whole("lags", self.lags, least=1)
        check_whole("driver_lags", self.driver_lags, least=1)
        values = read_series(self.data, [self.dependent, self.driver])
        outcome, design, names = self._regression(values)
        fit = least_squares(outcome, design, names)
        if fit.residuals.std() < 1e-10 * outcome.std():
            raise DataError(
                f"column {self.dependent!r} follows {self.driver!r} without any error: they are "
                f"one series in other units, and there is no transmission to estimate."
            )
        used = len(values) - len(outcome)
        return NARDLResults(
            title=f"Transmission from {self.driver} to {self.dependent}, rises and falls apart",
            params=pd.Series(fit.params, index=names, name="estimate"),
            covariance=pd.DataFrame(fit.covariance, index=names, columns=names),
            nobs=len(outcome),
            degrees_of_freedom=fit.degrees_of_freedom,
            notes=(f"The first {used} periods only serve as lags.",),
            lags=self.lags,
            driver_lags=self.driver_lags,
            fit=fit,
        )

    def _regression(self, values: Floats) -> tuple[Floats, Floats, list[str]]:
        change = differences(values)
        rises, falls = np.clip(change[:, 1], 0, None), np.clip(change[:, 1], None, 0)
        for word, moves in (("rises", rises), ("falls", falls)):
            if not moves.any():
                raise DataError(
                    f"column {self.driver!r} never {word}, so that rises and falls cannot be told "
                    f"apart: use a longer series."
                )
        first = max(self.lags, self.driver_lags) - 1
        count = 2 + self.lags + 1 + 2 * self.driver_lags
        if len(change) - first <= count:
            raise DataError(
                f"{len(values)} periods are too few for {self.lags} and {self.driver_lags} lags: "
                f"more than {count + first + 1} are needed."
            )
        # Partial sums start at zero in the first period; the constant takes up any other start.
        sums = np.column_stack([np.cumsum(rises), np.cumsum(falls)])
        sums = np.vstack([np.zeros((1, 2)), sums])
        moves = np.column_stack([rises, falls])
        names = ["constant", "level", "level positive", "level negative"]
        names += [f"change lag {lag}" for lag in range(1, self.lags)]
        for lag in range(self.driver_lags):
            names += [f"{word} lag {lag}" for word in ("positive", "negative")]
        design = np.column_stack(
            [
                np.ones(len(change) - first),
                values[first:-1, 0],
                sums[first:-1],
                first_row_lags(change[:, 0], lags=self.lags - 1, first=first),
                moves[first:],
                first_row_lags(moves, lags=self.driver_lags - 1, first=first),
            ]
        )
        return change[first:, 0], design, names
