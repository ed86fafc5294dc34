"""A UR5 between columns: what stands in its way, and that its plans go around it."""

from itertools import pairwise

import numpy as np
import pinocchio as pin
import pytest
from configurations import project

from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.ur5_columns import UR5Columns

SETTINGS = project().tasks["ur5_columns"]


@pytest.fixture(scope="module")
def task():
    return make_task("ur5_columns", SETTINGS)


def places(task, x):
    """Of the points that keep clear of the columns, (n, 3)."""
    pin.framesForwardKinematics(task.model, task._data, x[: task.model.nq])
    return np.array([task._data.oMf[point].translation for point in task.points])


def test_points_divide_the_forearm(task):
    elbow, third, two_thirds, wrist, *_ = places(task, task.sample(np.random.default_rng(0)))
    np.testing.assert_allclose(third, elbow + (wrist - elbow) / 3, atol=1e-3)
    np.testing.assert_allclose(two_thirds, elbow + 2 * (wrist - elbow) / 3, atol=1e-3)


def test_clearance_is_of_the_whole_forearm_and_wrist(task):
    x = task.sample(np.random.default_rng(1))
    corners = places(task, x)[:, :2]
    shares = np.linspace(0, 1, 1001)[:, None]
    arm = np.concatenate([a + shares * (b - a) for a, b in pairwise(corners)])
    nearest = np.linalg.norm(arm[:, None] - task.centres, axis=2).min()
    assert task.clearance(x) == pytest.approx(nearest - task.hull, abs=1e-4)


def test_it_starts_clear_and_the_straight_way_does_not_stay_so():
    task = UR5Columns()
    touching = []
    for number in range(20):
        theta = instance(task, TRAINING, 0, number)
        assert task.clearance(task.initial_state(theta)) > task.margin
        room = np.linalg.norm(task.target(theta)[:2] - task.centres, axis=1).min()
        assert room > task.hull + task.margin
        touching.append(min(map(task.clearance, task.guess(theta)[0])) < 0)
    assert np.mean(touching) > 0.5


def test_plans_touch_nothing_between_the_points_either(task):
    theta = instance(task, TRAINING, 0, 0)
    solution = solve(task.problem(theta), task.guess(theta), SETTINGS.cold)
    assert solution.converged
    assert min(map(task.clearance, solution.xs)) > 0
    assert task.reached(theta, solution.xs[-1])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"margin": -0.01}, "margin must be from 0 to below 0.29 m"),
        ({"margin": 1.0}, "margin must be from 0 to below 0.29 m"),
        ({"radius": 0.4}, "radius must be above 0 and leave the arm a way"),
        ({"radius": 0.0}, "radius must be above 0"),
    ],
)
def test_what_leaves_no_gap_is_refused(options, complaint):
    with pytest.raises(TaskError, match=f"ur5_columns: {complaint}"):
        UR5Columns(**options)
