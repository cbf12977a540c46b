"""The wild cluster bootstrap: a test of one coefficient when clusters are few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.fund.clustered_regression import ClusteredRegression
from lcresearch.results import check_alpha

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["WildBootstrap", "wild_bootstrap"]

Floats = npt.NDArray[np.float64]
Weights = Literal["rademacher", "webb"]

_MOST_CLUSTERS = 23  # 2^22 sign vectors, of which five numbers each are kept
_ELEMENTS = 1 << 22  # of a block of draws
_TIE = 1e-9  # relative: draws that equal the sample's statistic but for rounding


@dataclass(frozen=True, eq=False)
class _Draws:
    """What each draw says of every null at once.

    Under the null ``b = r`` the numerator of a draw's t statistic is ``numerator[0] - d
    numerator[1]`` and its squared denominator ``square[0] - 2 d square[1] + d^2 square[2]``, where
    ``d`` is the distance of ``r`` from `centre`: the estimate, near which no digits are then lost.
    The first draw is the sample itself.
    """

    centre: float
    numerator: Floats
    square: Floats

    def p_value(self, null: float) -> float:
        """Return the share of draws whose |t| is at least the sample's, the sample among them."""
        d = null - self.centre
        if np.isinf(d):
            top, bottom = self.numerator[1] ** 2, self.square[2]
        else:
            top = (self.numerator[0] - d * self.numerator[1]) ** 2
            bottom = self.square[0] + d * (d * self.square[2] - 2 * self.square[1])
        # t*^2 >= t^2, multiplied out, for a draw's denominator may be zero.
        extreme = top * bottom[0] >= top[0] * np.maximum(bottom, 0) * (1 - _TIE)
        extreme[0] = True
        return float(extreme.mean())


@dataclass(frozen=True, kw_only=True, eq=False)
class WildBootstrap:
    """Result of a restricted wild cluster bootstrap.

    Parameters
    ----------
    param
        The coefficient that is tested.
    estimate, std_error
        Least squares and its clustered standard error, both in units of outcome per unit of
        regressor.
    null
        Its value under the null hypothesis.
    statistic
        The t statistic.
    p_value
        Two-sided: the share of draws whose absolute t is at least the sample's, the sample itself
        among them.
    draws
        Draws compared with the sample, the sample among them. If `exhaustive`, the sign vectors
        that differ: one and its mirror image give the same absolute t, hence ``2^(G - 1)``.
    exhaustive
        Whether every sign vector was used, so that the p-value has no simulation error.
    weights
        Distribution of the draws.
    clusters
        Number of clusters, ``G``.
    nobs, dropped
        Rows used, and rows left out by reason.
    alpha
        One less the coverage of the interval.
    notes
        What a reader must know.
    """

    param: str
    estimate: float
    std_error: float
    null: float
    statistic: float
    p_value: float
    draws: int
    exhaustive: bool
    weights: Weights
    clusters: int
    nobs: int
    dropped: Mapping[str, int]
    alpha: float
    notes: tuple[str, ...]
    _drawn: _Draws = field(repr=False)

    @cached_property
    def conf_int(self) -> tuple[float, float]:
        """The values of the coefficient that the test does not reject, as (low, high).

        The test is inverted exactly, from the same draws for every value; where the p-value
        crosses `alpha` more than once, the outermost crossing counts. An end is infinite where no
        value is ever rejected on that side.
        """
        return self._end(-1), self._end(1)

    def _end(self, side: int) -> float:
        def outside(null: float) -> bool:
            return self._drawn.p_value(null) <= self.alpha

        if not outside(side * np.inf):
            return side * np.inf
        steps = side * self.std_error * np.r_[np.arange(0.25, 6, 0.25), 6 * 2.0 ** np.arange(20)]
        rejected = np.array([outside(self.estimate + step) for step in steps])
        if not rejected[-1]:
            return side * np.inf
        first = len(rejected) - int(np.argmin(rejected[::-1])) if not rejected.all() else 0
        inner, outer = (steps[first - 1] if first else 0.0), steps[first]
        while abs(outer - inner) > 1e-7 * self.std_error:
            middle = (inner + outer) / 2
            inner, outer = (inner, middle) if outside(self.estimate + middle) else (middle, outer)
        return float(self.estimate + (inner + outer) / 2)

    def to_frame(self) -> pd.DataFrame:
        """Return estimate, standard error, statistic, p-value and interval as one row."""
        low, high = self.conf_int
        row = {
            "estimate": self.estimate,
            "std_error": self.std_error,
            "statistic": self.statistic,
            "p_value": self.p_value,
            "conf_low": low,
            "conf_high": high,
        }
        return pd.DataFrame(row, index=pd.Index([self.param], name="param"))

    def summary(self) -> str:
        """Return the result in words, with what was dropped and how it was drawn."""
        low, high = self.conf_int
        how = "every sign vector" if self.exhaustive else f"{self.weights.title()} weights"
        lines = [
            f"Restricted wild cluster bootstrap of {self.param!r}",
            f"Rows used: {self.nobs:,} in {self.clusters:,} clusters",
            *(f"Rows dropped, {reason}: {count:,}" for reason, count in self.dropped.items()),
            f"Estimate {self.estimate:.6g}, clustered standard error {self.std_error:.6g}",
            f"t of the null {self.null:g}: {self.statistic:.4f}, p-value {self.p_value:.4g} "
            f"({self.draws:,} draws, {how})",
            f"{1 - self.alpha:.0%} interval by inversion: {low:.6g} to {high:.6g}",
        ]
        return "\n".join([*lines, *self.notes])

    def plot(self) -> Canvas:
        """Return the p-value of every null, with the interval where it exceeds `alpha`."""
        import matplotlib.pyplot as plt

        ends = np.array([end for end in self.conf_int if np.isfinite(end)])
        reach = 1.3 * max(np.abs(ends - self.estimate), default=4 * self.std_error)
        nulls = self.estimate + np.linspace(-reach, reach, 301)
        canvas, axes = plt.subplots(figsize=(7.2, 4.2))
        axes.plot(nulls, [self._drawn.p_value(null) for null in nulls])
        axes.axhline(self.alpha, color="0.4", lw=1, ls="--")
        for end in ends:
            axes.axvline(end, color="0.4", lw=1)
        axes.set(xlabel=f"{self.param} under the null", ylabel="p-value", ylim=(0, 1.02))
        axes.set_title("p-values of the wild cluster bootstrap")
        return canvas


