"""The almost ideal demand system: budget shares in prices and expenditure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import complete_rows, numbers, positive, require_columns
from lcresearch.errors import DataError
from lcresearch.results import Results
from lcresearch.sur import SUR

__all__ = ["AIDS"]

_TOLERANCE = 1e-10
_MOST = 500


@dataclass(frozen=True, eq=False)
class AIDS:
    r"""Shares :math:`w_i = \alpha_i + \sum_j \gamma_{ij} \ln p_j + \beta_i \ln (x / P)`.

    Homogeneity and symmetry are imposed. Prices and expenditure are divided by their geometric
    means, and the level of the translog index :math:`P` there is one.

    Parameters
    ----------
    data
        One row for each period or household.
    shares, prices
        Columns of budget shares, which add up to one, and of prices, in the same order.
    expenditure
        Column of total expenditure on these goods, in units of money.

    References
    ----------
    Deaton and Muellbauer (1980); Blundell and Robin (1999) on iterated linear least squares.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    shares: Sequence[str]
    prices: Sequence[str]
    expenditure: str

    def fit(self) -> Results:
        """Estimate by seemingly unrelated regressions, iterated over the price index.

        Returns
        -------
        Results
            Parameters ``alpha[i]``, ``beta[i]`` and ``gamma[i,j]`` of every good; standard
            errors take the price index as known.

        Raises
        ------
        DataError
            If columns are missing or out of range, shares do not add up to one, or the price
            index does not settle.
        """
        goods = len(self.shares)
        if goods < 2 or goods != len(self.prices):
            raise DataError(f"{goods} shares, {len(self.prices)} prices: give two or more of each.")
        used = [*self.shares, *self.prices, self.expenditure]
        require_columns(self.data, used)
        data, dropped = complete_rows(self.data, used)
        w = np.column_stack([numbers(data, name) for name in self.shares])
        if np.abs(w.sum(axis=1) - 1).max() > 0.005:
            raise DataError("shares do not add up to one (0.5 % allowed for rounding): mend them.")
        p = np.log(np.column_stack([positive(data, name) for name in self.prices]))
        p -= p.mean(axis=0)
        x = np.log(positive(data, self.expenditure))
        x -= x.mean()
        last = goods - 1
        frame = pd.DataFrame({f"w{i}": w[:, i] for i in range(last)}, index=data.index)
        for j in range(last):
            frame[f"p{j}"] = p[:, j] - p[:, last]
        columns = [*(f"p{j}" for j in range(last)), "x"]
        equations = {f"e{i}": (f"w{i}", columns) for i in range(last)}
        pairs = [(i, j) for i in range(last) for j in range(i)]
        rows = [{f"e{i}.p{j}": 1.0, f"e{j}.p{i}": -1.0} for i, j in pairs]
        restrictions = pd.DataFrame(rows).fillna(0.0) if rows else None
        lift = _lift(goods)
        index = (p * w).sum(axis=1)
        for _ in range(_MOST):
            frame["x"] = x - index
            found = SUR(frame, equations=equations, restrictions=restrictions).fit()
            params = lift @ found.params.to_numpy()
            params[last] += 1.0  # constants add up to one, slopes to zero
            alpha, gamma = params[:goods], params[2 * goods :].reshape(goods, goods)
            new = p @ alpha + 0.5 * np.einsum("ti,ij,tj->t", p, gamma, p)
            moved, index = float(np.abs(new - index).max()), new
            if moved < _TOLERANCE:
                break
        else:
            raise DataError(f"the price index did not settle in {_MOST} rounds: use more rows.")
        names = [f"{kind}[{s}]" for kind in ("alpha", "beta") for s in self.shares]
        names += [f"gamma[{s},{q}]" for s in self.shares for q in self.prices]
        labels = pd.Index(names, name="parameter")
        covariance = lift @ found.covariance.to_numpy() @ lift.T
        return Results(
            title=f"Almost ideal demand system of {goods} goods",
            params=pd.Series(params, index=labels, name="estimate"),
            covariance=pd.DataFrame(covariance, labels, labels),
            nobs=len(data),
            dropped=dropped,
            notes=(
                "Homogeneity and symmetry are imposed; standard errors take the index as known.",
            ),
        )


def _lift(goods: int) -> npt.NDArray[np.float64]:
    """Return the matrix from the estimated equations' parameters to those of every good."""
    last = goods - 1
    adding = np.vstack([np.eye(last), -np.ones(last)])
    parts = np.zeros((goods * (goods + 2), last * (goods + 1)))
    for i in range(last):
        at = i * (goods + 1)
        parts[:goods, at] = adding[:, i]
        parts[goods : 2 * goods, at + goods] = adding[:, i]
        for j in range(last):
            parts[2 * goods :, at + 1 + j] = np.outer(adding[:, i], adding[:, j]).ravel()
    return parts
