"""Stochastic frontiers of production and cost, for rows of their own and for panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Final, Literal

import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.frontier_data import FrontierData
from lcresearch.logistics.frontier_estimate import Distribution, estimate
from lcresearch.logistics.frontier_results import FrontierResults, report

__all__ = ["Frontier"]

_KINDS: Final = ("production", "cost")
_DISTRIBUTIONS: Final = ("half_normal", "exponential", "truncated_normal")


@dataclass(frozen=True, eq=False)
class Frontier:
    r"""The most that can be produced, or the least that it costs, with noise about it.

    .. math:: y = x'\beta + v - u \quad\text{(production)},\qquad y = x'\beta + v + u
        \quad\text{(cost)}

    with normal noise v and inefficiency u, which is never negative. Columns enter as they stand:
    take logarithms first, so that exp(-u) is a share. A constant is added.

    Parameters
    ----------
    data
        One row for each firm, or each unit and period. Rows that are empty in a column in use are
        dropped and counted.
    dependent
        Column of output, or of cost.
    regressors
        Columns of inputs, or of outputs and prices.
    kind
        Whether inefficiency lowers the dependent variable (production) or raises it (cost).
    inefficiency
        Distribution of u. The truncated normal adds its mean before truncation, mu.
    unit
        Column of units whose rows share one u (Battese & Coelli 1992, without decay Battese &
        Coelli 1988). Without it, each row has a u of its own.
    time
        Column of periods, as numbers. Needed with ``time_varying``; otherwise only checked.
    time_varying
        Whether u decays: exp(-eta (t - T)) times the unit's u, with T the last period in the data.
    inefficiency_drivers
        Columns that move inefficiency, with a constant: mu of the truncated normal (Battese &
        Coelli 1995), the log of sigma_u squared of the others (Caudill, Ford & Gropper 1995).
        Each row then has a u of its own, in a panel as well.

    References
    ----------
    Aigner, Lovell and Schmidt (1977); Meeusen and van den Broeck (1977); Stevenson (1980); Jondrow
    et al. (1982); Battese and Coelli (1988, 1992, 1995).
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    dependent: str
    regressors: Sequence[str]
    kind: Literal["production", "cost"] = "production"
    inefficiency: Distribution = "half_normal"
    unit: str | None = None
    time: str | None = None
    time_varying: bool = False
    inefficiency_drivers: Sequence[str] = ()

    def fit(self) -> FrontierResults:
        """Estimate by maximum likelihood, by Newton's method with analytic derivatives.

        Standard errors come from the observed information; those of sigma2 and gamma, and of
        nothing else, by the delta method. What a likelihood cannot tell is said in the notes: the
        wrong skew of least-squares residuals, a ridge along which mu is hardly identified, and
        parameters that ran to a bound, which are then left out of the table.

        Returns
        -------
        FrontierResults
            ``constant`` and the regressors; ``sigma2``, the sum of the variances σv² and σu², and
            ``gamma``, the second one's share (for the exponential σu is the mean); ``mu`` and
            ``eta`` if asked for; with drivers ``mu:…``, or ``ln_sigma_u2:…`` and
            ``ln_sigma_v2`` instead of sigma2 and gamma.

        Raises
        ------
        DataError
            If an option is unknown, a column is missing, not numeric or repeats others, a unit
            has two rows in a period, or the likelihood has no maximum.
        """
        self._check_options()
        data = FrontierData.read(
            self.data,
            dependent=self.dependent,
            regressors=tuple(self.regressors),
            drivers=tuple(self.inefficiency_drivers),
            unit=self.unit,
            time=self.time,
            time_varying=self.time_varying,
            cost=self.kind == "cost",
        )
        return report(
            data,
            estimate(data, self.inefficiency),
            kind=self.kind,
            distribution=self.inefficiency,
            dependent=self.dependent,
            regressors=tuple(self.regressors),
            drivers=tuple(self.inefficiency_drivers),
            groupings=tuple(name for name in (self.unit, self.time) if name),
        )

    def _check_options(self) -> None:
        for name, value, known in (
            ("kind", self.kind, _KINDS),
            ("inefficiency", self.inefficiency, _DISTRIBUTIONS),
        ):
            if value not in known:
                raise DataError(
                    f"{name} is {value!r}: give one of {', '.join(map(repr, known))}."
                    f"{did_you_mean(value, known)}"
                )
        for name in ("regressors", "inefficiency_drivers"):
            if isinstance(getattr(self, name), str):
                raise DataError(f"{name} is a word: give a list, [{getattr(self, name)!r}].")
        if not self.regressors:
            raise DataError("regressors is empty: name at least one column.")
        words = [self.dependent, *self.regressors]
        if self.dependent in self.inefficiency_drivers:
            raise DataError(f"column {self.dependent!r} is the dependent variable and a driver.")
        repeated = [word for word in words if words.count(word) > 1]
        if repeated:
            raise DataError(f"column {repeated[0]!r} is named twice: name it once.")
        taken = {"constant", "sigma2", "gamma", "mu", "eta", "ln_sigma_v2"} & set(self.regressors)
        if taken:
            raise DataError(
                f"regressor {min(taken)!r} bears the name of a parameter: rename the column."
            )
        if self.time and not self.unit:
            raise DataError("time is given without unit: give unit=, the name of a column.")
        if self.time_varying and not self.time:
            raise DataError("time_varying=True needs unit= and time=, names of columns.")
        if self.time_varying and self.inefficiency_drivers:
            raise DataError(
                "time_varying and inefficiency_drivers cannot be combined: leave one out, or give "
                "the period as a driver."
            )
