"""What several studies say together: pooled effect, its spread, and the next study's effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.fund.between_variance import METHODS, between_variance
from lcresearch.results import check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["MetaAnalysis", "meta_analysis"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class MetaAnalysis:
    """A pooled effect; all effects are in the units of the studies' estimates.

    Parameters
    ----------
    estimate
        Mean effect: of the studies' true effects, or the common effect (``"FE"``).
    std_error
        Its standard error by inverse variances.
    std_error_hksj
        Its standard error by the spread of the estimates (Hartung & Knapp; Sidik & Jonkman).
    conf_int
        Interval of the mean effect as (low, high): by `std_error_hksj` and Student's t with k - 1
        degrees of freedom (``ci="hksj"``), or by `std_error` and the normal distribution.
    tau2
        Variance of the true effects between studies.
    i2
        Share of the estimates' variance that is due to it (Higgins & Thompson 2002, eq. 9).
    q, q_p_value
        Cochran's statistic of homogeneity and its p-value.
    prediction_interval
        Where the true effect of one more such study lies, as (low, high): Student's t with k - 2
        degrees of freedom (Higgins, Thompson & Spiegelhalter 2009, eq. 12). Not a number for
        ``"FE"``, which has no spread; infinite with two studies.
    method, ci, alpha
        As asked for.
    studies
        Frame of the studies: ``estimate``, ``std_error``, ``conf_low``, ``conf_high``, ``weight``.
    notes
        What a reader must know.
    """

    estimate: float
    std_error: float
    std_error_hksj: float
    conf_int: tuple[float, float]
    tau2: float
    i2: float
    q: float
    q_p_value: float
    prediction_interval: tuple[float, float]
    method: str
    ci: str
    alpha: float
    studies: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each study, then ``pooled`` and ``next study`` (prediction)."""
        se = self.std_error_hksj if self.ci == "hksj" else self.std_error
        pooled = [self.estimate, se, *self.conf_int, self.studies["weight"].sum()]
        following = [self.estimate, np.nan, *self.prediction_interval, np.nan]
        extra = pd.DataFrame(
            [pooled, following], index=["pooled", "next study"], columns=self.studies.columns
        )
        return pd.concat([self.studies, extra.iloc[: 1 if self.method == "FE" else 2]])

    def summary(self) -> str:
        """Return the result in words."""
        low, high = self.conf_int
        cover = f"{1 - self.alpha:.0%}"
        kind = "Hartung-Knapp-Sidik-Jonkman" if self.ci == "hksj" else "normal"
        lines = [
            f"Meta-analysis of {len(self.studies)} studies ({self.method})",
            f"Pooled effect {self.estimate:.6g} ({self.std_error:.6g}), {cover} interval "
            f"{low:.6g} to {high:.6g} ({kind})",
            f"Between studies: tau^2 {self.tau2:.6g}, I^2 {self.i2:.1%}, "
            f"Q {self.q:.4g} (p-value {self.q_p_value:.3g})",
        ]
        if self.method != "FE":
            low, high = self.prediction_interval
            lines.append(f"Effect of one more such study, {cover}: {low:.6g} to {high:.6g}")
        return "\n".join([*lines, *self.notes])

    def plot(self, *, unit: str = "effect") -> Canvas:
        """Return a forest plot: studies, pooled effect and prediction interval.

        Parameters
        ----------
        unit
            Label of the horizontal axis: what the effects measure, and in which unit.
        """
        import matplotlib.pyplot as plt

        table = self.to_frame()
        rows = np.arange(len(table), 0, -1.0)
        rows[len(self.studies) :] -= 0.5
        canvas, axes = plt.subplots(figsize=(7.2, 1.6 + 0.32 * len(table)))
        single = slice(0, len(self.studies))
        axes.hlines(
            rows[single],
            table["conf_low"].iloc[single],
            table["conf_high"].iloc[single],
            color="0.3",
        )
        weight = self.studies["weight"]
        axes.scatter(
            self.studies["estimate"], rows[single], s=20 + 160 * weight, marker="s", zorder=3
        )
        low, high = self.conf_int
        row = rows[len(self.studies)]
        axes.fill([low, self.estimate, high, self.estimate], [row, row + 0.3, row, row - 0.3], "C3")
        if np.isfinite(self.prediction_interval).all():
            axes.hlines(rows[-1], *self.prediction_interval, color="C3", lw=3)
        axes.axvline(0, color="0.4", lw=1)
        axes.set_yticks(rows, [str(label) for label in table.index])
        axes.set(xlabel=f"{unit}, with {1 - self.alpha:.0%} intervals", ylabel="study")
        axes.set_title("Estimates, their pooled effect, and the next study's")
        return canvas


