"""A least-squares regression reduced to what its clusters say of one coefficient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import formulaic  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg

from lcresearch.errors import DataError, did_you_mean

__all__ = ["ClusteredRegression"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClusteredRegression:
    """One coefficient, its clustered standard error, and the clusters' share in both.

    Parameters
    ----------
    param
        Name of the coefficient.
    estimate, std_error
        Least squares; the standard error has the factor ``G/(G-1) (N-1)/(N-k)`` (CRV1).
    clusters
        Number of clusters, ``G``.
    loading
        ``Q_g'x_g`` for each cluster g: G by rank, where Q is an orthonormal basis of the regressors
        and x the regressor of interest with the others partialled out.
    restricted
        ``(x_g'u_g, Q_g'u_g)`` for each cluster, once for u the residuals with the coefficient
        fixed at the estimate, and once for u = x, which is what a unit more takes off them.
    treated_clusters
        Clusters in which a regressor of zeros and ones is ever one; ``None`` for other regressors.
    nobs, dropped
        Rows used, and rows left out by reason.
    notes
        What a reader must know.
    """

    param: str
    estimate: float
    std_error: float
    clusters: int
    loading: Floats
    restricted: tuple[tuple[Floats, Floats], tuple[Floats, Floats]]
    treated_clusters: int | None
    nobs: int
    dropped: Mapping[str, int]
    notes: tuple[str, ...]

    @classmethod
    def read(
        cls, data: pd.DataFrame, *, formula: str, param: str, cluster: str
    ) -> ClusteredRegression:
        """Fit the regression and reduce it.

        Parameters
        ----------
        data
            One row for each observation; rows with a gap in a column of the formula or in
            `cluster` are dropped and counted.
        formula, param, cluster
            The regression, the coefficient by name, and the column of the clusters.

        Raises
        ------
        DataError
            If a column or the coefficient is missing, the coefficient is not identified, or there
            is one cluster only.
        """
        outcome, design, groups, dropped = _matrices(data, formula, cluster)
        names = list(design.columns)
        if param not in names:
            hint = did_you_mean(param, names)
            raise DataError(
                f"param {param!r} is not in the regression: it has {_some(names)}.{hint}"
            )
        code, labels = pd.factorize(groups)
        number = len(labels)
        if number < 2:
            raise DataError(
                f"column {cluster!r}: holds one cluster only, {labels[0]!r}: a clustered test "
                f"needs two or more."
            )
        column = design[param].to_numpy(dtype=float)
        others = design.drop(columns=param).to_numpy(dtype=float)
        basis = _basis(others)
        x = _partial_out(column, basis)
        size = float(x @ x)
        if size <= 1e-16 * max(float(column @ column), np.finfo(float).tiny):
            raise DataError(
                f"param {param!r} is a combination of the other regressors, so its coefficient is "
                f"not identified: drop the regressors that imply it."
            )
        y = _partial_out(outcome, basis)
        estimate = float(x @ y) / size
        residual = y - estimate * x
        basis = np.column_stack([basis, x / np.sqrt(size)])
        nobs, rank = basis.shape
        if nobs <= rank:
            raise DataError(f"{nobs} rows cannot carry {rank} coefficients: add rows.")
        scale = float(np.abs(outcome).max(initial=0.0))
        if np.abs(residual).max() <= 1e-12 * max(scale, np.finfo(float).tiny):
            raise DataError("The regression fits every row exactly: nothing is left to test with.")

        order = np.argsort(code, kind="stable")
        starts = np.searchsorted(code[order], np.arange(number))

        def by_cluster(rows: Floats) -> Floats:
            return np.add.reduceat(rows[order], starts, axis=0)

        score = by_cluster(x * residual)
        variance = number / (number - 1) * (nobs - 1) / (nobs - rank) * float(score @ score)
        if variance <= 1e-24 * float(x**2 @ residual**2) * number:
            raise DataError(
                f"The clusters' scores of {param!r} are all zero: their standard error is zero "
                f"and there is nothing to test with; use more clusters than regressors at their "
                f"level."
            )
        binary = bool(np.isin(column, (0.0, 1.0)).all())
        return cls(
            param=param,
            estimate=estimate,
            std_error=float(np.sqrt(variance)) / size,
            clusters=number,
            loading=by_cluster(basis * x[:, None]),
            restricted=(
                (score, by_cluster(basis * residual[:, None])),
                (by_cluster(x * x), by_cluster(basis * x[:, None])),
            ),
            treated_clusters=len(np.unique(code[column == 1])) if binary else None,
            nobs=nobs,
            dropped=dropped,
            notes=_collinear(others.shape[1] + 1 - rank),
        )


def _matrices(
    data: pd.DataFrame, formula: str, cluster: str
) -> tuple[Floats, pd.DataFrame, npt.NDArray[np.object_], dict[str, int]]:
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data must be a pandas DataFrame, not {type(data).__name__}.")
    try:
        parsed = formulaic.Formula(formula)
    except Exception as error:
        raise DataError(f"formula {formula!r} cannot be read: {_first_line(error)}") from error
    if not (hasattr(parsed, "lhs") and hasattr(parsed, "rhs")):
        raise DataError(f'formula {formula!r} must have the form "outcome ~ regressors".')
    used = [str(name) for name in sorted(parsed.required_variables)]
    for name in [*used, cluster]:
        if name not in data.columns:
            hint = did_you_mean(name, data.columns)
            raise DataError(f"data has no column {name!r}: it has {_some(data.columns)}.{hint}")
    keep = np.ones(len(data), dtype=bool)
    dropped = {}
    for name in dict.fromkeys([*used, cluster]):
        gaps = keep & data[name].isna().to_numpy()
        if gaps.any():
            dropped[f"no {name}"] = int(gaps.sum())
            keep &= ~gaps
    if not keep.any():
        raise DataError("No row has every column of the formula and the cluster: nothing is left.")
    rows = data.loc[keep].reset_index(drop=True)
    try:
        matrices = formulaic.model_matrix(parsed, rows, na_action="ignore", context={"np": np})
    except Exception as error:
        raise DataError(f"formula {formula!r} cannot be applied: {_first_line(error)}") from error
    left, design = pd.DataFrame(matrices.lhs), pd.DataFrame(matrices.rhs)
    if left.shape[1] != 1:
        raise DataError(f"formula {formula!r}: the outcome must be one column of numbers.")
    for part in (left, design):
        for name in part.columns:
            bad = np.flatnonzero(~np.isfinite(part[name].to_numpy(dtype=float)))
            if len(bad):
                place = np.flatnonzero(keep)[bad]
                raise DataError(
                    f"{name!r} is not finite in rows {_some(place)}: correct them, or leave them "
                    f"empty."
                )
    groups = rows[cluster].to_numpy(dtype=object)
    return left.iloc[:, 0].to_numpy(dtype=float), design, groups, dropped


def _basis(columns: Floats) -> Floats:
    """Return an orthonormal basis of the columns, whatever their scale."""
    if columns.shape[1] == 0:
        return np.empty((len(columns), 0))
    norms = np.sqrt((columns**2).sum(0))
    scaled = columns / np.where(norms > 0, norms, 1.0)
    basis, triangle, _ = linalg.qr(scaled, mode="economic", pivoting=True, check_finite=False)
    diagonal = np.abs(np.diag(triangle))
    return np.asarray(basis[:, : int((diagonal > 1e-9 * diagonal.max(initial=0.0)).sum())])


def _partial_out(values: Floats, basis: Floats) -> Floats:
    """Return residuals of values on a basis; the second pass clears the first one's rounding."""
    for _ in range(2):
        values = values - basis @ (basis.T @ values)
    return values


def _collinear(spare: int) -> tuple[str, ...]:
    if not spare:
        return ()
    return (f"Regressors that others imply, and that change nothing: {spare}.",)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _some(items: object) -> str:
    shown = [str(item) if isinstance(item, int | np.integer) else repr(item) for item in items]  # type: ignore[attr-defined]
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return ", ".join(shown[:8]) + more
