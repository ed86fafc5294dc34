"""What is said of a task that passes all checks."""

import numpy as np

from sobolev_diffusion.tasks.remarks import remarks
from sobolev_diffusion.tasks.ur5 import UR5


class Degrees(UR5):
    """Begins at angles in degrees."""

    def sample(self, rng):
        theta = super().sample(rng)
        theta[:6] = np.rad2deg(theta[:6])
        return theta


class TargetFirst(UR5):
    """The target comes before the state that it should follow."""

    def sample(self, rng):
        return np.roll(super().sample(rng), 3)


class Built(UR5):
    """Builds every problem: what it inherits to change one knows nothing of what it adds."""

    def problem(self, theta):
        return super().problem(theta)


def test_sizes_and_what_theta_is_taken_for():
    assert remarks(UR5(random_target=True)) == [
        "100 steps of 0.02 s; a state has 12 numbers, a control 6, an observation 30",
        "theta has 15 numbers: the first 12 are the initial state, 3 say what else varies",
    ]


def test_joints_that_begin_beyond_their_limits():
    _, _, *said = remarks(Degrees())
    (elbow,) = (line for line in said if line.startswith("elbow_joint"))
    assert "begins beyond its limits, -3.14 to 3.14, in 20 of 20 instances" in elbow
    assert "radians" in elbow


def test_a_theta_in_another_order_shows_where_limits_are_narrow():
    task = TargetFirst(random_target=True)
    task.model.lowerPositionLimit[:], task.model.upperPositionLimit[:] = -1.9, 1.9
    assert not remarks(UR5(random_target=True))[2:]
    task.model.upperPositionLimit[0] = 0.1
    assert any(line.startswith("shoulder_pan_joint begins beyond its limits") for line in remarks(task))


def test_what_to_do_where_building_a_problem_is_slow(monkeypatch):
    monkeypatch.setattr("sobolev_diffusion.tasks.remarks.SLOW", 0.0)
    (said,) = (line for line in remarks(Built()) if "retarget" in line)
    assert said.startswith("building a problem takes")
    assert not any("retarget" in line for line in remarks(UR5()))
