"""Parameters of a frontier in the data's own units, with their covariance by the delta method."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.logistics.frontier_data import FrontierData
from lcresearch.logistics.frontier_estimate import Estimate

__all__ = ["parameter_table"]

Floats = npt.NDArray[np.float64]


def parameter_table(
    data: FrontierData, found: Estimate, *, regressors: tuple[str, ...], drivers: tuple[str, ...]
) -> tuple[pd.Series, pd.DataFrame]:
    """Return estimates and covariance; what lies on a bound is left out."""
    names = ["constant", *regressors]
    scale, n = data.scale, len(data.y)
    if found.bound == "no_inefficiency":
        values = np.append(scale * data.x.back @ data.least_squares, scale**2)
        matrix = np.zeros((len(values), len(values)))
        matrix[:-1, :-1] = scale**2 * data.x.back @ data.x.back.T / n
        matrix[-1, -1] = 2 * scale**4 / n
        return _labelled([*names, "sigma2"], values, matrix)

    full, theta = found.likelihood, found.found.theta
    beta, v, u, m, t = full.places
    log_scale = 2 * np.log(scale)
    rows: list[Floats] = []
    values_: list[float] = []

    def add(
        label: str | None, value: float, where: slice | int, derivative: float | Floats
    ) -> None:
        if label is not None:
            names.append(label)
        row = np.zeros(full.size)
        row[where] = derivative
        rows.append(row)
        values_.append(value)

    for row in data.x.back:
        add(None, scale * float(row @ theta[beta]), beta, scale * row)
    variances = scale**2 * np.exp(np.array([theta[v], theta[u.start]]))
    moved = full.zu.shape[1] > 1
    if data.drivers is not None and full.zm is not None:
        for label, row in zip(["constant", *drivers], data.drivers.back, strict=True):
            add(f"mu:{label}", scale * float(row @ theta[m]), m, scale * row)
    if moved and data.drivers is not None:
        for i, (label, row) in enumerate(
            zip(["constant", *drivers], data.drivers.back, strict=True)
        ):
            shift = log_scale if i == 0 else 0.0
            add(f"ln_sigma_u2:{label}", float(row @ theta[u]) + shift, u, row)
        add("ln_sigma_v2", float(theta[v]) + log_scale, v, 1.0)
    else:
        total = float(variances.sum())
        gamma = float(variances[1]) / total
        both = np.zeros(full.size)
        both[[v, u.start]] = variances
        add("sigma2", total, slice(None), both)
        both = np.zeros(full.size)
        both[[v, u.start]] = np.array([-1, 1]) * gamma * (1 - gamma)
        add("gamma", gamma, slice(None), both)
    if data.drivers is None and full.zm is not None:
        add("mu", scale * float(theta[m][0]), m, scale)
    if full.lag is not None:
        add("eta", float(theta[t]), t, 1.0)
    jacobian = np.array(rows)
    return _labelled(names, np.array(values_), jacobian @ found.covariance @ jacobian.T)


def _labelled(names: list[str], values: Floats, matrix: Floats) -> tuple[pd.Series, pd.DataFrame]:
    index = pd.Index(names, name="parameter")
    return pd.Series(values, index, name="estimate"), pd.DataFrame(matrix, index, index)
