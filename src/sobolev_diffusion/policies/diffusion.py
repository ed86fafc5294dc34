"""The diffusion policy: DDPM over chunks of actions, with inpainting of the known entries."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.schedule import square_cosine
from sobolev_diffusion.policies.tangents import Tangents
from sobolev_diffusion.policies.unet import ConditionalUnet1d


class DiffusionPolicy(Policy):
    """Samples a chunk by N_diff steps of DDPM with the conditional U-Net."""

    kind = "diffusion"

    def __init__(self, config: PolicyConfig, action_dim: int, observation_dim: int) -> None:
        super().__init__(config, action_dim, observation_dim)
        unet = config.unet
        self.network = ConditionalUnet1d(
            action_dim,
            observation_dim,
            unet.hidden_dims,
            unet.step_embedding_dim,
            unet.kernel_size,
            unet.groups,
        )
        self.schedule = square_cosine(config.diffusion_steps)
        alpha_bar = torch.from_numpy(self.schedule.alpha_bar).float()
        self.register_buffer("alpha_bar", alpha_bar, persistent=False)

    @property
    def noise_shape(self) -> tuple[int, ...]:
        # tau_N first, then the noise of the steps i = N-1 .. 1 (the last step adds none)
        return (self.schedule.steps, self.prediction_horizon, self.action_dim)

    def clean(self, tau: Tensor, step: int, output: Tensor) -> Tensor:
        """The network's estimate of tau_0: its output, or from the predicted noise by (3). Linear."""
        if self.config.predict == "sample":
            return output
        alpha_bar = float(self.schedule.alpha_bar[step])
        return (tau - (1 - alpha_bar) ** 0.5 * output) / alpha_bar**0.5

    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        """Equations (4) and (5); the known entries are written over the chunk before every step."""

        def output(tau: Tensor, i: int) -> Tensor:
            return self.network(tau, _same_step(tau, i), observation)

        return self._denoise(output, history, noise)

    def linearise(self, observation: Tensor, history: Tensor, noise: Tensor) -> tuple[Tensor, Tangents]:
        """`predict_normalised`, and the map from tangents of the observation to those of the chunk."""
        passed = []

        def output(tau: Tensor, i: int) -> Tensor:
            y, tangents = self.network.linearise(
                tau, torch.full((len(tau),), i, device=tau.device), observation
            )
            passed.append(tangents)
            return y

        chunk = self._denoise(output, history, noise)

        def tangents(dobservation: Tensor) -> Tensor:
            blocks = iter(passed)  # the chain is affine in the network's outputs: without its constants
            return self._denoise(
                lambda dtau, i: next(blocks)(dtau, dobservation),
                torch.zeros_like(history),
                torch.zeros_like(noise),
            )

        return chunk, tangents

    def _denoise(self, output: Callable[[Tensor, int], Tensor], history: Tensor, noise: Tensor) -> Tensor:
        known = self.history
        tau = noise[:, 0].clone()
        for i in reversed(range(self.schedule.steps)):
            tau[:, :known] = history
            tau_0 = self.clean(tau, i, output(tau, i))
            tau = float(self.schedule.clean[i]) * tau_0 + float(self.schedule.noisy[i]) * tau
            if i > 0:
                tau = tau + float(self.schedule.deviation[i]) * noise[:, self.schedule.steps - i]
        tau[:, :known] = history
        return tau


def _same_step(tau: Tensor, i: int) -> Tensor:
    """Diffusion step i for every sample, (B,)."""
    return torch.full((len(tau),), i, device=tau.device)
