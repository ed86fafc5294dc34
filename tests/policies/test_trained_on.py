"""A policy knows the task that it was made for, and drives no other by mistake."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.config import PolicyConfig, TaskConfig
from sobolev_diffusion.policies import Policy, make_policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.tasks.fingerprint import fingerprint
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.rollout import roll_out

CONFIG = project()
KINDS = ["diffusion", "direct", "nearest"]


def pendulum(**options):
    return make_task("pendulum", TaskConfig(options=options))


def policy_for(task, kind):
    if kind != "nearest":
        torch.manual_seed(0)
        return make_policy(task, PolicyConfig(kind=kind)).eval()
    theta = task.sample(np.random.default_rng(0))
    xs, us = task.guess(theta)
    gains = np.zeros((1, task.horizon, task.nu, task.space.ndx))
    policy = NearestDemonstration(theta[None], xs[None], us[None], gains)
    policy.trained_on = fingerprint(task)
    return policy


def drive(task, policy):
    rng = np.random.default_rng(1)
    return roll_out(task, policy, [task.sample(rng)], 1, [rng])


class Heavier(Pendulum):
    """The same in all that a policy sees and drives, but for its costs."""

    def problem(self, theta):
        self.dt, dt = 2 * self.dt, self.dt
        problem = super().problem(theta)
        self.dt = dt
        return problem


OTHERS = {
    "horizon": (pendulum(horizon=100), "horizon 200 and not 100"),
    "control": (pendulum(control="state"), "control torque and not state"),
    "instances": (pendulum(spread=0.2), "another theta"),
    "costs": (Heavier(), "another costs"),
    "robot": (make_task("double_pendulum", TaskConfig(options={"horizon": 200})), "dt 0.02 and not 0.01"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", OTHERS)
def test_a_policy_of_another_task_is_refused_with_what_differs(kind, other, tmp_path):
    task, words = OTHERS[other]
    policy_for(pendulum(), kind).save(tmp_path / "policy")
    policy = Policy.load(tmp_path / "policy")
    with pytest.raises(
        ValueError, match="the policy was made for another task, pendulum: compared with"
    ) as error:
        drive(task, policy)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", KINDS)
def test_it_drives_its_own_task_also_after_it_was_on_disk(kind, tmp_path):
    policy_for(pendulum(), kind).save(tmp_path / "policy")
    policy = Policy.load(tmp_path / "policy")
    assert policy.trained_on == fingerprint(pendulum())
    drive(pendulum(), policy)
    drive(make_task("of_another_name", TaskConfig(kind="pendulum")), policy)


def test_on_purpose_it_drives_another():
    policy = policy_for(pendulum(), "diffusion")
    policy.trained_on = None
    drive(pendulum(spread=0.2), policy)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("direct", "it takes observations of 2 numbers and gives actions of 1, those of ur5 have 27 and 6"),
        ("nearest", r"their gains \(T, nu, ndx\) are \(200, 1, 2\), those of ur5 \(100, 6, 12\)"),
    ],
)
def test_one_that_nobody_noted_the_task_of_is_refused_for_its_sizes(kind, words):
    policy = policy_for(pendulum(), kind)
    policy.trained_on = None
    with pytest.raises(ValueError, match=words):
        drive(make_task("ur5", TaskConfig(options={"control": "torque"})), policy)


def test_the_last_digits_of_another_machine_are_no_difference():
    here = fingerprint(pendulum())
    numbers = {name: list(np.array(values) * (1 + 1e-8)) for name, values in here.numbers.items()}
    assert here.differences(replace(here, numbers=numbers)) == []
    numbers["costs"][1] *= 1.001
    assert here.differences(replace(here, numbers=numbers)) == ["another costs"]


def test_training_does_not_go_on_from_a_policy_of_another_task():
    from sobolev_diffusion.solver.collect import collect
    from sobolev_diffusion.training.train import train

    task = pendulum(horizon=40)
    runs = collect(task, CONFIG.tasks["pendulum"].cold, 0, range(1))
    before = policy_for(pendulum(), "diffusion")
    with pytest.raises(ValueError, match="was made for another task"):
        train(task, runs, CONFIG.method("pendulum", "diff"), 1, 0, before)
