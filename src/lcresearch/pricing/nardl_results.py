"""What a nonlinear distributed-lag model finds: bounds, long run, symmetry, multipliers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from lcresearch.pricing.bounds import bounds_table
from lcresearch.pricing.least_squares import LeastSquares
from lcresearch.pricing.series import Floats, check_whole
from lcresearch.results import Results, check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["NARDLResults"]

_SIGNS = ("positive", "negative")


@dataclass(frozen=True, kw_only=True, eq=False)
class NARDLResults(Results):
    """Estimates of the error-correction form, and what follows from them.

    Parameters
    ----------
    lags, driver_lags
        As the model had them.
    fit
        The regression.
    """

    lags: int
    driver_lags: int
    fit: LeastSquares = field(repr=False)

    @property
    def bounds(self) -> pd.DataFrame:
        """F and t tests of no relation in levels, with critical bounds; see `bounds_table`."""
        levels = ["level", "level positive", "level negative"]
        f = self.fit.test(self.fit.picks(levels))[0]
        return bounds_table(f, float(self.params["level"] / self.std_errors["level"]))

    def long_run(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the long-run responses to a rise and to a fall of the driver by one unit.

        Parameters
        ----------
        alpha
            One less the coverage of the intervals.

        Returns
        -------
        pandas.DataFrame
            Rows ``positive``, ``negative`` and ``difference``; columns ``estimate``,
            ``std_error`` (delta method), ``conf_low`` and ``conf_high``. They mean something only
            where the bounds tests find a relation.
        """
        rho = float(self.params["level"])
        theta = self.params[[f"level {sign}" for sign in _SIGNS]].to_numpy()
        gradient = np.zeros((2, len(self.params)))
        gradient[:, self.fit.names.index("level")] = theta / rho**2
        for row, sign in enumerate(_SIGNS):
            gradient[row, self.fit.names.index(f"level {sign}")] = -1 / rho
        gradient = np.vstack([gradient, gradient[0] - gradient[1]])
        estimate = np.array([*(-theta / rho), (theta[1] - theta[0]) / rho])
        errors = np.sqrt(np.einsum("ij,jk,ik->i", gradient, self.fit.covariance, gradient))
        margin = stats.t.isf(check_alpha(alpha) / 2, self.degrees_of_freedom) * errors
        return pd.DataFrame(
            {
                "estimate": estimate,
                "std_error": errors,
                "conf_low": estimate - margin,
                "conf_high": estimate + margin,
            },
            index=[*_SIGNS, "difference"],
        )

    @property
    def symmetry(self) -> pd.DataFrame:
        """Tests of equal responses to rises and falls.

        Rows ``long run`` (equal long-run responses), ``impact`` (equal responses in the same
        period) and ``short run`` (equal sums of the responses to present and lagged changes);
        columns ``statistic`` (Wald, F with one degree of freedom) and ``p_value``.
        """
        picks = self.fit.picks
        sums = [
            picks([f"{sign} lag {lag}" for lag in range(self.driver_lags)]).sum(axis=0)
            for sign in _SIGNS
        ]
        tests = {
            # Long-run responses share the factor -1 / rho, so theta+ = theta- is the same.
            "long run": picks(["level positive"]) - picks(["level negative"]),
            "impact": picks(["positive lag 0"]) - picks(["negative lag 0"]),
            "short run": (sums[0] - sums[1])[None, :],
        }
        rows = {name: self.fit.test(restriction) for name, restriction in tests.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["statistic", "p_value"])

    def multipliers(
        self, *, horizon: int = 24, draws: int = 1000, alpha: float = 0.05, seed: int | None = 0
    ) -> pd.DataFrame:
        """Return the cumulative response to a lasting rise and a lasting fall by one unit.

        Parameters
        ----------
        horizon
            Periods after the change.
        draws
            Of the estimates from their normal distribution, for the intervals of the difference.
        alpha
            One less the coverage of these intervals.
        seed
            Of the draws.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``period`` from 0; columns ``positive`` (response to a rise of one unit),
            ``negative`` (response to a fall of one unit, so below zero if a fall is passed on),
            ``difference`` (their sum, zero under symmetry), ``conf_low`` and ``conf_high``.

        Raises
        ------
        DataError
            If `horizon` or `draws` is not a whole number above zero.
        """
        check_whole("horizon", horizon, least=1)
        check_whole("draws", draws, least=1)
        check_alpha(alpha)
        found = self._responses(self.fit.params[None, :], horizon)[0]
        rng = np.random.default_rng(seed)
        sampled = rng.multivariate_normal(self.fit.params, self.fit.covariance, draws)
        spread = self._responses(sampled, horizon).sum(axis=1)
        # A draw with rho above zero explodes; a quantile bears that where a mean does not.
        low, high = np.quantile(spread, [alpha / 2, 1 - alpha / 2], axis=0)
        return pd.DataFrame(
            {
                "positive": found[0],
                "negative": found[1],
                "difference": found.sum(axis=0),
                "conf_low": low,
                "conf_high": high,
            },
            index=pd.RangeIndex(horizon + 1, name="period"),
        )

    def plot_multipliers(
        self, *, horizon: int = 24, draws: int = 1000, alpha: float = 0.05, seed: int | None = 0
    ) -> Canvas:
        """Return a plot of the cumulative responses; see `multipliers`."""
        import matplotlib.pyplot as plt

        table = self.multipliers(horizon=horizon, draws=draws, alpha=alpha, seed=seed)
        canvas, axes = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
        axes.axhline(0, color="0.4", lw=1)
        axes.plot(table.index, table["positive"], "-", color="C0", label="after a rise")
        axes.plot(table.index, table["negative"], "--", color="C1", label="after a fall")
        axes.plot(table.index, table["difference"], ":", color="0.2", label="their sum")
        axes.fill_between(
            table.index,
            table["conf_low"],
            table["conf_high"],
            color="0.6",
            alpha=0.3,
            lw=0,
            label=f"{1 - alpha:.0%} interval of the sum",
        )
        axes.set(xlabel="periods after the change", ylabel="response, units of the price")
        axes.set_title("Response to a lasting change of the driver by one unit")
        canvas.legend(loc="outside lower center", ncols=2)
        return canvas

    def summary(self, alpha: float = 0.05) -> str:
        """Return estimates, long-run responses, bounds tests and tests of symmetry."""
        parts = {
            "Long-run responses (delta method):": self.long_run(alpha).to_string(
                float_format="{:.4f}".format
            ),
            "Tests of no relation in levels:": self.bounds.to_string(
                index=False, float_format="{:.3f}".format
            ),
            "Tests of symmetry:": self.symmetry.to_string(float_format="{:.4f}".format),
        }
        lines = [super().summary(alpha)]
        for title, text in parts.items():
            lines += ["", title, text]
        return "\n".join(lines)

    def _responses(self, params: Floats, horizon: int) -> Floats:
        """Return responses of shape ``(draws, 2, horizon + 1)`` to a unit rise and a unit fall."""
        column = {name: params[:, place] for place, name in enumerate(self.fit.names)}
        paths = np.zeros((len(params), 2, horizon + 1))
        for side, (sign, unit) in enumerate(zip(_SIGNS, (1.0, -1.0), strict=True)):
            level = np.zeros((len(params), horizon + 2))
            for period in range(horizon + 1):
                # level[:, period] is the price one period before, so that level[:, 0] is zero.
                step = column["level"] * level[:, period]
                if period > 0:
                    step = step + unit * column[f"level {sign}"]
                if period < self.driver_lags:
                    step = step + unit * column[f"{sign} lag {period}"]
                for lag in range(1, min(self.lags, period + 1)):
                    earlier = level[:, period + 1 - lag] - level[:, period - lag]
                    step = step + column[f"change lag {lag}"] * earlier
                level[:, period + 1] = level[:, period] + step
            paths[:, side] = level[:, 1:]
        return paths
