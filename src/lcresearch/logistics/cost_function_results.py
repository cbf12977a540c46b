"""Results of a cost function: elasticities, economies of scale and density, regularity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.cost_function_effects import VarianceComponents
from lcresearch.logistics.cost_function_regularity import Regularity, check_regularity
from lcresearch.logistics.cost_function_terms import Terms
from lcresearch.results import Results, check_alpha

__all__ = ["CostFunctionResults", "Economies"]

_QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, kw_only=True, eq=False)
class Economies:
    """Economies of scale or density at a point, and by size.

    Above one, cost grows less than in proportion.

    Parameters
    ----------
    kind
        ``"scale"`` or ``"density"``.
    estimate, std_error
        At the point, with the delta method's standard error.
    point
        Outputs, network and prices at which it holds, in their own units.
    table
        One row for each quantile, at which every output and network column stands while prices
        stand at their geometric means: ``quantile``, the outputs and network columns,
        ``estimate`` and ``std_error``.
    degrees_of_freedom
        Of Student's t distribution for intervals; infinite gives the normal distribution.
    """

    kind: str
    estimate: float
    std_error: float
    point: pd.Series = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    degrees_of_freedom: float

    def conf_int(self, alpha: float = 0.05) -> tuple[float, float]:
        """Return the confidence interval at the point.

        Raises
        ------
        DataError
            If `alpha` does not lie between 0 and 1.
        """
        margin = self.std_error * float(
            stats.t.isf(check_alpha(alpha) / 2, self.degrees_of_freedom)
        )
        return self.estimate - margin, self.estimate + margin

    def __float__(self) -> float:
        """Return the estimate."""
        return self.estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class CostFunctionResults(Results):
    """An estimated cost function.

    Parameters
    ----------
    loglik
        Gaussian log-likelihood: of the cost equation alone without shares, of the system with
        them.
    r_squared
        Of the cost equation, whose left side is the log of cost, less that of the last of several
        prices: the part of its variation that parameters and fixed effects explain, random
        effects left out.
    ssr
        Sum of squared residuals of the cost equation.
    residuals
        One row for each row used; one column for the cost, and one for each share in use, named
        by its price.
    unit_effects, time_effects
        Fixed effects, or predictions of random ones, if there are any. Fixed effects of units
        hold the constant, and beside them those of periods add to zero.
    random_effects
        Variances of random effects, if there are any.
    terms
        The terms of the function.
    logs
        Logs of outputs, network columns and prices, one row for each row used.
    """

    loglik: float
    r_squared: float
    ssr: float
    residuals: pd.DataFrame = field(repr=False)
    unit_effects: pd.Series | None = field(default=None, repr=False)
    time_effects: pd.Series | None = field(default=None, repr=False)
    random_effects: VarianceComponents | None = field(default=None, repr=False)
    terms: Terms = field(repr=False)
    logs: pd.DataFrame = field(repr=False)

    def scale_economies(self, at: str | Mapping[str, float] = "mean") -> Economies:
        """Return economies of scale: one over the sum of the elasticities of cost.

        The sum runs over outputs and network columns (Caves, Christensen and Tretheway 1984,
        returns to scale): outputs and network grow together. These are the returns to size.

        Parameters
        ----------
        at
            ``"mean"``: geometric means; ``"median"``: medians; or levels by column name, in
            which columns that are not named stand at their geometric means.

        Raises
        ------
        DataError
            If `at` names an unknown column or a level that is not above zero.
        """
        return self._economies("scale", [*self.terms.outputs, *self.terms.network], at)

    def density_economies(self, at: str | Mapping[str, float] = "mean") -> Economies:
        """Return economies of density: one over the sum of outputs' elasticities of cost.

        Outputs grow while the network stays as it is (Caves, Christensen and Tretheway 1984,
        returns to density).

        Parameters
        ----------
        at
            As for `scale_economies`.

        Raises
        ------
        DataError
            If the cost function has no network columns, or `at` is wrong.
        """
        if not self.terms.network:
            raise DataError(
                "economies of density need a network that stays as it is: name its columns by "
                "network=; without them there are economies of scale alone."
            )
        return self._economies("density", list(self.terms.outputs), at)

    def elasticities(
        self, at: str | Mapping[str, float] = "mean", alpha: float = 0.05
    ) -> pd.DataFrame:
        """Return the elasticity of cost by every output, network column and price at a point.

        Those of prices are the fitted cost shares.

        Parameters
        ----------
        at
            As for `scale_economies`.
        alpha
            One less the coverage of the intervals.

        Returns
        -------
        pandas.DataFrame
            Columns ``estimate``, ``std_error``, ``conf_low``, ``conf_high``.
        """
        rows = self.terms.slopes(self.terms.variables, self._point(at))
        values = rows @ self.params.to_numpy()
        errors = np.sqrt(np.einsum("rp,pq,rq->r", rows, self.covariance.to_numpy(), rows))
        margin = stats.t.isf(check_alpha(alpha) / 2, self.degrees_of_freedom) * errors
        return pd.DataFrame(
            {
                "estimate": values,
                "std_error": errors,
                "conf_low": values - margin,
                "conf_high": values + margin,
            },
            index=pd.Index(self.terms.variables, name="variable"),
        )

    def check_regularity(self) -> Regularity:
        """Return where the function rises in outputs and prices and is concave in prices.

        A cost function that comes from least cost does everywhere; an estimated one may not.
        """
        return check_regularity(self.terms, self.params, self.logs)

    def _economies(self, kind: str, names: list[str], at: str | Mapping[str, float]) -> Economies:
        point = self._point(at)
        estimate, error = self._inverse_sum(names, point)
        moving = [*self.terms.outputs, *self.terms.network]
        rows = []
        for quantile in _QUANTILES:
            logs = self._point("mean")
            logs[moving] = self.logs[moving].quantile(quantile)
            rows.append([quantile, *np.exp(logs[moving]), *self._inverse_sum(names, logs)])
        table = pd.DataFrame(rows, columns=["quantile", *moving, "estimate", "std_error"])
        return Economies(
            kind=kind,
            estimate=estimate,
            std_error=error,
            point=np.exp(point).rename("level"),
            table=table,
            degrees_of_freedom=self.degrees_of_freedom,
        )

    def _inverse_sum(self, names: list[str], point: pd.Series) -> tuple[float, float]:
        """Return one over a sum of elasticities, and its standard error by the delta method."""
        gradient = self.terms.slopes(names, point).sum(axis=0)
        total = float(gradient @ self.params.to_numpy())
        variance = float(gradient @ self.covariance.to_numpy() @ gradient)
        return 1 / total, float(np.sqrt(variance)) / total**2

    def _point(self, at: str | Mapping[str, float]) -> pd.Series:
        """Return the logs of all variables at a point."""
        mean = self.logs.mean()
        if isinstance(at, str):
            if at not in ("mean", "median"):
                raise DataError(f"at is {at!r}: give 'mean', 'median' or levels by column name.")
            return mean if at == "mean" else self.logs.median()
        for name, level in dict(at).items():
            if name not in mean.index:
                raise DataError(
                    f"at names {name!r}; the cost function has {', '.join(mean.index)}."
                    f"{did_you_mean(name, mean.index)}"
                )
            if not (np.isfinite(level) and level > 0):
                raise DataError(f"at: {name} is {level}: give a level above zero.")
            mean[name] = np.log(level)
        return mean
