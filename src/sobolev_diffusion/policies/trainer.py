"""One gradient step of a policy, in plain PyTorch: the reference for every faster path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies import losses
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.losses import Batch

TINY = 1e-30  # a draw of exact zeros (it happens in one dimension) stays zero instead of becoming NaN


@dataclass(frozen=True)
class Draws:
    """All random numbers of one gradient step, so that every engine can be given the same.

    Attributes:
        step: diffusion step i of each sample, (B,) integers.
        noise: eps of (3), (B, T_p, na).
        projections: unit vectors of the Sobolev term: (N_proj, B, T_p, na), zero on the known entries,
            for the estimator "output"; (N_proj, B, ndx) for "state"; (0,) otherwise.
        chain: noise of a whole denoising chain, (B, N_diff, T_p, na), for `through: chain`; (0,) otherwise.
    """

    step: Tensor
    noise: Tensor
    projections: Tensor
    chain: Tensor


def draw(
    policy: Policy,
    batch: Batch,
    sobolev: SobolevConfig | None,
    generator: torch.Generator,
) -> Draws:
    """Draw the random numbers of one gradient step."""
    size, tangent_dim = len(batch.chunk), batch.observation_jacobian.shape[-1]
    empty = torch.empty(0)
    step, noise, projections, chain = empty, empty, empty, empty
    if isinstance(policy, DiffusionPolicy):
        step = torch.randint(0, policy.schedule.steps, (size,), generator=generator)
        noise = torch.randn(batch.chunk.shape, generator=generator)
    if sobolev and sobolev.estimator == "output":
        projections = torch.randn(sobolev.projections, *batch.chunk.shape, generator=generator)
        projections[:, :, : policy.history] = 0
        projections /= projections.flatten(2).norm(dim=2).clamp_min(TINY)[:, :, None, None]
    if sobolev and sobolev.estimator == "state":
        projections = torch.randn(sobolev.projections, size, tangent_dim, generator=generator)
        projections /= projections.norm(dim=2, keepdim=True).clamp_min(TINY)
    if sobolev and sobolev.through == "chain":
        chain = torch.randn(size, *policy.noise_shape, generator=generator)
    return Draws(step, noise, projections, chain)


def noised(policy: DiffusionPolicy, batch: Batch, draws: Draws) -> Tensor:
    """tau_i of equation (3), its known entries clean (inpainting)."""
    alpha_bar = torch.from_numpy(policy.schedule.alpha_bar).float()[draws.step][:, None, None]
    tau = alpha_bar.sqrt() * batch.chunk + (1 - alpha_bar).sqrt() * draws.noise
    tau[:, : policy.history] = batch.chunk[:, : policy.history]
    return tau


def step_weight(policy: Policy, sobolev: SobolevConfig, step: Tensor) -> Tensor | float:
    """lambda's dependence on the diffusion step, mean 1 over the steps."""
    if sobolev.over_steps == "constant" or not isinstance(policy, DiffusionPolicy):
        return 1.0
    n = policy.schedule.steps
    rank = step + 1 if sobolev.over_steps == "growing" else n - step
    return 2.0 * rank / (n + 1)


def learning_rate(config: TrainingConfig, step: int, total: int) -> float:
    """Linear warm-up, then cosine decay to `final_fraction` of the peak."""
    warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
    cosine = 0.5 * (1 + math.cos(math.pi * step / total))
    return config.learning_rate * warmup * (config.final_fraction + (1 - config.final_fraction) * cosine)


class TorchTrainer:
    """Adam on the loss (6) or (9)/(11), gradients by autograd (double backward for the Sobolev term)."""

    def __init__(
        self,
        policy: Policy,
        config: TrainingConfig,
        sobolev: SobolevConfig | None,
        total_steps: int,
    ) -> None:
        self.policy = policy
        self.config = config
        self.sobolev = sobolev
        self.total_steps = total_steps
        self.done = 0
        self.optimiser = torch.optim.Adam(policy.network.parameters(), lr=config.learning_rate)

    def losses(self, batch: Batch, draws: Draws) -> tuple[Tensor, Tensor]:
        """The plain loss and the Sobolev term, before its weight lambda."""
        policy, sobolev = self.policy, self.sobolev
        if isinstance(policy, DiffusionPolicy):
            tau = noised(policy, batch, draws)
            target = batch.chunk if policy.config.predict == "sample" else draws.noise

            def output(observation: Tensor) -> Tensor:
                return policy.network(tau, draws.step, observation)

            def clean(observation: Tensor) -> Tensor:
                return self._clean(tau, draws.step, output(observation))

        else:
            target = batch.chunk

            def output(observation: Tensor) -> Tensor:
                return policy.network(observation)[:, None]

            clean = output
        if sobolev is None:
            return losses.plain(output(batch.observation), target), torch.zeros(())
        if sobolev.through == "chain":
            known = batch.chunk[:, : policy.history]

            def clean(observation: Tensor) -> Tensor:
                return policy.predict_normalised(observation, known, draws.chain)

        weighted = Batch(
            **{
                **vars(batch),
                "sobolev_weight": batch.sobolev_weight * step_weight(policy, sobolev, draws.step),
            }
        )
        if sobolev.estimator == "output":
            prediction, term = losses.sobolev_output(clean, weighted, draws.projections)
        elif sobolev.estimator == "state":
            prediction, term = losses.sobolev_state(clean, weighted, draws.projections)
        else:
            prediction, term = losses.sobolev_full(clean, weighted)
        if sobolev.through == "chain" or policy.config.predict == "noise":
            prediction = output(batch.observation)
        return losses.plain(prediction, target), term

    def _clean(self, tau: Tensor, step: Tensor, output: Tensor) -> Tensor:
        assert isinstance(self.policy, DiffusionPolicy)
        if self.policy.config.predict == "sample":
            return output
        alpha_bar = torch.from_numpy(self.policy.schedule.alpha_bar).float()[step][:, None, None]
        return (tau - (1 - alpha_bar).sqrt() * output) / alpha_bar.sqrt()

    def step(self, batch: Batch, draws: Draws) -> tuple[float, float]:
        """One gradient step. Returns the plain loss and the Sobolev term."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.config, self.done, self.total_steps)
        self.optimiser.zero_grad(set_to_none=True)
        plain, term = self.losses(batch, draws)
        (plain + (self.sobolev.weight if self.sobolev else 0.0) * term).backward()
        self.optimiser.step()
        self.done += 1
        return plain.item(), term.item()

    def finish(self) -> None:
        """Hand the trained weights to the policy: here they are its own already."""
