"""The integral that every stochastic frontier's likelihood rests on, with its derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["LogIntegral", "log_integral"]

Floats = npt.NDArray[np.float64]

_HALF_LOG_2PI: Final = 0.5 * np.log(2 * np.pi)
_FAR: Final = (
    -4.0
)  # below it, the recursion upwards loses digits and the one downwards has none to lose
_DEPTH: Final = 40


@dataclass(frozen=True, eq=False)
class LogIntegral:
    """The log of an integral, and its derivatives by both arguments.

    Parameters
    ----------
    value
        Logarithm of the integral.
    a, b
        First derivatives: minus half the mean of u squared, and the mean of u.
    aa, ab, bb
        Second derivatives: covariances of the same.
    """

    value: Floats
    a: Floats
    b: Floats
    aa: Floats
    ab: Floats
    bb: Floats


def log_integral(a: Floats, b: Floats, *, derivatives: bool = True) -> LogIntegral:
    r"""Return :math:`\ln\int_0^\infty\exp(-a u^2/2+b u)\,du` and its derivatives.

    The integrand is, up to a factor, the density of a normal variable with mean b/a and variance
    1/a that is truncated at zero; the derivatives are moments of that variable. The value is
    taken from the scaled complementary error function, and the moments far in the tail from a
    continued fraction, so that neither loses digits for means of any size and sign.

    Parameters
    ----------
    a
        Precisions, above zero.
    b
        Precisions times means, of the same shape.
    derivatives
        Whether derivatives are wanted; without them they are empty.
    """
    scale = 1 / np.sqrt(a)
    t = b * scale
    with np.errstate(over="ignore"):
        tail = special.erfcx(-t / np.sqrt(2))
    # Beyond 30 the truncation does not bind, and erfcx soon overflows.
    inner = np.where(t > 30, t * t / 2, np.log(np.minimum(tail, 1e300) / 2))
    value = _HALF_LOG_2PI + np.log(scale) + inner
    if not derivatives:
        none = np.empty(0)
        return LogIntegral(value, none, none, none, none, none)
    mills = np.sqrt(2 / np.pi) / tail
    mean = t + mills
    variance = 1 - mills * mean
    third = mills * (mean * mean - variance)
    fourth = mills * (2 * mean * variance - third - mean * (mean * mean - variance))
    second = t * mean + 1
    with_square = third + 2 * mean * variance
    of_square = fourth + 2 * variance**2 + 4 * mean * third + 4 * mean**2 * variance
    far = t < _FAR
    if far.any():
        m1, m2, m3, m4 = _tail_moments(t[far])
        mean[far], second[far], variance[far] = m1, m2, m2 - m1 * m1
        with_square[far], of_square[far] = m3 - m1 * m2, m4 - m2 * m2
    return LogIntegral(
        value,
        -0.5 * scale**2 * second,
        scale * mean,
        0.25 * scale**4 * of_square,
        -0.5 * scale**3 * with_square,
        scale**2 * variance,
    )


def _tail_moments(t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the first four moments of a standard normal with mean t, truncated at zero, t << 0.

    The integrals of u^n exp(-u^2/2 + t u)/n! obey a three-term recurrence of which they are the
    minimal solution, so ratios of neighbours are found downwards from any beginning.
    """
    ratio = np.zeros_like(t)
    ratios = [ratio] * 4
    for n in range(_DEPTH, 0, -1):
        ratio = 1 / ((n + 1) * ratio - t)
        if n <= 4:
            ratios[n - 1] = ratio
    m1 = ratios[0]
    m2 = 2 * m1 * ratios[1]
    m3 = 3 * m2 * ratios[2]
    return m1, m2, m3, 4 * m3 * ratios[3]
