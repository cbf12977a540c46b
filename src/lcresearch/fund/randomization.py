"""Randomization inference: what the statistic would have been had the lot fallen otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["RandomizationTest", "randomization_test"]

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Statistic = Callable[[Array], float]
Rule = Callable[[np.random.Generator], Array]
Alternative = Literal["two-sided", "greater", "less"]

_TIE = 1e-9  # relative: statistics that are equal but for rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomizationTest:
    """Result of a randomization test of the sharp null: no unit would have fared otherwise.

    Parameters
    ----------
    statistic
        Its value under the assignment that happened.
    p_value
        Share of the assignments, that which happened among them, whose statistic is as extreme.
    draws
        Assignments compared, that which happened among them.
    exhaustive
        Whether they are all that could have happened, so that the p-value is exact.
    alternative
        What counts as extreme.
    distribution
        Statistics of all assignments compared.
    dropped
        Rows left out, by reason.
    """

    statistic: float
    p_value: float
    draws: int
    exhaustive: bool
    alternative: str
    distribution: Floats = field(repr=False)
    dropped: dict[str, int] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return the result as one row."""
        names = ("statistic", "p_value", "draws", "exhaustive", "alternative")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def summary(self) -> str:
        """Return the result in words."""
        how = "all that could have happened" if self.exhaustive else "drawn at random"
        lines = [
            "Randomization test of the null that no unit was affected",
            *(f"Rows dropped, {reason}: {count:,}" for reason, count in self.dropped.items()),
            f"Statistic {self.statistic:.6g}, p-value {self.p_value:.4g} ({self.alternative})",
            f"Assignments: {self.draws:,}, {how}",
        ]
        return "\n".join(lines)

    def plot(self) -> Canvas:
        """Return the distribution under the null, with the statistic that happened."""
        import matplotlib.pyplot as plt

        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        axes.hist(self.distribution, bins=min(50, max(10, self.draws // 20)))
        axes.axvline(self.statistic, color="C3", lw=2)
        axes.set(xlabel="statistic (line: the one that happened)", ylabel="assignments")
        axes.set_title("Had the assignment fallen otherwise")
        return canvas


def randomization_test(
    data: pd.DataFrame | None = None,
    *,
    assignments: Rule | Iterable[Array],
    statistic: Statistic | None = None,
    observed: Array | None = None,
    outcome: str | None = None,
    treatment: str | None = None,
    draws: int = 9999,
    alternative: Alternative = "two-sided",
    seed: int | None = None,
) -> RandomizationTest:
    """Test whether treatment mattered to anyone, from the way it was assigned alone.

    No model of the outcome and no number of clusters is needed: under the sharp null outcomes stay
    as they are when the assignment changes, so that the distribution of any statistic is known
    (Fisher 1935; Imbens & Rubin 2015, chapter 5).

    Parameters
    ----------
    data
        One row for each unit that could have been assigned; not needed with `statistic` and
        `observed`.
    assignments
        The rule: a function that draws one assignment from a `numpy.random.Generator`, or all
        assignments that could have happened, each once and the observed one among them.
    statistic
        Function of an assignment; by default the difference in mean outcome between treated and
        untreated rows of `data`.
    observed
        The assignment that happened; by default column `treatment` of `data`.
    outcome, treatment
        Columns of `data`. The outcome may have gaps under the default statistic: the means leave
        such rows out, and they are counted.
    draws
        Assignments to draw, if the rule is a function.
    alternative
        ``"two-sided"`` counts statistics as far from zero, the others as great or as small.
    seed
        Seed of the draws.

    Returns
    -------
    RandomizationTest
        With ``p_value``, ``statistic``, ``draws``, ``exhaustive``.

    Raises
    ------
    DataError
        If arguments are missing, an assignment has the wrong length, the statistic is not a finite
        number, or the assignments that are listed lack the observed one.
    """
    if alternative not in ("two-sided", "greater", "less"):
        raise DataError(
            f'alternative must be "two-sided", "greater" or "less", not {alternative!r}.'
        )
    if isinstance(draws, bool) or int(draws) != draws or draws < 1:
        raise DataError(f"draws must be a whole number from 1 on, not {draws!r}.")
    happened = _observed(data, observed, treatment)
    dropped: dict[str, int] = {}
    if statistic is None:
        statistic, dropped = _difference_in_means(data, outcome)
    first = _evaluate(statistic, happened, "the observed one")
    exhaustive = not callable(assignments)
    if callable(assignments):
        generator = np.random.default_rng(seed)
        drawn: Iterable[Array] = (assignments(generator) for _ in range(int(draws)))
        values = [first]
    else:
        drawn, values = assignments, []
    met = not exhaustive
    for number, candidate in enumerate(drawn):
        assignment = np.asarray(candidate)
        if assignment.shape != happened.shape:
            raise DataError(
                f"assignment {number} has shape {assignment.shape}, but the observed one has "
                f"{happened.shape}: one value for each unit is needed."
            )
        met = met or np.array_equal(assignment, happened)
        values.append(_evaluate(statistic, assignment, f"number {number}"))
    if not met:
        raise DataError(
            "The assignment that happened is not among those listed: list all that could have "
            "happened, or give a function that draws them."
        )
    distribution = np.array(values)
    slack = _TIE * max(1e-300, float(np.abs(distribution).max()))
    if alternative == "two-sided":
        extreme = np.abs(distribution) >= abs(first) - slack
    elif alternative == "greater":
        extreme = distribution >= first - slack
    else:
        extreme = distribution <= first + slack
    return RandomizationTest(
        statistic=first,
        p_value=float(extreme.mean()),
        draws=len(distribution),
        exhaustive=exhaustive,
        alternative=alternative,
        distribution=distribution,
        dropped=dropped,
    )


def _observed(data: pd.DataFrame | None, observed: Array | None, treatment: str | None) -> Array:
    if observed is not None:
        return np.asarray(observed)
    if data is None or treatment is None:
        raise DataError(
            "The assignment that happened is missing: give observed=, or data and treatment=."
        )
    _refuse_missing(data, treatment)
    gaps = np.flatnonzero(data[treatment].isna().to_numpy())
    if len(gaps):
        shown = ", ".join(map(str, gaps[:5]))
        raise DataError(f"column {treatment!r}: is empty in rows {shown}: fill it in.")
    return np.asarray(data[treatment].to_numpy())


def _difference_in_means(
    data: pd.DataFrame | None, outcome: str | None
) -> tuple[Statistic, dict[str, int]]:
    if data is None or outcome is None:
        raise DataError("A statistic is missing: give statistic=, or data and outcome=.")
    _refuse_missing(data, outcome)
    try:
        y = data[outcome].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"column {outcome!r}: holds text; make it numbers.") from error
    known = ~np.isnan(y)
    values = y[known]

    def difference(assignment: Array) -> float:
        if len(assignment) != len(y):
            raise DataError(
                f"An assignment has {len(assignment)} values, but data have {len(y)} rows."
            )
        if not ((assignment == 0) | (assignment == 1)).all():
            raise DataError(
                "The difference in means needs a treatment of zeros and ones: give statistic=."
            )
        treated = assignment[known].astype(bool)
        if treated.all() or not treated.any():
            raise DataError(
                "An assignment treats all rows with an outcome, or none: the difference in means "
                "is not defined; leave such assignments out, or give statistic=."
            )
        return float(values[treated].mean() - values[~treated].mean())

    gaps = int((~known).sum())
    return difference, {f"no {outcome}": gaps} if gaps else {}


def _evaluate(statistic: Statistic, assignment: Array, which: str) -> float:
    value = float(statistic(assignment))
    if not np.isfinite(value):
        raise DataError(
            f"The statistic of an assignment ({which}) is {value}: it must be a finite number for "
            f"every assignment that can happen."
        )
    return value


def _refuse_missing(data: pd.DataFrame, name: str) -> None:
    if name not in data.columns:
        raise DataError(
            f"data has no column {name!r}: it has {', '.join(map(repr, data.columns))}."
        )
