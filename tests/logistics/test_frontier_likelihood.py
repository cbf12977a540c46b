"""The likelihood of frontiers: derivatives, extreme arguments, and Newton's method."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from lcresearch.logistics.frontier_likelihood import Likelihood
from lcresearch.logistics.frontier_moments import log_integral
from lcresearch.logistics.frontier_newton import maximise

RNG = np.random.default_rng(0)
ROWS = 40
X = np.column_stack([np.ones(ROWS), RNG.normal(size=(ROWS, 2))])
Y = RNG.normal(size=ROWS)
Z = np.column_stack([np.ones(ROWS), RNG.normal(size=ROWS)])
STARTS = np.arange(0, ROWS, 4)
LAG = np.tile(np.arange(-3.0, 1.0), 10)
ONE, ONES = np.ones((1, 1)), np.ones((ROWS, 1))
MODELS = {
    "half normal": Likelihood(Y, X, None, None, ONE, None, False),
    "truncated normal": Likelihood(Y, X, None, None, ONE, ONE, False),
    "exponential": Likelihood(Y, X, None, None, ONE, None, True),
    "half normal, drivers": Likelihood(Y, X, None, None, Z, None, False),
    "exponential, drivers": Likelihood(Y, X, None, None, Z, None, True),
    "Battese and Coelli 1995": Likelihood(Y, X, None, None, ONES, Z, False),
    "panel": Likelihood(Y, X, STARTS, None, ONE, None, False),
    "panel, exponential": Likelihood(Y, X, STARTS, LAG, ONE, None, True),
    "Battese and Coelli 1992": Likelihood(Y, X, STARTS, LAG, ONE, ONE, False),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("size", [0.3, 2.0])
def test_derivatives_are_those_of_differences(name: str, size: float) -> None:
    """Gradient and Hessian agree with central differences to a millionth."""
    model = MODELS[name]
    theta = size * np.random.default_rng(5).normal(size=model.size)
    _, gradient, hessian = model(theta)
    step = 1e-5
    for i, unit in enumerate(np.eye(model.size)):
        high, low = model(theta + step * unit), model(theta - step * unit)
        slope = (high[0] - low[0]) / (2 * step)
        assert gradient[i] == pytest.approx(slope, rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(
            hessian[i], (high[1] - low[1]) / (2 * step), rtol=1e-6, atol=1e-6 * abs(hessian).max()
        )


@pytest.mark.parametrize("t", [-6.0, -4.01, -3.99, -1.0, 0.0, 2.0, 8.0])
def test_moments_are_integrals(t: float) -> None:
    """Value and derivatives are those of the integral by quadrature, on both sides of the seam."""
    a = 1.7
    b = t * np.sqrt(a)
    shift = max(b, 0) ** 2 / (2 * a)

    def moment(power: int) -> float:
        return float(
            integrate.quad(
                lambda u: u**power * np.exp(-a * u * u / 2 + b * u - shift),
                0,
                max(t, 0) + 12,
                points=[max(t, 0) / np.sqrt(a)],
                epsabs=0,
                epsrel=1e-12,
                limit=300,
            )[0]
        )

    total = moment(0)
    m = [moment(power) / total for power in range(5)]
    k = log_integral(np.array([a]), np.array([b]))
    assert k.value[0] == pytest.approx(np.log(total) + shift, rel=1e-11)
    assert k.b[0] == pytest.approx(m[1], rel=1e-10)
    assert k.a[0] == pytest.approx(-m[2] / 2, rel=1e-10)
    assert k.bb[0] == pytest.approx(m[2] - m[1] ** 2, rel=1e-9)
    assert k.ab[0] == pytest.approx(-(m[3] - m[1] * m[2]) / 2, rel=1e-9)
    assert k.aa[0] == pytest.approx((m[4] - m[2] ** 2) / 4, rel=1e-9)


@pytest.mark.parametrize("t", [-1e8, -1e4, -50.0])
def test_far_in_the_tail_it_is_exponential(t: float) -> None:
    """Where the mean is far below zero, u is exponential with mean -1/b, to rounding."""
    k = log_integral(np.array([1.0]), np.array([t]))
    near = 3 / t**2
    assert k.value[0] == pytest.approx(-np.log(-t), rel=near + 1e-14)
    assert k.b[0] == pytest.approx(-1 / t, rel=near + 1e-14)
    assert k.a[0] == pytest.approx(-1 / t**2, rel=4 * near + 1e-14)
    assert k.bb[0] == pytest.approx(1 / t**2, rel=4 * near + 1e-14)
    assert k.aa[0] == pytest.approx(5 / t**4, rel=20 * near + 1e-13)


@pytest.mark.parametrize("t", [40.0, 1e6])
def test_far_from_zero_it_is_normal(t: float) -> None:
    """Where the mean is far above zero, truncation does not bind, and nothing overflows."""
    k = log_integral(np.array([4.0]), np.array([2 * t]))
    assert k.value[0] == pytest.approx(t * t / 2, rel=1e-3)
    assert k.b[0] == pytest.approx(t / 2, rel=1e-14)
    assert k.bb[0] == pytest.approx(0.25, rel=1e-12)


def test_newton_leaves_a_saddle_and_tells_a_ridge() -> None:
    """A saddle is left for the maximum beyond it; a slope without end is not called a maximum."""

    def two_hills(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        x, y = theta
        value = -((x**2 - 1) ** 2) - y**2
        return value, np.array([-4 * x * (x**2 - 1), -2 * y]), np.diag([4 - 12 * x**2, -2.0])

    top = maximise(two_hills, np.array([1e-3, 1.0]), stop=lambda _: False)
    assert top.converged
    np.testing.assert_allclose(np.abs(top.theta), [1, 0], atol=1e-8)

    def ridge(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        x = theta[0]
        return -1 / x, np.array([x**-2]), np.array([[-2 * x**-3]])

    away = maximise(ridge, np.array([1.0]), stop=lambda theta: theta[0] > 1e3)
    assert not away.converged
