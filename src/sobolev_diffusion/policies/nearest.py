"""The baseline without a network: the nearest solved demonstration, its gains in closed loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.base import HEADER, Policy
from sobolev_diffusion.tasks.controllers import Following
from sobolev_diffusion.tasks.instances import nearest_first

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task


class NearestDemonstration(Policy):
    """n solved instances to follow.

    Attributes:
        theta: task parameters, (n, n_theta).
        xs, us, gains: solutions and their gains, (n, T+1, nx), (n, T, nu), (n, T, nu, ndx).
        parameter_gains: K_p, (n, T, nu, n_p), by which what is followed moves with the task's parameters p;
            None: it does not.

    Raises:
        ValueError: n = 0.
    """

    kind = "nearest"
    header_key = f"{HEADER} {kind}"

    def __init__(
        self, theta: Array, xs: Array, us: Array, gains: Array, parameter_gains: Array | None = None
    ) -> None:
        if not len(theta):
            raise ValueError("no demonstration to follow: the solver converged on none")
        self.config = PolicyConfig(kind="nearest", parameters=parameter_gains is not None)
        self.theta, self.xs, self.us, self.gains = theta, xs, us, gains
        self.parameter_gains = parameter_gains

    def check_sizes(self, task: Task) -> None:
        mine = self.gains.shape[1:]
        wanted = task.horizon, task.nu, task.space.ndx
        if mine != wanted:
            raise ValueError(
                f"the demonstrations are of another task: their gains (T, nu, ndx) are {mine}, those of "
                f"{task.name} {wanted}"
            )

    def start(
        self,
        task: Task,
        thetas: Sequence[Array],
        generators: Sequence[np.random.Generator],
        action_length: int,
    ) -> Following:
        """Follow the demonstration nearest to each theta, from the initial state that theta names:

            u = clip(u_t + K_t (x (-) x_t) + K_p,t (p - p_0)),

        p the parameters of the instance and p_0 those of what it follows; the last term only with
        `parameter_gains`.
        """
        wanted = np.stack(thetas)
        chosen = nearest_first(self.theta, wanted)[:, 0]
        us = self.us[chosen]
        if self.parameter_gains is not None:
            change = (wanted - self.theta[chosen])[:, task.parameters]
            us = us + np.einsum("itup,ip->itu", self.parameter_gains[chosen], change)
        return Following(task, self.xs[chosen], us, self.gains[chosen])

    def header(self) -> list[str]:
        return sorted(self.arrays())

    def arrays(self) -> dict[str, np.ndarray]:
        arrays = {"theta": self.theta, "xs": self.xs, "us": self.us, "gains": self.gains}
        if self.parameter_gains is not None:
            arrays["parameter_gains"] = self.parameter_gains
        return arrays

    @classmethod
    def restored(cls, header: Any, arrays: dict[str, np.ndarray]) -> Self:
        return cls(**{name: arrays[name] for name in header})
