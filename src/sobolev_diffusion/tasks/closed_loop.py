"""Follow a solution from another state with the solver's feedback gains."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array, Task

RUNAWAY = 1e6  # beyond this a coordinate of the state has run away


def ran_away(x: Array) -> bool:
    """Whether a state is too far gone to go on from."""
    return not (np.isfinite(x).all() and np.abs(x).max() < RUNAWAY)


def follow(task: Task, xs: Array, us: Array, gains: Array, x0: Array) -> tuple[Array, Array]:
    """Roll out u = clip(u_t + K_t (x (-) x_t)) from x0.

    A state that runs away to infinity stays where it last was finite, with zero control.

    Args:
        task: dynamics and limits.
        xs, us, gains: the trajectory to follow, (T+1, nx), (T, nu), (T, nu, ndx).
        x0: where to start, (nx,).

    Returns:
        States (T+1, nx) and controls (T, nu).
    """
    data = task.dynamics.createData()
    states = np.repeat(np.asarray(x0, dtype=float)[None], len(us) + 1, axis=0)
    controls = np.zeros_like(us)
    for t, (x, u, K) in enumerate(zip(xs, us, gains, strict=False)):
        u = np.clip(u + K @ task.space.difference(x, states[t]), task.lower, task.upper)
        task.dynamics.forward(states[t], u, data)
        if ran_away(data.xnext):
            states[t + 1 :] = states[t]
            break
        states[t + 1], controls[t] = data.xnext, u
    return states, controls
