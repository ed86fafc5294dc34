"""The policies and data that are timed: the paper's size, random numbers."""

from __future__ import annotations

import torch

from sobolev_diffusion.config import PolicyConfig, SobolevConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.mlp import DirectPolicy
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.training.losses import Batch

ACTION_DIM, OBSERVATION_DIM, TANGENT_DIM = 6, 18, 12
THREE_LEVELS = "U-Net (16, 32, 64), T_p 16, na 6, no 18, 5 steps"


def diffusion_policy() -> DiffusionPolicy:
    torch.manual_seed(0)
    return DiffusionPolicy(PolicyConfig(), ACTION_DIM, OBSERVATION_DIM).eval()


def direct_policy() -> DirectPolicy:
    torch.manual_seed(0)
    return DirectPolicy(PolicyConfig(kind="direct"), ACTION_DIM, OBSERVATION_DIM).eval()


def tangent_dim(task: Task, sobolev: SobolevConfig | None) -> int:
    """Directions of a task's first-order term: of the state, and of the parameters where it has them."""
    with_parameters = sobolev is not None and sobolev.parameters
    return int(task.space.ndx) + (len(task.parameters) if with_parameters else 0)


def random_batch(policy: ChunkPolicy, size: int, tangent_dim: int = TANGENT_DIM) -> Batch:
    """A minibatch of random numbers."""
    normal = torch.randn
    chunk = (size, policy.prediction_horizon, policy.action_dim)
    jacobian = normal(*chunk, tangent_dim)
    jacobian[:, : policy.history] = 0
    return Batch(
        normal(size, policy.observation_dim),
        normal(size, policy.observation_dim, tangent_dim),
        normal(chunk),
        jacobian,
        torch.ones(size),
        policy.history,
    )
