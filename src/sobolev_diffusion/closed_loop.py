"""Follow a solution from another state with the solver's feedback gains."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array, Task


def follow(task: Task, xs: Array, us: Array, gains: Array, x0: Array) -> tuple[Array, Array]:
    """Roll out u = clip(u_t + K_t (x (-) x_t)) from x0.

    Args:
        task: dynamics and limits.
        xs, us, gains: the trajectory to follow, (T+1, nx), (T, nu), (T, nu, ndx).
        x0: where to start, (nx,).

    Returns:
        States (T+1, nx) and controls (T, nu); not finite if the closed loop runs away.
    """
    data = task.dynamics.createData()
    states, controls = [np.asarray(x0, dtype=float)], []
    for x, u, K in zip(xs, us, gains, strict=False):
        u = np.clip(u + K @ task.space.difference(x, states[-1]), task.lower, task.upper)
        task.dynamics.forward(states[-1], u, data)
        states.append(np.array(data.xnext))
        controls.append(u)
    return np.stack(states), np.stack(controls)
