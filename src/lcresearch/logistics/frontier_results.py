"""Results of a frontier: parameters, efficiencies, and the test against no inefficiency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from lcresearch.logistics.frontier_data import FrontierData
from lcresearch.logistics.frontier_estimate import Distribution, Estimate
from lcresearch.logistics.frontier_moments import log_integral
from lcresearch.logistics.frontier_notes import notes_on
from lcresearch.logistics.frontier_table import parameter_table
from lcresearch.results import Results, check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["FrontierResults", "LikelihoodRatio", "report"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LikelihoodRatio:
    """A likelihood-ratio test against least squares, with a mixed chi-square distribution.

    Parameters
    ----------
    statistic
        Twice the gain in log-likelihood.
    restrictions
        How many restrictions q are tested: that inefficiency has no variance, and that mu, eta and
        the drivers' parameters are zero.
    p_value
        From the mixture with weights one half of chi-square with q - 1 and with q degrees of
        freedom, since the variance lies on its bound and the others do not (Kodde & Palm 1986);
        for q of one, half of it is a mass at zero.
    """

    statistic: float
    restrictions: int
    p_value: float


@dataclass(frozen=True, kw_only=True, eq=False)
class FrontierResults(Results):
    """A frontier that was estimated.

    Parameters
    ----------
    loglik
        Log-likelihood.
    loglik_least_squares
        That of least squares, without inefficiency.
    sigma_u, sigma_v
        Of inefficiency and of noise; with drivers of sigma_u, its root mean square over the rows.
    lr_test
        Test against no inefficiency.
    residuals
        Dependent variable less the frontier, one for each row in use, in the order given.
    rows
        Unit and period of each row in use, in the order given.
    conditional
        What inefficiency given the data follows, row by row: a normal distribution with ``mean``
        and ``sd`` that is truncated at zero, times ``decay``.
    """

    loglik: float
    loglik_least_squares: float
    sigma_u: float
    sigma_v: float
    lr_test: LikelihoodRatio
    residuals: pd.Series = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    conditional: pd.DataFrame = field(repr=False)

    @property
    def gamma(self) -> float:
        """Share of σu² in σu² + σv²."""
        return self.sigma_u**2 / (self.sigma_u**2 + self.sigma_v**2)

    def efficiency(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the efficiency of each row, given its residuals and the estimates.

        Parameters
        ----------
        alpha
            One less the coverage of the intervals, in which the estimates count as known.

        Returns
        -------
        pandas.DataFrame
            Rows as in the data; after unit and period, ``inefficiency`` is E[u | e] (Jondrow et
            al. 1982), ``efficiency`` is E[exp(-u) | e] (Battese & Coelli 1988, eq. 12), from 0 to
            1 for production and for cost, and ``conf_low`` and ``conf_high`` bound exp(-u)
            (Horrace & Schmidt 1996).

        Raises
        ------
        DataError
            If `alpha` does not lie between 0 and 1.
        """
        check_alpha(alpha)
        mean, sd, h = (self.conditional[name].to_numpy() for name in ("mean", "sd", "decay"))
        if not sd.any():
            return self.rows.assign(inefficiency=0.0, efficiency=1.0, conf_low=1.0, conf_high=1.0)
        a, b = sd**-2, mean / sd**2
        given = log_integral(a, b)
        lowered = log_integral(a, b - h, derivatives=False)
        # Quantiles of a truncated normal from its upper tail, in logs.
        inside = special.log_ndtr(mean / sd)
        high, low = (
            np.maximum(mean - sd * special.ndtri_exp(np.log(share) + inside), 0)
            for share in (alpha / 2, 1 - alpha / 2)
        )
        return self.rows.assign(
            inefficiency=h * given.b,
            efficiency=np.exp(lowered.value - given.value),
            conf_low=np.exp(-h * high),
            conf_high=np.exp(-h * low),
        )

    def summary(self, alpha: float = 0.05) -> str:
        """Return the table of parameters with the test and the mean efficiency, in words."""
        test = self.lr_test
        lines = [
            super().summary(alpha),
            f"Log-likelihood {self.loglik:.6g}, of least squares {self.loglik_least_squares:.6g}; "
            f"likelihood ratio {test.statistic:.4g} with {test.restrictions} "
            f"restriction{'s' if test.restrictions > 1 else ''}, mixed chi-square p-value "
            f"{test.p_value:.3g}.",
            f"Mean efficiency {self.efficiency()['efficiency'].mean():.4f}.",
        ]
        return "\n".join(lines)

    def plot(self, alpha: float = 0.05) -> Canvas:
        """Return a plot of the rows' efficiencies in rising order, with their intervals."""
        import matplotlib.pyplot as plt

        found = self.efficiency(alpha).sort_values("efficiency")
        rank = np.arange(1, len(found) + 1)
        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        axes.fill_between(
            rank,
            found["conf_low"],
            found["conf_high"],
            alpha=0.3,
            lw=0,
            label=f"{1 - alpha:.0%} interval",
        )
        axes.plot(rank, found["efficiency"], ".", label="estimate")
        axes.set(xlabel="rows, from the least efficient", ylabel="efficiency, exp(-u)", ylim=(0, 1))
        axes.set_title(self.title)
        axes.legend(loc="lower right")
        return canvas


