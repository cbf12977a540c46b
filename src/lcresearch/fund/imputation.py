"""The imputation estimator of staggered treatments' effects (Borusyak, Jaravel & Spiess 2024)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.absorb import TwoWayEffects
from lcresearch.fund.clusters import cluster_of_units
from lcresearch.fund.imputation_errors import Averages, effects_less_average
from lcresearch.fund.lead_test import LeadTest, lead_test
from lcresearch.fund.panel import Panel
from lcresearch.fund.partial_out import PartialledOut
from lcresearch.results import Results, check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["ImputationDiD", "ImputationResults"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Cells = Literal["cohort_period", "event_time"]


@dataclass(frozen=True, eq=False)
class ImputationDiD:
    """Effects as outcomes less what untreated rows say they would have been.

    Unit effects, period effects and coefficients of covariates are fitted to untreated rows
    alone, ``y_it = a_i + b_t + x_it'd + e_it``; each treated row is compared with what they
    predict for it, and the differences are averaged, over all treated rows and by event time.

    Parameters
    ----------
    data
        One row for each unit and period.
    outcome, unit, time
        Names of columns; periods are numbers.
    cohort
        Name of the column with the first treated period; missing, 0 or infinite for a unit that
        is never treated.
    covariates
        Names of columns that vary within units over time.
    cluster
        Name of a column whose values hold whole units; by default the unit.
    weights
        Name of a column of positive weights, used in the fit and in the averages.

    Notes
    -----
    Borusyak, Jaravel and Spiess, Review of Economic Studies 91 (2024): the estimator is that of
    their theorem 2; the standard errors are those of their theorem 3, in which the unknown effect
    of a row is replaced by the average over its cohort and period, weighted as their equation 8
    has it. They are conservative: the spread of effects within such a cell counts as noise.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    unit: str
    time: str
    cohort: str
    covariates: Sequence[str] = ()
    cluster: str | None = None
    weights: str | None = None

    def fit(
        self,
        *,
        alpha: float = 0.05,
        cells: Cells = "cohort_period",
        leave_one_out: bool = False,
    ) -> ImputationResults:
        """Estimate the effects.

        Parameters
        ----------
        alpha
            One less the coverage of the intervals in the result's tables.
        cells
            Rows whose effects are averaged for the standard errors: those of a cohort and
            period, or, where cohorts are of one or two units, all of an event time.
        leave_one_out
            Whether a cluster's own effects stay out of the average that they are compared with
            (the authors' appendix A.9): larger standard errors, better in small cells.

        Returns
        -------
        ImputationResults
            Effects by event time and overall, in the outcome's unit.

        Raises
        ------
        DataError
            If a column is missing or not what it should be, no row is treated, no effect is
            identified, or a covariate is absorbed by the effects.
        """
        check_alpha(alpha)
        if cells not in ("cohort_period", "event_time"):
            raise DataError(f"cells must be 'cohort_period' or 'event_time', not {cells!r}.")
        panel = self._read()
        clusters, n_clusters = cluster_of_units(
            self.data, panel, unit=self.unit, cluster=self.cluster
        )
        weight = panel.columns[self.weights] if self.weights else np.ones(len(panel.outcome))
        if (weight <= 0).any():
            raise DataError(
                f"column {self.weights!r}: is zero or negative in {int((weight <= 0).sum())} rows: "
                f"drop them, or give positive weights."
            )
        start = panel.cohort[panel.unit]
        treated = (start >= 0) & (panel.time >= start)
        _refuse_one_sided(treated, self.cohort)
        free = np.flatnonzero(~treated)
        effects = TwoWayEffects(
            panel.unit[free], panel.time[free], len(panel.units), len(panel.times), weight[free]
        )
        covariates = _stack(panel, self.covariates)
        fitted = PartialledOut.fit(
            effects, panel.outcome[free], covariates[free], names=self.covariates
        )
        sets = effects.set_of_unit[panel.unit], effects.set_of_time[panel.time]
        known = (sets[0] == sets[1]) & (sets[0] >= 0)
        rows = np.flatnonzero(treated & known)
        if not len(rows):
            raise DataError(
                f"no effect is identified: no unit in {self.cohort!r} has both an untreated "
                f"period and a treated one in which another unit is untreated; add earlier "
                f"periods or untreated units."
            )
        labels = panel.times.to_numpy()
        event = labels[panel.time[rows]] - labels[start[rows]]
        horizon, horizons = pd.factorize(event, sort=True)
        gap, left = fitted.predict(panel, rows, covariates[rows])
        averages = Averages(
            panel=panel, rows=rows, horizon=horizon, count=len(horizons), weight=weight[rows]
        )
        cell = start[rows] * len(labels) + panel.time[rows] if cells == "cohort_period" else horizon
        noise, single = effects_less_average(
            gap, weight[rows], cell, clusters[panel.unit[rows]], leave_one_out
        )
        scores = averages.scores(effects, fitted, noise, left, clusters, n_clusters)
        covariance = scores.T @ scores
        estimates = averages.mean(gap)
        names = pd.Index(horizons, name="event_time")
        lost = treated & ~known
        dropped = dict(panel.dropped)
        if lost.any():
            dropped["treated, effect not identified"] = int(lost.sum())
        used = panel.unit[rows]
        table = {
            self.unit: panel.units[used],
            self.time: panel.times[panel.time[rows]],
            self.cohort: labels[start[rows]],
            "event_time": event,
            "effect": gap,
        }
        return ImputationResults(
            title=f"Effects on {self.outcome}, by imputation",
            params=pd.Series(estimates[1:], index=names, name="estimate"),
            covariance=pd.DataFrame(covariance[1:, 1:], index=names, columns=names),
            nobs=len(free) + len(rows),
            dropped=dropped,
            notes=(
                *_lost_notes(panel, effects, lost),
                *_single_notes(panel, rows[single]),
                f"Standard errors: {_present(clusters, used, effects.unit):,} clusters; effects "
                f"averaged by {'cohort and period' if cells == 'cohort_period' else 'event time'}.",
            ),
            estimate=float(estimates[0]),
            std_error=float(np.sqrt(covariance[0, 0])),
            alpha=alpha,
            effects=pd.DataFrame(table),
            coefficients=pd.Series(fitted.slopes, index=list(self.covariates), dtype=float),
            _panel=panel,
            _free=free,
            _fit=(effects, fitted),
            _clusters=(clusters, n_clusters),
        )

    def _read(self) -> Panel:
        extra = [*self.covariates, *([self.weights] if self.weights else [])]
        if isinstance(self.covariates, str):
            raise DataError(f"covariates must be a list of names: write [{self.covariates!r}].")
        return Panel.read(
            self.data,
            outcome=self.outcome,
            unit=self.unit,
            time=self.time,
            cohort=self.cohort,
            columns=extra,
            needs_pre_period=False,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ImputationResults(Results):
    """Effects by event time, with the average over all treated rows.

    Parameters
    ----------
    estimate, std_error
        Average effect over all treated rows whose effect is identified, and its standard error.
    alpha
        One less the coverage of the intervals in `att`.
    effects
        The imputed effect of each treated row; single ones are as noisy as the rows.
    coefficients
        Of the covariates, from untreated rows.
    """

    estimate: float
    std_error: float
    alpha: float
    effects: pd.DataFrame = field(repr=False)
    coefficients: pd.Series = field(repr=False)
    _panel: Panel = field(repr=False)
    _free: Ints = field(repr=False)
    _fit: tuple[TwoWayEffects, PartialledOut] = field(repr=False)
    _clusters: tuple[Ints, int] = field(repr=False)

    @property
    def att(self) -> pd.DataFrame:
        """Effects by event time: periods since the first treated one, as the labels count them."""
        return self.to_frame(self.alpha).rename_axis("event_time").reset_index()

    @property
    def estimate_interval(self) -> tuple[float, float]:
        """Confidence interval of the average effect."""
        margin = stats.norm.isf(self.alpha / 2) * self.std_error
        return self.estimate - margin, self.estimate + margin

    def pretrend_test(self, leads: int | None = None) -> LeadTest:
        """Test, on untreated rows alone, that the last periods before treatment are like others.

        Parameters
        ----------
        leads
            How many periods before treatment get a coefficient of their own; the earlier ones,
            and units that are never treated, are what they are compared with. By default three,
            or fewer where the panel does not begin so early.

        Returns
        -------
        LeadTest
            A coefficient for each lead, and the Wald test that all are zero.

        Raises
        ------
        DataError
            If the panel has too few untreated periods for so many leads.
        """
        effects, fitted = self._fit
        return lead_test(
            self._panel, self._free, effects, fitted, *self._clusters, leads=leads, alpha=self.alpha
        )

    def summary(self, alpha: float | None = None) -> str:
        """Return the average effect and the table by event time, with what was left out."""
        level = self.alpha if alpha is None else alpha
        margin = stats.norm.isf(check_alpha(level) / 2) * self.std_error
        average = (
            f"Average over {len(self.effects):,} treated rows: {self.estimate:.6g} (standard error "
            f"{self.std_error:.6g}; {self.estimate - margin:.6g} to {self.estimate + margin:.6g})"
        )
        head, _, rest = super().summary(level).partition("\n\n")
        return f"{head}\n{average}\n\n{rest}"

    def plot(self, alpha: float | None = None) -> Canvas:
        """Return a plot of the effects over event time, with intervals."""
        import matplotlib.pyplot as plt

        table = self.to_frame(self.alpha if alpha is None else alpha)
        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        axes.vlines(table.index, table["conf_low"], table["conf_high"], lw=2)
        axes.plot(table.index, table["estimate"], "o")
        axes.axhline(0, color="0.4", lw=1)
        axes.set(xlabel="periods since treatment began", ylabel="effect", title=self.title)
        return canvas


def _stack(panel: Panel, names: Sequence[str]) -> Floats:
    empty = np.empty((len(panel.outcome), 0))
    return np.column_stack([panel.columns[name] for name in names]) if names else empty


def _refuse_one_sided(treated: Mask, cohort: str) -> None:
    if not treated.any():
        raise DataError(
            f"column {cohort!r}: no row is treated: its first treated periods all lie after the "
            f"panel's last period, or are empty."
        )
    if treated.all():
        raise DataError(
            f"column {cohort!r}: every row is treated, so that nothing says what would have been: "
            f"add earlier periods or untreated units."
        )


def _lost_notes(panel: Panel, effects: TwoWayEffects, lost: Mask) -> list[str]:
    """Say which treated rows have no counterpart, and why."""
    unit, time = panel.unit[lost], panel.time[lost]
    no_before = np.unique(unit[effects.set_of_unit[unit] < 0])
    no_peer = np.unique(time[effects.set_of_time[time] < 0])
    both = (effects.set_of_unit[unit] >= 0) & (effects.set_of_time[time] >= 0)
    notes = []
    if len(no_before):
        notes.append(
            f"Left out, no untreated period: {panel.units.name} {_names(panel.units[no_before])}."
        )
    if len(no_peer):
        notes.append(
            f"Left out, no untreated {panel.units.name}: {panel.times.name} "
            f"{_names(panel.times[no_peer])}."
        )
    if both.any():
        apart = np.unique(unit[both])
        notes.append(
            f"Left out, period not linked to the unit's own by untreated rows: {panel.units.name} "
            f"{_names(panel.units[apart])}."
        )
    return notes


def _single_notes(panel: Panel, rows: Ints) -> list[str]:
    """Say whose own noise after treatment the standard errors cannot see."""
    alone = np.unique(panel.unit[rows])
    if not len(alone):
        return []
    return [
        f"Standard errors are too small: {panel.units.name} {_names(panel.units[alone])} stand "
        f"alone in their cell, so that their own noise after treatment is taken for their effect."
    ]


def _present(clusters: Ints, *units: Ints) -> int:
    """Return how many clusters have a row among those used."""
    return len(np.unique(clusters[np.concatenate(units)]))


def _names(labels: pd.Index) -> str:
    more = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
    return ", ".join(map(str, labels[:5])) + more
