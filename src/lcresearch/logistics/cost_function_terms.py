"""The terms of a cost function in logarithms, and where its parameters enter each equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Terms"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """The terms of a translog or Cobb–Douglas cost function.

    With ``v`` the logs of outputs, network columns and prices, and ``z`` the controls,

        ln C = const + sum_i b_i v_i + 1/2 sum_i sum_j g_ij v_i v_j + d'z,   g_ij = g_ji,

    and ``g = 0`` for Cobb–Douglas (Christensen and Greene 1976, equation 6). With two or more
    prices, homogeneity of degree one in them is imposed by dividing cost and all prices by the
    last price: the prices' ``b`` add to one, and their ``g`` to zero in every row. The parameters
    of the last price follow from the others, and are reported with them.

    Parameters
    ----------
    outputs, network, prices, controls
        Names of columns.
    second_order
        Whether there are ``g``.
    constant
        Whether the cost equation has a constant: fixed effects replace it.
    """

    outputs: tuple[str, ...]
    network: tuple[str, ...]
    prices: tuple[str, ...]
    controls: tuple[str, ...]
    second_order: bool
    constant: bool

    @property
    def variables(self) -> tuple[str, ...]:
        """The columns whose logarithms enter."""
        return (*self.outputs, *self.network, *self.prices)

    @property
    def numeraire(self) -> str | None:
        """The price by which cost and prices are divided, if homogeneity is imposed."""
        return self.prices[-1] if len(self.prices) > 1 else None

    @property
    def normalised(self) -> tuple[str, ...]:
        """The variables but for the numeraire."""
        return self.variables[:-1] if self.numeraire else self.variables

    @cached_property
    def names(self) -> list[str]:
        """All parameters, those that follow from homogeneity included."""
        return self._names(self.variables)

    @cached_property
    def free_names(self) -> list[str]:
        """The parameters that are estimated; the constant first, if there is one."""
        return self._names(self.normalised)

    def _names(self, variables: Sequence[str]) -> list[str]:
        pairs = combinations_with_replacement(variables, 2) if self.second_order else ()
        return [
            *(["const"] if self.constant else []),
            *variables,
            *(f"{a}*{b}" for a, b in pairs),
            *self.controls,
        ]

    def design(self, logs: Mapping[str, Floats], controls: Mapping[str, Floats]) -> Floats:
        """Return the columns of the cost equation, a column of ones first.

        Parameters
        ----------
        logs
            Log of each variable.
        controls
            Each control as it is.
        """
        base = logs[self.numeraire] if self.numeraire else 0.0
        v = {name: logs[name] - base * (name in self.prices) for name in self.normalised}
        rows = len(next(iter(logs.values())))
        columns = [np.ones(rows), *v.values()]
        if self.second_order:
            for a, b in combinations_with_replacement(self.normalised, 2):
                columns.append(v[a] * v[b] * (0.5 if a == b else 1.0))
        columns += [controls[name] for name in self.controls]
        return np.column_stack(columns)

    def loadings(self, shares: int) -> list[Floats]:
        """Return where free parameters enter the cost equation and those of the first shares.

        The share of a price is the derivative of log cost by its log (Shephard's lemma). As
        shares depend on the same columns as cost does, one design serves every equation.

        Parameters
        ----------
        shares
            How many share equations there are: those of the first prices.
        """
        free = self.free_names
        design = free if self.constant else ["const", *free]
        cost = np.zeros((len(design), len(free)))
        for place, name in enumerate(free):
            cost[design.index(name), place] = 1.0
        result = [cost]
        for price in self.prices[:shares]:
            matrix = np.zeros_like(cost)
            matrix[design.index("const"), free.index(price)] = 1.0
            if self.second_order:
                for name in self.normalised:
                    pair = self._pair(self.normalised, price, name)
                    matrix[design.index(name), free.index(pair)] = 1.0
            result.append(matrix)
        return result

    @cached_property
    def expansion(self) -> tuple[Floats, Floats]:
        """``a`` and ``A`` of ``a + A free``: all parameters from those that are estimated."""
        names, free = self.names, self.free_names
        matrix, offset = np.zeros((len(names), len(free))), np.zeros(len(names))
        for place, name in enumerate(names):
            if name in free:
                matrix[place, free.index(name)] = 1.0
        last = self.numeraire
        if last is None:
            return offset, matrix
        others = self.prices[:-1]
        offset[names.index(last)] = 1.0
        matrix[names.index(last)] = -_indicator(free, others)
        if self.second_order:
            for name in self.normalised:
                row = names.index(self._pair(self.variables, name, last))
                for price in others:
                    matrix[row, free.index(self._pair(self.normalised, name, price))] -= 1.0
            own = names.index(self._pair(self.variables, last, last))
            for price in others:
                matrix[own] -= matrix[names.index(self._pair(self.variables, price, last))]
        return offset, matrix

    @staticmethod
    def _pair(variables: Sequence[str], a: str, b: str) -> str:
        first, second = sorted((a, b), key=variables.index)
        return f"{first}*{second}"

    def slopes(self, names: Sequence[str], logs: pd.Series) -> Floats:
        """Return the rows that turn all parameters into elasticities of cost at a point.

        Parameters
        ----------
        names
            Variables by whose logs the log of cost is differentiated.
        logs
            Log of each variable at the point.

        Returns
        -------
        ndarray
            Shape (names, parameters).
        """
        rows = np.zeros((len(names), len(self.names)))
        for row, name in zip(rows, names, strict=True):
            row[self.names.index(name)] = 1.0
            if self.second_order:
                for other in self.variables:
                    row[self.names.index(self._pair(self.variables, name, other))] = logs[other]
        return rows

    def curvature(self, params: pd.Series) -> Floats:
        """Return the ``g`` of the prices, a symmetric matrix."""
        result = np.zeros((len(self.prices), len(self.prices)))
        if self.second_order:
            for i, a in enumerate(self.prices):
                for j, b in enumerate(self.prices):
                    result[i, j] = params[self._pair(self.variables, a, b)]
        return result

    def elasticities(self, params: pd.Series, logs: pd.DataFrame) -> pd.DataFrame:
        """Return the elasticity of cost by every variable, at every row of logs."""
        first = params[list(self.variables)].to_numpy()
        second = np.zeros((len(self.variables), len(self.variables)))
        if self.second_order:
            for i, a in enumerate(self.variables):
                for j, b in enumerate(self.variables):
                    second[i, j] = params[self._pair(self.variables, a, b)]
        values = first + logs[list(self.variables)].to_numpy() @ second
        return pd.DataFrame(values, index=logs.index, columns=pd.Index(self.variables))


def _indicator(names: Sequence[str], chosen: Sequence[str]) -> Floats:
    return np.array([float(name in chosen) for name in names])
