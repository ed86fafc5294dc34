"""What a gradient step makes small, in plain PyTorch, on any device: the loss (6) or (9)/(11) of a policy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from sobolev_diffusion.config import SobolevConfig
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.tangents import Tangents, Transpose, transpose
from sobolev_diffusion.training import losses
from sobolev_diffusion.training.gradient_step import Draws, step_weight
from sobolev_diffusion.training.losses import Batch


def noised(policy: DiffusionPolicy, batch: Batch, draws: Draws) -> Tensor:
    """tau_i of equation (3), its known entries clean (inpainting)."""
    alpha_bar = _alpha_bar(policy, draws.step)
    tau = alpha_bar.sqrt() * batch.chunk + (1 - alpha_bar).sqrt() * draws.noise
    tau[:, : policy.history] = batch.chunk[:, : policy.history]
    return tau


def clean(policy: DiffusionPolicy, tau: Tensor, step: Tensor, output: Tensor) -> Tensor:
    """The network's estimate of tau_0, each sample at its own step; linear. See DiffusionPolicy.clean."""
    if policy.config.predict == "sample":
        return output
    alpha_bar = _alpha_bar(policy, step)
    return (tau - (1 - alpha_bar).sqrt() * output) / alpha_bar.sqrt()


def _alpha_bar(policy: DiffusionPolicy, step: Tensor) -> Tensor:
    """abar_i of each sample, (B, 1, 1)."""
    return policy.alpha_bar[step][:, None, None]


class Objective(nn.Module):
    """The losses of a policy as a function of its weights: a module, so that others can be put in.

    Args:
        policy: whose network is trained.
        sobolev: the first-order term; none: the plain loss.
        transpose: how to get D^T v.
    """

    def __init__(
        self, policy: Policy, sobolev: SobolevConfig | None, transpose: Transpose = transpose
    ) -> None:
        super().__init__()
        self.policy = policy
        self.sobolev = sobolev
        self.transpose = transpose

    def forward(self, batch: Batch, draws: Draws) -> tuple[Tensor, Tensor]:
        """The plain loss and the Sobolev term, before its weight lambda; () each."""
        policy, sobolev = self.policy, self.sobolev
        if sobolev is None:
            plain = losses.plain(self._output(batch, draws), self._target(batch, draws))
            return plain, torch.zeros_like(plain)
        linearised = partial(self._linearised, batch, draws)
        weighted = replace(
            batch, sobolev_weight=batch.sobolev_weight * step_weight(policy, sobolev, draws.step)
        )
        if sobolev.estimator == "output":
            prediction, term = losses.sobolev_output(linearised, weighted, draws.projections, self.transpose)
        elif sobolev.estimator == "state":
            prediction, term = losses.sobolev_state(linearised, weighted, draws.projections)
        else:
            prediction, term = losses.sobolev_full(linearised, weighted)
        if sobolev.through == "chain" or policy.config.predict == "noise":
            prediction = self._output(batch, draws)
        return losses.plain(prediction, self._target(batch, draws)), term

    def _output(self, batch: Batch, draws: Draws) -> Tensor:
        """The network's output."""
        if isinstance(self.policy, DiffusionPolicy):
            return self.policy.network(noised(self.policy, batch, draws), draws.step, batch.observation)
        return self.policy.network(batch.observation)[:, None]

    def _target(self, batch: Batch, draws: Draws) -> Tensor:
        """What the network's output should be."""
        diffusion = isinstance(self.policy, DiffusionPolicy)
        return draws.noise if diffusion and self.policy.config.predict == "noise" else batch.chunk

    def _linearised(self, batch: Batch, draws: Draws, observation: Tensor) -> tuple[Tensor, Tangents]:
        """The clean chunk that is predicted, of one step or of the chain, and its tangents."""
        policy = self.policy
        if not isinstance(policy, DiffusionPolicy):
            action, tangents = policy.network.linearise(observation)
            return action[:, None], lambda direction: tangents(direction)[:, None]
        if self.sobolev is not None and self.sobolev.through == "chain":
            return policy.linearise(observation, batch.chunk[:, : policy.history], draws.chain)
        tau = noised(policy, batch, draws)
        output, through = policy.network.linearise(tau, draws.step, observation)
        fixed = torch.zeros_like(tau)
        return clean(policy, tau, draws.step, output), lambda direction: clean(
            policy, fixed, draws.step, through(fixed, direction)
        )

    def total(self, plain: Tensor, term: Tensor) -> Tensor:
        """What is differentiated: plain loss + lambda Sobolev term."""
        return plain + (self.sobolev.weight if self.sobolev else 0.0) * term
