"""What the solver is given to start from of a rollout."""

from __future__ import annotations

from sobolev_diffusion.config import WarmSettings
from sobolev_diffusion.tasks.base import Array, Task


def warm_guess(task: Task, xs: Array, us: Array, config: WarmSettings) -> tuple[Array, Array]:
    """The guess to refine a rollout from: its states, and its controls or those at rest.

    With the rollout's controls the guess fulfils the dynamics. Every step along the linearised dynamics
    then leaves them, which the augmented Lagrangian with a small mu only lets pass in small steps; a guess
    that does not fulfil them to begin with has room for full ones.

    Args:
        task: what was rolled out.
        xs, us: the rollout, (T+1, nx), (T, nu).
        config: solver settings from a rollout.
    """
    return xs, task.resting_controls(xs) if config.controls == "resting" else us
