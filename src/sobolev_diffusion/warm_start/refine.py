"""Refining: the solver started from a policy's rollouts."""

from __future__ import annotations

from collections.abc import Sequence

from sobolev_diffusion.config import WarmConfig
from sobolev_diffusion.policies import AnyPolicy
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.warm_start.rollout import roll_out


def collect_warm(
    task: Task,
    policy: AnyPolicy,
    config: WarmConfig,
    seed: int,
    numbers: Sequence[int],
    action_length: int,
    workers: int = 1,
) -> Demonstrations:
    """Training instances solved from a policy's rollout."""
    thetas = [instance(task, TRAINING, seed, number) for number in numbers]
    generators = [stream("collecting noise", task.name, seed, number) for number in numbers]
    rollouts = roll_out(task, policy, thetas, action_length, generators)
    guesses = [warm_guess(task, xs, us, config) for xs, us in zip(rollouts.xs, rollouts.us, strict=True)]
    return solve_instances(task, config, numbers, thetas, guesses, workers)
