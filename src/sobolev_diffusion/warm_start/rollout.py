"""Algorithm 2: roll a policy out through the dynamics, for a batch of instances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sobolev_diffusion.policies import AnyPolicy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.closed_loop import ran_away


@dataclass(frozen=True)
class Rollouts:
    """Trajectories of n instances: states (n, T+1, nx) and controls (n, T, nu)."""

    xs: Array
    us: Array


def roll_out(
    task: Task,
    policy: AnyPolicy,
    thetas: list[Array],
    action_length: int,
    generators: list[np.random.Generator],
) -> Rollouts:
    """Predict a chunk, apply T_a of its actions through the dynamics, replan; T steps in all.

    An instance's trajectory depends on its own theta and generator, not on the batch it is in. A state
    that runs away to infinity stays where it last was finite, with zero control.

    Args:
        task: dynamics, observation and action maps.
        policy: predicts chunks; or the demonstrations to follow, which need no T_a and no noise.
        thetas: one per instance.
        action_length: T_a, from 1 to T_p - T_h.
        generators: one per instance, for the noise of the diffusion.

    Raises:
        ValueError: T_a is out of range.
    """
    longest = policy.max_action_length
    if not 1 <= action_length <= longest:
        raise ValueError(f"action_length: T_a must be from 1 to {longest}, got {action_length}")
    if isinstance(policy, NearestDemonstration):
        followed = [policy.roll_out(task, theta) for theta in thetas]
        return Rollouts(*(np.stack(parts) for parts in zip(*followed, strict=True)))
    n, horizon, known = len(thetas), task.horizon, policy.history
    data = task.dynamics.createData()
    xs = np.empty((n, horizon + 1, task.space.nx))
    us = np.zeros((n, horizon, task.nu))
    xs[:, 0] = [task.initial_state(theta) for theta in thetas]
    first = np.stack([task.first_action(theta) for theta in thetas])
    history = np.repeat(first[:, None], known, axis=1)
    alive = np.ones(n, dtype=bool)
    for t in range(0, horizon, action_length):
        observation = np.stack([task.observe(x, theta) for x, theta in zip(xs[:, t], thetas, strict=True)])
        noise = np.stack([rng.standard_normal(policy.noise_shape, dtype=np.float32) for rng in generators])
        actions = policy.predict(observation, history, noise)
        for k in range(min(action_length, horizon - t)):
            for i in range(n):
                x = xs[i, t + k]
                if alive[i]:
                    us[i, t + k] = task.control_for(x, actions[i, k])
                    task.dynamics.forward(x, us[i, t + k], data)
                    following = np.array(data.xnext)
                    alive[i] = not ran_away(following)
                if not alive[i]:
                    us[i, t + k], following = 0.0, x
                xs[i, t + k + 1] = following
                if known:
                    taken = task.action(following, us[i, t + k])
                    history[i] = np.concatenate([history[i, 1:], taken[None]])
    return Rollouts(xs, us)
