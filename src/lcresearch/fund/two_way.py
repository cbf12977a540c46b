"""The naive two-way fixed-effects estimate of a staggered treatment's effect."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.absorb import TwoWayEffects
from lcresearch.fund.clusters import cluster_of_units, small_sample_factor, sum_by_cluster
from lcresearch.fund.goodman_bacon import decompose
from lcresearch.fund.panel import Panel
from lcresearch.results import Results

__all__ = ["TwoWayFixedEffects", "TwoWayResults"]


@dataclass(frozen=True, eq=False)
class TwoWayFixedEffects:
    """One effect for all: ``y_it = a_i + b_t + effect * treated_it + e_it`` by least squares.

    Where units are treated at different times and effects grow or differ, units treated earlier
    serve as controls for those treated later, and the estimate may lie outside the range of the
    effects; `TwoWayResults.decomposition` shows how much of it comes from such comparisons.

    Parameters
    ----------
    data
        One row for each unit and period.
    outcome, unit, time
        Names of columns; periods are numbers.
    cohort
        Name of the column with the first treated period; missing, 0 or infinite for a unit that
        is never treated.
    cluster
        Name of a column whose values hold whole units; by default the unit.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    unit: str
    time: str
    cohort: str
    cluster: str | None = None

    def fit(self) -> TwoWayResults:
        """Estimate the effect, with a cluster-robust standard error.

        The sandwich is multiplied by ``G / (G - 1) (n - 1) / (n - k)`` with ``G`` clusters and
        ``n`` rows; ``k`` counts the effect, a constant and the free period effects, not the unit
        effects, which lie within clusters (as fixest counts). Intervals use Student's t with
        ``G - 1`` degrees of freedom.

        Returns
        -------
        TwoWayResults
            The effect, in the outcome's unit.

        Raises
        ------
        DataError
            If a column is missing or not what it should be, or treatment does not vary beyond
            unit and period effects.
        """
        panel = Panel.read(
            self.data,
            outcome=self.outcome,
            unit=self.unit,
            time=self.time,
            cohort=self.cohort,
            needs_pre_period=False,
        )
        clusters, count = cluster_of_units(self.data, panel, unit=self.unit, cluster=self.cluster)
        start = panel.cohort[panel.unit]
        treated = ((start >= 0) & (panel.time >= start)).astype(float)
        effects = TwoWayEffects(panel.unit, panel.time, len(panel.units), len(panel.times))
        left = effects.residuals(treated)
        spread = float(left @ left)
        if spread <= 1e-12 * len(left):
            raise DataError(
                f"column {self.cohort!r}: treatment does not vary beyond unit and period effects: "
                f"it needs units that are treated at different times, or never."
            )
        outcome = effects.residuals(panel.outcome)
        estimate = float(left @ outcome) / spread
        residual = outcome - estimate * left
        by_unit = np.bincount(panel.unit, left * residual, len(panel.units)).astype(float)
        scores = sum_by_cluster(by_unit[:, None], clusters, count)
        # The effect and the constant; of the two-way effects, those of periods.
        parameters = 2 + effects.rank - len(panel.units)
        factor = small_sample_factor(clusters=count, rows=len(left), parameters=parameters)
        variance = factor * float((scores**2).sum()) / spread**2
        names = pd.Index(["effect"], name="parameter")
        return TwoWayResults(
            title=f"Effect on {self.outcome}, two-way fixed effects",
            params=pd.Series([estimate], index=names, name="estimate"),
            covariance=pd.DataFrame([[variance]], index=names, columns=names),
            nobs=len(left),
            dropped=panel.dropped,
            notes=(
                f"Standard errors: {count:,} clusters, small-sample factor {factor:.6g}.",
                "Where treatment is staggered, units treated earlier serve as controls: see "
                "decomposition().",
            ),
            degrees_of_freedom=count - 1,
            weights=pd.DataFrame(
                {
                    self.unit: panel.units[panel.unit],
                    self.time: panel.times[panel.time],
                    "treated": treated.astype(bool),
                    "weight": left / spread,
                }
            ),
            _panel=panel,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoWayResults(Results):
    """The two-way fixed-effects estimate, and what it is made of.

    Parameters
    ----------
    weights
        The weight of each row's outcome in the estimate; those of treated rows add to one, and
        where some of them are negative, so is the part that these rows' effects play.
    """

    weights: pd.DataFrame = field(repr=False)
    _panel: Panel = field(repr=False)

    @property
    def estimate(self) -> float:
        """The effect."""
        return float(self.params.iloc[0])

    @property
    def std_error(self) -> float:
        """Its cluster-robust standard error."""
        return float(self.std_errors.iloc[0])

    def decomposition(self) -> pd.DataFrame:
        """Return the two-by-two comparisons whose weighted sum is the estimate.

        Returns
        -------
        pandas.DataFrame
            Columns ``treated_cohort``, ``control_cohort`` (NaN: never treated), ``kind``,
            ``weight`` and ``estimate``; the weights add to one.

        Raises
        ------
        DataError
            If the panel is not balanced.
        """
        return decompose(self._panel)
