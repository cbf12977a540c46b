"""Critical bounds of Pesaran, Shin and Smith's tests for a relation in levels."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

__all__ = ["bounds_table"]

_SIZES: Final = (0.10, 0.05, 0.01)

# Pesaran, Shin and Smith (2001): t with a free constant and no trend (their case III), for one and
# two long-run regressors; for each size the bound for stationary and for integrated regressors.
_T_BOUNDS: Final = {
    1: ((-2.57, -2.91), (-2.86, -3.22), (-3.43, -3.82)),
    2: ((-2.57, -3.21), (-2.86, -3.53), (-3.43, -4.10)),
}


def bounds_table(f: float, t: float) -> pd.DataFrame:
    """Return the F and t tests of no relation in levels with their bounds.

    There are two partial sums, which make up one price: bounds for one and for two regressors can
    both be argued for, and both are given. For F those for one are the stricter, for t those for
    two.

    Parameters
    ----------
    f
        F of no lagged level.
    t
        t of the lagged level of the dependent price.

    Returns
    -------
    pandas.DataFrame
        Columns ``test``, ``regressors``, ``size``, ``statistic``, ``lower``, ``upper`` and
        ``decision``: "relation" beyond the upper bound, "none" short of the lower, or "open". F is
        large, t is negative where there is a relation.
    """
    from statsmodels.tsa.ardl import pss_critical_values as published

    percentiles = np.asarray(published.crit_percentiles, dtype=float)
    rows = []
    for count in (1, 2):
        lower, upper = (published.crit_vals[count, 3, integrated] for integrated in (False, True))
        for size in _SIZES:
            place = int(np.argmin(np.abs(percentiles - 100 * (1 - size))))
            rows.append(("F", count, size, f, float(lower[place]), float(upper[place])))
        for size, bounds in zip(_SIZES, _T_BOUNDS[count], strict=True):
            rows.append(("t", count, size, t, *bounds))
    names = ["test", "regressors", "size", "statistic", "lower", "upper"]
    table = pd.DataFrame(rows, columns=names)
    distance = table[["statistic", "lower", "upper"]].abs()
    # A positive t points away from any relation, however large.
    toward = (table["test"] == "F") | (table["statistic"] < 0)
    beyond = toward & (distance["statistic"] > distance["upper"])
    short = ~toward | (distance["statistic"] < distance["lower"])
    table["decision"] = np.select([beyond, short], ["relation", "none"], "open")
    return table
