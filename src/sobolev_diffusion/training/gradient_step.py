"""One gradient step, apart from what computes it: its random numbers, weights and learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy

TINY = 1e-30  # a draw of exact zeros (it happens in one dimension) stays zero instead of becoming NaN


@dataclass(frozen=True)
class Draws:
    """All random numbers of one gradient step, so that every engine can be given the same.

    Attributes:
        step: diffusion step i of each sample, (B,) integers; (0,) where nothing is denoised.
        noise: eps of (3), (B, T_p, na); (0,) where nothing is denoised.
        projections: unit vectors of the Sobolev term: (N_proj, B, T_p, na), zero on the known entries,
            for the estimator "output"; (N_proj, B, ndx) for "state"; (0,) otherwise.
        chain: noise of a whole denoising chain, (B, N_diff, T_p, na), for `through: chain`; (0,) otherwise.
    """

    step: Tensor
    noise: Tensor
    projections: Tensor
    chain: Tensor


def draw(
    policy: ChunkPolicy,
    size: int,
    tangent_dim: int,
    sobolev: SobolevConfig | None,
    generator: torch.Generator,
) -> Draws:
    """Draw the random numbers of one gradient step, on the CPU.

    Args:
        policy: what is trained.
        size: B, samples of the minibatch.
        tangent_dim: ndx, and the parameters where the first-order term has them.
        sobolev: the first-order term; none: the plain loss.
        generator: of the random numbers; it goes on.
    """
    chunk = (size, policy.prediction_horizon, policy.action_dim)
    empty = torch.empty(0)
    step, noise, projections, chain = empty, empty, empty, empty
    if policy.denoising_steps:
        step = torch.randint(0, policy.denoising_steps, (size,), generator=generator)
        noise = torch.randn(chunk, generator=generator)
    if sobolev and sobolev.estimator == "output":
        projections = torch.randn(sobolev.projections, *chunk, generator=generator)
        projections[:, :, : policy.history] = 0
        projections /= projections.flatten(2).norm(dim=2).clamp_min(TINY)[:, :, None, None]
    if sobolev and sobolev.estimator == "state":
        projections = torch.randn(sobolev.projections, size, tangent_dim, generator=generator)
        projections /= projections.norm(dim=2, keepdim=True).clamp_min(TINY)
    if sobolev and sobolev.through == "chain":
        chain = torch.randn(size, *policy.noise_shape, generator=generator)
    return Draws(step, noise, projections, chain)


def step_weight(policy: ChunkPolicy, sobolev: SobolevConfig, step: Tensor) -> Tensor | float:
    """lambda's dependence on the diffusion step, mean 1 over the steps."""
    n = policy.denoising_steps
    if sobolev.over_steps == "constant" or not n:
        return 1.0
    rank = step + 1 if sobolev.over_steps == "growing" else n - step
    return 2.0 * rank / (n + 1)


def learning_rate(config: TrainingConfig, step: int, total: int) -> float:
    """Linear warm-up, then cosine decay to `final_fraction` of the peak."""
    warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
    cosine = 0.5 * (1 + math.cos(math.pi * step / total))
    return config.learning_rate * warmup * (config.final_fraction + (1 - config.final_fraction) * cosine)