def wild_bootstrap(
    data: pd.DataFrame,
    *,
    formula: str,
    param: str,
    cluster: str,
    draws: int | Literal["all"] = 9999,
    weights: Weights = "rademacher",
    null: float = 0.0,
    alpha: float = 0.05,
    seed: int | None = None,
) -> WildBootstrap:
    """Test one coefficient of a least-squares regression with few clusters.

    The restricted wild cluster bootstrap (WCR) of Cameron, Gelbach & Miller (2008): residuals of
    the regression with the null imposed are multiplied by one random weight for each cluster. With
    ``s_g`` the score of cluster g at the restricted estimate and ``K`` the G by G matrix that takes
    weights v to the clusters' scores after re-estimation, a draw's statistic is ``s'v / |K v|`` up
    to a constant (MacKinnon 2023; Roodman et al. 2019, section 5), so that no regression is run
    twice. Both ``s`` and ``K`` are linear in the null, which makes the inversion of the test cheap.

    Parameters
    ----------
    data
        One row for each observation.
    formula
        The regression, such as ``"sales ~ treated + C(year) + C(county)"``.
    param
        The coefficient, by the name that it has in the regression.
    cluster
        Column with the cluster of each row.
    draws
        Number of draws; ``"all"`` for every Rademacher sign vector. Where there are no more than
        `draws` of them, all are used too: the result says so by ``exhaustive``.
    weights
        ``"rademacher"`` (-1 or 1) or ``"webb"`` (six points; for fewer than about ten clusters).
    null
        Value of the coefficient under the null hypothesis.
    alpha
        One less the coverage of the interval.
    seed
        Seed of the draws.

    Returns
    -------
    WildBootstrap
        With ``p_value``, ``statistic``, ``conf_int`` and ``exhaustive``.

    Raises
    ------
    DataError
        If a column or the coefficient is missing, the coefficient is not identified, there is one
        cluster only, or the clusters are too many to enumerate.

    References
    ----------
    Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90(3).
    Roodman, Nielsen, MacKinnon & Webb (2019), Stata Journal 19(1).
    Webb (2023), Canadian Journal of Economics 56(3), for the six-point weights.
    """
    check_alpha(alpha)
    if weights not in ("rademacher", "webb"):
        raise DataError(f'weights must be "rademacher" or "webb", not {weights!r}.')
    if not np.isfinite(null):
        raise DataError(f"null must be a finite number, not {null}.")
    if draws != "all" and (isinstance(draws, bool) or int(draws) != draws or draws < 1):
        raise DataError(f'draws must be "all" or a whole number from 1 on, not {draws!r}.')
    regression = ClusteredRegression.read(data, formula=formula, param=param, cluster=cluster)
    number = regression.clusters
    if draws == "all" and weights != "rademacher":
        raise DataError('draws="all" enumerates signs: use weights="rademacher".')
    exhaustive = weights == "rademacher" and (draws == "all" or 2.0**number <= draws)
    if exhaustive and number > _MOST_CLUSTERS:
        raise DataError(
            f"{number} clusters have {2.0 ** (number - 1):.3g} sign vectors, too many to "
            f"enumerate: give a number of draws."
        )
    count = 2 ** (number - 1) if exhaustive else int(draws) + 1
    drawn = _enumerate(regression) if exhaustive else _draw(regression, count, weights, seed)
    return WildBootstrap(
        param=param,
        estimate=regression.estimate,
        std_error=regression.std_error,
        null=null,
        statistic=(regression.estimate - null) / regression.std_error,
        p_value=drawn.p_value(null),
        draws=count,
        exhaustive=exhaustive,
        weights=weights,
        clusters=number,
        nobs=regression.nobs,
        dropped=regression.dropped,
        alpha=alpha,
        notes=(*regression.notes, *_warnings(regression, exhaustive, alpha)),
        _drawn=drawn,
    )


