"""The residual of the columns: its derivative, and the same in Python as in C++."""

import aligator
import numpy as np
import pytest
from configurations import project
from finite_differences import jacobian_in_state

from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks import column_clearance
from sobolev_diffusion.tasks.registry import make_task

CONFIG = project().tasks["quadrotor_columns"]


@pytest.fixture(scope="module")
def task():
    return make_task("quadrotor_columns", CONFIG)


@pytest.fixture
def official(monkeypatch):
    """As where the official module is installed, which has no extras."""
    monkeypatch.delattr(aligator, "extras")


def residual(task):
    radii = np.linspace(0.4, 0.6, len(task.centres))
    return column_clearance.column_clearance(
        task.space.ndx, task.nu, task.model, task.centre, task.centres, radii
    )


def value_and_jacobian(function, x, u):
    data = function.createData()
    function.evaluate(x, u, data)
    function.computeJacobians(x, u, data)
    return np.array(data.value), np.array(data.Jx)


def test_in_python_as_in_cpp(task, official):
    rng = np.random.default_rng(0)
    in_python = residual(task)
    assert isinstance(in_python, column_clearance.ColumnClearance)
    for _ in range(5):
        x = task.space.integrate(task.space.neutral(), rng.standard_normal(task.space.ndx))
        u = rng.standard_normal(task.nu)
        value, derivative = value_and_jacobian(in_python, x, u)
        radii = np.linspace(0.4, 0.6, len(task.centres))
        np.testing.assert_allclose(
            value, radii**2 - ((x[:2] - task.centres) ** 2).sum(axis=1), rtol=1e-12, atol=1e-12
        )
        numerical = jacobian_in_state(
            lambda at, u=u: value_and_jacobian(in_python, at, u)[0], task.space, x, 1e-6
        )
        np.testing.assert_allclose(derivative, numerical, atol=1e-6)


def test_the_solver_cannot_tell_them_apart(task, monkeypatch):
    theta = task.sample(np.random.default_rng(3))
    in_cpp = solve(task.problem(theta), task.guess(theta), CONFIG.cold)
    monkeypatch.delattr(aligator, "extras")
    in_python = solve(task.problem(theta), task.guess(theta), CONFIG.cold)
    assert in_cpp.converged
    assert in_python.iterations == in_cpp.iterations
    np.testing.assert_allclose(in_python.xs, in_cpp.xs, atol=1e-6)
