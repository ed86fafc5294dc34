"""Policies: what predicts. None of them loads the solver or a robot model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies import diffusion, mlp, nearest  # they register themselves by kind
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.tasks.fingerprint import fingerprint

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Task

__all__ = ["ChunkPolicy", "Policy", "diffusion", "make_policy", "mlp", "nearest"]


def make_policy(task: Task, config: PolicyConfig) -> ChunkPolicy:
    """An untrained policy of the right size for the task; its weights come from torch's global generator.

    Raises:
        ValueError: a kind without a network.
    """
    kind = Policy.kinds[config.kind]
    if not issubclass(kind, ChunkPolicy):
        raise ValueError(f"policy.kind: {config.kind} has no network to train; it is its demonstrations")
    policy = kind(config, task.action_dim, task.observation_dim)
    policy.trained_on = fingerprint(task)
    return policy
