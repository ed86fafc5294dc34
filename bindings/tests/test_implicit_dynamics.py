import numpy as np
import pytest
import systems
from derivatives import check_implicit_dynamics

import aligator
from aligator import dynamics, manifolds


class Decay(dynamics.DynamicsModel):
    """x' + h x'^3 = x + u."""

    def __init__(self, h):
        super().__init__(manifolds.R(), 1)
        self.h = h

    def evaluate(self, x, u, xn, data):
        data.value[:] = xn + self.h * xn**3 - x - u

    def computeJacobians(self, x, u, xn, data):
        data.Jx[:], data.Ju[:], data.Jy[:] = -1, -1, 1 + 3 * self.h * xn**2


@pytest.fixture
def ode(arm):
    return dynamics.MultibodyFreeFwdDynamics(manifolds.MultibodyPhaseSpace(arm))


def test_midpoint(ode, rng):
    step = dynamics.IntegratorMidpoint(ode, 0.01)
    assert step.timestep == 0.01 and not step.isExplicit and step.nx2 == 4
    assert isinstance(step.continuous_dynamics, dynamics.MultibodyFreeFwdDynamics)
    x, u = systems.random_state(ode.space, rng), rng.standard_normal(2)
    xn = ode.space.integrate(x, 0.1 * rng.standard_normal(4))
    middle, data, odata = 0.5 * (x + xn), step.createData(), ode.createData()
    step.evaluate(x, u, xn, data)
    ode.forward(middle, u, odata)
    np.testing.assert_allclose(np.abs(data.value), np.abs(xn - x - 0.01 * odata.xdot), atol=1e-12)
    check_implicit_dynamics(step, x, u, xn)


def test_order_of_midpoint():
    """Error of one second of a harmonic oscillator, whose energy the midpoint rule keeps."""
    A = np.array([[0.0, 1.0], [-1.0, 0.0]])
    ode = dynamics.LinearODE(A, np.zeros((2, 1)), np.zeros(2))

    def end(n):
        step = dynamics.IntegratorMidpoint(ode, 1 / n)
        return aligator.rollout_implicit(step, np.array([1.0, 0.0]), [np.zeros(1)] * n)[-1]

    exact = np.array([np.cos(1.0), -np.sin(1.0)])
    assert 3.9 < np.linalg.norm(end(20) - exact) / np.linalg.norm(end(40) - exact) < 4.1
    np.testing.assert_allclose(np.linalg.norm(end(20)), 1, atol=1e-5)


def test_subclass_in_python(rng):
    step = Decay(0.3)
    check_implicit_dynamics(step, np.ones(1), np.ones(1), 0.7 * np.ones(1))
    us = [0.1 * np.ones(1)] * 4
    xs = aligator.rollout_implicit(step, np.ones(1), us)
    for x, u, xn in zip(xs, us, xs[1:]):
        np.testing.assert_allclose(xn + 0.3 * xn**3, x + u, atol=1e-5)
    for a, b in zip(xs, aligator.rollout_implicit([step] * 4, np.ones(1), us)):
        np.testing.assert_array_equal(a, b)


def test_bad_input(ode):
    with pytest.raises(ValueError, match="timestep"):
        dynamics.IntegratorMidpoint(ode, 0.0)
    step = dynamics.IntegratorMidpoint(ode, 0.1)
    with pytest.raises(ValueError, match="us\\[1\\]"):
        aligator.rollout_implicit(step, np.zeros(4), [np.zeros(2), np.zeros(3)])
    with pytest.raises(ValueError, match="dyn_models"):
        aligator.rollout_implicit([step], np.zeros(4), [np.zeros(2)] * 2)
    with pytest.raises(TypeError, match="data"):
        step.evaluate(np.zeros(4), np.zeros(2), np.zeros(4), dynamics.DynamicsData(4, 2, 4))
    with pytest.raises(NotImplementedError, match="evaluate"):
        dynamics.DynamicsModel(manifolds.R(), 1).evaluate(
            np.zeros(1), np.zeros(1), np.zeros(1), dynamics.DynamicsData(1, 1, 1)
        )
    with pytest.raises(TypeError, match=r"dynamics: expected .*, got IntegratorMidpoint"):
        aligator.StageModel(aligator.QuadraticCost(np.eye(4), np.eye(2)), step)
