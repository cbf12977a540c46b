"""Effects by cohort and period: their table, averages, and a test of trends before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.aggregate import Aggregate, AggregateResults, Cells, aggregate
from lcresearch.fund.group_time_cells import Cell, Skipped, describe
from lcresearch.fund.group_time_units import Units
from lcresearch.fund.multiplier_bootstrap import BandedResults

if TYPE_CHECKING:
    from lcresearch.fund.group_time import GroupTimeATT
    from lcresearch.fund.triple_difference import TripleDifference

__all__ = ["GroupTimeResults", "WaldTest"]

Floats = npt.NDArray[np.float64]
_ESTIMATORS = {
    "dr": "doubly robust",
    "ipw": "inverse probability weighting",
    "reg": "outcome regression",
}


@dataclass(frozen=True)
class WaldTest:
    """A test that several parameters are zero.

    Parameters
    ----------
    statistic
        The Wald statistic.
    df
        Its degrees of freedom: the number of parameters.
    p_value
        Of the chi-squared distribution.
    """

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupTimeResults(BandedResults):
    """Effects on the treated by cohort and period.

    Parameters
    ----------
    alpha
        One less the coverage of the intervals in `att`.
    skipped
        Effects that could not be estimated: columns ``cohort``, ``time`` (empty: all periods) and
        ``reason``.
    shares
        Share of each cohort, or of its eligible units, in all units (by weight, if there are
        weights).
    cells
        Periods of each effect as numbers, with the joint covariance and draws of effects and
        shares, from which aggregates are made.
    anticipation
        Periods before treatment in which it may have effects.
    """

    alpha: float
    skipped: pd.DataFrame = field(repr=False)
    shares: pd.Series = field(repr=False)
    cells: Cells = field(repr=False)
    anticipation: float = 0

    @classmethod
    def build(
        cls,
        *,
        model: GroupTimeATT | TripleDifference,
        units: Units,
        cells: Sequence[Cell],
        effects: Floats,
        covariance: Floats,
        draws: Floats | None,
        skipped: Sequence[Skipped],
        trimmed: Mapping[int, int],
        alpha: float,
    ) -> GroupTimeResults:
        """Label what was estimated."""
        index = pd.MultiIndex.from_tuples(
            [(units.label(cell.cohort), units.label(cell.time)) for cell in cells],
            names=["cohort", "time"],
        )
        count = len(cells)
        codes = list(dict.fromkeys(cell.cohort for cell in cells))
        total = units.weight.sum()
        shares = np.array([units.counted[units.rows(code)].sum() / total for code in codes])
        labels = [units.label(code) for code in codes]
        controls = model.control_group.replace("_", " ")
        whose = "Effects" if units.eligible is None else "Effects on eligible units"
        return cls(
            title=f"{whose} by cohort and period ({_ESTIMATORS[model.estimator]}, "
            f"{controls} controls)",
            params=pd.Series(effects, index, name="estimate"),
            covariance=pd.DataFrame(covariance[:count, :count], index, index),
            nobs=units.nobs,
            dropped=units.dropped,
            notes=(*units.notes, *_notes(units, codes, skipped, trimmed)),
            draws=None if draws is None else draws[:, :count],
            alpha=alpha,
            skipped=pd.DataFrame(
                [
                    (
                        units.label(item.cohort),
                        units.label(item.time) if item.time >= 0 else None,
                        item.reason,
                    )
                    for item in skipped
                ],
                columns=["cohort", "time", "reason"],
            ),
            shares=pd.Series(shares, pd.Index(labels, name="cohort"), name="share"),
            cells=Cells(
                effects=effects,
                cohort=np.array([units.times[cell.cohort] for cell in cells]),
                time=np.array([units.times[cell.time] for cell in cells]),
                group=np.array([codes.index(cell.cohort) for cell in cells]),
                reference=np.array([cell.reference for cell in cells]),
                shares=shares,
                covariance=covariance,
                draws=draws,
                first=float(units.times[0]),
                last=float(units.times[units.periods - 1]),
            ),
            anticipation=model.anticipation,
        )

    @property
    def att(self) -> pd.DataFrame:
        """Effects: cohort, time, estimate, std_error, conf_low, conf_high (at the fit's alpha)."""
        return self.to_frame(self.alpha).reset_index()

    def aggregate(
        self,
        kind: Aggregate = "simple",
        *,
        min_e: float | None = None,
        max_e: float | None = None,
        balance_e: float | None = None,
    ) -> AggregateResults:
        """Average the effects; the estimation of the cohorts' shares is part of the errors.

        Parameters
        ----------
        kind
            ``"simple"``: all effects after treatment, by size of cohort; ``"dynamic"``: by time
            since treatment; ``"group"``: by cohort; ``"calendar"``: by period.
        min_e, max_e
            Shortest and longest time since treatment that counts (not for ``"calendar"``).
        balance_e
            For ``"dynamic"``: only cohorts seen for so long after treatment, so that the mix of
            cohorts is the same at each time from 0 to `balance_e`.

        Returns
        -------
        AggregateResults
            ``estimate`` and ``std_error`` of the overall average, and ``table`` of its parts.

        Raises
        ------
        DataError
            If the kind is unknown, an option does not belong to it, or nothing is left.
        """
        return aggregate(
            self.cells,
            kind,
            min_e=min_e,
            max_e=max_e,
            balance_e=balance_e,
            alpha=self.alpha,
            nobs=self.nobs,
            dropped=self.dropped,
            notes=self.notes,
        )

    def pretrend_test(self) -> WaldTest:
        """Test that all effects before treatment (and its anticipation) are zero.

        Returns
        -------
        WaldTest
            ``statistic``, ``df`` and ``p_value``. A large p-value does not prove parallel trends:
            the test may lack power. The chi-squared distribution holds for many units: where
            cohorts have hardly more units than there are effects to test, it rejects too often.

        Raises
        ------
        DataError
            If there is no effect before treatment, or too few independent units to test them all.
        """
        cells = self.cells
        before = (cells.time + self.anticipation < cells.cohort) & ~cells.reference
        count = int(before.sum())
        if not count:
            raise DataError(
                "pretrend_test: no effect before treatment was estimated: it needs a cohort with "
                "two periods or more before treatment."
            )
        covariance = cells.covariance[: len(before), : len(before)][np.ix_(before, before)]
        size = np.sqrt(np.diag(covariance))
        if (size > 0).all():
            scaled = covariance / np.outer(size, size)
            if np.linalg.matrix_rank(scaled, tol=1e-10 * count, hermitian=True) == count:
                ratio = cells.effects[before] / size
                statistic = float(ratio @ np.linalg.solve(scaled, ratio))
                return WaldTest(statistic, count, float(stats.chi2.sf(statistic, count)))
        raise DataError(
            f"pretrend_test: the covariance of the {count} effects before treatment is singular: "
            f"there are too few independent units or clusters to test them all at once."
        )


def _notes(
    units: Units, codes: Sequence[int], skipped: Sequence[Skipped], trimmed: Mapping[int, int]
) -> list[str]:
    notes = []
    if not units.balanced:
        how = (
            "rows of two periods are compared as two cross-sections, not the changes of units"
            if units.eligible is None
            else "an effect rests on those that have a row in both of its periods"
        )
        notes.append(f"Not every {units.name} has a row in every period: {how}.")
    notes += describe(units, skipped)
    for cohort, count in trimmed.items():
        notes.append(
            f"Cohort {units.label(cohort)}: {count:,} controls almost certain to be treated by "
            f"their covariates have no weight."
        )
    few = 5 + units.x.shape[2] - 1
    for cohort in codes:
        label, size = units.label(cohort), units.size(cohort)
        if size < few:
            notes.append(f"Cohort {label} has {size} units only: its standard errors are rough.")
        if units.cluster is not None and len(np.unique(units.cluster[units.rows(cohort)])) == 1:
            notes.append(
                f"Cohort {label} lies in one cluster: its standard errors leave out the variation "
                f"between treated clusters, and are too small."
            )
    return notes
