"""Algorithm 2 with an oracle, and what must not depend on the batch."""

import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.policies.receding_horizon import RecedingHorizon
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.instances import EVALUATION
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.evaluate import evaluate, evaluate_runs
from sobolev_diffusion.warm_start.rollout import roll_out

CONFIG = project()


@pytest.fixture(scope="module")
def task():
    return make_task("pendulum", CONFIG.tasks["pendulum"])


@pytest.fixture(scope="module")
def demonstrations(task):
    return collect(task, CONFIG.tasks["pendulum"].cold, 0, range(3))


@pytest.fixture(scope="module")
def policy(task):
    torch.manual_seed(0)
    return make_policy(task, CONFIG.method("pendulum", "diff").policy).eval()


class Oracle:
    """A policy that knows a solution: the coming controls of the nominal trajectory, by the clock."""

    history, max_action_length, noise_shape = 1, 15, (0,)

    def __init__(self, us, action_length):
        self.us = np.concatenate([us, np.zeros((16, us.shape[1]))])
        self.action_length, self.t = action_length, 0

    def predict(self, observation, history, noise):
        chunk = self.us[self.t : self.t + 15]
        self.t += self.action_length
        return np.repeat(chunk[None], len(observation), axis=0)

    def check_fits(self, task):
        pass

    def start(self, task, thetas, generators, action_length):
        return RecedingHorizon(task, self, thetas, generators, action_length)


@pytest.mark.parametrize("action_length", [1, 4, 7, 15])
def test_open_loop_oracle_reproduces_the_solution(task, demonstrations, action_length):
    theta, us = demonstrations.theta[0], demonstrations.us[0]
    rollouts = roll_out(task, Oracle(us, action_length), [theta], action_length, [stream("test")])
    np.testing.assert_allclose(rollouts.us[0], us, atol=1e-6)
    np.testing.assert_allclose(rollouts.xs[0][:50], demonstrations.xs[0][:50], atol=1e-2)


def test_instance_does_not_depend_on_its_batch(task, policy, demonstrations):
    thetas = list(demonstrations.theta)
    together = roll_out(task, policy, thetas, 8, [stream("test", i) for i in range(3)])
    for i, theta in enumerate(thetas):
        alone = roll_out(task, policy, [theta], 8, [stream("test", i)])
        np.testing.assert_array_equal(together.xs[i], alone.xs[0])
        np.testing.assert_array_equal(together.us[i], alone.us[0])


def test_controls_respect_the_limits(task, policy, demonstrations):
    policy.normalise_action.scale.fill_(100.0)
    rollouts = roll_out(task, policy, list(demonstrations.theta), 15, [stream("test", i) for i in range(3)])
    policy.normalise_action.scale.fill_(1.0)
    assert np.abs(rollouts.us).max() == task.upper[0]


@pytest.mark.parametrize("action_length", [0, 16])
def test_action_length_out_of_range_is_refused(task, policy, demonstrations, action_length):
    with pytest.raises(ValueError, match="T_a must be from 1 to 15"):
        roll_out(task, policy, [demonstrations.theta[0]], action_length, [stream("test")])


def test_evaluation_has_a_row_per_instance_and_action_length(task, policy):
    table = evaluate(task, policy, CONFIG.tasks["pendulum"].warm, 0, 2, [4, 15])
    assert list(table.action_length) == [4, 4, 15, 15]
    assert list(table.instance) == [0, 1, 0, 1]
    assert (table.policy_cost > table.cost).all() or not table.converged.all()
    alone = evaluate_runs(task, collect(task, CONFIG.tasks["pendulum"].cold, 0, range(2), purpose=EVALUATION))
    assert alone.converged.all()
    assert alone.violation.max() < 1e-3


def test_demonstrations_do_not_depend_on_their_block(task, demonstrations):
    again = collect(task, CONFIG.tasks["pendulum"].cold, 0, [2])
    np.testing.assert_array_equal(again.xs[0], demonstrations.xs[2])
    np.testing.assert_array_equal(again.gains[0], demonstrations.gains[2])
