"""Why prices online and offline differ: the Oaxaca-Blinder split of a gap between two groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import complete_rows, numbers, require_columns
from lcresearch.errors import DataError
from lcresearch.pricing.absorbed_regression import absorbed_regression
from lcresearch.results import Results

__all__ = ["OaxacaBlinder"]

Floats = npt.NDArray[np.float64]

_STEP = 1e-30  # of complex differentiation, which has no rounding error to balance


@dataclass(frozen=True, eq=False)
class OaxacaBlinder:
    r"""Split the gap of two groups' means into what attributes differ in and what they earn.

    With regressions :math:`\bar y_g = \bar x_g' b_g`, the threefold split is

    .. math:: \bar y_1 - \bar y_0 = (\bar x_1 - \bar x_0)' b_0 + \bar x_0' (b_1 - b_0)
              + (\bar x_1 - \bar x_0)' (b_1 - b_0),

    named endowments, coefficients and interaction. The twofold split values attributes at
    :math:`b^* = w b_1 + (1 - w) b_0` and names the two parts explained and unexplained.

    Parameters
    ----------
    data
        One row for each price observed.
    outcome
        Numeric column, such as log price.
    group
        Column of zeros and ones; the gap is that of ones over zeros.
    parts
        Named lists of numeric columns, such as ``{"packaging": ["box"], "fee": ["fee"]}``.
    weight
        None for the threefold split; from 0 to 1 the weight :math:`w` of the twofold one.

    References
    ----------
    Oaxaca (1973); Blinder (1973); Jann (2008) on standard errors, which here count the sampling
    of the means too.
    """

    data: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    outcome: str
    group: str
    parts: Mapping[str, Sequence[str]]
    weight: float | None = None

    def fit(self) -> Results:
        """Estimate the split.

        Returns
        -------
        Results
            ``gap``, its parts, and for each part of endowments (or of the explained) the
            contribution of each named list, all in units of the outcome; standard errors by the
            delta method from HC1 covariances.

        Raises
        ------
        DataError
            If a column is missing, the group is not zeros and ones, `weight` is outside 0 to 1,
            or a group's data do not tell its parameters apart.
        """
        names = [name for part in self.parts.values() for name in part]
        if not names or len(set(names)) < len(names):
            raise DataError(f"parts must name at least one column, each once, not {names}.")
        if self.weight is not None and not 0 <= self.weight <= 1:
            raise DataError(f"weight must lie from 0 to 1, not {self.weight}, or be None.")
        used = [self.outcome, self.group, *names]
        require_columns(self.data, used)
        data, dropped = complete_rows(self.data, used)
        member = numbers(data, self.group)
        if set(np.unique(member)) != {0.0, 1.0}:
            raise DataError(f"column {self.group!r} must hold zeros and ones, and both of them.")
        y = numbers(data, self.outcome)
        x = np.column_stack([np.ones(len(data)), *(numbers(data, name) for name in names)])
        points, blocks = [], []
        for value in (1.0, 0.0):
            rows = member == value
            own = x[rows]
            fit = absorbed_regression(y[rows], own, ["const", *names], robust=True)
            points += [fit.params, own.mean(axis=0)]
            blocks += [fit.covariance, np.cov(own, rowvar=False) / len(own)]
        theta = np.concatenate(points)
        width = x.shape[1]
        spread = np.zeros((4 * width, 4 * width))
        for place, block in enumerate(blocks):
            spread[place * width : (place + 1) * width, place * width : (place + 1) * width] = block
        moved = theta + 1j * _STEP * np.eye(len(theta))
        jacobian = np.column_stack([self._split(row).imag / _STEP for row in moved])
        labels = ["endowments", "coefficients", "interaction"]
        if self.weight is not None:
            labels = ["explained", "unexplained"]
        detail = [f"{labels[0]}.{part}" for part in self.parts]
        index = pd.Index(["gap", *labels, *detail], name="parameter")
        params = self._split(theta.astype(complex)).real
        return Results(
            title=f"Oaxaca-Blinder split of {self.outcome} by {self.group}",
            params=pd.Series(params, index=index, name="estimate"),
            covariance=pd.DataFrame(jacobian @ spread @ jacobian.T, index, index),
            nobs=len(data),
            dropped=dropped,
            notes=("Standard errors: delta method; HC1 within groups; attributes are sampled.",),
        )

    def _split(self, theta: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
        b1, x1, b0, x0 = theta.reshape(4, -1)
        if self.weight is None:
            valued = (x1 - x0) * b0
            rest = [x0 @ (b1 - b0), (x1 - x0) @ (b1 - b0)]
        else:
            valued = (x1 - x0) * (self.weight * b1 + (1 - self.weight) * b0)
            rest = [x1 @ b1 - x0 @ b0 - valued.sum()]
        ends = np.cumsum([1, *(len(part) for part in self.parts.values())])
        detail = [valued[a:b].sum() for a, b in pairwise(ends)]
        return np.array([x1 @ b1 - x0 @ b0, valued.sum(), *rest, *detail])
