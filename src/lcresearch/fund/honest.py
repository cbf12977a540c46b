"""How far trends may part before an event study's conclusion falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.honest_event_study import EventStudy
from lcresearch.fund.honest_relative import worst_cases
from lcresearch.fund.honest_smoothness import FixedLength
from lcresearch.results import check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["HonestBounds", "honest_bounds"]

Floats = npt.NDArray[np.float64]
Restriction = Literal["relative_magnitude", "smoothness"]

_MEANING = {
    "relative_magnitude": "m, as a multiple of the greatest change before the start",
    "smoothness": "m, change of the trend's slope between periods (units of outcome)",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class HonestBounds:
    """Robust intervals of an effect, for violations of parallel trends of several sizes.

    Parameters
    ----------
    table
        Columns ``m``, ``conf_low``, ``conf_high``. An interval is missing where the restriction
        contradicts the estimates before the start.
    original
        The usual interval, which supposes parallel trends, as (low, high).
    estimate, std_error
        Of the target if trends are parallel, in units of the outcome.
    restriction
        What `m` restricts.
    alpha
        One less the coverage.
    """

    table: pd.DataFrame
    original: tuple[float, float]
    estimate: float
    std_error: float
    restriction: Restriction
    alpha: float
    _excludes_zero: Callable[[float], bool] = field(repr=False)

    @cached_property
    def breakdown(self) -> float:
        """The greatest `m` at which the interval still excludes zero.

        Zero if it includes zero already at ``m = 0``; infinite if it excludes zero at a thousand
        million times the unit of `m`. Found by bisection to six digits.
        """
        if not self._excludes_zero(0.0):
            return 0.0
        unit = 1.0 if self.restriction == "relative_magnitude" else self.std_error
        high = unit
        while self._excludes_zero(high):
            high *= 2
            if high > 1e9 * unit:
                return np.inf
        low = high / 2 if high > unit else 0.0
        while high - low > 1e-6 * high:
            middle = (low + high) / 2
            low, high = (middle, high) if self._excludes_zero(middle) else (low, middle)
        return low

    def to_frame(self) -> pd.DataFrame:
        """Return the table of intervals."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the intervals and the breakdown value in words."""
        low, high = self.original
        return "\n".join(
            [
                f"Bounds under violations of parallel trends ({self.restriction})",
                f"Estimate {self.estimate:.6g} ({self.std_error:.6g}), usual interval "
                f"{low:.6g} to {high:.6g}",
                self.table.to_string(index=False, float_format=lambda x: f"{x:.6g}"),
                f"Zero is excluded up to m = {self.breakdown:.4g}; m is {self._meaning}.",
                f"Intervals cover {1 - self.alpha:.0%}.",
            ]
        )

    @property
    def _meaning(self) -> str:
        return _MEANING[self.restriction].removeprefix("m, ")

    def plot(self, *, unit: str = "effect") -> Canvas:
        """Return the intervals by `m`, beside the usual one.

        Parameters
        ----------
        unit
            Label of the vertical axis: what the effect measures, and in which unit.
        """
        import matplotlib.pyplot as plt

        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        places = np.arange(len(self.table) + 1)
        lows = np.r_[self.original[0], self.table["conf_low"]]
        highs = np.r_[self.original[1], self.table["conf_high"]]
        colours = ["0.4"] + ["C0"] * len(self.table)
        axes.vlines(places, lows, highs, lw=4, color=colours)
        axes.axhline(0, color="0.4", lw=1)
        names = [f"{m:.3g}" for m in self.table["m"]]
        axes.set_xticks(places, ["parallel\ntrends", *names])
        axes.set(xlabel=_MEANING[self.restriction], ylabel=f"{unit}, {1 - self.alpha:.0%} interval")
        axes.set_title("How far trends may part")
        return canvas


