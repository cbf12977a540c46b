"""Results of the almost ideal demand system: elasticities, tests of restrictions, regularity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from lcresearch.errors import DataError
from lcresearch.pricing.aids_form import RESTRICTIONS, Form, Slopes
from lcresearch.results import Results

__all__ = ["AIDSRegularity", "AIDSResults"]

Floats = npt.NDArray[np.float64]

_STEP: Final = 1e-30  # of complex-step derivatives, exact to rounding
_SLACK: Final = 1e-9  # homogeneity gives an eigenvalue of zero, up to rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class AIDSRegularity:
    """Where an estimated demand system is one.

    Parameters
    ----------
    monotone
        Share of rows in which every predicted share is positive.
    concave
        Share of rows in which the Slutsky matrix is negative semidefinite.
    table
        One row for each row used: ``smallest_share``; the eigenvalues of the Slutsky matrix in
        shares, ``eigenvalue_1`` the largest; ``monotone`` and ``concave``.
    """

    monotone: float
    concave: float
    table: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class AIDSResults(Results):
    """An estimated almost ideal demand system.

    Parameters
    ----------
    loglik
        Gaussian log-likelihood of all shares but the last. It is at its maximum if the method is
        maximum likelihood, or the index linear and the method not ``"two_step"``.
    residual_covariance
        Covariance of the residuals of all shares, divided by the number of rows; singular, since
        they add up to zero.
    method
        How it was estimated.
    rounds
        How often the price index, or the direction of the likelihood, was computed.
    free_parameters
        How many parameters adding up and the restrictions leave.
    """

    loglik: float
    residual_covariance: pd.DataFrame = field(repr=False)
    method: str
    rounds: int
    free_parameters: int
    _form: Form = field(repr=False)
    _logs: pd.DataFrame = field(repr=False)  # log prices and expenditure of the rows used
    _units: Floats = field(repr=False)  # logs of what prices and expenditure are divided by

    def elasticities(
        self,
        *,
        prices: Sequence[float] | None = None,
        expenditure: float | None = None,
        shares: Sequence[float] | None = None,
    ) -> Results:
        r"""Return elasticities at a point, with standard errors by the delta method.

        With :math:`w` the shares and :math:`D` their slopes in logs, elasticities are
        :math:`1 + D_{ix} / w_i` of expenditure, :math:`D_{ij} / w_i - [i = j]` of a price
        (Marshallian), and :math:`w_j` times that of expenditure more where utility is held
        (Hicksian). In the translog system :math:`D_{ij} = \gamma_{ij} - \beta_i (\alpha_j +
        \sum_k \gamma_{jk} \ln p_k)` under symmetry. In the linear approximation the slopes are
        those of the system that was estimated, its index included: with Laspeyres weights
        :math:`w^0`, :math:`D_{ij} = \gamma_{ij} - \beta_i w^0_j`; Stone's index moves with the
        shares themselves, which at prices of one gives :math:`\gamma_{ij} - \beta_i w_j`
        (Green and Alston 1990).

        Parameters
        ----------
        prices, expenditure
            The point, in the units of the data; by default the geometric means.
        shares
            Shares to divide by, taken as known, such as means of the observed ones. By default
            those that the system predicts at the point; only then do the compensated slopes have
            the symmetry of the parameters.

        Returns
        -------
        Results
            Parameters ``expenditure[i]``, ``marshallian[i,j]`` and ``hicksian[i,j]`` of good ``i``
            and price ``j``.

        Raises
        ------
        DataError
            If the point has the wrong length or is not positive, or a predicted share is not.
        """
        form = self._form
        p, x = self._point(prices, expenditure)
        known = None if shares is None else _positive(shares, form.goods, "shares")
        if known is None and (form.slopes(self.params.to_numpy(), p, x).shares <= 0).any():
            raise DataError("the system predicts a negative share at this point: choose another.")

        def stacked(theta: Any) -> Any:
            found = form.slopes(theta, p, x)
            return _elasticities(found, found.shares if known is None else known[None, :])

        estimates = stacked(self.params.to_numpy())
        jacobian = _complex_step(stacked, self.params.to_numpy())
        pairs = [f"[{s},{q}]" for s in form.shares for q in form.prices]
        names = [f"expenditure[{s}]" for s in form.shares]
        names += [kind + pair for kind in ("marshallian", "hicksian") for pair in pairs]
        labels = pd.Index(names, name="elasticity")
        covariance = jacobian @ self.covariance.to_numpy() @ jacobian.T
        mean = prices is None and expenditure is None
        where = "the geometric means" if mean else "the point given"
        return Results(
            title=f"Elasticities of demand at {where}",
            params=pd.Series(estimates, index=labels, name="estimate"),
            covariance=pd.DataFrame(covariance, labels, labels),
            nobs=self.nobs,
            dropped=self.dropped,
            notes=("Per cent of quantity for one per cent of expenditure or of a price.",),
        )

    def check_regularity(self) -> AIDSRegularity:
        """Return where predicted shares are positive and the Slutsky matrix is what theory asks.

        In shares the Slutsky matrix is ``D + D_x w' + w w' - diag(w)``: each entry is the
        compensated slope times both prices over expenditure, and the signs of the eigenvalues
        are the same. Without symmetry its symmetric part is taken.
        """
        p, x = self._split(self._logs.to_numpy())
        shares, prices, expenditure = self._form.slopes(self.params.to_numpy(), p, x)
        slutsky = prices + (expenditure + shares)[:, :, None] * shares[:, None, :]
        slutsky = slutsky - shares[:, :, None] * np.eye(self._form.goods)
        values = np.linalg.eigvalsh((slutsky + slutsky.swapaxes(1, 2)) / 2)[:, ::-1]
        monotone, concave = (shares > 0).all(axis=1), values[:, 0] <= _SLACK
        table = pd.DataFrame({"smallest_share": shares.min(axis=1)}, index=self._logs.index)
        for k, column in enumerate(values.T):
            table[f"eigenvalue_{k + 1}"] = column
        table = table.assign(monotone=monotone, concave=concave)
        return AIDSRegularity(
            monotone=float(monotone.mean()), concave=float(concave.mean()), table=table
        )

    def wald_test(self, restriction: str) -> pd.Series:
        """Test a restriction that was not imposed.

        Parameters
        ----------
        restriction
            ``"homogeneity"`` (no money illusion), ``"symmetry"`` (of the Slutsky matrix, with
            homogeneity), or ``"linear"`` (no quadratic terms).

        Returns
        -------
        pandas.Series
            ``statistic``, ``degrees_of_freedom`` and ``p_value`` of chi-squared.

        Raises
        ------
        DataError
            If the restriction is unknown, or holds in these estimates already.
        """
        known = (*RESTRICTIONS[1:], "linear")
        if restriction not in known:
            raise DataError(f"restriction must be one of {', '.join(known)}, not {restriction!r}.")
        rows = self._linear_rows() if restriction == "linear" else self._price_rows(restriction)
        if not len(rows):
            raise DataError(f"{restriction} holds in these estimates already: nothing to test.")
        gaps = rows @ self.params.to_numpy()
        covariance = rows @ self.covariance.to_numpy() @ rows.T
        statistic = float(gaps @ np.linalg.solve(covariance, gaps))
        return _chi_squared(statistic, len(rows), f"Wald test of {restriction}")

    def likelihood_ratio_test(self, restricted: AIDSResults) -> pd.Series:
        """Test the restrictions of another estimate of the same shares.

        Parameters
        ----------
        restricted
            The same system with stricter restrictions, or without quadratic terms.

        Returns
        -------
        pandas.Series
            ``statistic``, ``degrees_of_freedom`` and ``p_value`` of chi-squared.

        Raises
        ------
        DataError
            If either is not at a maximum of its likelihood, or they are not nested.
        """
        for found in (self, restricted):
            linear = found._form.index != "translog"
            if found.method == "two_step" or not (linear or found.method == "maximum_likelihood"):
                raise DataError(
                    f"a likelihood-ratio test needs method='maximum_likelihood', not "
                    f"{found.method!r}: fit both again, or use wald_test."
                )
        mine, other = self._form, restricted._form
        same = (
            mine.index == other.index
            and mine.alpha_0 == other.alpha_0
            and (*mine.shares, *mine.prices) == (*other.shares, *other.prices)
            and np.array_equal(self._units, restricted._units)
            and self._logs.equals(restricted._logs)
        )
        fewer = self.free_parameters - restricted.free_parameters
        stricter = RESTRICTIONS.index(other.restrictions) >= RESTRICTIONS.index(mine.restrictions)
        if not (same and stricter and mine.quadratic >= other.quadratic and fewer > 0):
            raise DataError(
                "the two estimates are not nested: give the same rows, goods, index and units, "
                "and stricter restrictions."
            )
        statistic = 2 * (self.loglik - restricted.loglik)
        return _chi_squared(statistic, fewer, f"likelihood-ratio test of {other.restrictions}")

    def _price_rows(self, restriction: str) -> Floats:
        """Return what must be zero of the parameters, beyond what is imposed."""
        n, imposed = self._form.goods, self._form.restrictions
        rows = []
        if RESTRICTIONS.index(restriction) > RESTRICTIONS.index(imposed):
            if restriction == "homogeneity":
                rows = [np.outer(np.eye(n)[i], np.ones(n)) for i in range(n - 1)]
            else:
                # Adding up with symmetry implies homogeneity; where that is imposed, the pairs
                # with the last good follow from the others.
                last = n if imposed == "none" else n - 1
                unit = np.eye(n)
                rows = [
                    np.outer(unit[i], unit[j]) - np.outer(unit[j], unit[i])
                    for j in range(last)
                    for i in range(j)
                ]
        found = np.zeros((len(rows), len(self.params)))
        for row, gamma in enumerate(rows):
            found[row, -n * n :] = gamma.ravel()
        return found

    def _linear_rows(self) -> Floats:
        n = self._form.goods
        found = np.eye(len(self.params))[2 * n : 3 * n - 1]  # the last follows from the others
        return found if self._form.quadratic else found[:0]

    def _point(
        self, prices: Sequence[float] | None, expenditure: float | None
    ) -> tuple[Floats, Floats]:
        """Return the logs of a point in the units of the system."""
        logs = self._logs.mean().to_numpy().copy()
        if prices is not None:
            logs[:-1] = np.log(_positive(prices, self._form.goods, "prices"))
        if expenditure is not None:
            logs[-1] = np.log(_positive([expenditure], 1, "expenditure")[0])
        return self._split(logs[None, :])

    def _split(self, logs: Floats) -> tuple[Floats, Floats]:
        relative = logs - self._units
        return relative[:, :-1], relative[:, -1]


def _positive(given: Sequence[float], size: int, what: str) -> Floats:
    found = np.asarray(given, dtype=np.float64)
    if found.shape != (size,) or not (np.isfinite(found).all() and (found > 0).all()):
        raise DataError(f"{what} must be {size} positive number{'s' * (size > 1)}, not {given}.")
    return found


def _elasticities(slopes: Slopes, shares: Any) -> Any:
    """Return elasticities at one point: of expenditure, Marshallian and Hicksian."""
    w = shares[0]
    expenditure = 1 + slopes.expenditure[0] / w
    marshallian = slopes.prices[0] / w[:, None] - np.eye(len(w))
    hicksian = marshallian + expenditure[:, None] * w
    return np.concatenate([expenditure, marshallian.ravel(), hicksian.ravel()])


def _complex_step(function: Callable[[Any], Any], at: Floats) -> Floats:
    """Return the derivatives of an analytic function, one column for each argument."""
    steps = _STEP * 1j * np.eye(len(at))
    return np.column_stack([np.imag(function(at + step)) / _STEP for step in steps])


def _chi_squared(statistic: float, freedom: int, name: str) -> pd.Series:
    values = {
        "statistic": statistic,
        "degrees_of_freedom": freedom,
        "p_value": float(stats.chi2.sf(statistic, freedom)),
    }
    return pd.Series(values, name=name)
