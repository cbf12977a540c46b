"""Placebo tests of a synthetic control: every donor in the place of the treated unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from lcresearch.fund.synthetic_matching import Matching

__all__ = ["PlaceboTest", "leave_one_out", "placebo_test"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceboTest:
    """Synthetic controls of all units, and the rank of the treated one.

    Parameters
    ----------
    p_value
        Share of units, the treated one among them, whose ratio of RMSPE is at least as large.
    ratios
        ``effect``, ``pre``, ``post`` and ``ratio`` of each unit, the largest ratio first; infinite
        where the fit before is perfect, which never lowers the p-value of another unit.
    gaps
        Gaps, periods by units.
    treated
        Label of the treated unit.
    left_out
        Placebos left out because they fit badly before the start.
    exhaustive
        Whether every donor was tried: always.
    """

    p_value: float
    ratios: pd.DataFrame
    gaps: pd.DataFrame = field(repr=False)
    treated: object
    left_out: int = 0
    exhaustive: bool = True

    def plot(self) -> Canvas:
        """Return a plot of the gap of the treated unit over those of the placebos."""
        import matplotlib.pyplot as plt

        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        times = self.gaps.index.to_numpy()
        others = self.gaps.drop(columns=[self.treated])
        axes.plot(times, others.to_numpy(), color="0.75", lw=0.8)
        axes.plot(times, self.gaps[self.treated], color="C0", lw=2, label=str(self.treated))
        axes.axhline(0, color="0.4", lw=1)
        axes.set(xlabel=self.gaps.index.name or "period", ylabel="gap")
        axes.set_title(f"Gap of {self.treated} over {others.shape[1]} placebos (grey)")
        axes.legend()
        return canvas


def placebo_test(
    matching: Matching, *, treated_as_donor: bool, worst_fit: float | None
) -> PlaceboTest:
    """Return the test in space; see `SyntheticControlResults.placebo_test`.

    Abadie, Diamond & Hainmueller (2010), section 3.3, with the ratio of RMSPE after to before.
    """
    size = len(matching.labels)
    if size < (3 if treated_as_donor else 4):
        raise DataError(f"placebo_test: {size - 1} donors are too few: add donors.")
    if worst_fit is not None and not worst_fit > 0:
        raise DataError(f"placebo_test: worst_fit must be greater than zero, not {worst_fit}.")
    allowed = ~np.eye(size, dtype=bool)
    if not treated_as_donor:
        allowed[1:, 0] = False
    found = matching.match(np.arange(size), allowed)
    keep = np.ones(size, dtype=bool)
    if worst_fit is not None:
        keep = found.pre <= worst_fit * found.pre[0]
        keep[0] = True
    ratio = found.ratio
    # Ratios that differ by rounding alone count as ties.
    at_least = ratio[keep] >= ratio[0] * (1 - 1e-10)
    table = pd.DataFrame(
        {
            "effect": found.gaps[:, matching.start :].mean(axis=1),
            "pre": found.pre,
            "post": found.post,
            "ratio": ratio,
        },
        index=matching.labels,
    )
    gaps = pd.DataFrame(found.gaps.T, index=matching.times, columns=matching.labels)
    return PlaceboTest(
        p_value=float(at_least.mean()),
        ratios=table[keep].sort_values("ratio", ascending=False, kind="stable"),
        gaps=gaps.loc[:, keep],
        treated=matching.labels[0],
        left_out=int((~keep).sum()),
    )


def leave_one_out(matching: Matching) -> pd.DataFrame:
    """Return effects without each donor that has weight; see `SyntheticControlResults`."""
    weights = matching.match_treated().weights[0]
    held: npt.NDArray[np.int64] = np.flatnonzero(weights > 0)
    held = held[np.argsort(-weights[held], kind="stable")]
    if len(matching.labels) < 3:
        raise DataError("leave_one_out: there is only one donor: add donors.")
    allowed = np.ones((len(held), len(matching.labels)), dtype=bool)
    allowed[:, 0] = False
    allowed[np.arange(len(held)), held] = False
    found = matching.match(np.zeros(len(held), dtype=np.int64), allowed)
    return pd.DataFrame(
        {
            "weight": weights[held],
            "effect": found.gaps[:, matching.start :].mean(axis=1),
            "pre": found.pre,
            "post": found.post,
        },
        index=pd.Index(matching.labels[held], name="left_out"),
    )