def honest_bounds(
    estimates: Sequence[float] | pd.Series | Floats,
    covariance: Sequence[Sequence[float]] | pd.DataFrame | Floats,
    *,
    n_pre: int,
    n_post: int,
    restriction: Restriction = "relative_magnitude",
    m: float | Sequence[float] | Floats | None = None,
    target: Sequence[float] | Floats | None = None,
    alpha: float = 0.05,
) -> HonestBounds:
    """Return intervals of an effect that hold under bounded violations of parallel trends.

    ``"smoothness"``: the trend's slope changes by at most m between periods; the interval is the
    shortest of fixed length around an affine estimator (Armstrong & Kolesár 2018).
    ``"relative_magnitude"``: between periods after the start the trend changes by at most m times
    its greatest change before it; the interval inverts the conditional and least-favourable hybrid
    test of Andrews, Roth & Pakes, with the first stage at a tenth of `alpha`.

    Parameters
    ----------
    estimates
        Estimates of an event study in order of time, without the base period, which is the one
        just before the start.
    covariance
        Of the estimates.
    n_pre, n_post
        Number of estimates before and after the start.
    restriction
        What `m` bounds.
    m
        One or more sizes of violation, from 0 on. By default 0, 0.5, 1, 1.5 and 2, or for
        smoothness these times the standard error of the target.
    target
        Weights of the effects after the start; by default the first alone. ``[0.5, 0.5]`` is the
        mean of two.
    alpha
        One less the coverage.

    Returns
    -------
    HonestBounds
        With ``table``, ``breakdown`` and ``plot()``.

    Raises
    ------
    DataError
        If lengths do not fit, the covariance is not symmetric and positive definite, or an
        argument is out of its range.

    References
    ----------
    Rambachan & Roth (2023), A more credible approach to parallel trends, Review of Economic
    Studies 90(5). Andrews, Roth & Pakes (2023), Inference for linear conditional moment
    inequalities, Review of Economic Studies 90(6). Armstrong & Kolesár (2018), Optimal inference
    in a class of regression models, Econometrica 86(2).
    """
    check_alpha(alpha)
    if restriction not in _MEANING:
        raise DataError(
            f'restriction must be "relative_magnitude" or "smoothness", not {restriction!r}.'
        )
    study = EventStudy.read(estimates, covariance, n_pre=n_pre, n_post=n_post, target=target)
    sizes = _sizes(m, study.std_error if restriction == "smoothness" else 1.0)
    if restriction == "smoothness":
        estimators = FixedLength.of(study)
        intervals = [estimators.interval(size, alpha) for size in sizes]

        def excludes_zero(size: float) -> bool:
            low, high = estimators.interval(size, alpha)
            return low > 0 or high < 0
    else:
        intervals = [_union(study, size, alpha) for size in sizes]

        def excludes_zero(size: float) -> bool:
            low, high = _union(study, size, alpha)
            return not low <= 0 <= high

    table = pd.DataFrame(intervals, columns=["conf_low", "conf_high"])
    table.insert(0, "m", sizes)
    return HonestBounds(
        table=table,
        original=study.conf_int(alpha),
        estimate=study.estimate,
        std_error=study.std_error,
        restriction=restriction,
        alpha=alpha,
        _excludes_zero=excludes_zero,
    )


def _union(study: EventStudy, size: float, alpha: float) -> tuple[float, float]:
    """Return the hull of the intervals of all changes that may have been the greatest."""
    intervals = np.array([part.interval() for part in worst_cases(study, size, alpha)])
    if np.isnan(intervals).all():
        return np.nan, np.nan
    return float(np.nanmin(intervals[:, 0])), float(np.nanmax(intervals[:, 1]))


def _sizes(m: float | Sequence[float] | Floats | None, unit: float) -> Floats:
    if m is None:
        return unit * np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    try:
        sizes = np.atleast_1d(np.array(m, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise DataError("m must be one or more numbers from 0 on.") from error
    if sizes.ndim != 1 or not len(sizes) or not np.isfinite(sizes).all() or (sizes < 0).any():
        raise DataError(f"m must be one or more finite numbers from 0 on, not {m!r}.")
    return sizes
