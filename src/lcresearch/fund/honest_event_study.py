"""Estimates of an event study, checked, as bounds on violations of parallel trends need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError

__all__ = ["EventStudy"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Estimates before and after the start of treatment; the period just before it is the base.

    Parameters
    ----------
    pre, post
        Estimates in order of time, without the base period.
    covariance
        Of both, in the same order.
    target
        Weights of the effects after the start: the parameter is ``target'tau``.
    """

    pre: Floats
    post: Floats
    covariance: Floats
    target: Floats

    @property
    def n_pre(self) -> int:
        """Number of estimates before the start."""
        return len(self.pre)

    @property
    def n_post(self) -> int:
        """Number of estimates after the start."""
        return len(self.post)

    @property
    def estimate(self) -> float:
        """The parameter if trends are parallel."""
        return float(self.target @ self.post)

    @property
    def std_error(self) -> float:
        """Its standard error."""
        block = self.covariance[self.n_pre :, self.n_pre :]
        return float(np.sqrt(self.target @ block @ self.target))

    def conf_int(self, alpha: float) -> tuple[float, float]:
        """Return the usual interval, which holds if trends are parallel."""
        margin = float(stats.norm.isf(alpha / 2)) * self.std_error
        return self.estimate - margin, self.estimate + margin

    @classmethod
    def read(
        cls,
        estimates: Sequence[float] | pd.Series | Floats,
        covariance: Sequence[Sequence[float]] | pd.DataFrame | Floats,
        *,
        n_pre: int,
        n_post: int,
        target: Sequence[float] | Floats | None = None,
    ) -> EventStudy:
        """Check estimates and covariance.

        Raises
        ------
        DataError
            If lengths do not fit, numbers are not finite, the covariance is not symmetric and
            positive definite, or the target is zero.
        """
        for name, count in (("n_pre", n_pre), ("n_post", n_post)):
            if isinstance(count, bool) or int(count) != count or count < 1:
                raise DataError(f"{name} must be a whole number from 1 on, not {count!r}.")
        if (
            isinstance(estimates, pd.Series)
            and isinstance(covariance, pd.DataFrame)
            and not (
                estimates.index.equals(covariance.index)
                and estimates.index.equals(covariance.columns)
            )
        ):
            raise DataError(
                "estimates and covariance have different labels or another order: sort both in "
                "order of time."
            )
        beta, sigma = _numbers("estimates", estimates), _numbers("covariance", covariance)
        count = n_pre + n_post
        if beta.shape != (count,):
            raise DataError(
                f"estimates must hold n_pre + n_post = {count} numbers without the base period, "
                f"but have shape {beta.shape}."
            )
        if sigma.shape != (count, count):
            raise DataError(
                f"covariance must be {count} by {count}, without the base period, but has shape "
                f"{sigma.shape}."
            )
        scale = np.sqrt(np.abs(np.diag(sigma)))
        if np.any(np.abs(sigma - sigma.T) > 1e-8 * np.outer(scale, scale)):
            raise DataError("covariance is not symmetric: pass the matrix as it was estimated.")
        smallest = 0.0
        if scale.all():
            smallest = float(np.linalg.eigvalsh(sigma / np.outer(scale, scale))[0])
        if smallest <= 1e-12:
            raise DataError(
                "covariance is not positive definite: leave the base period out, and have more "
                "clusters than estimates."
            )
        weights = np.eye(n_post)[0] if target is None else _numbers("target", target)
        if weights.shape != (n_post,) or not weights.any():
            raise DataError(
                f"target must hold n_post = {n_post} weights that are not all zero: by default "
                f"the first effect counts alone."
            )
        return cls(beta[:n_pre], beta[n_pre:], (sigma + sigma.T) / 2, weights)


def _numbers(name: str, values: object) -> Floats:
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} must be numbers.") from error
    if not np.isfinite(numbers).all():
        raise DataError(f"{name} must be finite: some are missing or infinite.")
    return numbers
