"""One gradient step of a policy, in plain PyTorch, on any device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.training.gradient_step import Draws, learning_rate
from sobolev_diffusion.training.losses import Batch
from sobolev_diffusion.training.objective import Objective

Moved = TypeVar("Moved", Batch, Draws)


def moved(tensors: Moved, device: torch.device) -> Moved:
    """A batch or draws on a device."""
    fields = vars(tensors).items()
    there: dict[str, Any] = {name: each.to(device) for name, each in fields if isinstance(each, Tensor)}
    return replace(tensors, **there)


class TorchTrainer:
    """Adam on the loss (6) or (9)/(11), gradients by autograd, on the device that the policy is on."""

    def __init__(
        self,
        policy: ChunkPolicy,
        config: TrainingConfig,
        sobolev: SobolevConfig | None,
        total_steps: int,
    ) -> None:
        self.policy = policy
        self.config = config
        self.losses = Objective(policy, sobolev)
        self.total_steps = total_steps
        self.done = 0
        self.optimiser = torch.optim.Adam(policy.network.parameters(), lr=config.learning_rate)

    def step(self, batch: Batch, draws: Draws) -> tuple[float, float]:
        """One gradient step. Returns the plain loss and the Sobolev term."""
        device = next(self.policy.network.parameters()).device
        batch, draws = moved(batch, device), moved(draws, device)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.config, self.done, self.total_steps)
        self.optimiser.zero_grad(set_to_none=True)
        plain, term = self.losses(batch, draws)
        self.losses.total(plain, term).backward()
        self.optimiser.step()
        self.done += 1
        return plain.item(), term.item()

    def finish(self) -> None:
        """Hand the trained weights to the policy: here they are its own already."""
