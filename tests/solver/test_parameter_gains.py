"""Gains in the parameters: against a closed form, and against solving again at theta + eps."""

import numpy as np
import pytest
from configurations import project
from tracking import EXACT, NX, QT, THETA, WITH, Q, R, Tracking

from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters
from sobolev_diffusion.tasks.registry import make_task

CONFIG = project()


def solved(task, theta, settings=EXACT):
    derivatives = None
    if settings.parameter_gains:

        def derivatives(xs, us, at_hand):
            return derive_by_parameters(task, theta, xs, us, at_hand)

    solution = solve(
        task.problem(theta), task.guess(theta), settings, with_gains=True, by_parameters=derivatives
    )
    assert solution.converged
    return solution


def feedforward(task):
    """d u / dp of the finite-horizon tracking problem with the drift D p, by the affine Riccati recursion."""
    A, B, D, P, W, gains = task.A, task.B, task.D, QT, -QT, []
    for _ in range(task.horizon):
        through = W + P @ D
        uu = R + B.T @ P @ B
        gains.append(-np.linalg.solve(uu, B.T @ through))
        K = -np.linalg.solve(uu, B.T @ P @ A)
        P, W = Q + A.T @ P @ (A + B @ K), -Q + (A + B @ K).T @ through
    return np.stack(gains[::-1])


@pytest.mark.parametrize("drift", [False, True])
def test_gains_are_those_of_linear_quadratic_tracking(drift):
    task = Tracking(drift)
    gains = solved(task, THETA, WITH).linearisation
    np.testing.assert_allclose(gains.parameter_gains, feedforward(task), rtol=1e-6, atol=1e-8)
    alone = solved(task, THETA).linearisation
    assert alone.parameter_gains is None
    np.testing.assert_array_equal(gains.gains, alone.gains)


def followed(task, before, change):
    """Controls of u = u_t + K dx + K_p dp from x_0 on at THETA + change."""
    x, us = THETA[:NX], []
    for t in range(task.horizon):
        linear = before.linearisation
        us.append(
            before.us[t] + linear.gains[t] @ (x - before.xs[t]) + linear.parameter_gains[t] @ change[NX:]
        )
        x = task.A @ x + task.B @ us[-1] + task.D @ (THETA + change)[NX:]
    return np.stack(us)


@pytest.mark.parametrize(
    "options",
    [{}, {"drift": True}, {"end": True}, {"path": True}, {"drift": True, "end": True, "path": True}],
)
def test_following_the_gains_solves_the_linear_problem_of_another_target(options):
    task = Tracking(**options)
    before = solved(task, THETA, WITH)
    change = np.array([0, 0, 0, 0.3, -0.5, 0.4])
    after = solved(task, THETA + change)
    assert np.abs(after.us - before.us).max() > 0.1
    np.testing.assert_allclose(followed(task, before, change), after.us, atol=1e-4)


def test_limits_that_are_reached_move_with_the_parameters_and_others_do_not_count():
    task = Tracking(limit=True)
    before = solved(task, THETA, WITH)
    change = 0.01 * np.array([0, 0, 0, 0.3, -0.5, 0.4])
    after = solved(task, THETA + change)
    reached = before.us[:, 0] > THETA[4] + 0.5 - 1e-5
    np.testing.assert_array_equal(reached, after.us[:, 0] > (THETA + change)[4] + 0.5 - 1e-5)
    assert 0 < reached.sum() < task.horizon
    np.testing.assert_allclose(before.linearisation.parameter_gains[reached, 0, 1], 1, atol=1e-4)
    assert np.abs(after.us - before.us).max() > 1e-3
    np.testing.assert_allclose(followed(task, before, change), after.us, atol=1e-5)


def test_gains_point_the_ur5_where_solving_again_does():
    settings = CONFIG.tasks["ur5_small_random"]
    task = make_task("ur5_small_random", settings)
    cold = settings.cold.model_copy(update={"tolerance": 1e-5, "parameter_gains": True})
    theta = task.sample(np.random.default_rng(1))
    before = solved(task, theta, cold)
    data = task.dynamics.createData()
    for entry in task.parameters:
        moved = theta.copy()
        moved[entry] += 0.01
        after = solve(task.problem(moved), (before.xs, before.us), cold)
        assert after.converged
        assert after.iterations > 0
        x, ends = theta[: task.space.nx], []
        for t in range(task.horizon):
            linear = before.linearisation
            dx, dp = task.space.difference(before.xs[t], x), (moved - theta)[task.parameters]
            task.dynamics.forward(
                x, before.us[t] + linear.gains[t] @ dx + linear.parameter_gains[t] @ dp, data
            )
            x = np.array(data.xnext)
            ends.append(x[:6] - before.xs[t + 1][:6])
        followed, again = np.ravel(ends), (after.xs - before.xs)[1:, :6].ravel()
        cosine = followed @ again / np.linalg.norm(followed) / np.linalg.norm(again)
        # Gauss-Newton leaves the curvature of the tool's path out
        assert cosine > 0.8
        assert np.linalg.norm(followed) == pytest.approx(np.linalg.norm(again), rel=0.2)


class Broken(Tracking):
    """Of no target above the first entry's in THETA."""

    def __init__(self, message=""):
        super().__init__()
        self.message = message

    def problem(self, theta):
        if theta[4] > THETA[4]:
            if self.message:
                raise ValueError(self.message)
            theta = theta.copy()
            theta[4] = np.nan
        return super().problem(theta)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("no such\ntarget", r"cannot be built at theta\[4\] = -0.3 \+ 1e-05: ValueError: no such target$"),
        ("", r"derivatives that are not finite at theta\[4\] = -0.3 \+ 1e-05$"),
    ],
)
def test_a_problem_that_cannot_be_had_beside_theta_is_one_line(message, says):
    with pytest.raises(TaskError, match=rf"^tracking: problem\(theta\): {says}"):
        solve_instances(Broken(message), WITH, [0], [THETA])
    runs = solve_instances(Broken(message), EXACT, [0], [THETA])  # nobody asks
    assert runs.converged.all()
    assert runs.parameter_gains is None
