"""What a fit tries."""

import pytest

from sobolev_diffusion.config.methods import gradient_steps
from sobolev_diffusion.own_problem.trials import epochs, methods
from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.ur5 import UR5

TASKS = {"torque": Pendulum(), "state": UR5()}


@pytest.mark.parametrize("control", TASKS)
def test_every_training_makes_about_as_many_steps(control):
    task, demonstrations, steps = TASKS[control], 30, 5000
    tried = methods(task, parameters=False)
    assert {method.policy.kind for method in tried.values()} == {"diffusion", "direct"}
    for method in tried.values():
        length, batch = make_policy(task, method.policy).prediction_horizon, method.training.batch_size
        count = epochs(steps, demonstrations, task.horizon, method)
        made = gradient_steps(count, demonstrations * task.horizon, length, batch)
        of_an_epoch = made // count
        assert steps <= made < steps + of_an_epoch
