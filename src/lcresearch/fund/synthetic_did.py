"""Synthetic difference-in-differences: a double difference of weighted units and periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.synthetic_did_estimate import Cohort, CohortFit, fit_cohort, noise
from lcresearch.fund.synthetic_did_inference import (
    Design,
    Inference,
    bootstrap,
    jackknife,
    placebo,
)
from lcresearch.fund.synthetic_panel import SyntheticPanel
from lcresearch.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["SyntheticDiD", "SyntheticDiDResults"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SyntheticDiD:
    """Synthetic difference-in-differences of Arkhangelsky et al. (2021), solved exactly.

    Units that start in different periods are estimated cohort by cohort against the units that are
    never treated, and averaged with their shares of the treated unit-periods (their appendix A).

    Parameters
    ----------
    data
        One row for each unit and period; every unit must have an outcome in every period.
    outcome, unit, time
        Names of columns.
    treated
        Label of the treated unit, or a list; may be left out where `start` names them.
    start
        First treated period; or a mapping from each treated unit to its own; or the name of a
        column that holds it (empty, 0 or infinite: never treated).
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    unit: str
    time: str
    treated: Any = None
    start: Any

    def fit(
        self,
        *,
        inference: Literal["placebo", "jackknife", "bootstrap"] | None = "placebo",
        draws: int = 200,
        seed: int | None = None,
    ) -> SyntheticDiDResults:
        """Choose weights, take the double difference, and measure its uncertainty.

        Parameters
        ----------
        inference
            "placebo" puts controls in the place of the treated units, and tries all of them where
            one unit is treated or `draws` suffice; "jackknife" and "bootstrap" need several treated
            units; ``None``: no standard error.
        draws
            Placebos or bootstrap samples to draw.
        seed
            Of the draws.

        Returns
        -------
        SyntheticDiDResults
            The effect per treated unit and period, in the unit of the outcome.

        Raises
        ------
        DataError
            If the panel has gaps, a label or column is unknown, or the inference cannot be had with
            these units; the message says where and what to do.
        """
        if inference not in ("placebo", "jackknife", "bootstrap", None):
            raise DataError(
                f"inference: {inference!r} is none of 'placebo', 'jackknife', 'bootstrap': choose "
                f"one, or None."
            )
        if draws < 2:
            raise DataError(f"draws: must be 2 or more, not {draws}.")
        treated, start = self._who()
        panel = SyntheticPanel.read(
            self.data,
            outcome=self.outcome,
            unit=self.unit,
            time=self.time,
            treated=treated,
            start=start,
        )
        design = _design(panel)
        fits = [
            fit_cohort(panel.outcomes, design.controls, cohort, zetas)
            for cohort, zetas in zip(design.cohorts, design.zetas, strict=True)
        ]
        shares = design.shares()
        estimate = float(shares @ [fit.estimate for fit in fits])
        rng = np.random.default_rng(seed)
        found: Inference | None = None
        if inference == "placebo":
            found = placebo(design, draws, rng)
        elif inference == "jackknife":
            found = jackknife(design, fits, estimate)
        elif inference == "bootstrap":
            found = bootstrap(design, draws, rng)
        return _results(self, panel, design, fits, estimate, inference, found)

    def _who(self) -> tuple[Any, Any]:
        """Return treated labels, and one start or a mapping of starts."""
        if isinstance(self.start, str) and self.start in getattr(self.data, "columns", ()):
            if self.unit not in self.data.columns:
                raise DataError(f"data has no column {self.unit!r}: correct the name.")
            given = self.data[[self.unit, self.start]].drop_duplicates()
            twice = given[self.unit].duplicated()
            if twice.any():
                label = given.loc[twice, self.unit].iloc[0]
                raise DataError(
                    f"column {self.start!r}: changes within {self.unit} {label!r}: a unit has one "
                    f"first treated period; correct it."
                )
            starts = given.set_index(self.unit)[self.start]
            if not pd.api.types.is_numeric_dtype(starts):
                raise DataError(f"column {self.start!r}: holds text; make it numbers.")
            starts = starts[starts.notna() & (starts != 0) & ~np.isinf(starts.astype(float))]
            if not len(starts):
                raise DataError(f"column {self.start!r}: names no treated {self.unit}: fill it in.")
            chosen = starts.to_dict()
            return (list(chosen) if self.treated is None else self.treated), chosen
        if self.treated is not None:
            return self.treated, self.start
        if isinstance(self.start, Mapping):
            return list(self.start), self.start
        raise DataError("treated: names no unit: give a label, or a list of labels.")


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticDiDResults(Results):
    """Synthetic difference-in-differences.

    Parameters
    ----------
    effect
        Mean effect on the treated, per unit and treated period.
    did, synthetic_control
        The plain double difference and the synthetic control, on the same data and cohorts.
    unit_weights
        Weights of controls, controls by cohorts (named by their first treated period).
    time_weights
        Weights of periods before treatment, periods by cohorts; empty from a cohort's start on.
    cohorts
        ``units``, ``estimate``, ``did``, ``synthetic_control``, ``share``, ``zeta_unit`` and
        ``zeta_time`` of each cohort.
    curve
        Gap to the weighted controls less its weighted mean before treatment, periods by cohorts.
    inference
        How the standard error was made.
    exhaustive
        Whether every placebo was tried, so that no draw is left to chance; ``None`` for others.
    estimates
        Estimates of placebos (named by unit where one unit is treated), samples left out or drawn.
    kkt
        How far the weights are from the exact optimum, 0 at it (see `lcresearch.fund.simplex`).
    """

    effect: float
    did: float
    synthetic_control: float
    unit_weights: pd.DataFrame
    time_weights: pd.DataFrame
    cohorts: pd.DataFrame
    curve: pd.DataFrame
    inference: str | None
    exhaustive: bool | None
    estimates: pd.Series = field(repr=False)
    kkt: float

    @property
    def permutation_p_value(self) -> float:
        """Share of placebos, the estimate itself among them, at least as far from zero.

        Raises
        ------
        DataError
            If the inference was not by placebos.
        """
        if self.inference != "placebo":
            raise DataError("permutation_p_value: needs fit(inference='placebo').")
        far = np.abs(self.estimates.to_numpy()) >= abs(self.effect) * (1 - 1e-10)
        return float((far.sum() + 1) / (len(far) + 1))

    def summary(self, alpha: float = 0.05) -> str:
        """Return what was estimated in words, with the estimates beside it and the cohorts."""
        lines = [
            super().summary(alpha),
            "",
            f"Beside it: difference-in-differences {self.did:.6g}, synthetic control "
            f"{self.synthetic_control:.6g}",
            self.cohorts.to_string(float_format=lambda x: f"{x:.6g}"),
        ]
        return "\n".join(lines)

    def plot(self, alpha: float = 0.05) -> Canvas:  # noqa: ARG002
        """Return a plot of the gap to the weighted controls over time, one line for a cohort."""
        import matplotlib.pyplot as plt

        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        for start in self.curve.columns:
            (line,) = axes.plot(self.curve.index.to_numpy(), self.curve[start], label=f"{start}")
            axes.axvline(start, color=line.get_color(), lw=1, ls=":")
        axes.axhline(0, color="0.4", lw=1)
        axes.set(xlabel=self.curve.index.name or "period", ylabel="gap to the weighted controls")
        axes.set_title(self.title)
        axes.legend(title="treated from")
        return canvas


