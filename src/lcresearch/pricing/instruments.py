"""Instruments for prices made of the characteristics of other products in the market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import numbers, require_columns
from lcresearch.errors import DataError

__all__ = ["blp_instruments", "differentiation_instruments"]

Floats = npt.NDArray[np.float64]


def blp_instruments(
    data: pd.DataFrame, *, market: str, firm: str, characteristics: Sequence[str] = ()
) -> pd.DataFrame:
    """Return sums of characteristics over other products of the firm, and of rivals.

    The more a market holds, and the nearer to a product, the less its seller can charge
    (Berry, Levinsohn and Pakes 1995).

    Parameters
    ----------
    data
        One row for each product in each market.
    market, firm
        Columns that name them.
    characteristics
        Columns; the number of products is always summed too.

    Returns
    -------
    pandas.DataFrame
        Columns ``own_products``, ``rival_products``, then ``own_`` and ``rival_`` with the name
        of each characteristic; rows as in `data`. Leave out those that are constant.

    Raises
    ------
    DataError
        If a column is missing or not finite numbers.
    """
    require_columns(data, [market, firm, *characteristics])
    columns = pd.DataFrame({"products": np.ones(len(data))}, data.index)
    for name in characteristics:
        columns[name] = numbers(data, name)
    whole = columns.groupby(data[market]).transform("sum")
    own = columns.groupby([data[market], data[firm]]).transform("sum")
    parts = {}
    for name in columns:
        parts[f"own_{name}"] = own[name] - columns[name]
        parts[f"rival_{name}"] = whole[name] - own[name]
    return pd.DataFrame(parts)


def differentiation_instruments(
    data: pd.DataFrame,
    *,
    market: str,
    firm: str,
    characteristics: Sequence[str],
    kind: Literal["local", "quadratic"] = "local",
) -> pd.DataFrame:
    """Return how crowded the neighbourhood of each product is, by characteristic.

    Gandhi and Houde (2019): what matters for substitution is the distance to others.

    Parameters
    ----------
    data
        One row for each product in each market.
    market, firm
        Columns that name them.
    characteristics
        Columns; distances are taken one characteristic at a time.
    kind
        ``"local"``: the number of other products less than one standard deviation of all
        distances away. ``"quadratic"``: the sum of squared distances.

    Returns
    -------
    pandas.DataFrame
        Columns ``own_near_x`` and ``rival_near_x``, or ``own_distance_x`` and
        ``rival_distance_x``, for each characteristic x; rows as in `data`.

    Raises
    ------
    DataError
        If a column is missing or not finite numbers, or `kind` is neither.
    """
    if kind not in ("local", "quadratic"):
        raise DataError(f"kind must be 'local' or 'quadratic', not {kind!r}.")
    require_columns(data, [market, firm, *characteristics])
    places = list(data.groupby(market, sort=False).indices.values())
    firms = data[firm].to_numpy()
    word = "near" if kind == "local" else "distance"
    found: dict[str, Floats] = {}
    for name in characteristics:
        values = numbers(data, name)
        reach = _spread(values, places) if kind == "local" else 0.0
        own, rival = np.empty(len(data)), np.empty(len(data))
        for rows in places:
            distances = values[rows, None] - values[rows]
            near = np.abs(distances) < reach if kind == "local" else distances**2
            if kind == "local":
                np.fill_diagonal(near, False)
            same = firms[rows, None] == firms[rows]
            own[rows], rival[rows] = (near * same).sum(axis=1), (near * ~same).sum(axis=1)
        found |= {f"own_{word}_{name}": own, f"rival_{word}_{name}": rival}
    return pd.DataFrame(found, data.index)


def _spread(values: Floats, places: Sequence[npt.NDArray[np.intp]]) -> float:
    # Distances of both signs have a mean of zero, so their variance is the mean square.
    total, pairs = 0.0, 0
    for rows in places:
        own = values[rows] - values[rows].mean()
        total += 2 * len(rows) * float(own @ own)
        pairs += len(rows) ** 2
    return float(np.sqrt(total / pairs))