def report(
    data: FrontierData,
    found: Estimate,
    *,
    kind: str,
    distribution: Distribution,
    dependent: str,
    regressors: tuple[str, ...],
    drivers: tuple[str, ...],
    groupings: tuple[str, ...],
) -> FrontierResults:
    """Bring an estimate back to the data's units, and to their order."""
    full, theta = found.likelihood, found.found.theta
    none = found.bound == "no_inefficiency"
    beta, v, u, _, _ = full.places
    coefficients = data.least_squares if none else theta[beta]
    noise = 1.0 if none else float(np.exp(theta[v] / 2))
    spread = 0.0 if none else float(np.sqrt(np.exp(full.zu @ theta[u]).mean()))
    loglik = (
        data.least_squares_loglik if none else found.found.value - len(data.y) * np.log(data.scale)
    )
    sign = -1.0 if kind == "cost" else 1.0
    residuals = sign * data.scale * (data.y - data.x.columns @ coefficients)
    restrictions = 1 + len(drivers) + (distribution == "truncated_normal") + (data.lag is not None)
    params, covariance = parameter_table(data, found, regressors=regressors, drivers=drivers)
    return FrontierResults(
        title=f"{kind.title()} frontier of {dependent}, {distribution.replace('_', '-')} "
        f"inefficiency",
        params=params,
        covariance=covariance,
        nobs=len(data.y),
        dropped=data.dropped,
        notes=notes_on(data, found, kind=kind, distribution=distribution, groupings=groupings),
        loglik=float(loglik),
        loglik_least_squares=data.least_squares_loglik,
        sigma_u=spread * data.scale,
        sigma_v=noise * data.scale,
        lr_test=_likelihood_ratio(2 * (loglik - data.least_squares_loglik), restrictions),
        residuals=pd.Series(_in_order(data, residuals), data.frame.index, name="residual"),
        rows=data.frame[list(groupings)],
        conditional=pd.DataFrame(
            {name: _in_order(data, part) for name, part in _conditional(data, found).items()},
            index=data.frame.index,
        ),
    )


def _conditional(data: FrontierData, found: Estimate) -> dict[str, Floats]:
    """Return mean and spread of the normal that is truncated, and h, of each sorted row."""
    none = np.zeros(len(data.y))
    if found.bound == "no_inefficiency":
        return {"mean": none, "sd": none, "decay": none + 1}
    a, b = found.likelihood.posterior(found.found.theta)
    which = np.arange(len(data.y)) if data.starts is None else data.codes
    return {
        "mean": (b / a * data.scale)[which],
        "sd": (data.scale / np.sqrt(a))[which],
        "decay": found.likelihood.decay(found.found.theta),
    }


def _in_order(data: FrontierData, values: Floats) -> Floats:
    placed = np.empty_like(values)
    placed[data.order] = values
    return placed


def _likelihood_ratio(statistic: float, restrictions: int) -> LikelihoodRatio:
    # A gain of rounding size is none.
    statistic = statistic if statistic > 1e-8 else 0.0
    below = stats.chi2.sf(statistic, restrictions - 1) if restrictions > 1 else statistic <= 0
    p_value = 0.5 * (below + stats.chi2.sf(statistic, restrictions))
    return LikelihoodRatio(float(statistic), restrictions, float(p_value))
