"""Algorithm 2: predict a chunk, apply T_a of its actions, predict again from where that led."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sobolev_diffusion.tasks.controllers import Actions, Controller
from sobolev_diffusion.tasks.overriding import inherits

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task


class PredictsActions(Protocol):
    """What receding horizon control needs of a policy."""

    @property
    def history(self) -> int:
        """T_h: how many of the last actions it is told."""

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """Shape of the standard normal numbers that one prediction consumes."""

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(n, no), (n, T_h, na), (n, *noise_shape) -> at least T_a actions to come, (n, .., na)."""


class RecedingHorizon(Controller):
    """A network's rollouts of n instances.

    Noise is drawn and chunks are predicted for all of them at once, also for one that has run away: what an
    instance does then depends on its own theta and generator, not on the batch it is in.

    Args:
        task: observation and action maps.
        policy: predicts the actions to come.
        thetas: one per instance.
        generators: one per instance, for the noise of the diffusion.
        action_length: T_a.
    """

    def __init__(
        self,
        task: Task,
        policy: PredictsActions,
        thetas: Sequence[Array],
        generators: Sequence[np.random.Generator],
        action_length: int,
    ) -> None:
        self._task, self._policy = task, policy
        self._thetas, self._generators = np.stack(thetas), generators
        self._action_length = action_length
        self._first = np.stack([task.first_action(theta) for theta in thetas])
        self._actions = np.empty((len(thetas), 0, task.action_dim))

    def look(self, t: int, xs: Array, us: Array) -> None:
        if t % self._action_length:
            return
        observation = self._task.observations_at([t] * len(xs), xs[:, t], self._thetas)
        shape = self._policy.noise_shape
        noise = np.stack([rng.standard_normal(shape, dtype=np.float32) for rng in self._generators])
        self._actions = self._policy.predict(observation, self._taken(t, xs, us), noise)

    def control(self, i: int, t: int, x: Array) -> Array:
        return self._task.control_at(t, x, self._actions[i, t % self._action_length])

    def plan(self, t: int) -> Actions | None:
        if not inherits(self, RecedingHorizon, "look", "control"):
            return None
        return Actions(self._actions[:, t % self._action_length : self._action_length])

    def _taken(self, t: int, xs: Array, us: Array) -> Array:
        """a_{t-T_h+1} .. a_t, (n, T_h, na); a_0 stands in for what came before the first step."""
        known = self._policy.history
        taken = self._task.actions(xs[:, max(t - known, 0) + 1 :], us[:, max(t - known, 0) :])
        if t >= known:
            return taken
        return np.concatenate([np.repeat(self._first[:, None], known - t, axis=1), taken], axis=1)
