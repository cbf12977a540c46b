"""Engle and Granger's test: whether a regression among prices leaves errors that die away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.pricing.least_squares import least_squares
from lcresearch.pricing.series import check_whole, read_series

__all__ = ["EngleGranger", "engle_granger"]


@dataclass(frozen=True, kw_only=True, eq=False)
class EngleGranger:
    """The long-run regression and the unit-root test of its errors.

    Parameters
    ----------
    params
        Of the long-run regression. Their usual standard errors do not hold, and none are given.
    statistic
        Augmented Dickey–Fuller t of the regression's errors.
    p_value
        Of no cointegration, by MacKinnon's response surface.
    critical_values
        At 1, 5 and 10 %, for this number of periods.
    residuals
        Errors of the long-run regression, on the index of the data.
    lags
        Lagged differences in the test.
    """

    params: pd.Series
    statistic: float
    p_value: float
    critical_values: pd.Series
    residuals: pd.Series = field(repr=False)
    lags: int


def engle_granger(
    data: pd.DataFrame, *, dependent: str, regressors: Sequence[str], lags: int = 1
) -> EngleGranger:
    """Test whether `dependent` and `regressors` are cointegrated, with a constant.

    Parameters
    ----------
    data
        One row for each period, in order.
    dependent
        Column that the long-run regression explains; the test depends on the choice.
    regressors
        Columns that explain it.
    lags
        Lagged differences in the Dickey–Fuller regression.

    Raises
    ------
    DataError
        If a series is missing, has a gap, ends early, is constant, an exact sum of the others, or
        too short.

    References
    ----------
    Engle and Granger (1987), *Econometrica*; MacKinnon (2010), Queen's University working paper.
    """
    if isinstance(regressors, str):
        raise DataError(f"regressors is a word: give a list, [{regressors!r}].")
    if not regressors:
        raise DataError("regressors is empty: name at least one column.")
    check_whole("lags", lags, least=0)
    values = read_series(data, [dependent, *regressors])
    needed = 2 * lags + len(regressors) + 5
    if len(values) < needed:
        raise DataError(
            f"{len(values)} periods are too few for {lags} lags: give {needed} or more."
        )
    design = np.column_stack([np.ones(len(values)), values[:, 1:]])
    fit = least_squares(values[:, 0], design, ["constant", *regressors])
    if np.ptp(fit.residuals) < 1e-10 * np.ptp(values[:, 0]):
        raise DataError(f"column {dependent!r} is an exact sum of the others: leave one out.")

    from statsmodels.tsa.stattools import coint

    statistic, p, critical = coint(
        values[:, 0], values[:, 1:], trend="c", maxlag=lags, autolag=None
    )[:3]
    return EngleGranger(
        params=pd.Series(fit.params, index=list(fit.names), name="estimate"),
        statistic=float(statistic),
        p_value=float(p),
        critical_values=pd.Series(critical, index=["1 %", "5 %", "10 %"], name="critical_value"),
        residuals=pd.Series(fit.residuals, index=data.index, name="residual"),
        lags=lags,
    )
