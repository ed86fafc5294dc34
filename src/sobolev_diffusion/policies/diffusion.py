"""The diffusion policy: DDPM over chunks of actions, with inpainting of the known entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.native_kernels import Kernels, unet_kernels
from sobolev_diffusion.policies.tangents import Tangents
from sobolev_diffusion.policies.unet import ConditionalUnet1d


class DiffusionPolicy(ChunkPolicy):
    """Samples a chunk by N_diff steps of DDPM with the conditional U-Net."""

    kind = "diffusion"
    network: ConditionalUnet1d

    def __init__(self, config: PolicyConfig, action_dim: int, observation_dim: int) -> None:
        # takes two seconds: only for who has such a policy
        from sobolev_diffusion.policies.ddpm import square_cosine

        super().__init__(config, action_dim, observation_dim)
        self.ddpm = square_cosine(config.diffusion_steps, config.predict)
        self.coefficients = self.ddpm.coefficients()
        unet = config.unet
        self.network = ConditionalUnet1d(
            action_dim,
            observation_dim,
            unet.hidden_dims,
            unet.step_embedding_dim,
            unet.kernel_size,
            unet.groups,
        )

    @property
    def denoising_steps(self) -> int:
        return self.config.diffusion_steps

    @property
    def noise_shape(self) -> tuple[int, ...]:
        # tau_N first, then the noise of the steps i = N-1 .. 1 (the last step adds none)
        return (self.denoising_steps, self.prediction_horizon, self.action_dim)

    @property
    def kernels(self) -> Kernels | None:
        return unet_kernels(
            self.network, self.config, self.coefficients, self.action_dim, self.observation_dim
        )

    def noised(self, chunk: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        """tau_i of equation (3), each sample at its own step, its known entries clean (inpainting)."""
        tau = self.ddpm.add_noise(chunk, noise, cast(torch.IntTensor, step))
        tau[:, : self.history] = chunk[:, : self.history]
        return tau

    def clean(self, tau: Tensor, step: Tensor, output: Tensor) -> Tensor:
        """The estimate of tau_0 at steps (B,): the output, or from the predicted noise by (3). Linear."""
        if self.config.predict == "sample":
            return output
        alpha_bar = self.ddpm.alphas_cumprod.to(tau)[step][:, None, None]
        return (tau - (1 - alpha_bar).sqrt() * output) / alpha_bar.sqrt()

    def output(self, observation: Tensor, chunk: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        return self.network(self.noised(chunk, step, noise), step, observation)

    def target(self, chunk: Tensor, noise: Tensor) -> Tensor:
        return noise if self.config.predict == "noise" else chunk

    def linearise_step(
        self, observation: Tensor, chunk: Tensor, step: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tangents]:
        tau = self.noised(chunk, step, noise)
        output, through = self.network.linearise(tau, step, observation)
        fixed = torch.zeros_like(tau)
        return self.clean(tau, step, output), lambda direction: self.clean(
            fixed, step, through(fixed, direction)
        )

    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        """Equations (4) and (5); the known entries are written over the chunk before every step."""

        def output(tau: Tensor, i: int) -> Tensor:
            return self.network(tau, _same_step(tau, i), observation)

        return self._denoise(output, history, noise)

    def linearise(self, observation: Tensor, history: Tensor, noise: Tensor) -> tuple[Tensor, Tangents]:
        passed = []

        def output(tau: Tensor, i: int) -> Tensor:
            y, tangents = self.network.linearise(tau, _same_step(tau, i), observation)
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
        for i in reversed(range(self.denoising_steps)):
            tau[:, :known] = history
            c = {name: float(values[i]) for name, values in self.coefficients.items()}
            clean = self.clean(tau, _same_step(tau, i), output(tau, i))
            tau = c["clean"] * clean + c["noisy"] * tau
            if i > 0:
                tau = tau + c["deviation"] * noise[:, self.denoising_steps - i]
        tau[:, :known] = history
        return tau


def _same_step(tau: Tensor, i: int) -> Tensor:
    """Diffusion step i for every sample, (B,)."""
    return torch.full((len(tau),), i, device=tau.device)
