"""What buyers pay for attributes: log prices regressed on packaging, brand, origin and channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.columns import complete_rows, numbers, positive, require_columns
from lcresearch.errors import DataError, did_you_mean
from lcresearch.pricing.absorbed_regression import absorbed_regression
from lcresearch.results import Results, check_alpha

__all__ = ["HedonicPrice", "HedonicResults"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HedonicPrice:
    """Log price on attributes, with effects absorbed.

    Parameters
    ----------
    data
        One row for each price observed.
    price
        Column of prices above zero; the logarithm is taken inside.
    attributes
        Numeric columns; columns of zeros and ones get a premium, like levels of categories.
    categories
        Columns of labels; each level but the base has a parameter ``column[level]``.
    bases
        For some categories the level that the others are compared with; by default the first in
        sorted order.
    effects
        Columns whose groups each have an own level, such as product, seller and week.
    cluster
        Column of groups within which errors depend on each other.
    robust
        Standard errors for errors of unequal variance (HC1), where `cluster` is None.

    References
    ----------
    Rosen (1974); Kennedy (1981) on premia; van Garderen and Shah (2002) on their variance.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    price: str
    attributes: Sequence[str] = ()
    categories: Sequence[str] = ()
    bases: Mapping[str, object] = field(default_factory=dict)
    effects: Sequence[str] = ()
    cluster: str | None = None
    robust: bool = False

    def fit(self) -> HedonicResults:
        """Estimate by least squares.

        Returns
        -------
        HedonicResults
            Estimates in log points; premia in per cent by its method.

        Raises
        ------
        DataError
            If a column is missing or not of its kind, a price is not above zero, a base is not a
            level, or the data do not tell the parameters apart.
        """
        grouped = [*self.effects, *([self.cluster] if self.cluster else [])]
        used = [self.price, *self.attributes, *self.categories, *grouped]
        require_columns(self.data, used)
        if not (self.attributes or self.categories):
            raise DataError("attributes and categories are both empty: name what is priced.")
        data, dropped = complete_rows(self.data, used)
        outcome = np.log(positive(data, self.price))
        columns = {name: numbers(data, name) for name in self.attributes}
        dummies = {n: c for n, c in columns.items() if set(np.unique(c)) == {0.0, 1.0}}
        for name in self.categories:
            levels = self._dummies(data[name], name)
            columns |= levels
            dummies |= levels
        if not self.effects:
            columns = {"const": np.ones(len(data)), **columns}
        names = list(columns)
        fit = absorbed_regression(
            outcome,
            np.column_stack(list(columns.values())),
            names,
            effects=[pd.factorize(data[name])[0] for name in self.effects],
            cluster=pd.factorize(data[self.cluster])[0] if self.cluster else None,
            robust=self.robust,
        )
        index = pd.Index(names, name="parameter")
        kind = f"clustered by {self.cluster}" if self.cluster else "HC1" if self.robust else "usual"
        return HedonicResults(
            title=f"Hedonic regression of log {self.price}",
            params=pd.Series(fit.params, index=index, name="estimate"),
            covariance=pd.DataFrame(fit.covariance, index, index),
            nobs=len(data),
            dropped=dropped,
            notes=(
                f"Standard errors: {kind}; absorbed effects: {', '.join(self.effects) or 'none'}.",
            ),
            degrees_of_freedom=fit.degrees_of_freedom,
            r_squared=fit.r_squared,
            dummies=tuple(dummies),
        )

    def _dummies(self, column: pd.Series, name: str) -> dict[str, Floats]:
        levels = sorted(column.unique(), key=str)
        base = self.bases.get(name, levels[0])
        if base not in levels:
            raise DataError(
                f"bases: column {name!r} has no level {base!r}: it has "
                f"{', '.join(map(repr, levels))}.{did_you_mean(base, levels)}"
            )
        if len(levels) < 2:
            raise DataError(f"column {name!r} has one level, {base!r}: leave it out.")
        return {
            f"{name}[{level}]": (column == level).to_numpy(dtype=float)
            for level in levels
            if level != base
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class HedonicResults(Results):
    """Estimates of a hedonic regression, in log points.

    Parameters
    ----------
    r_squared
        Share of the variance of log price explained, effects included.
    dummies
        Parameters of columns of zeros and ones, which have premia.
    """

    r_squared: float
    dummies: tuple[str, ...]

    def premia(self, alpha: float = 0.05) -> pd.DataFrame:
        r"""Return premia in per cent of the price without the attribute.

        With estimate :math:`b` and variance :math:`v`, the premium is Kennedy's
        :math:`100 (e^{b - v/2} - 1)` and its standard error the root of van Garderen and Shah's
        :math:`100^2 e^{2b} (e^{-v} - e^{-2v})`. Intervals are those of :math:`b` carried over to
        per cent, so that they cover as often and never fall below -100.

        Returns
        -------
        pandas.DataFrame
            Columns ``premium``, ``std_error``, ``conf_low`` and ``conf_high``, all in per cent.

        Raises
        ------
        DataError
            If `alpha` does not lie between 0 and 1.
        """
        b = self.params[list(self.dummies)]
        error = self.std_errors[list(self.dummies)]
        margin = stats.t.isf(check_alpha(alpha) / 2, self.degrees_of_freedom) * error
        spread = np.exp(2 * b) * (np.exp(-(error**2)) - np.exp(-2 * error**2))
        return pd.DataFrame(
            {
                "premium": 100 * np.expm1(b - error**2 / 2),
                "std_error": 100 * np.sqrt(spread),
                "conf_low": 100 * np.expm1(b - margin),
                "conf_high": 100 * np.expm1(b + margin),
            }
        )
