"""What a threshold cointegration finds, and the error-correction model that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from lcresearch.pricing.least_squares import least_squares
from lcresearch.pricing.series import Floats, check_whole, differences, first_row_lags
from lcresearch.pricing.threshold_search import Errors, simulated_phi, simulated_symmetry
from lcresearch.results import Results

__all__ = ["ErrorCorrection", "ThresholdECMResults"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ErrorCorrection:
    """Two error-correction equations with an error above and one below the threshold.

    Parameters
    ----------
    table
        Columns ``equation``, ``term``, ``estimate``, ``std_error``, ``t``, ``p_value``.
    symmetry
        One row for each equation: ``statistic`` (F) and ``p_value`` of equal responses to an
        error above and below the threshold.
    nobs
        Periods used.
    """

    table: pd.DataFrame
    symmetry: pd.DataFrame
    nobs: int


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdECMResults(Results):
    """Speeds of return above and below a threshold.

    Parameters
    ----------
    dependent, driver, kind, lags, trim
        As the model had them.
    threshold
        Found or given, in units of the dependent price.
    searched
        Whether it was found.
    long_run
        Constant and slope of the long-run regression.
    phi
        F of no return on either side: no cointegration. Its distribution is not F.
    symmetry_f, symmetry_p_value
        F of equal speeds, which means something where there is cointegration, and its p-value by
        the F distribution: as usually published, but wrong after a search; see `symmetry_test`.
    levels
        The two series, ``(periods, 2)``.
    """

    dependent: str
    driver: str
    kind: str
    threshold: float
    searched: bool
    long_run: pd.Series
    phi: float
    symmetry_f: float
    symmetry_p_value: float
    lags: int
    trim: float
    levels: Floats = field(repr=False)

    def summary(self, alpha: float = 0.05) -> str:
        """Return the estimates with the tests of cointegration and of symmetry."""
        return "\n".join(
            [
                super().summary(alpha),
                f"Long run: {self.dependent} = {self.long_run.iloc[0]:.6g} + "
                f"{self.long_run.iloc[1]:.6g} {self.driver}",
                f"Phi of no cointegration: {self.phi:.4f}",
                f"F of symmetry: {self.symmetry_f:.4f} (p = {self.symmetry_p_value:.4f})",
            ]
        )

    def phi_test(self, *, draws: int = 2000, seed: int | None = None) -> pd.Series:
        """Return Phi with its p-value and critical values by simulation.

        Two independent random walks with normal errors, as long as the data, go through the same
        steps, the search for a threshold included (Enders and Siklos 2001). A given threshold is
        taken to be zero, for walks have no unit of money.

        Parameters
        ----------
        draws
            Simulated samples.
        seed
            Of the draws.

        Returns
        -------
        pandas.Series
            ``statistic``, ``p_value``, ``critical_10``, ``critical_5``, ``critical_1``.

        Raises
        ------
        DataError
            If there are fewer than 100 draws.
        """
        check_whole("draws", draws, least=100)
        found = simulated_phi(
            periods=len(self.levels),
            kind=self.kind,
            lags=self.lags,
            trim=self.trim,
            searched=self.searched,
            draws=draws,
            seed=seed,
        )
        return _chance(self.phi, found, "phi")

    def symmetry_test(self, *, draws: int = 2000, seed: int | None = None) -> pd.Series:
        """Return the F of equal speeds with its p-value and critical values by simulation.

        Prices tied with one speed go through the same steps, the search for a threshold included.
        A search makes the F of symmetry large by chance; and at a given threshold near zero it is
        too small, for the errors of a long run with a constant average zero.

        Parameters
        ----------
        draws
            Simulated samples.
        seed
            Of the draws.

        Returns
        -------
        pandas.Series
            ``statistic``, ``p_value``, ``critical_10``, ``critical_5``, ``critical_1``.

        Raises
        ------
        DataError
            If there are fewer than 100 draws.
        """
        check_whole("draws", draws, least=100)
        found = simulated_symmetry(
            self.levels,
            kind=self.kind,
            lags=self.lags,
            trim=self.trim,
            threshold=None if self.searched else self.threshold,
            draws=draws,
            seed=seed,
        )
        return _chance(self.symmetry_f, found, "symmetry")

    def error_correction(self, *, lags: int = 1) -> ErrorCorrection:
        """Return the error-correction model of both prices.

        Each price's change is regressed on a constant, on lagged rises and falls of both prices,
        and on last period's error of the long-run regression above and below the threshold.

        Parameters
        ----------
        lags
            Lagged changes of either price; at least one.

        Raises
        ------
        DataError
            If `lags` is not a whole number above zero, or too many for the data.
        """
        check_whole("lags", lags, least=1)
        change = differences(self.levels)
        residuals = (
            self.levels[:, 0] - self.long_run.iloc[0] - self.long_run.iloc[1] * (self.levels[:, 1])
        )
        errors = Errors.of(residuals, kind=self.kind, lags=lags)
        above = errors.above(self.threshold)
        rises = first_row_lags(np.clip(change, 0, None), lags=lags, first=lags)
        falls = first_row_lags(np.clip(change, None, 0), lags=lags, first=lags)
        prices = (self.dependent, self.driver)
        names = ["constant"]
        for word in ("rise", "fall"):
            names += [f"{price} {word} lag {k + 1}" for k in range(lags) for price in prices]
        names += ["error above", "error below"]
        design = np.column_stack(
            [np.ones(len(rises)), rises, falls, errors.level * above, errors.level * ~above]
        )
        rows, tests = [], []
        for place, price in enumerate(prices):
            fit = least_squares(change[lags:, place], design, names)
            std = np.sqrt(np.diag(fit.covariance))
            ratio = fit.params / std
            rows.append(
                pd.DataFrame(
                    {
                        "equation": price,
                        "term": names,
                        "estimate": fit.params,
                        "std_error": std,
                        "t": ratio,
                        "p_value": 2 * stats.t.sf(np.abs(ratio), fit.degrees_of_freedom),
                    }
                )
            )
            gap = fit.picks(["error above"]) - fit.picks(["error below"])
            tests.append((price, *fit.test(gap)))
        return ErrorCorrection(
            table=pd.concat(rows, ignore_index=True),
            symmetry=pd.DataFrame(tests, columns=["equation", "statistic", "p_value"]),
            nobs=len(design),
        )


def _chance(statistic: float, found: Floats, name: str) -> pd.Series:
    p = (1 + (found >= statistic).sum()) / (1 + len(found))
    high = np.quantile(found, [0.9, 0.95, 0.99])
    names = ["statistic", "p_value", "critical_10", "critical_5", "critical_1"]
    return pd.Series([statistic, p, *high], index=names, name=name)
