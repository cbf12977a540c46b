"""Whether an estimated cost function is one: monotone, and concave in prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.logistics.cost_function_terms import Terms

__all__ = ["Regularity", "check_regularity"]

Floats = npt.NDArray[np.float64]

_SLACK: Final = 1e-9  # homogeneity gives an eigenvalue of zero, up to rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class Regularity:
    """Where the conditions of a cost function hold.

    Parameters
    ----------
    monotone
        Share of rows in which cost rises with every output and price.
    concave
        Share of rows in which cost is concave in prices; None without prices.
    at_mean
        Whether all conditions hold at the geometric means.
    table
        One row for each condition: the share of ``observations`` in which it holds, and whether
        it holds ``at_mean``.
    """

    monotone: float
    concave: float | None
    at_mean: bool
    table: pd.DataFrame = field(repr=False)


def check_regularity(terms: Terms, params: pd.Series, logs: pd.DataFrame) -> Regularity:
    """Return where a cost function is monotone and concave.

    With ``s`` the fitted shares and ``G`` the second-order terms of prices, the Hessian in prices
    has the signs of ``G - diag(s) + s s'``; concavity holds where no eigenvalue is positive
    (Diewert and Wales 1987).

    Parameters
    ----------
    terms
        The function's terms.
    params
        All its parameters.
    logs
        Logs of its variables, one row for each observation.
    """
    points = pd.concat([logs, logs.mean().to_frame().T])  # the mean last
    slopes = terms.elasticities(params, points)
    holds = {
        f"cost rises with {name}": slopes[name].to_numpy() > 0
        for name in (*terms.outputs, *terms.prices)
    }
    monotone = np.all(list(holds.values()), axis=0)
    concave = None
    if terms.prices:
        concave = _concave(terms.curvature(params), slopes[list(terms.prices)].to_numpy())
        holds["concave in prices"] = concave
    table = pd.DataFrame(
        {
            "observations": [float(values[:-1].mean()) for values in holds.values()],
            "at_mean": [bool(values[-1]) for values in holds.values()],
        },
        index=pd.Index(holds, name="condition"),
    )
    return Regularity(
        monotone=float(monotone[:-1].mean()),
        concave=None if concave is None else float(concave[:-1].mean()),
        at_mean=bool(table["at_mean"].all()),
        table=table,
    )


def _concave(second: Floats, shares: Floats) -> npt.NDArray[np.bool_]:
    size = shares.shape[1]
    hessian = second + shares[:, :, None] * shares[:, None, :] - shares[:, :, None] * np.eye(size)
    largest = np.linalg.eigvalsh(hessian)[:, -1]
    return np.asarray(largest <= _SLACK)
