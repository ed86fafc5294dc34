"""Rollouts of policies through the dynamics, for a batch of instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.closed_loop import drive
from sobolev_diffusion.tasks.region import Region


@dataclass(frozen=True)
class Rollouts:
    """Trajectories of n instances.

    Attributes:
        xs, us: states (n, T+1, nx) and controls (n, T, nu).
        stopped: which ran away to infinity or left the region, (n,).
    """

    xs: Array
    us: Array
    stopped: NDArray[np.bool_]


def roll_out(
    task: Task,
    policy: Policy,
    thetas: Sequence[Array],
    action_length: int,
    generators: Sequence[np.random.Generator],
    region: Region | None = None,
) -> Rollouts:
    """Let a policy drive instances from their initial states; T steps.

    An instance's trajectory depends on its own theta and generator, not on the batch it is in. One
    that runs away to infinity or leaves the region stays where it last was, with zero control.

    Args:
        task: dynamics, observation and action maps.
        policy: of any kind.
        thetas: one per instance.
        action_length: T_a, from 1 to the policy's largest.
        generators: one per instance, for what the policy draws.
        region: where states may be; everywhere unless given.

    Raises:
        TaskError: the task does not do what a task should, or a theta is not as long as its own.
        ValueError: T_a is out of range, or the policy was made for another task.
    """
    check_once(task, thetas)
    policy.check_fits(task)
    longest = policy.max_action_length
    if not 1 <= action_length <= longest:
        raise ValueError(f"action_length: T_a must be from 1 to {longest}, got {action_length}")
    controller = policy.start(task, thetas, generators, action_length)
    starts = [task.initial_state(theta) for theta in thetas]
    return Rollouts(*drive(task, controller, starts, task.horizon, region))
