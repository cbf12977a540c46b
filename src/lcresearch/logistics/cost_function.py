"""Cost functions: translog or Cobb–Douglas, with cost shares, and with effects of unit and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from lcresearch.columns import refuse_repeated
from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.cost_function_data import CostData
from lcresearch.logistics.cost_function_effects import (
    FixedEffects,
    VarianceComponents,
    group_means,
    variance_components,
)
from lcresearch.logistics.cost_function_results import CostFunctionResults
from lcresearch.logistics.cost_function_terms import Floats, Terms
from lcresearch.sur_system import System, SystemEstimate

__all__ = ["CostFunction"]

_FORMS: Final = ("translog", "cobb_douglas")
_EFFECTS: Final = ("unit", "time", "two_way", "random")


@dataclass(frozen=True, eq=False)
class CostFunction:
    """The lowest cost of given outputs at given prices, in logarithms.

    Where there are two or more prices, homogeneity of degree one in them is imposed, by dividing
    cost and prices by the last price; second-order terms are symmetric. With one price the other
    inputs' prices are not in the data, and its parameter is free; without prices, cost should be
    deflated. With cost shares, the cost function and the shares of all prices but the last are
    estimated together, by generalised least squares iterated until it is maximum likelihood, so
    that the estimates do not depend on which share is left out.

    Parameters
    ----------
    data
        One row for each firm, or each unit and period, in levels: logarithms are taken inside.
        Rows that are empty in a column in use are dropped and counted.
    cost
        Column of total cost, above zero.
    outputs
        Columns of outputs, above zero.
    prices
        Columns of the inputs' prices, above zero.
    shares
        Columns of cost shares in the order of the prices: of all, or of all but the last, which
        is then taken to be the rest. Where all are given they must add to one; sums that miss it
        by rounding (0.001 at most) are scaled to one, and a note says in how many rows.
    network
        Columns such as stops and kilometres, above zero, that enter as outputs do.
    controls
        Columns that shift the log of cost as they are, not as logarithms: a load factor, a trend,
        a dummy.
    form
        Translog has squares and products of all logarithms, Cobb–Douglas has none.
    effects
        Fixed effects of each unit, each period or both, in the cost equation; or random effects
        of each unit, without shares.
    unit, time
        Columns that tell the rows of a panel apart.

    References
    ----------
    Nerlove (1963); Christensen and Greene (1976); Swamy and Arora (1972); Baltagi and Chang (1994).
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    cost: str
    outputs: Sequence[str]
    prices: Sequence[str] = ()
    shares: Sequence[str] | None = None
    network: Sequence[str] | None = None
    controls: Sequence[str] = ()
    form: Literal["translog", "cobb_douglas"] = "translog"
    effects: Literal["unit", "time", "two_way", "random"] | None = None
    unit: str | None = None
    time: str | None = None

    def fit(self) -> CostFunctionResults:
        """Estimate the cost function.

        Without shares: least squares, with standard errors for the degrees of freedom that
        parameters and fixed effects leave, and Student's t; random effects by feasible
        generalised least squares. With shares: maximum likelihood, with its large-sample
        standard errors and the normal distribution; beside fixed effects, of what these leave.

        Returns
        -------
        CostFunctionResults
            Parameters of logarithms, named by column; the parameter of ``a*b`` multiplies the
            product of two logs, that of ``a*a`` half the square of one.

        Raises
        ------
        DataError
            If an option is unknown, a column is missing, not numeric or not above zero, shares do
            not add to one, a unit has two rows in a period, or the data do not tell the
            parameters apart; the message names the column and the rows.
        """
        self._check_options()
        terms = Terms(
            outputs=tuple(self.outputs),
            network=tuple(self.network or ()),
            prices=tuple(self.prices),
            controls=tuple(self.controls),
            second_order=self.form == "translog",
            constant=self.effects in (None, "random"),
        )
        given = CostData.read(
            self.data,
            terms,
            cost=self.cost,
            shares=tuple(self.shares or ()),
            groupings=[name for name in (self.unit, self.time) if name],
        )
        if self.unit and self.time:
            refuse_repeated(given.frame, unit=self.unit, time=self.time)
        if self.effects == "random":
            return self._fit_random(terms, given)
        return self._fit_fixed(terms, given)

    def _check_options(self) -> None:
        for name, value, known in (
            ("form", self.form, _FORMS),
            ("effects", self.effects or "unit", _EFFECTS),
        ):
            if value not in known:
                raise DataError(
                    f"{name} is {value!r}: give one of {', '.join(map(repr, known))}."
                    f"{did_you_mean(value, known)}"
                )
        for name in ("outputs", "prices", "shares", "network", "controls"):
            if isinstance(getattr(self, name), str):
                raise DataError(f"{name} is a word: give a list, [{getattr(self, name)!r}].")
        if not self.outputs:
            raise DataError("outputs is empty: name at least one column.")
        needed = {"unit": ["unit"], "random": ["unit"], "time": ["time"], None: []}
        for name in needed.get(self.effects, ["unit", "time"]):
            if getattr(self, name) is None:
                raise DataError(f"effects={self.effects!r} needs {name}=, the name of a column.")
        if self.shares is not None:
            if len(self.prices) < 2 or len(self.prices) - len(self.shares) not in (0, 1):
                raise DataError(
                    f"shares has {len(self.shares)} columns for {len(self.prices)} prices: give "
                    f"one for each of two or more prices in their order, or all but the last."
                )
            if self.effects == "random":
                raise DataError(
                    "effects='random' cannot be estimated with shares: leave the shares out, or "
                    "take effects='unit'."
                )

    def _fit_fixed(self, terms: Terms, given: CostData) -> CostFunctionResults:
        design = terms.design(given.logs, given.controls)
        left = np.column_stack([given.left, *given.shares])
        effects = self._fixed_effects(given)
        between = None
        inner, inner_left = design, left
        if effects is not None:
            both, explained = effects.split(np.hstack([design, left]))
            width = design.shape[1]
            inner, inner_left = both[:, :width], both[:, width:]
            between = (explained[:, :width], explained[:, width:])
        loadings = terms.loadings(len(given.shares))
        count = len(terms.free_names) + (effects.rank if effects else 0)
        freedom = self._freedom(len(left), count)
        system = System(
            inner,
            inner_left,
            loadings,
            between=between,
            absorbed=effects.rank if effects else 0,
            names=terms.free_names,
        )
        found = system.iterate()
        residuals = left - np.column_stack([design @ (a @ found.params) for a in loadings])
        recovered: tuple[pd.Series, ...] = ()
        if effects is not None:
            # Given the other equations' residuals, effects are means of what is then unexplained.
            sigma = found.residual_covariance
            expected = residuals[:, 1:] @ np.linalg.solve(sigma[1:, 1:], sigma[1:, 0])
            recovered = effects.recover(residuals[:, 0] - expected)
            for codes, values in zip(effects.codes, recovered, strict=True):
                residuals[:, 0] -= values.to_numpy()[codes]
        alone = not given.shares
        return self._results(
            terms,
            given,
            found,
            residuals=residuals,
            scale=len(left) / freedom if alone else 1.0,
            freedom=freedom if alone else np.inf,
            loglik=found.loglik,
            recovered=recovered,
            notes=[f"{effects.rank} fixed effects are estimated beside these."] if effects else [],
        )

    def _fit_random(self, terms: Terms, given: CostData) -> CostFunctionResults:
        codes, units = pd.factorize(given.frame[self.unit], sort=True)
        codes = codes.astype(np.int64)
        design = terms.design(given.logs, given.controls)
        freedom = self._freedom(len(design), len(terms.free_names))
        parts = variance_components(design, given.left, codes, len(units))
        if parts is None:
            raise DataError(
                f"effects='random' needs more units than the cost function has parameters, and "
                f"units with more than one row; {self.unit!r} has {len(units)} units in "
                f"{len(design)} rows: take a simpler form, or no effects."
            )
        both = np.column_stack([design, given.left])
        part = parts.theta[codes][:, None] * group_means(codes, len(units), both)[codes]
        inner = both - part
        loadings = terms.loadings(0)
        system = System(inner[:, :-1], inner[:, -1:], loadings, names=terms.free_names)
        found = system.iterate()
        residuals = given.left - design @ (loadings[0] @ found.params)
        sizes = np.bincount(codes)
        shrink = parts.effect * sizes / (parts.effect * sizes + parts.idiosyncratic)
        means = group_means(codes, len(units), residuals[:, None])[:, 0]
        predicted = pd.Series(shrink * means, pd.Index(units, name=self.unit), name="effect")
        return self._results(
            terms,
            given,
            found,
            residuals=residuals[:, None],
            scale=len(design) / freedom,
            freedom=freedom,
            loglik=_random_loglik(found, parts, len(design)),
            recovered=(predicted,),
            components=parts,
            notes=[
                f"Variance of units' effects {parts.effect:.6g}, of rows' errors "
                f"{parts.idiosyncratic:.6g}; the effects are predictions, the residuals hold them."
            ],
        )

    def _fixed_effects(self, given: CostData) -> FixedEffects | None:
        names = {"unit": [self.unit], "time": [self.time], None: []}.get(
            self.effects, [self.unit, self.time]
        )
        if not names:
            return None
        coded = [pd.factorize(given.frame[name], sort=True) for name in names]
        return FixedEffects(
            codes=tuple(codes.astype(np.int64) for codes, _ in coded),
            labels=tuple(
                pd.Index(labels, name=name) for (_, labels), name in zip(coded, names, strict=True)
            ),
        )

    def _freedom(self, rows: int, parameters: int) -> int:
        if rows <= parameters:
            raise DataError(
                f"there are {rows} rows for {parameters} parameters and effects: take "
                f"form='cobb_douglas', or fewer columns."
            )
        return rows - parameters

    def _results(
        self,
        terms: Terms,
        given: CostData,
        found: SystemEstimate,
        *,
        residuals: Floats,
        scale: float,
        freedom: float,
        loglik: float,
        recovered: tuple[pd.Series, ...],
        notes: list[str],
        components: VarianceComponents | None = None,
    ) -> CostFunctionResults:
        offset, matrix = terms.expansion
        names = pd.Index(terms.names, name="parameter")
        covariance = matrix @ (scale * found.covariance) @ matrix.T
        equations = [self.cost, *terms.prices[: len(given.shares)]]
        effects = dict(zip(self._effect_names(), recovered, strict=True))
        return CostFunctionResults(
            title=f"Cost function of {self.cost}, {self.form.replace('_', '–').title()}",
            params=pd.Series(offset + matrix @ found.params, index=names, name="estimate"),
            covariance=pd.DataFrame(covariance, names, names),
            nobs=len(residuals),
            dropped=given.dropped,
            notes=(*given.notes, *notes),
            degrees_of_freedom=freedom,
            loglik=loglik,
            r_squared=1 - float((residuals[:, 0] ** 2).sum() / given.spread),
            ssr=float((residuals[:, 0] ** 2).sum()),
            residuals=pd.DataFrame(residuals, given.frame.index, pd.Index(equations)),
            unit_effects=effects.get("unit"),
            time_effects=effects.get("time"),
            random_effects=components,
            terms=terms,
            logs=pd.DataFrame(given.logs, given.frame.index),
        )

    def _effect_names(self) -> list[str]:
        table = {None: [], "random": ["unit"], "two_way": ["unit", "time"]}
        return table.get(self.effects, [str(self.effects)])


def _random_loglik(found: SystemEstimate, parts: VarianceComponents, rows: int) -> float:
    """Return the Gaussian log-likelihood at the variances of the components."""
    squares = float(found.residual_covariance[0, 0]) * rows
    constant = rows * np.log(2 * np.pi * parts.idiosyncratic)
    # A unit's log determinant exceeds that of independent rows by -2 log(1 - theta).
    return float(-(constant + squares / parts.idiosyncratic) / 2 + np.log(1 - parts.theta).sum())
