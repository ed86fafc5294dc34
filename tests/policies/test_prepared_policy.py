"""Rollouts look at weights and statistics once, and see them as they are then."""

import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.prediction_engine import PredictionEngine
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.rollout import roll_out

CONFIG = project()


@pytest.fixture
def task():
    return make_task("pendulum", CONFIG.tasks["pendulum"])


@pytest.fixture
def policy(task):
    torch.manual_seed(0)
    return make_policy(task, CONFIG.method("pendulum", "diff").policy).eval()


def controls(task, policy):
    """Of one rollout, (T, nu)."""
    thetas = [task.sample(stream("prepared"))]
    return roll_out(task, policy, thetas, 8, [stream("noise of prepared")]).us[0]


def test_a_rollout_looks_at_the_weights_once(task, policy, monkeypatch):
    looked, predictor = [], PredictionEngine.predictor
    monkeypatch.setattr(PredictionEngine, "predictor", lambda *args: looked.append(args) or predictor(*args))
    controls(task, policy)
    assert len(looked) == 1


def test_the_next_rollout_sees_what_has_changed(task, policy):
    before = controls(task, policy)
    with torch.no_grad():
        policy.normalise_action.scale.mul_(0.5)
    rescaled = controls(task, policy)
    assert not np.array_equal(rescaled, before)
    with torch.no_grad():
        for parameter in policy.network.parameters():
            parameter.mul_(0.5)
    assert not np.array_equal(controls(task, policy), rescaled)


def test_a_prepared_policy_predicts_the_same(task, policy):
    rng = np.random.default_rng(0)
    observation = rng.normal(size=(3, policy.observation_dim))
    history = rng.normal(size=(3, policy.history, policy.action_dim))
    noise = rng.standard_normal((3, *policy.noise_shape), dtype=np.float32)
    np.testing.assert_array_equal(
        policy.prepared().predict(observation, history, noise), policy.predict(observation, history, noise)
    )


def test_a_rollout_asks_a_subclass_that_predicts_otherwise(task, policy):
    class Still(DiffusionPolicy):
        def predict(self, observation, history, noise):
            return np.zeros_like(super().predict(observation, history, noise))

    policy.__class__ = Still
    assert not controls(task, policy).any()
