"""Two-stage least squares with one absorbed effect, and how strong its instruments are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError

__all__ = ["TwoStage", "two_stage_least_squares"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

# What is left of a column, once others are taken out, below which it is one of their combinations.
_FREE = 1e-9


@dataclass(frozen=True, eq=False)
class TwoStage:
    """Estimates in the order exogenous, endogenous.

    Parameters
    ----------
    params
        Coefficients.
    covariance
        Robust to heteroskedasticity, or to any dependence within a cluster.
    first_stage
        One row for each endogenous regressor: `conditional_f`, the F statistic of Sanderson and
        Windmeijer (2016), for one endogenous regressor the ordinary one; and `effective_f` of
        Montiel Olea and Pflueger (2013), which is robust as the covariance is.
    """

    params: pd.Series
    covariance: pd.DataFrame
    first_stage: pd.DataFrame


def two_stage_least_squares(
    outcome: Floats,
    *,
    exogenous: Mapping[str, Floats],
    endogenous: Mapping[str, Floats],
    instruments: Mapping[str, Floats],
    effects: Codes | None = None,
    clusters: Codes | None = None,
) -> TwoStage:
    """Regress an outcome on exogenous and endogenous columns.

    Parameters
    ----------
    outcome
        (N,).
    exogenous, endogenous, instruments
        Columns by name, (N,) each; `instruments` are those left out of the equation.
    effects
        Number of the group whose mean is taken out of every column.
    clusters
        Number of the cluster; ``None`` takes rows to be independent. The clustered covariance
        has the factor G/(G - 1); the other has none.

    Raises
    ------
    DataError
        If there are fewer instruments than endogenous columns, too few rows or clusters, or a
        column is a combination of others.
    """
    if len(instruments) < len(endogenous):
        raise DataError(
            f"there are {len(instruments)} instruments for {len(endogenous)} endogenous "
            f"regressors ({', '.join(map(repr, endogenous))}): give at least as many."
        )
    names = [*exogenous, *endogenous]
    groups = 0 if effects is None else int(effects.max()) + 1
    needed = groups + len(exogenous) + max(len(endogenous), len(instruments))
    if len(outcome) <= needed:
        raise DataError(
            f"there are {len(outcome)} rows for {needed} columns and effects: give more rows."
        )
    if clusters is not None and clusters.max() < 1:
        raise DataError("there is one cluster: standard errors need at least two.")
    given = {**exogenous, **instruments}
    z = _without_means(np.column_stack([*given.values()]), effects)
    x = _without_means(np.column_stack([*exogenous.values(), *endogenous.values()]), effects)
    y = _without_means(outcome[:, None], effects)[:, 0]
    basis = _orthonormal(z, list(given.values()), list(given))
    projected = basis @ (basis.T @ x)
    _orthonormal(projected, [*exogenous.values(), *endogenous.values()], names, first_stage=True)
    bread = np.linalg.pinv(projected)
    estimate = bread @ y
    scores = projected * (y - x @ estimate)[:, None]
    inverse = bread @ bread.T
    covariance = inverse @ _meat(scores, clusters) @ inverse
    return TwoStage(
        pd.Series(estimate, names, name="estimate"),
        pd.DataFrame(covariance, names, names),
        _first_stage(x, basis, len(exogenous), names, groups, clusters),
    )


def _without_means(columns: Floats, effects: Codes | None) -> Floats:
    if effects is None:
        return columns
    sums = np.zeros((int(effects.max()) + 1, columns.shape[1]))
    np.add.at(sums, effects, columns)
    return np.asarray(columns - (sums / np.bincount(effects)[:, None])[effects])


def _orthonormal(
    columns: Floats, given: list[Floats], names: list[str], *, first_stage: bool = False
) -> Floats:
    q, r = np.linalg.qr(columns)
    sizes = np.array([np.linalg.norm(column) for column in given])
    wrong = np.abs(np.diag(r)) <= _FREE * sizes
    if wrong.any():
        name = names[int(np.argmax(wrong))]
        if first_stage:
            raise DataError(
                f"column {name!r}: the instruments say nothing of it that the other columns do "
                f"not say already: give instruments that move it."
            )
        raise DataError(
            f"column {name!r}: is constant, or a linear combination of the columns before it and "
            f"the effects: leave it out."
        )
    return np.asarray(q)


def _meat(scores: Floats, clusters: Codes | None) -> Floats:
    if clusters is None:
        return np.asarray(scores.T @ scores)
    count = int(clusters.max()) + 1
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, clusters, scores)
    return np.asarray(sums.T @ sums * (count / (count - 1)))


def _first_stage(
    x: Floats, basis: Floats, k: int, names: list[str], groups: int, clusters: Codes | None
) -> pd.DataFrame:
    # The first k columns of the basis span the exogenous ones; the rest is what instruments add.
    added = basis[:, k:]
    own = x[:, k:] - basis[:, :k] @ (basis[:, :k].T @ x[:, k:])
    fitted = added @ (added.T @ own)
    free = len(x) - basis.shape[1] - groups
    rows = {}
    for j, name in enumerate(names[k:]):
        others = np.delete(fitted, j, axis=1)
        left = own[:, j]
        if others.shape[1]:
            left = left - np.delete(own, j, axis=1) @ np.linalg.lstsq(others, left, rcond=None)[0]
        explained = added @ (added.T @ left)
        noise = np.sum((left - explained) ** 2) / free
        restrictions = added.shape[1] - others.shape[1]
        error = own[:, j] - fitted[:, j]
        spread = np.trace(_meat(added * error[:, None], clusters))
        with np.errstate(divide="ignore"):
            rows[name] = {
                "conditional_f": np.sum(explained**2) / restrictions / noise,
                "effective_f": np.sum(fitted[:, j] ** 2) / spread,
            }
    return pd.DataFrame.from_dict(rows, orient="index")
