"""Demonstrations that cannot be cut into the chunks that are asked for are refused in one line."""

import pytest
from configurations import project

from sobolev_diffusion.config import MethodConfig, PolicyConfig
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.selection import select
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.training.train import train


@pytest.fixture(scope="module")
def runs():
    return select(collect(Pendulum(horizon=10), project().tasks["pendulum"].cold, 0, range(2)))


def test_longer_than_the_horizon(runs):
    with pytest.raises(
        ValueError, match="pendulum: chunks of 15 coming actions are longer than its 10 steps"
    ):
        train(Pendulum(horizon=10), runs, MethodConfig(), 1, 0)


def test_of_another_task(runs):
    method = MethodConfig(policy=PolicyConfig(kind="direct"))
    with pytest.raises(
        ValueError, match=r"pendulum: demonstrations of another task: .* \(11, 2\), not \(21, 2\)"
    ):
        train(Pendulum(horizon=20), runs, method, 1, 0)
