"""The states in which an acrobot balances."""

import numpy as np
import pinocchio as pin
import pytest

from sobolev_diffusion.tasks.acrobot import Acrobot, balanced


@pytest.mark.parametrize("height", [1.4, 1.7, 1.95])
def test_it_balances_with_its_tip_at_the_height(height):
    task, goal = Acrobot(), balanced(height)
    np.testing.assert_allclose(task.tracked_point(goal)[2], height, atol=1e-9)
    assert pin.centerOfMass(task.model, task._data, goal[:2])[2] > 0.5
    u = task.gravity_control(goal)
    assert np.abs(u) < task.upper
    data = task.dynamics.createData()
    task.dynamics.forward(goal, u, data)
    np.testing.assert_allclose(data.xnext, goal, atol=1e-12)
