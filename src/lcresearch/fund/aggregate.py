"""Averages of effects by cohort and period (Callaway and Sant'Anna 2021, section 3).

Weights are cohorts' shares in the sample, themselves estimates. With effects ``a_j`` of cohorts of
size ``p_g(j)``, the average ``sum(p_g(j) a_j) / P`` moves with a share by ``(a_j - average) / P``,
summed over the cohort's effects: the delta method on the joint covariance of effects and shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.multiplier_bootstrap import BandedResults, scale
from lcresearch.results import check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["Aggregate", "AggregateResults", "Cells", "aggregate"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Aggregate = Literal["simple", "dynamic", "group", "calendar"]
_TITLES = {
    "simple": "Average effect on the treated",
    "dynamic": "Average effects by time since treatment",
    "group": "Average effects by cohort",
    "calendar": "Average effects by period",
}
_KEYS = {"simple": "effect", "dynamic": "event_time", "group": "cohort", "calendar": "time"}
_AXES = {
    "simple": "",
    "dynamic": "periods since treatment",
    "group": "first treated period",
    "calendar": "period",
}


@dataclass(frozen=True, eq=False)
class Cells:
    """Effects of cohorts (numbered by `group`) in periods, with what their averages need.

    Parameters
    ----------
    effects, cohort, time, group, reference
        One of each for every effect; `reference` marks effects that are zero by construction.
    shares
        Share of each cohort.
    covariance, draws
        Of effects and then shares.
    first, last
        Periods used.
    """

    effects: Floats
    cohort: Floats
    time: Floats
    group: Ints
    reference: Flags
    shares: Floats
    covariance: Floats
    draws: Floats | None
    first: float
    last: float


@dataclass(frozen=True)
class _Part:
    """An average and its gradient in effects and shares."""

    value: float
    gradient: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class AggregateResults(BandedResults):
    """Averages of effects; `params` are the parts, `estimate` the average of them all.

    Parameters
    ----------
    kind
        Which averages.
    alpha
        One less the coverage of the intervals in `table`.
    estimate
        Overall average: of effects after treatment.
    variance
        Its analytic variance.
    overall_draws
        Its bootstrap draws, or ``None``.
    """

    kind: Aggregate
    alpha: float
    estimate: float
    variance: float = field(repr=False)
    overall_draws: Floats | None = field(default=None, repr=False)

    @property
    def std_error(self) -> float:
        """Standard error of the overall average."""
        if self.overall_draws is None:
            return float(np.sqrt(self.variance))
        return float(scale(self.overall_draws[:, None])[0])

    def overall_conf_int(self, alpha: float | None = None) -> tuple[float, float]:
        """Return the pointwise interval of the overall average (at the fit's alpha by default)."""
        level = check_alpha(self.alpha if alpha is None else alpha)
        margin = float(stats.norm.isf(level / 2)) * self.std_error
        return self.estimate - margin, self.estimate + margin

    @property
    def table(self) -> pd.DataFrame:
        """The parts: estimate, std_error, conf_low, conf_high (at the fit's alpha)."""
        return self.to_frame(self.alpha).reset_index()

    def summary(self, alpha: float = 0.05) -> str:
        """Return the overall average and a table of its parts, in words."""
        low, high = self.overall_conf_int(alpha)
        overall = (
            f"Overall: {self.estimate:.6g} (standard error {self.std_error:.6g}, "
            f"{1 - alpha:.0%} interval {low:.6g} to {high:.6g})"
        )
        title, rule, rest = super().summary(alpha).split("\n", 2)
        return "\n".join([title, rule, overall, rest])

    def plot(self, alpha: float = 0.05) -> Canvas:
        """Return a plot of the parts with their intervals, and the overall average as a line."""
        if self.kind == "simple":
            return super().plot(alpha)
        import matplotlib.pyplot as plt
        from matplotlib.ticker import MaxNLocator

        table = self.to_frame(alpha)
        canvas, axes = plt.subplots(figsize=(7.2, 4.0))
        axes.axhline(0, color="0.4", lw=1)
        where = np.asarray(table.index, dtype=float)
        axes.vlines(where, table["conf_low"], table["conf_high"], lw=2)
        axes.plot(where, table["estimate"], "o")
        axes.axhline(self.estimate, color="C1", lw=1.5, ls="--", label="overall average")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        together = "all at once" if self.draws is not None else "one at a time"
        axes.set(
            xlabel=_AXES[self.kind], ylabel=f"effect, with {1 - alpha:.0%} intervals ({together})"
        )
        axes.legend(loc="best")
        axes.set_title(self.title)
        return canvas


def aggregate(
    cells: Cells,
    kind: Aggregate,
    *,
    min_e: float | None,
    max_e: float | None,
    balance_e: float | None,
    alpha: float,
    nobs: int,
    dropped: Mapping[str, int],
    notes: tuple[str, ...],
) -> AggregateResults:
    """Average effects; see `GroupTimeResults.aggregate`."""
    if kind not in get_args(Aggregate):
        raise DataError(f"aggregate: kind must be one of {get_args(Aggregate)}, not {kind!r}.")
    if balance_e is not None and kind != "dynamic":
        raise DataError(f'aggregate: balance_e belongs to "dynamic", not to {kind!r}: leave it.')
    if kind == "calendar" and not (min_e is None and max_e is None):
        raise DataError('aggregate: min_e and max_e do not belong to "calendar": leave them.')
    event = cells.time - cells.cohort
    inside = np.ones(len(event), dtype=bool)
    inside &= event >= (-np.inf if min_e is None else min_e)
    inside &= event <= (np.inf if max_e is None else max_e)
    after = inside & (event >= 0)
    every: list[_Part]
    if kind == "simple":
        labels: list[float | str] = ["all"]
        overall = _average(cells, np.flatnonzero(after))
        every = [overall]
    elif kind == "group":
        labels = list(np.unique(cells.cohort[after]))
        members = [np.flatnonzero(after & (cells.cohort == label)) for label in labels]
        every = [_mean([_single(cells, int(j)) for j in index]) for index in members]
        groups = np.array([cells.group[index[0]] for index in members], dtype=np.int64)
        overall = _weighted(cells, every, groups)
    elif kind == "calendar":
        labels = list(np.unique(cells.time[after]))
        every = [_average(cells, np.flatnonzero(after & (cells.time == t))) for t in labels]
        overall = _mean(every)
    else:
        if balance_e is not None:
            inside &= _balanced(cells, event, balance_e)
        labels = list(np.unique(event[inside]))
        every = [_average(cells, np.flatnonzero(inside & (event == e))) for e in labels]
        overall = _mean(
            [part for part, e in zip(every, labels, strict=True) if isinstance(e, float) and e >= 0]
        )
    gradient = np.array([part.gradient for part in every])
    names = [int(x) if isinstance(x, float) and x.is_integer() else x for x in labels]
    index = pd.Index(names, name=_KEYS[kind])
    draws = cells.draws
    return AggregateResults(
        title=_TITLES[kind],
        params=pd.Series([part.value for part in every], index, name="estimate"),
        covariance=pd.DataFrame(gradient @ cells.covariance @ gradient.T, index, index),
        nobs=nobs,
        dropped=dropped,
        notes=notes,
        draws=None if draws is None else draws @ gradient.T,
        kind=kind,
        alpha=alpha,
        estimate=overall.value,
        variance=float(overall.gradient @ cells.covariance @ overall.gradient),
        overall_draws=None if draws is None else draws @ overall.gradient,
    )


def _balanced(cells: Cells, event: Floats, balance_e: float) -> Flags:
    """Return the effects of cohorts with every effect that a balanced window asks for."""
    if not 0 <= balance_e < np.inf:
        raise DataError(f"aggregate: balance_e must be 0 or more, not {balance_e}.")
    within = (event <= balance_e) & (event >= balance_e - (cells.last - cells.first))
    wanted = np.unique(event[(event >= 0) & (event <= balance_e)])
    whole = [
        np.isin(wanted, event[cells.group == group]).all()
        and bool(cells.last - cells.cohort[cells.group == group][0] >= balance_e)
        for group in range(len(cells.shares))
    ]
    return np.asarray(within & np.array(whole)[cells.group])


def _single(cells: Cells, j: int) -> _Part:
    gradient = np.zeros(len(cells.covariance))
    gradient[j] = 1
    return _Part(float(cells.effects[j]), gradient)


def _average(cells: Cells, index: Ints) -> _Part:
    return _weighted(cells, [_single(cells, int(j)) for j in index], cells.group[index])


def _weighted(cells: Cells, parts: list[_Part], groups: Ints) -> _Part:
    """Average parts by the shares of their cohorts."""
    if not parts:
        raise DataError(_NOTHING)
    shares = cells.shares[groups]
    total = float(shares.sum())
    values = np.array([part.value for part in parts])
    value = float(shares @ values) / total
    gradient = shares @ np.array([part.gradient for part in parts]) / total
    np.add.at(gradient, len(cells.effects) + groups, (values - value) / total)
    return _Part(value, gradient)


def _mean(parts: list[_Part]) -> _Part:
    """Average parts with equal weights."""
    if not parts:
        raise DataError(_NOTHING)
    gradient = np.mean([part.gradient for part in parts], axis=0)
    return _Part(float(np.mean([part.value for part in parts])), gradient)


_NOTHING = (
    "aggregate: no estimated effect after treatment lies in this window: widen min_e, max_e or "
    "balance_e, and see .skipped."
)
