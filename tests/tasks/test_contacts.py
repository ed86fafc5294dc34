"""A robot that stands on both feet: they stay where they are, and bear what they can."""

from functools import cache

import numpy as np
import pinocchio as pin
import pytest
from configurations import project

from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task

SETTINGS = project().tasks["talos"]


@cache
def talos():
    return make_task("talos", SETTINGS)


def posture(seed):
    """Legs of the half-sitting posture, the rest somewhere: (q, 0)."""
    task = talos()
    return task.initial_state(task.sample(np.random.default_rng(seed)))


def soles(x):
    task = talos()
    pin.framesForwardKinematics(task.model, task._data, x[: task.model.nq])
    return np.array([task._data.oMf[foot].homogeneous for foot in task.contact_frames])


def next_velocity(x, u):
    task, data = talos(), talos().dynamics.createData()
    task.dynamics.forward(x, u, data)
    return np.array(data.xnext)[task.model.nq :]


def test_it_has_over_thirty_degrees_of_freedom():
    task = talos()
    assert task.model.nv == 34
    assert task.nu == 28
    assert task.action_dim == 68


@pytest.mark.parametrize("seed", range(3))
def test_at_rest_it_stands_still(seed):
    x = posture(seed)
    np.testing.assert_allclose(next_velocity(x, talos().resting_control(x)), 0, atol=1e-9)


def test_of_the_torques_that_do_the_same_the_nearest_to_the_preferred_are_taken():
    task, x = talos(), posture(0)
    q = x[: task.model.nq]
    u = task.torques_giving(q, pin.computeGeneralizedGravity(task.model, task._data, q).copy())
    both = np.hstack([task.actuation, task.contact_jacobian(q).T])
    choices = np.linalg.svd(both)[2][np.linalg.matrix_rank(both) :, : task.nu]  # torques that move nothing
    assert len(choices) == 6
    np.testing.assert_allclose(choices @ ((u - task.preferred) / task.upper**2), 0, atol=1e-10)
    still = next_velocity(x, u)
    np.testing.assert_allclose(next_velocity(x, u + 5 * choices[0]), still, atol=1e-9)


def test_a_state_that_the_contacts_allow_is_reached_in_one_step():
    task, x = talos(), posture(1)
    allowed = np.linalg.svd(task.contact_jacobian(x[: task.model.nq]))[2][12:]
    velocity = 0.05 * np.random.default_rng(0).uniform(-1, 1, len(allowed)) @ allowed
    wanted = np.concatenate([pin.integrate(task.model, x[: task.model.nq], task.dt * velocity), velocity])
    u = task.inverse_dynamics(x, task.coordinates(wanted))
    assert (np.abs(u) < task.upper).all()
    np.testing.assert_allclose(next_velocity(x, u), velocity, atol=1e-6)


def test_an_action_that_lifts_a_foot_does_not():
    task, x = talos(), posture(2)
    lifted = x.copy()
    lifted[task.model.nq + 2] = 0.2  # m/s of the root, upwards, and with it of both feet
    after = next_velocity(x, task.inverse_dynamics(x, task.coordinates(lifted)))
    feet = task.contact_jacobian(x[: task.model.nq]) @ after
    np.testing.assert_allclose(feet, 0, atol=1e-6)


def test_inverse_kinematics_keeps_feet_and_balance():
    task = talos()
    theta = instance(task, TRAINING, 0, 0)
    goal = task.goal_state(theta)
    assert task.goal_distance(theta, goal) < 2e-3
    np.testing.assert_allclose(soles(goal), soles(task.reference), atol=2e-3)
    mass = pin.centerOfMass(task.model, task._data, goal[: task.model.nq])
    np.testing.assert_allclose(mass[:2], task.support[:2], atol=2e-3)


def test_a_solution_that_is_followed_leaves_the_feet_where_they_are():
    task = talos()
    theta = instance(task, TRAINING, 0, 0)
    solution = solve(task.problem(theta), task.guess(theta), SETTINGS.cold, with_gains=True)
    assert solution.converged
    gains = solution.linearisation.gains
    xs, us = follow(task, solution.xs, solution.us, gains, task.initial_state(theta))
    assert task.reached(theta, xs[-1])
    assert (np.abs(us) <= task.upper).all()
    for x in xs[::10]:
        np.testing.assert_allclose(soles(x), soles(xs[0]), atol=2e-3)
