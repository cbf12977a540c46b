"""What a synthetic control gives: weights, gaps, and inference by placebos and permutations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.simplex import is_unique
from lcresearch.fund.synthetic_conformal import conformal_sets
from lcresearch.fund.synthetic_matching import Matching
from lcresearch.fund.synthetic_panel import SyntheticPanel, shown
from lcresearch.fund.synthetic_placebo import PlaceboTest, leave_one_out, placebo_test
from lcresearch.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from lcresearch.fund.synthetic_control import SyntheticControl

__all__ = ["SyntheticControlResults", "build_results"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticControlResults(Results):
    """Synthetic control of one unit.

    Parameters
    ----------
    weights
        Weights of the donors, largest first; those left out have weight zero.
    gap
        Outcome less that of the synthetic control, by period.
    synthetic
        Outcome of the synthetic control, by period.
    effect
        Mean gap from the start on.
    rmspe
        Root mean squared gap ``pre`` and ``post`` start, and their ``ratio``.
    v
        Weights of the predictors; ``None`` without predictors.
    balance
        Predictors of the treated unit, its control and the mean donor; ``None`` without predictors.
    kkt
        How far the weights are from the exact optimum, 0 at it (see `lcresearch.fund.simplex`).
    unique
        Whether no other weights match equally well.
    model, matching
        What was asked, and the arrays used.
    """

    weights: pd.Series
    gap: pd.Series
    synthetic: pd.Series
    effect: float
    rmspe: pd.Series
    v: pd.Series | None
    balance: pd.DataFrame | None
    kkt: float
    unique: bool
    model: SyntheticControl = field(repr=False)
    matching: Matching = field(repr=False)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the conformal interval of a constant effect; see `conformal_interval`."""
        table = self.conformal_interval(alpha=alpha)
        return table.set_axis(self.params.index)

    def placebo_test(
        self, *, treated_as_donor: bool = True, worst_fit: float | None = None
    ) -> PlaceboTest:
        """Give every donor a synthetic control as if it had been treated, and rank the ratios.

        Parameters
        ----------
        treated_as_donor
            Whether the treated unit is a donor for the placebos, as in Abadie, Diamond &
            Hainmueller (2010): only then is every unit treated alike, and the p-value exact if each
            was as likely to be treated. ``False`` keeps its effect out of the placebos.
        worst_fit
            Leave out placebos whose RMSPE before the start is more than so many times that of the
            treated unit; they are counted.

        Returns
        -------
        PlaceboTest
            Ratios of all units and the permutation p-value.

        Raises
        ------
        DataError
            If several treated units are averaged, or there are too few donors.
        """
        if self.matching.averaged > 1:
            raise DataError(
                "placebo_test: treated units are averaged, and no single donor is like an average: "
                "use conformal_interval(), or SyntheticDiD with inference='placebo'."
            )
        return placebo_test(self.matching, treated_as_donor=treated_as_donor, worst_fit=worst_fit)

    def placebo_in_time(
        self,
        *,
        start: Any,
        predictors: pd.DataFrame | Sequence[tuple[Any, ...]] | None = None,
        window: tuple[Any, Any] | None = None,
    ) -> SyntheticControlResults:
        """Fit as if treatment had started earlier, on the periods before it really did.

        Parameters
        ----------
        start
            The pretended start.
        predictors, window
            In place of the model's, where those reach beyond the pretended start.

        Returns
        -------
        SyntheticControlResults
            Gaps after the pretended start should be near zero.

        Raises
        ------
        DataError
            If `start` is not before the real one, or a window reaches beyond it.
        """
        times, begin = self.matching.times, self.matching.start
        if not start < times[begin]:
            raise DataError(
                f"placebo_in_time: {start!r} is not before the real start, "
                f"{shown(times[begin])}: give an earlier period."
            )
        earlier = self.model.data[self.model.data[self.model.time] < times[begin]]
        model = replace(
            self.model,
            data=earlier,
            start=start,
            predictors=self.model.predictors if predictors is None else predictors,
            window=self.model.window if window is None else window,
        )
        return model.fit()

    def leave_one_out(self) -> pd.DataFrame:
        """Fit again without each donor that has weight, one at a time.

        Returns
        -------
        pandas.DataFrame
            One row for each donor left out: its ``weight``, and the ``effect``, ``pre`` and
            ``post`` RMSPE without it.

        Raises
        ------
        DataError
            If there is only one donor.
        """
        return leave_one_out(self.matching)

    def conformal_interval(
        self, *, alpha: float = 0.05, effect: Literal["constant", "each"] = "constant"
    ) -> pd.DataFrame:
        """Invert the test of Chernozhukov, Wüthrich & Zhu (2021) with moving-block permutations.

        Under each hypothesis the weights are fitted again on the outcomes of all periods with the
        effect taken out; predictors are not used. The p-value is the share of the T cyclic shifts
        of the residuals whose statistic is at least that of the treated periods.

        Parameters
        ----------
        alpha
            One less the coverage. With T periods no p-value is below 1 / T, so that an interval at
            a smaller alpha is the whole line.
        effect
            "constant": one effect for all treated periods. "each": the effect in each of them,
            from that period and those before the start.

        Returns
        -------
        pandas.DataFrame
            ``conf_low`` and ``conf_high``, the ends of the set that is not rejected; missing if
            every constant effect is rejected.

        Raises
        ------
        DataError
            If `alpha` does not lie between 0 and 1, or `effect` is neither.
        """
        return conformal_sets(self.matching, self.gap.to_numpy(), alpha=alpha, effect=effect)

    def summary(self, alpha: float = 0.05) -> str:
        """Return what was estimated in words, with weights and fit."""
        held = self.weights[self.weights > 0]
        lines = [
            super().summary(alpha),
            "",
            f"Donors with weight: {len(held)} of {len(self.weights)}",
        ]
        lines.append(held.to_string(float_format=lambda x: f"{x:.4f}"))
        pre, post, ratio = self.rmspe
        lines.append(f"RMSPE before {pre:.6g}, from the start {post:.6g}, ratio {ratio:.4g}")
        return "\n".join(lines)

    def plot(self, alpha: float = 0.05) -> Canvas:  # noqa: ARG002
        """Return a plot of the treated unit, its synthetic control and the gap."""
        import matplotlib.pyplot as plt

        canvas, (above, below) = plt.subplots(2, 1, figsize=(7.2, 6.4), sharex=True)
        times = self.gap.index.to_numpy()
        above.plot(times, self.matching.outcomes[0], label=str(self.matching.labels[0]))
        above.plot(times, self.synthetic, ls="--", label="synthetic control")
        above.set(ylabel=self.model.outcome, title=self.title)
        above.legend()
        below.plot(times, self.gap)
        below.axhline(0, color="0.4", lw=1)
        below.set(xlabel=self.model.time, ylabel=f"gap in {self.model.outcome}")
        for axes in (above, below):
            axes.axvline(times[self.matching.start], color="0.4", lw=1, ls=":")
        return canvas


