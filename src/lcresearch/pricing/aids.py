"""The almost ideal demand system: budget shares in prices and expenditure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from lcresearch.columns import complete_rows, name_rows, numbers, positive, require_columns
from lcresearch.errors import DataError, did_you_mean
from lcresearch.pricing.aids_estimate import Sample, estimate
from lcresearch.pricing.aids_form import INDEXES, RESTRICTIONS, Floats, Form
from lcresearch.pricing.aids_results import AIDSResults

__all__ = ["AIDS"]

_METHODS: Final = ("iterated_linear", "maximum_likelihood", "two_step")
_ROUNDING: Final = 0.005  # by which printed shares may miss one


@dataclass(frozen=True, eq=False)
class AIDS:
    r"""Shares :math:`w_i = \alpha_i + \sum_j \gamma_{ij} \ln p_j + \beta_i \ln (x / P)`.

    The index is :math:`\ln P = \alpha_0 + \sum_k \alpha_k \ln p_k + \frac12 \sum_k \sum_l
    \gamma_{kl} \ln p_k \ln p_l` in the almost ideal system itself (``"translog"``). The linear
    approximation has one that is known beforehand: :math:`\sum_k \bar w_k \ln p_k` with mean
    shares (``"laspeyres"``), or :math:`\sum_k w_k \ln p_k` with those of each row (``"stone"``;
    of normalised prices, that is the log of Paasche's). Stone's holds the shares that it explains
    and depends on the units of prices unless they are normalised.

    Parameters
    ----------
    data
        One row for each period or household.
    shares, prices
        Columns of budget shares, which add up to one, and of prices, in the same order. The last
        good's equation follows from the others; where shares add up exactly, estimates do not
        depend on which it is.
    expenditure
        Column of total expenditure on these goods, in units of money.
    index
        ``"translog"``, ``"laspeyres"`` or ``"stone"``.
    quadratic
        Whether shares are quadratic in log real expenditure (Banks, Blundell and Lewbel 1997):
        :math:`\lambda_i [\ln (x / P)]^2 / \prod_k p_k^{\beta_k}` more; translog index only.
    restrictions
        ``"symmetry"`` (of the Slutsky matrix, with homogeneity), ``"homogeneity"`` (of degree zero
        in prices and expenditure) or ``"none"``. Shares always add up.
    normalise
        Whether prices and expenditure are divided by their geometric means, so that units change
        no slope and no elasticity; otherwise they are taken as given.
    alpha_0
        :math:`\alpha_0`, which data hardly tell: log expenditure, in the units after
        normalisation, at which the index stands where all prices are one.

    References
    ----------
    Deaton and Muellbauer (1980); Banks, Blundell and Lewbel (1997); Blundell and Robin (1999).
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    shares: Sequence[str]
    prices: Sequence[str]
    expenditure: str
    index: str = "translog"
    quadratic: bool = False
    restrictions: str = "symmetry"
    normalise: bool = True
    alpha_0: float = 0.0

    def fit(self, *, method: str = "iterated_linear") -> AIDSResults:
        """Estimate the system.

        Parameters
        ----------
        method
            ``"iterated_linear"``: seemingly unrelated regressions at an index, iterated to
            maximum likelihood, and the index that they imply, in turns until neither moves
            (Blundell and Robin 1999). ``"maximum_likelihood"``: of the nonlinear system, from
            there on; more precise where residuals are normal, and what a likelihood-ratio test
            needs. ``"two_step"``: as the first, but with one step of generalised least squares at
            each index; it depends on which good is last. With a linear index the first two are
            one.

        Returns
        -------
        AIDSResults
            Parameters ``alpha[i]``, ``beta[i]``, ``lambda[i]`` (if quadratic) and ``gamma[i,j]``
            of every good. Standard errors are those of large samples and count that the translog
            index is estimated; residuals are taken to be alike and independent across rows.

        Raises
        ------
        DataError
            If columns are missing or out of range, shares do not add up to one, there are too few
            rows, or the estimates do not converge.
        """
        self._check_options(method)
        rows, dropped = self._rows()
        w = np.column_stack([numbers(rows, name) for name in self.shares])
        self._check_shares(rows, w)
        columns = [*self.prices, self.expenditure]
        logs = pd.DataFrame(
            {name: np.log(positive(rows, name)) for name in columns}, index=rows.index
        )
        units = logs.mean().to_numpy() if self.normalise else np.zeros(len(columns))
        relative = logs.to_numpy() - units
        form = Form(
            shares=tuple(self.shares),
            prices=tuple(self.prices),
            index=self.index,
            quadratic=self.quadratic,
            restrictions=self.restrictions,
            alpha_0=float(self.alpha_0),
            base_shares=w.mean(axis=0),
        )
        sample = Sample(relative[:, :-1], relative[:, -1], w)
        found, lift = estimate(form, sample, method=method)
        labels = pd.Index(form.names, name="parameter")
        adding = np.vstack([np.eye(form.goods - 1), -np.ones(form.goods - 1)])
        residual = adding @ found.residual_covariance @ adding.T
        goods = pd.Index(form.shares, name="share")
        return AIDSResults(
            title=self._title(),
            params=pd.Series(form.start + lift @ found.params, index=labels, name="estimate"),
            covariance=pd.DataFrame(lift @ found.covariance @ lift.T, labels, labels),
            nobs=len(rows),
            dropped=dropped,
            notes=self._notes(method),
            loglik=found.loglik,
            residual_covariance=pd.DataFrame(residual, goods, goods),
            method=method,
            rounds=found.rounds,
            free_parameters=len(found.params),
            _form=form,
            _logs=logs,
            _units=units,
        )

    def _check_options(self, method: str) -> None:
        for name, value, known in (
            ("index", self.index, INDEXES),
            ("restrictions", self.restrictions, RESTRICTIONS),
            ("method", method, _METHODS),
        ):
            if value not in known:
                raise DataError(
                    f"{name} must be one of {', '.join(known)}, not {value!r}."
                    f"{did_you_mean(value, known)}"
                )
        if self.index != "translog" and (self.quadratic or self.alpha_0 != 0):
            raise DataError(
                f"quadratic and alpha_0 belong to the translog index, not {self.index!r}: leave "
                f"them out."
            )
        if not np.isfinite(self.alpha_0):
            raise DataError(f"alpha_0 must be a finite number, not {self.alpha_0}.")
        goods = len(self.shares)
        if goods < 2 or goods != len(self.prices):
            raise DataError(f"{goods} shares, {len(self.prices)} prices: give two or more of each.")
        used = [*self.shares, *self.prices, self.expenditure]
        twice = [name for name in used if used.count(name) > 1]
        if twice:
            raise DataError(f"column {twice[0]!r} is named twice: give every column once.")

    def _rows(self) -> tuple[pd.DataFrame, Mapping[str, int]]:
        used = [*self.shares, *self.prices, self.expenditure]
        require_columns(self.data, used)
        rows, dropped = complete_rows(self.data, used)
        goods = len(self.shares)
        slopes = goods + (self.restrictions == "none") + self.quadratic + 1
        least = slopes + goods  # residuals of all but one share must not be collinear
        if len(rows) < least:
            raise DataError(
                f"{len(rows)} complete rows are too few for {slopes} parameters in each of {goods} "
                f"shares: give {least} or more."
            )
        return rows, dropped

    def _check_shares(self, rows: pd.DataFrame, w: Floats) -> None:
        for name, column in zip(self.shares, w.T, strict=True):
            if (column < 0).any():
                raise DataError(
                    f"column {name!r}: is negative in {name_rows(rows, column < 0)}: shares lie "
                    f"between 0 and 1."
                )
            if not column.any():
                raise DataError(
                    f"column {name!r}: is zero in every row: leave this good and its price out."
                )
        wrong = np.abs(w.sum(axis=1) - 1) > _ROUNDING
        if wrong.any():
            raise DataError(
                f"shares do not add up to one in {name_rows(rows, wrong)}: correct them "
                f"({_ROUNDING:.1%} is allowed for rounding)."
            )

    def _title(self) -> str:
        kind = "Quadratic almost" if self.quadratic else "Almost"
        linear = "" if self.index == "translog" else f", {self.index.title()} index"
        return f"{kind} ideal demand system of {len(self.shares)} goods{linear}"

    def _notes(self, method: str) -> tuple[str, ...]:
        imposed = {
            "symmetry": "Homogeneity and symmetry are imposed.",
            "homogeneity": "Homogeneity is imposed.",
            "none": "Neither homogeneity nor symmetry is imposed.",
        }
        how = {
            "iterated_linear": "Iterated linear least squares",
            "maximum_likelihood": "Maximum likelihood",
            "two_step": "Iterated linear least squares in two steps",
        }[method]
        if self.index == "translog":
            errors = "count that the price index is estimated."
        else:
            how = "Two-step regressions" if method == "two_step" else "Maximum likelihood"
            errors = "take the price index as known."
        return imposed[self.restrictions], f"{how}; standard errors {errors}"
