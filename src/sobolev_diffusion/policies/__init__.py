"""Policies: what predicts. Only the nearest demonstration, which follows in closed loop, needs a task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies import diffusion, mlp  # they register themselves by kind
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.nearest import NearestDemonstration, is_nearest

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Task

__all__ = ["AnyPolicy", "Policy", "diffusion", "load_policy", "make_policy", "mlp"]

AnyPolicy = Policy | NearestDemonstration


def load_policy(path: Path) -> AnyPolicy:
    """Read a policy of any kind.

    Raises:
        BadArtefact: the file is missing, truncated, or not a policy.
    """
    return NearestDemonstration.load(path) if is_nearest(path) else Policy.load(path)


def make_policy(task: Task, config: PolicyConfig) -> Policy:
    """An untrained policy of the right size for the task; its weights come from torch's global generator."""
    return Policy.kinds[config.kind](config, task.action_dim, task.observation_dim)
