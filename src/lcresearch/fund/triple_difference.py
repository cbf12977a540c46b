"""Triple differences: a policy that reaches only some of the units where it is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.doubly_robust import Estimator
from lcresearch.fund.group_time import check_options, fit_cells
from lcresearch.fund.group_time_cells import BasePeriod
from lcresearch.fund.group_time_results import GroupTimeResults
from lcresearch.fund.group_time_units import Control
from lcresearch.fund.multiplier_bootstrap import Multipliers
from lcresearch.fund.triple_difference_effects import from_triples

__all__ = ["TripleDifference"]


@dataclass(frozen=True, eq=False)
class TripleDifference:
    """Effects on eligible units by cohort and period (Ortiz-Villavicencio and Sant'Anna 2025).

    A policy starts in some regions and not in others, and reaches only eligible units there: a
    fund for e-commerce, and households that sell. The change of eligible against ineligible units
    where it starts is compared with the same change where it does not. Eligible units may so have
    another trend than the others, and regions may differ in their trends, as long as the first
    difference is the same in both kinds of regions, given covariates.

    Parameters
    ----------
    data
        One row for each unit and period.
    outcome, unit, time
        Names of columns.
    cohort
        Name of the column with the first period of the policy in the unit's region, whether the
        unit is eligible or not; missing, 0 or infinite for never.
    eligible
        Name of the column that is 1 for eligible units and 0 for the others.
    covariates
        Names of numeric columns, of which the values in the earlier of two periods count.
    control_group
        ``"never_treated"``, or ``"not_yet_treated"``: every cohort untreated in both periods, one
        by one, combined for the least variance.
    estimator
        ``"dr"`` doubly robust, ``"ipw"`` inverse probability weighting, ``"reg"`` outcome
        regression; without covariates all three agree.
    base_period
        Before treatment, compare with the period before (``"varying"``) or with the last one
        before treatment (``"universal"``).
    anticipation
        Periods (in the unit of `time`) before treatment in which it may already have effects.
    cluster
        Name of a column whose groups of units are independent; by default each unit is.
    weights
        Name of a column with sampling weights, constant within a unit.

    Raises
    ------
    DataError
        If an argument is unknown.

    References
    ----------
    Ortiz-Villavicencio, M. and Sant'Anna, P. H. C. (2025), Better Understanding Triple Differences
    Estimators, arXiv:2505.09942.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    unit: str
    time: str
    cohort: str
    eligible: str
    covariates: Sequence[str] = ()
    control_group: Control = "never_treated"
    estimator: Estimator = "dr"
    base_period: BasePeriod = "varying"
    anticipation: float = 0
    cluster: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        check_options(self)
        if self.eligible in self.covariates:
            raise DataError(
                f"covariates names {self.eligible!r}, the column of eligible: leave it."
            )

    def fit(
        self,
        bootstrap: int = 0,
        seed: int | None = None,
        alpha: float = 0.05,
        multipliers: Multipliers = "gaussian",
    ) -> GroupTimeResults:
        """Estimate every effect that the data identify.

        With gaps, a cell rests on the units that have a row in both of its periods.

        Parameters
        ----------
        bootstrap
            Draws of the multiplier bootstrap, which give simultaneous bands; 0 for analytic
            standard errors and pointwise intervals.
        seed
            Seed of the draws.
        alpha
            One less the coverage of the intervals in ``.att``.
        multipliers
            Law of the bootstrap's multipliers, as in `GroupTimeATT.fit`.

        Returns
        -------
        GroupTimeResults
            Effects on eligible units with ``att``, ``aggregate()`` (weighted by eligible units)
            and ``pretrend_test()``; what could not be estimated is in ``skipped``.

        Raises
        ------
        DataError
            If the data are wrong, or no effect is identified; the message says why.
        """
        return fit_cells(
            self, from_triples, bootstrap, seed, alpha, multipliers, eligible=self.eligible
        )