def _design(panel: SyntheticPanel) -> Design:
    cohorts = tuple(
        Cohort(panel.treated[panel.starts == begin], int(begin))
        for begin in np.unique(panel.starts)
    )
    controls = panel.donors
    if len(controls) < 2:
        raise DataError(
            f"treated: leaves {len(controls)} {panel.units.name} that is never treated: synthetic "
            f"difference-in-differences needs two or more."
        )
    zetas = []
    for cohort in cohorts:
        sigma = noise(panel.outcomes[controls], cohort.begin)
        cells = len(cohort.rows) * (len(panel.times) - cohort.begin)
        zetas.append([cells**0.25 * sigma, 1e-6 * sigma])
    return Design(panel.outcomes, controls, cohorts, np.array(zetas))


def _results(
    model: SyntheticDiD,
    panel: SyntheticPanel,
    design: Design,
    fits: list[CohortFit],
    estimate: float,
    inference: str | None,
    found: Inference | None,
) -> SyntheticDiDResults:
    names = pd.Index([panel.times[cohort.begin] for cohort in design.cohorts], name="start")
    shares = design.shares()
    sizes = [len(cohort.rows) for cohort in design.cohorts]
    lam = np.full((len(panel.times), len(fits)), np.nan)
    curve = np.zeros_like(lam)
    controls = panel.outcomes[design.controls]
    for g, (cohort, fit) in enumerate(zip(design.cohorts, fits, strict=True)):
        lam[: cohort.begin, g] = fit.lam
        gap = panel.outcomes[cohort.rows].mean(axis=0) - fit.omega @ controls
        curve[:, g] = gap - fit.lam @ gap[: cohort.begin]
    table = pd.DataFrame(
        {
            "units": sizes,
            "estimate": [fit.estimate for fit in fits],
            "did": [fit.did for fit in fits],
            "synthetic_control": [fit.control for fit in fits],
            "share": shares,
            "zeta_unit": design.zetas[:, 0],
            "zeta_time": design.zetas[:, 1],
        },
        index=names,
    )
    variance = np.nan if found is None else found.std_error**2
    name = pd.Index(["effect"])
    return SyntheticDiDResults(
        title=f"Synthetic difference-in-differences, {model.outcome}",
        params=pd.Series([estimate], index=name),
        covariance=pd.DataFrame([[variance]], index=name, columns=name),
        nobs=panel.outcomes.size,
        dropped=panel.dropped,
        notes=_notes(inference, found, len(design.controls), sum(sizes)),
        effect=estimate,
        did=float(shares @ table["did"].to_numpy()),
        synthetic_control=float(shares @ table["synthetic_control"].to_numpy()),
        unit_weights=pd.DataFrame(
            np.column_stack([fit.omega for fit in fits]), panel.units[design.controls], names
        ),
        time_weights=pd.DataFrame(lam, panel.times, names),
        cohorts=table,
        curve=pd.DataFrame(curve, panel.times, names),
        inference=inference,
        exhaustive=None if found is None else found.exhaustive,
        estimates=_named(found, panel.units),
        kkt=max(fit.kkt for fit in fits),
    )


def _named(found: Inference | None, units: pd.Index) -> pd.Series:
    if found is None:
        return pd.Series([], dtype=float, name="estimate")
    rows = found.assignments
    index = units[rows[:, 0]] if rows is not None and rows.shape[1] == 1 else None
    return pd.Series(found.estimates, index=index, name="estimate")


def _notes(
    inference: str | None, found: Inference | None, controls: int, treated: int
) -> tuple[str, ...]:
    if found is None:
        return ("No standard error was asked for.",)
    units = f"{treated} treated unit{'s' if treated > 1 else ''}, {controls} controls"
    if inference != "placebo":
        return (f"Standard error by {inference}, {len(found.estimates):,} estimates; {units}.",)
    how = "all of them" if found.exhaustive else "drawn at random"
    return (
        f"Standard error by {len(found.estimates):,} placebos, {how}; {units}. It holds if the "
        f"treated units are as noisy as the controls.",
    )
