"""Instances driven through the dynamics by what looks at their states: a policy, or a solution's gains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.controllers import Controller, Following
from sobolev_diffusion.tasks.native_driving import RUNAWAY, Driver
from sobolev_diffusion.tasks.overriding import inherits

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array
    from sobolev_diffusion.tasks.region import Region


def ran_away(x: Array) -> bool:
    """Whether a state is too far gone to go on from."""
    return not (np.isfinite(x).all() and np.abs(x).max() < RUNAWAY)


def drive(
    task: Task, controller: Controller, starts: Sequence[Array], steps: int, region: Region | None = None
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Move n instances through the dynamics as a controller says.

    An instance that runs away to infinity, or that leaves the region, is stopped: it stays where it last was,
    with zero control, and the controller is not asked for it any more.

    Args:
        task: dynamics.
        controller: of the n instances.
        starts: x_0 of each, (nx,).
        steps: how many.
        region: where states may be; everywhere unless given.

    Returns:
        States (n, steps+1, nx), controls (n, steps, nu), and which instances were stopped (n,).
    """
    n = len(starts)
    xs, us = np.empty((n, steps + 1, task.space.nx)), np.zeros((n, steps, task.nu))
    xs[:, 0] = starts
    alive = np.ones(n, bool)
    driver = Driver(task, region)
    dynamics = task.dynamics_at(0)
    data = dynamics.createData()
    t = 0
    while t < steps:
        if task.dynamics_at(t) is not dynamics:
            dynamics = task.dynamics_at(t)
            data = dynamics.createData()
        controller.look(t, xs[:, : t + 1], us[:, :t])
        law = driver.law(controller.plan(t))
        if law is not None and law.steps:
            ahead = _alike(task, t, min(law.steps, steps - t))
            driver.drive(law, dynamics, data, xs, us, alive, t, ahead)
            t += ahead
            continue
        for i in range(n):
            x = xs[i, t]
            xs[i, t + 1] = x
            if alive[i]:
                u = controller.control(i, t, x)
                dynamics.forward(x, u, data)
                following = data.xnext
                alive[i] = not ran_away(following) and (region is None or region.holds(following))
                if alive[i]:
                    xs[i, t + 1], us[i, t] = following, u
        t += 1
    return xs, us, ~alive


def _alike(task: Task, t: int, steps: int) -> int:
    """How many of the steps from t on, at most `steps`, have the dynamics of the first."""
    if inherits(task, Task, "dynamics_at"):
        return steps
    others = (k for k in range(1, steps) if task.dynamics_at(t + k) is not task.dynamics_at(t))
    return next(others, steps)


def follow(task: Task, xs: Array, us: Array, gains: Array, x0: Array) -> tuple[Array, Array]:
    """Roll out u = clip(u_t + K_t (x (-) x_t)) from x0.

    Args:
        task: dynamics and limits.
        xs, us, gains: the trajectory to follow, (T+1, nx), (T, nu), (T, nu, ndx).
        x0: where to start, (nx,).

    Returns:
        States (T+1, nx) and controls (T, nu).
    """
    states, controls, _ = drive(task, Following(task, xs[None], us[None], gains[None]), [x0], len(us))
    return states[0], controls[0]
