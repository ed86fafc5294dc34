"""A jump: feet that stay where they are, fly, and stay where they are again."""

from functools import cache

import numpy as np
import pinocchio as pin
import pytest
from configurations import project

from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks import native_driving
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.solo12 import FRICTION, TAKEOFF, TOUCHDOWN, Solo12

SETTINGS = project().tasks["solo12"]


@cache
def solo12():
    return make_task("solo12", SETTINGS)


@cache
def solution():
    task = solo12()
    theta = instance(task, TRAINING, 0, 0)
    found = solve(task.problem(theta), task.guess(theta), SETTINGS.cold, with_gains=True)
    assert found.converged
    return theta, found


def next_state(t, x, u):
    dynamics = solo12().dynamics_at(t)
    data = dynamics.createData()
    dynamics.forward(x, u, data)
    return np.array(data.xnext)


def forces(x, u):
    """Of the ground on the feet, (4, 3)."""
    task = solo12()
    q, v = np.split(x, [task.model.nq])
    data, contacts = task.model.createData(), pin.StdVec_RigidConstraintData()
    for contact in task.contacts:
        contacts.append(contact.createData())
    pin.initConstraintDynamics(task.model, data, task.contacts, contacts)
    torques = task.actuation @ u
    pin.constraintDynamics(task.model, data, q, v, torques, task.contacts, contacts, task.contact_accuracy)
    return np.array(data.lambda_c).reshape(4, 3)


@pytest.mark.parametrize("control", ["state", "torque"])
def test_it_is_a_task_with_right_derivatives(control):
    check_task(Solo12(control))


@pytest.mark.parametrize("seed", range(3))
def test_it_begins_at_rest_with_its_feet_on_the_ground(seed):
    task = solo12()
    x = task.initial_state(task.sample(np.random.default_rng(seed)))
    np.testing.assert_allclose(task.feet(x), task.feet(task.reference), atol=1e-9)
    np.testing.assert_allclose(task.feet(x)[:, 2], 0, atol=1e-9)
    after = next_state(0, x, task.resting_control(x))
    np.testing.assert_allclose(after[task.model.nq :], 0, atol=1e-9)


def test_in_flight_it_falls_whatever_its_torques_are():
    task, rng = solo12(), np.random.default_rng(0)
    x = task.reference
    for u in (np.zeros(task.nu), rng.uniform(task.lower, task.upper)):
        velocity = next_state(TAKEOFF, x, u)[task.model.nq :]
        momentum = pin.computeCentroidalMomentum(task.model, task._data, x[: task.model.nq], velocity)
        mass = pin.computeTotalMass(task.model)
        np.testing.assert_allclose(momentum.linear / mass, [0, 0, -9.81 * task.dt], atol=1e-9)


def test_an_impact_lasts_one_step():
    task = solo12()
    falling = task.reference.copy()
    falling[task.model.nq + 2] = -0.5
    after = next_state(TOUCHDOWN, falling, task.preferred)
    feet = task.contact_jacobian(after[: task.model.nq]) @ after[task.model.nq :]
    np.testing.assert_allclose(feet, 0, atol=0.03)


@pytest.mark.parametrize("t", [0, TAKEOFF, TOUCHDOWN])
def test_targets_of_a_step_lead_to_its_torques(t):
    task, rng = solo12(), np.random.default_rng(1)
    x = task.state_at(rng.uniform(-0.1, 0.1, task.space.ndx))
    u = rng.uniform(task.lower, task.upper)
    targets = task.action(next_state(t, x, u), u)
    np.testing.assert_allclose(task.control_at(t, x, targets), u, atol=1e-6)


def test_targets_lead_back_what_starts_elsewhere():
    task, (theta, found) = solo12(), solution()
    x = task.space.integrate(found.xs[0], np.random.default_rng(0).uniform(-0.01, 0.01, task.space.ndx))
    for t, targets in enumerate(task.actions(found.xs[1:], found.us)):
        x = next_state(t, x, task.control_at(t, x, targets))
    assert task.reached(theta, x)


def test_a_solution_jumps_to_the_target_by_forces_that_push():
    task, (theta, found) = solo12(), solution()
    assert task.reached(theta, found.xs[-1])
    assert (np.abs(found.us) <= task.upper + 1e-3).all()
    heights = np.array([task.feet(x)[:, 2] for x in found.xs])
    np.testing.assert_allclose(heights[:TAKEOFF], 0, atol=1e-3)
    np.testing.assert_allclose(heights[TOUCHDOWN], 0, atol=1e-3)
    np.testing.assert_allclose(heights[TOUCHDOWN:], 0, atol=0.015)  # integration lets fast feet sink
    assert (heights[TAKEOFF + 1 : TOUCHDOWN] > 0).all()
    for t, (x, u) in enumerate(zip(found.xs, found.us, strict=False)):
        if not task.flying(t):
            force = forces(x, u)
            assert (force[:, 2] > -0.01).all()
            assert (np.linalg.norm(force[:, :2], axis=1) < FRICTION * force[:, 2] + 0.1).all()


@pytest.mark.parametrize("native", [True, False])
def test_a_solution_that_is_followed_is_had_again(monkeypatch, native):
    if not native:
        monkeypatch.setattr(native_driving, "_EXTRAS", None)
    task, (theta, found) = solo12(), solution()
    xs, us = follow(task, found.xs, found.us, found.linearisation.gains, task.initial_state(theta))
    np.testing.assert_allclose(us, found.us, atol=2e-2)
    np.testing.assert_allclose(xs[-1], found.xs[-1], atol=2e-2)


def test_a_policy_sees_the_time_until_the_robot_has_settled():
    task, (theta, found) = solo12(), solution()
    ts = range(task.horizon)
    seen = task.observations_at(ts, found.xs[:-1], np.tile(theta, (task.horizon, 1)))
    assert seen.shape == (task.horizon, task.observation_dim)
    np.testing.assert_array_equal(seen[5], np.concatenate([task.observe(found.xs[5], theta), task.clock(5)]))
    apart = [np.linalg.norm(task.clock(t) - task.clock(t - 1)) for t in range(1, TOUCHDOWN + 1)]
    assert min(apart) > 0.05
    np.testing.assert_array_equal(task.clock(task.horizon), task.clock(task.horizon - 5))