def meta_analysis(
    estimates: Sequence[float] | pd.Series | Floats,
    std_errors: Sequence[float] | pd.Series | Floats,
    *,
    method: Literal["REML", "PM", "DL", "FE"] = "REML",
    ci: Literal["hksj", "normal"] = "hksj",
    alpha: float = 0.05,
    labels: Sequence[str] | None = None,
) -> MetaAnalysis:
    """Pool the estimates of several studies of comparable effects.

    Estimate i is the study's true effect plus a normal error with variance ``s_i^2``; the true
    effects spread around their mean with variance ``tau^2``.

    Parameters
    ----------
    estimates, std_errors
        Of each study, in one unit.
    method
        Estimator of ``tau^2``: restricted maximum likelihood, Paule & Mandel, DerSimonian & Laird;
        ``"FE"`` supposes that all studies have one true effect.
    ci
        ``"hksj"`` (keeps its coverage with few studies) or ``"normal"``.
    alpha
        One less the coverage of all intervals.
    labels
        Names of the studies; by default the index of a series of estimates, or their numbers.

    Returns
    -------
    MetaAnalysis
        Pooled effect, heterogeneity and prediction interval.

    Raises
    ------
    DataError
        If there are fewer than two studies, lengths differ, or a number is missing, infinite or a
        standard error not positive; the message names the studies.

    References
    ----------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30(3), on REML.
    IntHout, Ioannidis & Borm (2014), BMC Medical Research Methodology 14:25, on HKSJ.
    """
    check_alpha(alpha)
    if method not in METHODS:
        raise DataError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")
    if ci not in ("hksj", "normal"):
        raise DataError(f'ci must be "hksj" or "normal", not {ci!r}.')
    y, se, names = _studies(estimates, std_errors, labels)
    count, v = len(y), se**2
    tau2 = between_variance(y, v, method)
    w = 1 / (v + tau2)
    mean = float(w @ y / w.sum())
    std_error = float(1 / np.sqrt(w.sum()))
    scale = float(w @ (y - mean) ** 2) / (count - 1)
    std_error_hksj = std_error * float(np.sqrt(scale))
    fixed = 1 / v
    q = float(fixed @ (y - fixed @ y / fixed.sum()) ** 2)
    typical = (count - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    i2 = max(0.0, 1 - (count - 1) / q) if method == "FE" and q > 0 else tau2 / (tau2 + typical)
    se_used = std_error_hksj if ci == "hksj" else std_error
    point = stats.t.isf(alpha / 2, count - 1) if ci == "hksj" else stats.norm.isf(alpha / 2)
    margin = stats.norm.isf(alpha / 2) * se
    studies = pd.DataFrame(
        {
            "estimate": y,
            "std_error": se,
            "conf_low": y - margin,
            "conf_high": y + margin,
            "weight": w / w.sum(),
        },
        index=names,
    )
    notes = []
    if ci == "hksj" and point * se_used < stats.norm.isf(alpha / 2) * std_error:
        notes.append(
            "The estimates agree more closely than their standard errors allow for, which makes "
            "the HKSJ interval narrower than the normal one: report the wider (ci='normal')."
        )
    return MetaAnalysis(
        estimate=mean,
        std_error=std_error,
        std_error_hksj=std_error_hksj,
        conf_int=(mean - point * se_used, mean + point * se_used),
        tau2=tau2,
        i2=float(i2),
        q=q,
        q_p_value=float(stats.chi2.sf(q, count - 1)),
        prediction_interval=_prediction(mean, tau2, se_used, count, method, alpha),
        method=method,
        ci=ci,
        alpha=alpha,
        studies=studies,
        notes=tuple(notes),
    )


def _prediction(
    mean: float, tau2: float, std_error: float, count: int, method: str, alpha: float
) -> tuple[float, float]:
    if method == "FE":
        return np.nan, np.nan
    if count < 3:
        return -np.inf, np.inf
    margin = float(stats.t.isf(alpha / 2, count - 2) * np.sqrt(tau2 + std_error**2))
    return mean - margin, mean + margin


def _studies(
    estimates: Sequence[float] | pd.Series | Floats,
    std_errors: Sequence[float] | pd.Series | Floats,
    labels: Sequence[str] | None,
) -> tuple[Floats, Floats, pd.Index]:
    if (
        isinstance(estimates, pd.Series)
        and isinstance(std_errors, pd.Series)
        and not estimates.index.equals(std_errors.index)
    ):
        raise DataError(
            "estimates and std_errors are series with different indices: sort both the same way, "
            "or pass them .to_numpy()."
        )
    index = estimates.index if isinstance(estimates, pd.Series) else None
    try:
        y, se = (np.asarray(values, dtype=float) for values in (estimates, std_errors))
    except (TypeError, ValueError) as error:
        raise DataError("estimates and std_errors must be sequences of numbers.") from error
    if y.ndim != 1 or y.shape != se.shape:
        raise DataError(
            f"estimates and std_errors must be two sequences of one length, not of shapes "
            f"{y.shape} and {se.shape}."
        )
    if len(y) < 2:
        raise DataError(f"A meta-analysis needs two studies or more, not {len(y)}.")
    if labels is not None:
        index = pd.Index(labels)
    elif index is None:
        index = pd.RangeIndex(1, len(y) + 1)
    if len(index) != len(y):
        raise DataError(f"labels names {len(index)} studies, but there are {len(y)} estimates.")
    for what, bad in (
        ("has no finite estimate", ~np.isfinite(y)),
        ("has no finite, positive standard error", ~(np.isfinite(se) & (se > 0))),
    ):
        if bad.any():
            named = ", ".join(str(label) for label in index[bad][:5])
            raise DataError(f"Study {named} {what}: correct it, or leave the study out.")
    return y, se, index
