"""The baseline without a network: the nearest solved demonstration, its gains in closed loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.base import HEADER, Policy
from sobolev_diffusion.tasks.closed_loop import Following
from sobolev_diffusion.tasks.instances import nearest_first

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task


class NearestDemonstration(Policy):
    """n solved instances to follow.

    Attributes:
        theta: task parameters, (n, n_theta).
        xs, us, gains: solutions and their gains, (n, T+1, nx), (n, T, nu), (n, T, nu, ndx).

    Raises:
        ValueError: n = 0.
    """

    kind = "nearest"
    header_key = f"{HEADER} {kind}"

    def __init__(self, theta: Array, xs: Array, us: Array, gains: Array) -> None:
        if not len(theta):
            raise ValueError("no demonstration to follow: the solver converged on none")
        self.config = PolicyConfig(kind="nearest")
        self.theta, self.xs, self.us, self.gains = theta, xs, us, gains

    def start(
        self,
        task: Task,
        thetas: Sequence[Array],
        generators: Sequence[np.random.Generator],
        action_length: int,
    ) -> Following:
        """Follow the demonstration nearest to each theta, from the initial state that theta names."""
        chosen = nearest_first(self.theta, np.stack(thetas))[:, 0]
        return Following(task, self.xs[chosen], self.us[chosen], self.gains[chosen])

    def header(self) -> list[str]:
        return sorted(self.arrays())

    def arrays(self) -> dict[str, np.ndarray]:
        return {"theta": self.theta, "xs": self.xs, "us": self.us, "gains": self.gains}

    @classmethod
    def restored(cls, header: Any, arrays: dict[str, np.ndarray]) -> Self:
        return cls(**{name: arrays[name] for name in header})
