"""What inference needs from influence functions, gathered without storing all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lcresearch.fund.multiplier_bootstrap import Multipliers, multiply

__all__ = ["CHUNK", "InfluenceSum"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Units at a time: 999 multipliers of so many units take 32 MB.
CHUNK = 4096


class InfluenceSum:
    """The covariance of many estimates and their bootstrap draws, added up block by block.

    A matrix of units by estimates would be the largest object of a large panel, and most of it
    is zeros: a treated unit moves only the estimates of its own cohort. Blocks of it are therefore
    added as they are computed, and forgotten.

    Parameters
    ----------
    estimates
        Number of estimates.
    cluster
        Code of each unit's cluster, from 0 up; ``None`` if units are independent.
    draws
        Bootstrap draws, 0 for none.
    multipliers
        Law of the bootstrap's multipliers.
    seed
        Seed of the draws.
    """

    def __init__(
        self,
        estimates: int,
        *,
        cluster: Ints | None = None,
        draws: int = 0,
        multipliers: Multipliers = "gaussian",
        seed: int | None = None,
    ) -> None:
        self._cluster = cluster
        self._multipliers = multipliers
        self._draws = draws
        self._rng = np.random.default_rng(seed)
        self._covariance = np.zeros((estimates, estimates))
        self._boot = np.zeros((draws, estimates))
        clusters = 0 if cluster is None else int(cluster.max()) + 1
        self._sums = np.zeros((clusters, estimates))

    def add(self, rows: slice, columns: Sequence[int], block: Floats) -> None:
        """Add the influence of some units (each unit in one block only) on some estimates.

        Parameters
        ----------
        rows
            The units.
        columns
            The estimates that they move; their influence on all others is zero.
        block
            Units by those estimates.
        """
        index = np.asarray(columns)
        if self._cluster is not None:
            codes = self._cluster[rows]
            order = np.argsort(codes, kind="stable")
            starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0])
            sums = np.add.reduceat(block[order], starts, axis=0)
            self._sums[np.ix_(codes[order][starts], index)] += sums
        else:
            self._gather(index, block)

    def _gather(self, index: Ints, block: Floats) -> None:
        self._covariance[np.ix_(index, index)] += block.T @ block
        if self._draws and self._multipliers != "gaussian":
            self._boot[:, index] += multiply(block, self._draws, self._multipliers, self._rng)

    def result(self) -> tuple[Floats, Floats | None]:
        """Return the covariance matrix, and the draws or ``None``; call it once, at the end."""
        every = np.arange(len(self._covariance))
        for start in range(0, len(self._sums), CHUNK):
            self._gather(every, self._sums[start : start + CHUNK])
        covariance = (self._covariance + self._covariance.T) / 2
        if not self._draws:
            return covariance, None
        if self._multipliers == "gaussian":
            # Normal multipliers make the draws exactly normal with this covariance: its root
            # replaces the product over units. The symmetric root of the correlations, unlike
            # a triangular one or bare eigenvectors, hardly moves with rounding or with units.
            size = np.sqrt(np.diag(covariance))
            size[size == 0] = 1
            values, vectors = np.linalg.eigh(covariance / np.outer(size, size))
            root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
            self._boot = multiply(root * size, self._draws, "gaussian", self._rng)
        return covariance, self._boot
