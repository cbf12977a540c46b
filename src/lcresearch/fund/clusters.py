"""Which cluster each unit of a panel belongs to, and the covariance that clusters give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.panel import Panel

__all__ = ["cluster_of_units", "small_sample_factor", "sum_by_cluster"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def cluster_of_units(
    data: pd.DataFrame, panel: Panel, *, unit: str, cluster: str | None
) -> tuple[Ints, int]:
    """Return the code of each unit's cluster, and how many clusters there are.

    Parameters
    ----------
    data
        The frame that `panel` was read from.
    panel
        The panel.
    unit, cluster
        Names of columns; without a cluster, every unit is its own.

    Raises
    ------
    DataError
        If the column is missing or empty in a row, a unit belongs to two clusters, or there is
        only one.
    """
    count = len(panel.units)
    if cluster is None or cluster == unit:
        codes, clusters, name = np.arange(count), count, unit
    else:
        if cluster not in data.columns:
            raise DataError(f"data has no column {cluster!r} to cluster by: name one that it has.")
        labels, _ = pd.factorize(data[cluster].to_numpy())
        row_unit = panel.units.get_indexer(data[unit].to_numpy())
        used = row_unit >= 0
        if (labels[used] < 0).any():
            where = int(np.flatnonzero(used & (labels < 0))[0])
            raise DataError(f"column {cluster!r}: is empty in row {where}: give a cluster.")
        codes = np.empty(count, dtype=np.int64)
        codes[row_unit[used]] = labels[used]
        twice = codes[row_unit[used]] != labels[used]
        if twice.any():
            label = panel.units[row_unit[used][np.argmax(twice)]]
            raise DataError(
                f"column {cluster!r}: {unit} {label} belongs to two clusters: standard errors need "
                f"clusters that hold whole units; cluster by {unit!r} or by a coarser column."
            )
        codes, kept = pd.factorize(codes)
        clusters, name = len(kept), cluster
    if clusters < 2:
        raise DataError(
            f"column {name!r}: holds one cluster only, and standard errors need at least two."
        )
    return codes.astype(np.int64), clusters


def sum_by_cluster(values: Floats, codes: Ints, clusters: int) -> Floats:
    """Return the sums of rows of a table within each cluster."""
    if clusters == len(codes) == len(values) and (codes == np.arange(clusters)).all():
        return values
    columns = [np.bincount(codes, column, clusters) for column in values.T]
    return np.column_stack(columns) if columns else np.empty((clusters, 0))


def small_sample_factor(*, clusters: int, rows: int, parameters: int) -> float:
    """Return ``G / (G - 1) (n - 1) / (n - k)``, by which the sandwich is multiplied.

    Parameters
    ----------
    clusters, rows, parameters
        ``G``, ``n`` and ``k``. Of unit effects, which lie within clusters, ``k`` counts a constant.
    """
    return clusters / (clusters - 1) * (rows - 1) / max(rows - parameters, 1)
