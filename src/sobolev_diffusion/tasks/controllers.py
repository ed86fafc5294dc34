"""What decides the controls of instances that are driven through the dynamics: a policy, a solution's gains.

Loads no solver and no robot model: policies know none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sobolev_diffusion.tasks.overriding import inherits

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task


@dataclass(frozen=True)
class Actions:
    """Controls by `Task.control_for`: actions (n, steps, na)."""

    actions: Array


@dataclass(frozen=True)
class Tracking:
    """Controls u = clip(u_t + K_t (x (-) x_t)): xs (n, steps, nx), us (n, steps, nu), gains
    (n, steps, nu, ndx)."""

    xs: Array
    us: Array
    gains: Array


class Controller(ABC):
    """Decides the controls of n instances, step by step."""

    def look(self, t: int, xs: Array, us: Array) -> None:  # noqa: B027 many need no look at all instances
        """Called before step t with all that happened: states (n, t+1, nx) and controls (n, t, nu)."""

    @abstractmethod
    def control(self, i: int, t: int, x: Array) -> Array:
        """The control of instance i, which is at x, in step t, within the limits: (nu,)."""

    def plan(self, t: int) -> Actions | Tracking | None:
        """What `control` gives from step t on, for some steps in which it need not look: then these steps are
        taken in C++. None: it has to be asked in this step."""
        return None


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

    def plan(self, t: int) -> Tracking | None:
        if not inherits(self, Following, "look", "control"):
            return None
        steps = self._us.shape[1]
        return Tracking(self._xs[:, t:steps], self._us[:, t:], self._gains[:, t:])
