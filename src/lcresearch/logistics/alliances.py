"""What smaller alliances would gain or lose by leaving the pool."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.logistics.coalitions import PooledCost, check_players, costs_at

__all__ = ["sub_alliances"]


def sub_alliances(
    allocation: npt.ArrayLike, sizes: npt.ArrayLike, *, cost: PooledCost
) -> pd.DataFrame:
    """Return what the smallest and the largest carriers would gain by leaving together.

    These are the alliances that form first in practice. `in_core` looks at all others too.

    Parameters
    ----------
    allocation
        What each carrier pays in the pool.
    sizes
        Volume of each carrier.
    cost
        Function of the pooled volume, zero at zero.

    Returns
    -------
    pandas.DataFrame
        Two rows for each number of `carriers` from one to all but one, with `which` of them
        ("smallest" or "largest"), their `volume`, what they have to pay (`allocated`) and would
        pay (`alone`), the `gain` from leaving and whether they `leave`, in the units of size and
        cost. Carriers of one size are taken in the order given.

    Raises
    ------
    DataError
        If a share, size or cost is not finite, or the shares and sizes differ in number.
    """
    paid = check_players("allocation", allocation, negative=True)
    volume = check_players("sizes", sizes)
    if len(volume) != len(paid):
        raise DataError(
            f"allocation has {len(paid)} numbers and sizes {len(volume)}: give one of each for "
            f"every carrier."
        )
    ascending = np.argsort(volume, kind="stable")
    count = np.arange(1, len(paid))
    parts = []
    for which, order in (("smallest", ascending), ("largest", ascending[::-1])):
        pooled = np.cumsum(volume[order])
        alone = costs_at(cost, np.r_[0.0, pooled])[1:]
        part = {
            "carriers": count,
            "which": which,
            "volume": pooled[:-1],
            "allocated": np.cumsum(paid[order])[:-1],
            "alone": alone[:-1],
        }
        parts.append(pd.DataFrame(part))
    table = pd.concat(parts).sort_values("carriers", kind="stable", ignore_index=True)
    table["gain"] = table["allocated"] - table["alone"]
    # Rounding is no reason to leave.
    table["leave"] = table["gain"] > 1e-9 * table[["allocated", "alone"]].abs().max(axis=1)
    return table