def _draw(
    regression: ClusteredRegression, count: int, weights: Weights, seed: int | None
) -> _Draws:
    """Draw weights at random, the first of them all one, and evaluate them block by block."""
    generator = np.random.default_rng(seed)
    number = regression.clusters
    numerator, square = np.empty((2, count)), np.empty((3, count))
    six_points = np.sqrt([0.5, 1.0, 1.5])
    six_points = np.r_[-six_points, six_points]
    block = max(1, _ELEMENTS // number)
    for first in range(0, count, block):
        last = min(first + block, count)
        if weights == "rademacher":
            v = generator.integers(0, 2, (last - first, number)) * 2.0 - 1
        else:
            v = six_points[generator.integers(0, 6, (last - first, number))]
        if first == 0:
            v[0] = 1.0
        at = slice(first, last)
        kv = [v * s - (v @ b) @ regression.loading.T for s, b in regression.restricted]
        for order, (s, _) in enumerate(regression.restricted):
            numerator[order, at] = v @ s
        for order, (left, right) in enumerate(((0, 0), (0, 1), (1, 1))):
            square[order, at] = np.einsum("ij,ij->i", kv[left], kv[right])
    return _Draws(regression.estimate, numerator, square)


def _enumerate(regression: ClusteredRegression) -> _Draws:
    """Evaluate every sign vector, the first of them all one, up to its mirror image.

    The clusters are split into two halves. A quadratic form of all signs is then a form of each
    half, plus a product of the two, so that a sign vector costs G/2 multiplications and not G^2.
    The last cluster's sign stays 1, for the mirror image of a vector has the same squares.
    """
    number = regression.clusters
    half = number // 2
    low, high = _signs(half), _signs(number - half)[: 2 ** (number - half - 1)]
    k = [np.diag(s) - regression.loading @ b.T for s, b in regression.restricted]
    numerator = [
        np.add.outer(high @ s[half:], low @ s[:half]).ravel() for s, _ in regression.restricted
    ]
    square = []
    for left, right in ((0, 0), (0, 1), (1, 1)):
        q = k[left].T @ k[right]
        q = (q + q.T) / 2
        of_low = np.einsum("ij,ij->i", low @ q[:half, :half], low)
        of_high = np.einsum("ij,ij->i", high @ q[half:, half:], high)
        both = 2 * high @ q[half:, :half] @ low.T
        square.append((both + of_low + of_high[:, None]).ravel())
    return _Draws(regression.estimate, np.array(numerator), np.array(square))


def _signs(number: int) -> Floats:
    """Return all sign vectors, in the order of binary numbers: bit g is the sign of cluster g."""
    bits = (np.arange(2**number)[:, None] >> np.arange(number)) & 1
    return np.asarray(1 - 2 * bits, dtype=np.float64)


def _warnings(regression: ClusteredRegression, exhaustive: bool, alpha: float) -> list[str]:
    notes = []
    number, treated = regression.clusters, regression.treated_clusters
    if exhaustive and 2.0 ** (1 - number) > alpha:
        notes.append(
            f"With {number} clusters no p-value falls below {2.0 ** (1 - number):.3g}: the test "
            f'cannot reject at {alpha:g}; use weights="webb".'
        )
    if treated is not None and min(treated, number - treated) <= max(2, number // 20):
        few = f"{treated} of {number} clusters have"
        notes.append(
            f"Only {few} {regression.param!r} above zero: with so few (or so many) treated the "
            f"restricted test rarely rejects; compare with randomization_test."
        )
    return notes
