"""One prediction: native kernels against eager PyTorch with diffusers' scheduler, as Diffusion Policy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor

from benchmarks.comparison import Comparison
from benchmarks.policies import diffusion_policy, direct_policy
from sobolev_diffusion.instruction_sets import instruction_sets
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.mlp import DirectPolicy

# asked of a prediction, by instruction set and batch size
BARS = {("avx512", 1): 60.0, ("avx512", 50): 7.0, ("avx2", 1): 25.0, ("avx2", 50): 3.0}


def comparisons() -> Iterator[Comparison]:
    policy = diffusion_policy()
    scheduler = ddpm_scheduler(policy.denoising_steps)
    baseline = "eager PyTorch with diffusers' DDPMScheduler"
    for size in (1, 50):
        observation = torch.randn(size, policy.observation_dim)
        history = torch.randn(size, policy.history, policy.action_dim)
        noise = torch.randn(size, *policy.noise_shape)
        arrays = [tensor.numpy() for tensor in (observation, history, noise)]

        eager = partial(sample_with_diffusers, policy, scheduler, observation, history, noise)
        for name in instruction_sets():
            assert policy.kernels
            work = partial(policy.kernels.predictor(name).predict, *arrays)
            yield Comparison(
                f"prediction, batch {size}, {name}", baseline, work, eager, BARS.get((name, size))
            )
        predict = partial(policy.predict, *(array.astype(np.float64) for array in arrays))
        yield Comparison(
            f"Policy.predict with normalisation and checks, batch {size}", baseline, predict, eager
        )
    perceptron = direct_policy()
    for size in (1, 50):
        observation = torch.randn(size, perceptron.observation_dim)
        arrays = [
            observation.numpy(),
            np.empty((size, 0, perceptron.action_dim), np.float32),
            np.empty((size, 0)),
        ]
        assert perceptron.kernels
        yield Comparison(
            f"perceptron's prediction, batch {size}",
            "eager PyTorch",
            partial(perceptron.kernels.predictor().predict, *arrays),
            partial(eagerly, perceptron, observation),
        )


@torch.inference_mode()
def eagerly(perceptron: DirectPolicy, observation: Tensor) -> Tensor:
    return perceptron.network(observation)


def ddpm_scheduler(steps: int) -> DDPMScheduler:
    """diffusers' scheduler with the settings of the paper."""
    scheduler = DDPMScheduler(
        num_train_timesteps=steps,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="sample",
        clip_sample=False,
    )
    scheduler.set_timesteps(steps)
    return scheduler


def sample_with_diffusers(
    policy: DiffusionPolicy, scheduler: DDPMScheduler, observation: Tensor, history: Tensor, noise: Tensor
) -> Tensor:
    """The chunk as Diffusion Policy's own code samples it. (B, no), (B, T_h, na), (B, N_diff, T_p, na)."""
    tau, known = noise[:, 0].clone(), policy.history
    with torch.inference_mode():
        for step in scheduler.timesteps:
            tau[:, :known] = history
            output = policy.network(tau, step[None].expand(len(tau)), observation)
            tau = scheduler.step(output, step, tau).prev_sample  # type: ignore[union-attr]
        tau[:, :known] = history
    return tau
