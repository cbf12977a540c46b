"""What the results of every estimator have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["Results", "check_alpha"]


def check_alpha(alpha: float) -> float:
    """Return a level of significance if it lies between 0 and 1.

    Raises
    ------
    DataError
        If it does not.
    """
    if not 0 < alpha < 1:
        raise DataError(f"alpha must lie between 0 and 1, not {alpha}: 0.05 gives 95 % intervals.")
    return alpha


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """Estimates with their covariance, frozen.

    Parameters
    ----------
    title
        What was estimated, in words.
    params
        Estimates, indexed by name.
    covariance
        Their covariance matrix, in the same order.
    nobs
        Rows used.
    dropped
        Rows left out, by reason; empty if every row was used.
    notes
        What a reader must know: units, assumptions, warnings.
    degrees_of_freedom
        Of Student's t distribution for intervals; infinite gives the normal distribution.
    """

    title: str
    params: pd.Series
    covariance: pd.DataFrame = field(repr=False)
    nobs: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    degrees_of_freedom: float = np.inf

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors."""
        variances = np.diag(self.covariance.to_numpy())
        return pd.Series(np.sqrt(variances), index=self.params.index, name="std_error")

    @property
    def p_values(self) -> pd.Series:
        """Two-sided p-values of the hypotheses that each parameter is zero."""
        ratio = np.abs(self.params / self.std_errors)
        return pd.Series(
            2 * stats.t.sf(ratio, self.degrees_of_freedom), self.params.index, name="p_value"
        )

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return pointwise confidence intervals.

        Parameters
        ----------
        alpha
            One less the coverage.

        Returns
        -------
        pandas.DataFrame
            Columns ``conf_low`` and ``conf_high``, one row for each parameter.

        Raises
        ------
        DataError
            If `alpha` does not lie between 0 and 1.
        """
        margin = stats.t.isf(check_alpha(alpha) / 2, self.degrees_of_freedom) * self.std_errors
        return pd.DataFrame({"conf_low": self.params - margin, "conf_high": self.params + margin})

    def to_frame(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return estimates, standard errors and intervals, one row for each parameter."""
        columns = {"estimate": self.params, "std_error": self.std_errors}
        return pd.DataFrame(columns).join(self.conf_int(alpha))

    def summary(self, alpha: float = 0.05) -> str:
        """Return a table in words: what was estimated, from how many rows, and what was dropped."""
        lines = [self.title, "=" * len(self.title)]
        lines.append(f"Rows used: {self.nobs:,}")
        lines += [f"Rows dropped, {reason}: {count:,}" for reason, count in self.dropped.items()]
        lines += ["", self.to_frame(alpha).to_string(float_format=lambda x: f"{x:.6g}"), ""]
        lines.append(f"Intervals cover {1 - alpha:.0%}, one at a time.")
        return "\n".join([*lines, *self.notes])

    def plot(self, alpha: float = 0.05) -> Canvas:
        """Return a plot of the estimates with their intervals."""
        import matplotlib.pyplot as plt

        table = self.to_frame(alpha)
        canvas, axes = plt.subplots(figsize=(7.2, 1.4 + 0.35 * len(table)))
        rows = np.arange(len(table))[::-1]
        axes.hlines(rows, table["conf_low"], table["conf_high"], lw=2)
        axes.plot(table["estimate"], rows, "o")
        axes.axvline(0, color="0.4", lw=1)
        axes.set_yticks(rows, [str(name) for name in table.index])
        axes.set(xlabel=f"estimate, with {1 - alpha:.0%} intervals", ylabel="parameter")
        axes.set_title(self.title)
        return canvas
