"""What a gradient step makes small, in plain PyTorch, on any device: the loss (6) or (9)/(11) of a policy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from sobolev_diffusion.config import SobolevConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.tangents import Tangents, Transpose, transpose
from sobolev_diffusion.training import losses
from sobolev_diffusion.training.gradient_step import Draws, step_weight
from sobolev_diffusion.training.losses import Batch


class Objective(nn.Module):
    """The losses of a policy as a function of its weights: a module, so that others can be put in.

    Args:
        policy: whose network is trained.
        sobolev: the first-order term; none: the plain loss.
        transpose: how to get D^T v.
    """

    def __init__(
        self, policy: ChunkPolicy, sobolev: SobolevConfig | None, transpose: Transpose = transpose
    ) -> None:
        super().__init__()
        self.policy = policy
        self.sobolev = sobolev
        self.transpose = transpose

    def forward(self, batch: Batch, draws: Draws) -> tuple[Tensor, Tensor]:
        """The plain loss and the Sobolev term, before its weight lambda; () each."""
        policy, sobolev = self.policy, self.sobolev
        target = policy.target(batch.chunk, draws.noise)
        if sobolev is None:
            plain = losses.plain(self._output(batch, draws), target)
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
        return losses.plain(prediction, target), term

    def _output(self, batch: Batch, draws: Draws) -> Tensor:
        return self.policy.output(batch.observation, batch.chunk, draws.step, draws.noise)

    def _linearised(self, batch: Batch, draws: Draws, observation: Tensor) -> tuple[Tensor, Tangents]:
        """The clean chunk that is predicted, of one step or of the chain, and its tangents."""
        if self.sobolev is not None and self.sobolev.through == "chain":
            return self.policy.linearise(observation, batch.chunk[:, : self.policy.history], draws.chain)
        return self.policy.linearise_step(observation, batch.chunk, draws.step, draws.noise)

    def total(self, plain: Tensor, term: Tensor) -> Tensor:
        """What is differentiated: plain loss + lambda Sobolev term."""
        return plain + (self.sobolev.weight if self.sobolev else 0.0) * term
