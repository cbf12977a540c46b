"""A test of parallel trends that uses untreated rows alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.absorb import TwoWayEffects
from lcresearch.fund.clusters import small_sample_factor, sum_by_cluster
from lcresearch.fund.panel import Panel
from lcresearch.fund.partial_out import PartialledOut

__all__ = ["LeadTest", "lead_test"]

Ints = npt.NDArray[np.int64]

_USUAL_LEADS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadTest:
    """Coefficients of the last periods before treatment, and the test that all are zero.

    Parameters
    ----------
    statistic
        Wald statistic over the number of leads, to be compared with F(leads, clusters - 1).
    p_value
        Probability of a larger one where trends are parallel.
    degrees_of_freedom
        The two of the F distribution.
    table
        Columns ``event_time``, ``estimate``, ``std_error``, ``conf_low``, ``conf_high``.
    covariance
        Of the coefficients.
    """

    statistic: float
    p_value: float
    degrees_of_freedom: tuple[int, int]
    table: pd.DataFrame = field(repr=False)
    covariance: pd.DataFrame = field(repr=False)


def lead_test(
    panel: Panel,
    rows: Ints,
    effects: TwoWayEffects,
    fitted: PartialledOut,
    clusters: Ints,
    n_clusters: int,
    *,
    leads: int | None,
    alpha: float,
) -> LeadTest:
    """Regress untreated outcomes on indicators of the last periods before treatment.

    Unit and time effects and covariates are kept (Borusyak, Jaravel and Spiess 2024, their
    equation 9): the estimates of effects use no lead, so the test does not disturb them.
    Covariances are clustered, with the small-sample factor of `small_sample_factor`.

    Raises
    ------
    DataError
        If `leads` is not a whole number from 1 on, or the panel cannot tell so many apart.
    """
    labels = panel.times.to_numpy()
    start = panel.cohort[panel.unit[rows]]
    # A unit treated after the last period has no event time here and serves as a comparison.
    later = (start >= 0) & (start < len(labels))
    event = np.zeros(len(rows))
    event[later] = labels[panel.time[rows][later]] - labels[start[later]]
    found = np.unique(event[later])[::-1]
    wanted = min(_USUAL_LEADS, len(found) - 1) if leads is None else leads
    if isinstance(wanted, bool) or wanted != int(wanted) or not 1 <= wanted < len(found):
        raise DataError(
            f"leads must be a whole number from 1 to {len(found) - 1}, one less than the periods "
            f"before treatment, not {wanted}."
        )
    names = found[: int(wanted)][::-1]
    indicators = (event[:, None] == names) & later[:, None]
    given = np.column_stack([fitted.covariates, indicators.astype(float)])
    every = [f"covariate {j}" for j in range(fitted.covariates.shape[1])]
    every += [f"lead {name:g}" for name in names]
    outcome = panel.outcome[rows]
    try:
        fit = PartialledOut.fit(effects, outcome, given, names=every)
    except DataError as error:
        raise DataError(
            f"{int(wanted)} leads cannot be told apart from unit and time effects: take fewer."
        ) from error
    bread = np.linalg.inv(fit.gram)
    scores = sum_by_cluster(fit.unit_scores(), clusters, n_clusters) @ bread
    # Unit effects lie within clusters: of them all, only a constant counts.
    parameters = 1 + len(every) + effects.rank - len(np.unique(effects.unit))
    present = len(np.unique(clusters[effects.unit]))
    factor = small_sample_factor(clusters=present, rows=len(rows), parameters=parameters)
    part = slice(len(every) - len(names), None)
    covariance = factor * (scores.T @ scores)[part, part]
    slopes = fit.slopes[part]
    statistic = float(slopes @ np.linalg.solve(covariance, slopes)) / len(names)
    freedom = len(names), present - 1
    errors = np.sqrt(np.diag(covariance))
    margin = stats.t.isf(alpha / 2, present - 1) * errors
    index = pd.Index(names.astype(labels.dtype), name="event_time")
    table = pd.DataFrame(
        {
            "event_time": index,
            "estimate": slopes,
            "std_error": errors,
            "conf_low": slopes - margin,
            "conf_high": slopes + margin,
        }
    )
    return LeadTest(
        statistic=statistic,
        p_value=float(stats.f.sf(statistic, *freedom)),
        degrees_of_freedom=freedom,
        table=table,
        covariance=pd.DataFrame(covariance, index=index, columns=index),
    )
