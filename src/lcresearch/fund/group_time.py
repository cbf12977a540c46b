"""Effects by cohort and period, where units are treated at different times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.doubly_robust import Estimator
from lcresearch.fund.group_time_cells import BasePeriod, describe, plan
from lcresearch.fund.group_time_effects import Found, from_changes, from_sections
from lcresearch.fund.group_time_results import GroupTimeResults
from lcresearch.fund.group_time_units import Control, Units
from lcresearch.fund.multiplier_bootstrap import Multipliers, check_draws

if TYPE_CHECKING:
    from lcresearch.fund.triple_difference import TripleDifference

__all__ = ["GroupTimeATT", "check_options", "fit_cells"]


@dataclass(frozen=True, eq=False)
class GroupTimeATT:
    """Average effects on the treated by cohort and period (Callaway and Sant'Anna 2021).

    A cohort is the units first treated in the same period. Its effect in a period is its change
    of the outcome since a base period less the change of controls that look like it: identified
    if, given covariates, both would have changed alike without treatment.

    In a balanced panel the changes of units are compared. With gaps, the rows of each two periods
    are taken as two cross-sections, which the results say.

    Parameters
    ----------
    data
        One row for each unit and period.
    outcome, unit, time
        Names of columns.
    cohort
        Name of the column with the first treated period; missing, 0 or infinite for never. A
        cohort that starts between two periods of the data counts from the later one.
    covariates
        Names of numeric columns, of which the values in the earlier of two periods count; with
        gaps in the panel, those of each row.
    control_group
        ``"never_treated"``, or ``"not_yet_treated"``: whoever is untreated in both periods.
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
    Callaway, B. and Sant'Anna, P. H. C. (2021), Journal of Econometrics 225(2).
    Sant'Anna, P. H. C. and Zhao, J. (2020), Journal of Econometrics 219(1).
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    unit: str
    time: str
    cohort: str
    covariates: Sequence[str] = ()
    control_group: Control = "never_treated"
    estimator: Estimator = "dr"
    base_period: BasePeriod = "varying"
    anticipation: float = 0
    cluster: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        check_options(self)

    def fit(
        self,
        bootstrap: int = 0,
        seed: int | None = None,
        alpha: float = 0.05,
        multipliers: Multipliers = "gaussian",
    ) -> GroupTimeResults:
        """Estimate every effect that the data identify.

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
            ``"rademacher"`` (plus or minus one), ``"mammen"`` (two points), or ``"gaussian"``,
            whose draws come from the covariance matrix alone, so that they cost next to nothing.

        Returns
        -------
        GroupTimeResults
            Effects with ``att``, ``aggregate()`` and ``pretrend_test()``; what could not be
            estimated is in ``skipped``, with the reason.

        Raises
        ------
        DataError
            If the data are wrong, or no effect is identified; the message says why.
        """

        def estimate(units: Units, *rest: Any) -> Found:
            return (from_changes if units.balanced else from_sections)(units, *rest)

        return fit_cells(self, estimate, bootstrap, seed, alpha, multipliers)


def fit_cells(
    model: GroupTimeATT | TripleDifference,
    estimate: Callable[..., Found],
    bootstrap: int,
    seed: int | None,
    alpha: float,
    multipliers: Multipliers,
    *,
    eligible: str | None = None,
) -> GroupTimeResults:
    """Read the units, plan the cells, estimate them, and label what was found."""
    draws = check_draws(bootstrap, alpha, multipliers)
    units = Units.read(
        model.data,
        outcome=model.outcome,
        unit=model.unit,
        time=model.time,
        cohort=model.cohort,
        covariates=model.covariates,
        weights=model.weights,
        cluster=model.cluster,
        anticipation=model.anticipation,
        control_group=model.control_group,
        eligible=eligible,
    )
    cells, skipped = plan(units, model.control_group, model.base_period, model.anticipation)
    found = estimate(units, cells, model.estimator, draws, seed, multipliers)
    skipped += found.skipped
    if all(cell.reference for cell in found.cells):
        reasons = " ".join(describe(units, skipped)[:3])
        raise DataError(f"no effect can be estimated. {reasons}")
    return GroupTimeResults.build(
        model=model,
        units=replace(units, notes=(*units.notes, *found.notes)),
        cells=found.cells,
        effects=found.effects,
        covariance=found.covariance,
        draws=found.draws,
        skipped=skipped,
        trimmed=found.trimmed,
        alpha=alpha,
    )


def check_options(model: GroupTimeATT | TripleDifference) -> None:
    """Refuse an argument of a model that is unknown or out of its range."""
    for name, choices in (
        ("control_group", get_args(Control)),
        ("estimator", get_args(Estimator)),
        ("base_period", get_args(BasePeriod)),
    ):
        if getattr(model, name) not in choices:
            raise DataError(f"{name} must be one of {choices}, not {getattr(model, name)!r}.")
    delay: Any = model.anticipation
    if isinstance(delay, bool) or not np.isreal(delay) or not 0 <= float(delay) < np.inf:
        raise DataError(
            f"anticipation must be a number of periods, 0 or more, not {model.anticipation!r}."
        )
    if isinstance(model.covariates, str):
        raise DataError(f"covariates must be a list of names: [{model.covariates!r}].")
    twice = [name for name, count in Counter(model.covariates).items() if count > 1]
    if twice:
        raise DataError(f"covariates names {twice[0]!r} twice: once is enough.")
