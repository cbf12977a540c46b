"""The smallest effect that a design can tell from none, on a panel without treatment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.panel import Panel
from lcresearch.results import check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["DetectableEffect", "minimum_detectable_effect"]

Floats = npt.NDArray[np.float64]
Design = Callable[[pd.DataFrame, list[Any], Any], float]

_LEAST_DRAWS: Final = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class DetectableEffect:
    """The smallest effect that a design detects, and how power grows with the effect.

    Parameters
    ----------
    effect
        Smallest constant effect detected with the wanted power, in the outcome's unit.
    critical_value
        Absolute estimate beyond which an effect is claimed.
    power, alpha
        Wanted power and level of significance.
    placebo_estimates
        Estimates for placebo assignments, sorted: what the design finds where there is nothing.
    exhaustive
        Whether every assignment was tried, rather than a sample of them.
    """

    effect: float
    critical_value: float
    power: float
    alpha: float
    placebo_estimates: Floats = field(repr=False)
    exhaustive: bool

    def power_at(self, effects: npt.ArrayLike) -> Floats:
        """Return the share of assignments in which each effect would be detected."""
        shifted = self.placebo_estimates[:, None] + np.atleast_1d(np.asarray(effects, dtype=float))
        return np.asarray((np.abs(shifted) > self.critical_value).mean(axis=0))

    def plot(self) -> Canvas:
        """Return the power against the effect."""
        import matplotlib.pyplot as plt

        effects = np.linspace(0, 2 * self.effect, 201)
        canvas, axes = plt.subplots()
        axes.step(effects, self.power_at(effects))
        axes.axhline(self.power, color="0.5", lw=1, ls="--")
        axes.axvline(self.effect, color="0.5", lw=1, ls="--")
        axes.set(xlabel="true effect, in the outcome's unit", ylabel="share detected")
        axes.set_ylim(0, 1.02)
        axes.set_title(f"Smallest effect detected with power {self.power:.0%}")
        return canvas


def minimum_detectable_effect(
    data: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    start: Any,
    treated: int = 1,
    design: str | Design = "difference_in_differences",
    power: float = 0.8,
    alpha: float = 0.05,
    draws: int = 999,
    seed: int | None = None,
) -> DetectableEffect:
    r"""Return the smallest effect that a design detects on a panel in which nothing was treated.

    Placebo assignments name `treated` units as treated from `start` on. Their estimates
    :math:`\hat\tau_b` are what the design finds under the null. An effect is claimed where the
    estimate lies beyond the critical value :math:`c`, the :math:`1 - \alpha` quantile of
    :math:`|\hat\tau_b|`. The estimators at hand move one for one with a constant effect, so that
    the power against :math:`\tau` is the share of :math:`|\hat\tau_b + \tau| > c`, and no effect
    needs a simulation of its own. With few units, where all assignments are tried, an assignment
    test at level :math:`\alpha` needs at least :math:`1 / \alpha` of them.

    Parameters
    ----------
    data
        One row for each unit and period, balanced; a panel of one's own, or a simulated one.
    outcome, unit, time
        Names of columns.
    start
        First treated period.
    treated
        How many units are treated.
    design
        ``"difference_in_differences"``, ``"synthetic_control"``, ``"synthetic_did"``, or a
        function of the data, the treated labels and the start that returns an estimate.
    power
        Wanted probability of detection.
    alpha
        Level of the two-sided test.
    draws
        Assignments to draw; all are tried if there are no more than that.
    seed
        Seed of the draws.

    Raises
    ------
    DataError
        If the panel has gaps, there are too few assignments to test at that level, `start`
        leaves no period before or after, or an argument is out of its range.
    """
    check_alpha(alpha)
    if not alpha < power < 1:
        raise DataError(f"power must lie between alpha ({alpha}) and 1, not {power}.")
    panel = Panel.read(data, outcome=outcome, unit=unit, time=time)
    n = len(panel.units)
    if not panel.balanced or panel.dropped:
        raise DataError(f"The panel has gaps: every {unit} needs {outcome!r} in every {time}.")
    if not 1 <= treated < n:
        raise DataError(f"treated must lie between 1 and {n - 1} (there are {n} units).")
    first = int(np.searchsorted(panel.times, start))
    if not 0 < first < len(panel.times):
        raise DataError(f"start {start!r} leaves no {time} before it, or none from it on.")
    possible = math.comb(n, treated)
    if possible * alpha < 1:
        raise DataError(
            f"{possible} assignments of {treated} among {n} units cannot give a test at level "
            f"{alpha}: add units, or raise alpha to at least {1 / possible:.3f}."
        )
    exhaustive = possible <= draws
    if not exhaustive and draws < _LEAST_DRAWS / alpha:
        raise DataError(f"draws must be at least {_LEAST_DRAWS / alpha:.0f} at level {alpha}.")
    groups = combinations(range(n), treated) if exhaustive else _drawn(n, treated, draws, seed)
    if design == "difference_in_differences":
        estimates = _differences(panel, [list(group) for group in groups], first)
    else:
        estimator = _named(design, outcome, unit, time) if isinstance(design, str) else design
        labels = panel.units
        estimates = np.array(
            [estimator(data, [labels[i] for i in group], start) for group in groups], dtype=float
        )
    if not np.isfinite(estimates).all():
        raise DataError("The design gave an estimate that is not a finite number: mend it.")
    estimates = np.sort(estimates)
    critical = _critical(np.abs(estimates), alpha)
    return DetectableEffect(
        effect=_smallest(estimates, critical, power),
        critical_value=critical,
        power=power,
        alpha=alpha,
        placebo_estimates=estimates,
        exhaustive=exhaustive,
    )


def _drawn(n: int, treated: int, draws: int, seed: int | None) -> Iterator[tuple[int, ...]]:
    generator = np.random.default_rng(seed)
    for _ in range(draws):
        yield tuple(generator.choice(n, treated, replace=False))


def _differences(panel: Panel, groups: list[list[int]], first: int) -> Floats:
    """Return the difference in differences of each group against all other units."""
    wide = panel.wide()
    change = wide[:, first:].mean(axis=1) - wide[:, :first].mean(axis=1)
    total, n = change.sum(), len(change)
    inside = change[np.array(groups)].sum(axis=1)
    size = len(groups[0])
    return np.asarray(inside / size - (total - inside) / (n - size))


def _named(name: str, outcome: str, unit: str, time: str) -> Design:
    from lcresearch.fund.synthetic_control import SyntheticControl
    from lcresearch.fund.synthetic_did import SyntheticDiD

    def synthetic_control(data: pd.DataFrame, treated: list[Any], start: Any) -> float:
        model = SyntheticControl(
            data, outcome=outcome, unit=unit, time=time, treated=treated, start=start
        )
        return float(model.fit().effect)

    def synthetic_did(data: pd.DataFrame, treated: list[Any], start: Any) -> float:
        model = SyntheticDiD(
            data, outcome=outcome, unit=unit, time=time, treated=treated, start=start
        )
        return float(model.fit(inference=None).effect)

    known: dict[str, Design] = {
        "synthetic_control": synthetic_control,
        "synthetic_did": synthetic_did,
    }
    if name in known:
        return known[name]
    raise DataError(
        f"design {name!r} is not known: use difference_in_differences, synthetic_control, "
        f"synthetic_did, or a function."
    )


def _critical(sizes: Floats, alpha: float) -> float:
    """Return the least size that no more than a share alpha of the placebos exceeds."""
    ordered = np.sort(sizes)
    return float(ordered[math.ceil((1 - alpha) * len(ordered) - 1e-9) - 1])


def _smallest(estimates: Floats, critical: float, power: float) -> float:
    """Return the least positive effect that enough placebo estimates carry past the critical value.

    An estimate e is detected at the effect t if t > c - e or t < -c - e; the second holds only for
    effects smaller than those sought here, so power grows with t from where the first takes over.
    """
    needed = np.sort(critical - estimates)
    return float(max(0.0, needed[math.ceil(power * len(needed) - 1e-9) - 1]))
