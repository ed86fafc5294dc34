"""The baseline without a network: the nearest solved demonstration, its gains in closed loop."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

import numpy as np
import safetensors
from safetensors.numpy import save

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.instances import nearest_first

METADATA_KEY = "sobolev_diffusion nearest"


@dataclass(frozen=True)
class NearestDemonstration:
    """n solved instances to follow.

    Attributes:
        theta: task parameters, (n, n_theta).
        xs, us, gains: solutions and their gains, (n, T+1, nx), (n, T, nu), (n, T, nu, ndx).

    Raises:
        ValueError: n = 0.
    """

    theta: Array
    xs: Array
    us: Array
    gains: Array

    config: ClassVar = PolicyConfig(kind="nearest")
    max_action_length: ClassVar = config.max_action_length

    def __post_init__(self) -> None:
        if not len(self.theta):
            raise ValueError("no demonstration to follow: the solver converged on none")

    def roll_out(self, task: Task, theta: Array) -> tuple[Array, Array]:
        """Follow the demonstration nearest to theta from the initial state: xs (T+1, nx), us (T, nu)."""
        chosen = nearest_first(self.theta, theta[None])[0, 0]
        return follow(task, self.xs[chosen], self.us[chosen], self.gains[chosen], task.initial_state(theta))

    def save(self, path: Path) -> None:
        """Write one .safetensors file. The same demonstrations give the same bytes."""
        arrays = {name: np.ascontiguousarray(array) for name, array in vars(self).items()}
        metadata = {METADATA_KEY: json.dumps(sorted(arrays))}
        write_atomically(path, lambda partial: partial.write_bytes(save(arrays, metadata=metadata)))

    @staticmethod
    def load(path: Path) -> NearestDemonstration:
        """Read what `save` wrote. Runs no code from the file.

        Raises:
            BadArtefact: the file is missing, truncated, or something else.
        """
        try:
            with safetensors.safe_open(path, framework="numpy") as file:
                return NearestDemonstration(
                    *(file.get_tensor(field.name) for field in fields(NearestDemonstration))
                )
        except Exception as error:
            raise BadArtefact(path, f"is not a policy file ({error})", "make it again") from error


def is_nearest(path: Path) -> bool:
    """Whether a file holds demonstrations to follow; False also for what cannot be read."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return METADATA_KEY in (file.metadata() or {})
    except Exception:
        return False