def build_results(
    model: SyntheticControl,
    matching: Matching,
    table: pd.DataFrame | None,
    panel: SyntheticPanel,
    notes: list[str],
) -> SyntheticControlResults:
    """Match the treated unit and return the results."""
    found = matching.match_treated()
    weights = found.weights[0]
    v, balance = None, None
    if table is not None and found.v is not None:
        v = pd.Series(found.v[0], index=table.columns, name="v")
        values = table.to_numpy()
        balance = pd.DataFrame(
            {
                "treated": values[0],
                "synthetic": weights @ values,
                "donor_mean": values[1:].mean(axis=0),
            },
            index=table.columns,
        )
        reached = float(np.sqrt((found.gaps[0, matching.window] ** 2).mean()))
        notes.append(
            f"RMSPE over the fitted window {reached:.6g}; no weights reach less than "
            f"{matching.best_rmspe():.6g}."
        )
        matching_v = replace(matching, v=found.v[0])
    else:
        matching_v = matching
    features = matching_v.features()
    unique = is_unique(features[:, 1:], features[:, 0], weights[1:])
    if not unique:
        notes.append("The weights are not unique: others match equally well and differ after.")
    gap = pd.Series(found.gaps[0], index=panel.times, name="gap")
    effect = float(gap.iloc[matching.start :].mean())
    return SyntheticControlResults(
        title=f"Synthetic control of {matching.labels[0]}, {model.outcome}",
        params=pd.Series({"effect": effect}),
        covariance=pd.DataFrame([[np.nan]], index=["effect"], columns=["effect"]),
        nobs=panel.outcomes.size,
        dropped=panel.dropped,
        notes=tuple(notes),
        weights=pd.Series(weights[1:], index=matching.labels[1:], name="weight").sort_values(
            ascending=False, kind="stable"
        ),
        gap=gap,
        synthetic=pd.Series(matching.outcomes[0] - found.gaps[0], panel.times, name="synthetic"),
        effect=effect,
        rmspe=pd.Series({"pre": found.pre[0], "post": found.post[0], "ratio": found.ratio[0]}),
        v=v,
        balance=balance,
        kkt=float(found.kkt[0]),
        unique=unique,
        model=model,
        matching=matching,
    )
