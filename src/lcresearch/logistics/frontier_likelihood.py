"""Log-likelihoods of stochastic frontiers, with gradient and Hessian, in one form for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from lcresearch.logistics.frontier_moments import LogIntegral, log_integral

__all__ = ["Likelihood"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_LOG_2PI: Final = float(np.log(2 * np.pi))
_HALF_NORMAL: Final = float(np.log(np.pi / 2)) / 2


@dataclass(frozen=True, eq=False)
class Likelihood:
    r"""Log-likelihood of the errors v - h u, with v normal and u one-sided.

    Rows of one group share one u. Its density is proportional to exp(-a u²/2 + b u) on u > 0:
    a = 1/σu², b = μ/σu² for the (truncated) normal and a = 0, b = -1/σu for the exponential. With
    p = 1/σv², G = Σ h e and H = Σ h² over a group, u given the errors has a density of the same
    form with A = a + H p and B = b - G p, so that a group adds

    .. math:: -\tfrac T2\ln(2\pi\sigma_v^2)-\tfrac p2\sum e^2+K(A,B)-K(a,b)

    where K is the log of the integral of exp(-a u²/2 + b u). Special cases: Aigner, Lovell &
    Schmidt (1977), eq. 8 and 19; Stevenson (1980); Battese & Coelli (1992), appendix; Battese &
    Coelli (1995).

    Parameters
    ----------
    y
        Dependent variable, times -1 for a cost frontier; rows of a group stand together.
    x
        Regressors with the constant, likewise.
    starts
        First row of each group; none if each row is a group.
    lag
        Periods since the last one, zero or below, if inefficiency decays at a rate eta.
    zu
        Columns that explain the log of σu², one row for each group; or one row of ones.
    zm
        Columns that explain μ, likewise; none if μ is zero.
    exponential
        Whether u is exponential.
    """

    y: Floats
    x: Floats
    starts: Integers | None
    lag: Floats | None
    zu: Floats
    zm: Floats | None
    exponential: bool

    @cached_property
    def groups(self) -> int:
        """How many u there are."""
        return len(self.y) if self.starts is None else len(self.starts)

    @cached_property
    def places(self) -> tuple[slice, int, slice, slice, int]:
        """Places of beta, ln σv², ln σu², μ and eta among the parameters."""
        k = self.x.shape[1]
        u = k + 1 + self.zu.shape[1]
        m = u + (0 if self.zm is None else self.zm.shape[1])
        return slice(0, k), k, slice(k + 1, u), slice(u, m), m

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return self.places[-1] + (self.lag is not None)

    def sums(self, values: Floats) -> Floats:
        """Return sums over the rows of each group."""
        if self.starts is None:
            return values
        found: Floats = np.add.reduceat(values, self.starts, axis=0)
        return found

    def decay(self, theta: Floats) -> Floats:
        """Return h, by which u is multiplied in each row."""
        if self.lag is None:
            return np.ones(len(self.y))
        return np.asarray(np.exp(-theta[-1] * self.lag))

    def prior(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return a and b of each group, or of one where all are alike."""
        _, _, u, m, _ = self.places
        log_variance = self.zu @ theta[u]
        if self.exponential:
            b = -np.exp(-log_variance / 2)
            return np.zeros_like(b), b
        a = np.exp(-log_variance)
        return a, a * (0.0 if self.zm is None else self.zm @ theta[m])

    def posterior(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return A and B of each group."""
        beta, v, _, _, _ = self.places
        p, h = np.exp(-theta[v]), self.decay(theta)
        a, b = self.prior(theta)
        return (
            a + p * self.sums(h * h),
            b - p * self.sums(h * (self.y - self.x @ theta[beta])),
        )

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient and its second derivatives."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._evaluate(theta)

    @cached_property
    def _constant_parts(self) -> tuple[Floats, Floats]:
        """Without decay: H, and the derivative of G by beta."""
        return self.sums(np.ones(len(self.y))), -self.sums(self.x)

    @cached_property
    def _gram(self) -> Floats:
        return self.x.T @ self.x

    def _evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        beta, v, u, _, t = self.places
        n, size = len(self.y), self.size
        p = float(np.exp(-theta[v]))
        e = self.y - self.x @ theta[beta]
        squares = float(e @ e)
        if self.lag is None:
            g = self.sums(e)
            h2, gx = self._constant_parts
        else:
            h = self.decay(theta)
            he, hx = h * e, h[:, None] * self.x
            g, h2, gx = self.sums(he), self.sums(h * h), -self.sums(hx)
        a, b = self.prior(theta)
        k = log_integral(a + p * h2, b - p * g)

        value = -n / 2 * (_LOG_2PI + theta[v]) - p / 2 * squares + float(k.value.sum())
        gradient = np.zeros(size)
        hessian = np.zeros((size, size))
        pull = p * (self.x.T @ e)
        gradient[beta] = pull
        gradient[v] = -n / 2 + p / 2 * squares
        hessian[beta, beta] = -p * self._gram
        hessian[beta, v] = hessian[v, beta] = -pull
        hessian[v, v] = -p / 2 * squares

        ja, jb = np.zeros((self.groups, size)), np.zeros((self.groups, size))
        ja[:, v], jb[:, v], jb[:, beta] = -p * h2, p * g, -p * gx
        cross = p * (gx.T @ k.b)
        hessian[beta, v] += cross
        hessian[v, beta] += cross
        hessian[v, v] += p * float(h2 @ k.a - g @ k.b)
        if self.lag is not None:
            lag = self.lag
            g1, g2 = self.sums(-lag * he), self.sums(lag * lag * he)
            h1, h22 = self.sums(-2 * lag * h * h), self.sums(4 * lag * lag * h * h)
            ja[:, t], jb[:, t] = p * h1, -p * g1
            hessian[v, t] = hessian[t, v] = p * float(g1 @ k.b - h1 @ k.a)
            hessian[t, t] = p * float(h22 @ k.a - g2 @ k.b)
            bend = -p * (self.sums(lag[:, None] * hx).T @ k.b)
            hessian[beta, t] = hessian[t, beta] = bend
        self._add_prior(k, a, b, ja, jb, gradient, hessian)

        if self.zm is None:
            # K(a, b) is then ln σu and a constant.
            weight = self.groups / len(self.zu)
            value -= weight * float((self.zu @ theta[u]).sum()) / 2
            value -= 0.0 if self.exponential else self.groups * _HALF_NORMAL
            gradient[u] -= weight * self.zu.sum(axis=0) / 2
        else:
            own = log_integral(a, b)
            weight = self.groups / len(a)
            value -= weight * float(own.value.sum())
            minus = LogIntegral(*(-weight * part for part in _parts(own)))
            ka, kb = np.zeros((len(a), size)), np.zeros((len(a), size))
            self._add_prior(minus, a, b, ka, kb, gradient, hessian)
        return value, gradient, hessian

    def _add_prior(
        self,
        k: LogIntegral,
        a: Floats,
        b: Floats,
        ja: Floats,
        jb: Floats,
        gradient: Floats,
        hessian: Floats,
    ) -> None:
        """Add what a sum of K's adds, when its arguments move with a and b by the parameters.

        ``ja`` and ``jb`` are the arguments' derivatives, of which those by the parameters of
        σu² and μ are still to be filled in.
        """
        _, _, u, m, _ = self.places
        if self.exponential:
            jb[:, u] = -b[:, None] / 2 * self.zu
            hessian[u, u] += self._square(self.zu, k.b * (b / 4))
        else:
            ja[:, u], jb[:, u] = -a[:, None] * self.zu, -b[:, None] * self.zu
            hessian[u, u] += self._square(self.zu, k.a * a + k.b * b)
            if self.zm is not None:
                jb[:, m] = a[:, None] * self.zm
                mixed = self._square(self.zu, -k.b * a, self.zm)
                hessian[u, m] += mixed
                hessian[m, u] += mixed.T
        gradient += ja.T @ k.a + jb.T @ k.b
        hessian += ja.T @ (k.aa[:, None] * ja + k.ab[:, None] * jb)
        hessian += jb.T @ (k.ab[:, None] * ja + k.bb[:, None] * jb)

    @staticmethod
    def _square(left: Floats, weights: Floats, right: Floats | None = None) -> Floats:
        right = left if right is None else right
        if len(left) == 1:
            return np.asarray(left.T @ right * weights.sum())
        return np.asarray(left.T @ (weights[:, None] * right))


def _parts(k: LogIntegral) -> tuple[Floats, ...]:
    return k.value, k.a, k.b, k.aa, k.ab, k.bb
