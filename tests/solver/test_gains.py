"""Gains against the closed-form LQR; first-order targets against finite differences of the closed loop."""

import aligator
import numpy as np
import pytest
from configurations import project

from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.chunks import cut

CONFIG = project()
LENGTH = 15


def linear_quadratic(horizon=20, nx=3, nu=2, bound=None):
    """A random LQ problem, optionally with |u| <= bound, and its matrices."""
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(nx, nx)), rng.normal(size=(nx, nu))
    A *= 1.05 / np.abs(np.linalg.eigvals(A)).max()
    Q, R, QT = np.diag([1.0, 2.0, 3.0]), np.diag([0.5, 0.8]), 10 * np.eye(nx)
    space = aligator.manifolds.VectorSpace(nx)
    dynamics = aligator.dynamics.LinearDiscreteDynamics(A, B, np.zeros(nx))
    running = aligator.QuadraticCost(Q, R)
    stage = aligator.StageModel(running, dynamics)
    if bound is not None:
        limit = np.full(nu, bound)
        stage.addConstraint(
            aligator.ControlErrorResidual(nx, np.zeros(nu)), aligator.constraints.BoxConstraint(-limit, limit)
        )
    terminal = aligator.QuadraticCost(QT, np.zeros((nu, nu)))
    x0 = np.array([1.0, -2.0, 0.5])
    problem = aligator.TrajOptProblem(x0, [stage] * horizon, terminal)
    guess = np.tile(x0, (horizon + 1, 1)), np.zeros((horizon, nu))
    assert space.nx == nx
    return problem, guess, (A, B, Q, R, QT)


def riccati(A, B, Q, R, QT, horizon):
    """K_t of the unconstrained linear-quadratic regulator, u = K x."""
    P, gains = QT, []
    for _ in range(horizon):
        K = -np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
        P = Q + A.T @ P @ (A + B @ K)
        gains.append(K)
    return np.stack(gains[::-1])


def test_gains_are_those_of_the_lqr():
    problem, guess, matrices = linear_quadratic()
    solution = solve(problem, guess, SolverConfig(tolerance=1e-8), with_gains=True)
    assert solution.converged
    np.testing.assert_allclose(
        solution.linearisation.gains, riccati(*matrices, len(guess[1])), rtol=1e-8, atol=1e-10
    )
    A, B = matrices[:2]
    np.testing.assert_allclose(solution.linearisation.A, np.tile(A, (len(guess[1]), 1, 1)), rtol=1e-12)
    np.testing.assert_allclose(solution.linearisation.B, np.tile(B, (len(guess[1]), 1, 1)), rtol=1e-12)


def test_controls_at_their_bound_have_no_gain():
    problem, guess, _ = linear_quadratic(bound=0.3)
    solution = solve(problem, guess, SolverConfig(tolerance=1e-6, mu=1e-4), with_gains=True)
    assert solution.converged
    active = np.abs(solution.us) > 0.3 - 1e-6
    assert 0 < active.sum() < active.size
    norms = np.linalg.norm(solution.linearisation.gains, axis=2)
    assert norms[active].max() < 1e-3
    assert norms[~active].min() > 1e-2


def test_gains_at_a_constraint_are_as_stiff_as_asked_for():
    config_of_task = CONFIG.tasks["quadrotor_columns"]
    task = make_task("quadrotor_columns", config_of_task)
    theta = task.sample(np.random.default_rng(0))

    def solved(gains_mu):
        changed = config_of_task.cold.model_copy(update={"gains_mu": gains_mu})
        return solve(task.problem(theta), task.guess(theta), changed, with_gains=True)

    own, soft = solved(None), solved(1.0)
    nearest = min(task.clearance(x) for x in own.xs)
    assert nearest == pytest.approx(task.margin, abs=0.01)  # a column is passed
    np.testing.assert_array_equal(own.xs, soft.xs)
    stiffness = [np.abs(each.linearisation.gains).max() for each in (own, soft)]
    assert stiffness[1] < stiffness[0] / 3
    np.testing.assert_allclose(soft.linearisation.gains[-1], own.linearisation.gains[-1], rtol=1e-3)


@pytest.fixture(scope="module")
def pendulum():
    task = make_task("pendulum", CONFIG.tasks["pendulum"])
    theta = task.sample(np.random.default_rng(0))
    solution = solve(task.problem(theta), task.guess(theta), CONFIG.tasks["pendulum"].cold, with_gains=True)
    assert solution.converged
    return task, theta, solution


def closed_loop(task, solution, start, x):
    """Actions of u = u_nom + K (x - x_nom) from x at step `start` on."""
    data = task.dynamics.createData()
    actions = []
    for t in range(start, start + LENGTH):
        u = solution.us[t] + solution.linearisation.gains[t] @ task.space.difference(solution.xs[t], x)
        task.dynamics.forward(x, u, data)
        x = np.array(data.xnext)
        actions.append(task.action(x, u))
    return np.stack(actions)


@pytest.mark.parametrize("control", ["torque", "state"])
def test_targets_are_derivatives_of_the_closed_loop(pendulum, control):
    torque_task, theta, solution = pendulum
    task = make_task(
        "pendulum", CONFIG.tasks["pendulum"].model_copy(update={"options": {"control": control}})
    )
    demonstrations = Demonstrations.stack([0], [theta], [solution], task.space.ndx)
    chunks = cut(task, demonstrations, history=1, length=LENGTH)
    assert torque_task.horizon - LENGTH + 1 == len(chunks.chunk)
    eps = 1e-6
    for start in (0, 40, 100, len(chunks.chunk) - 1):
        for column, direction in enumerate(np.eye(task.space.ndx)):
            ahead, behind = (
                closed_loop(task, solution, start, task.space.integrate(solution.xs[start], s * direction))
                for s in (eps, -eps)
            )
            expected = (ahead - behind) / (2 * eps)
            target = chunks.chunk_jacobian[start, 1:, :, column]
            assert np.linalg.norm(target - expected) <= 1e-5 * np.linalg.norm(expected)
        np.testing.assert_array_equal(chunks.chunk_jacobian[start, 0], 0)
        np.testing.assert_allclose(
            chunks.chunk[start, 1:], closed_loop(task, solution, start, solution.xs[start]), atol=1e-3
        )


def test_observation_jacobian_by_finite_differences(pendulum):
    task, theta, solution = pendulum
    eps, x = 1e-6, solution.xs[17]
    columns = [
        (
            task.observe(task.space.integrate(x, eps * d), theta)
            - task.observe(task.space.integrate(x, -eps * d), theta)
        )
        / (2 * eps)
        for d in np.eye(task.space.ndx)
    ]
    np.testing.assert_allclose(task.observe_jacobian(x, theta), np.stack(columns, axis=1), atol=1e-8)
