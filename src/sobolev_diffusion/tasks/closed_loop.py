"""Instances driven through the dynamics by what looks at their states: a policy, or a solution's gains."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task
    from sobolev_diffusion.tasks.region import Region

RUNAWAY = 1e6  # beyond this a coordinate of the state has run away


def ran_away(x: Array) -> bool:
    """Whether a state is too far gone to go on from."""
    return not (np.isfinite(x).all() and np.abs(x).max() < RUNAWAY)


class Controller(ABC):
    """Decides the controls of n instances, step by step."""

    def look(self, t: int, xs: Array, us: Array) -> None:  # noqa: B027 many need no look at all instances
        """Called before step t with all that happened: states (n, t+1, nx) and controls (n, t, nu)."""

    @abstractmethod
    def control(self, i: int, t: int, x: Array) -> Array:
        """The control of instance i, which is at x, in step t, within the limits: (nu,)."""


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
    n, data = len(starts), task.dynamics.createData()
    xs, us = np.empty((n, steps + 1, task.space.nx)), np.zeros((n, steps, task.nu))
    xs[:, 0] = starts
    alive = [True] * n
    for t in range(steps):
        controller.look(t, xs[:, : t + 1], us[:, :t])
        for i in range(n):
            x = xs[i, t]
            xs[i, t + 1] = x
            if alive[i]:
                u = controller.control(i, t, x)
                task.dynamics.forward(x, u, data)
                following = data.xnext
                alive[i] = not ran_away(following) and (region is None or region.holds(following))
                if alive[i]:
                    xs[i, t + 1], us[i, t] = following, u
    return xs, us, ~np.array(alive)


class Following(Controller):
    """u = clip(u_t + K_t (x (-) x_t)): each instance follows a trajectory with its feedback gains.

    Args:
        task: space and limits.
        xs, us, gains: what each follows, (n, T+1, nx), (n, T, nu), (n, T, nu, ndx).
    """

    def __init__(self, task: Task, xs: Array, us: Array, gains: Array) -> None:
        self._task, self._xs, self._us, self._gains = task, xs, us, gains

    def control(self, i: int, t: int, x: Array) -> Array:
        deviation = self._task.space.difference(self._xs[i, t], x)
        return np.clip(self._us[i, t] + self._gains[i, t] @ deviation, self._task.lower, self._task.upper)


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
