"""Training by the compiled CPU kernels. `TorchTrainer` is the reference: they agree to rounding."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.native_kernels import array
from sobolev_diffusion.training.gradient_step import Draws, learning_rate, step_weight
from sobolev_diffusion.training.losses import Batch


def trains(policy: ChunkPolicy, sobolev: SobolevConfig | None) -> bool:
    """Whether the kernels know how to train this: not the chain's derivative (10)."""
    return policy.kernels is not None and (sobolev is None or sobolev.through == "step")


class NativeTrainer:
    """Adam on the loss (6) or (9)/(11) as TorchTrainer, gradients by the kernels.

    The weights live in the kernels' layout during the training; `finish` writes them into the policy.

    Raises:
        ValueError: there are no kernels for the policy.
    """

    def __init__(
        self,
        policy: ChunkPolicy,
        config: TrainingConfig,
        sobolev: SobolevConfig | None,
        total_steps: int,
        instruction_set: str | None = None,
    ) -> None:
        self.policy = policy
        self.config = config
        self.sobolev = sobolev
        self.total_steps = total_steps
        self.done = 0
        if policy.kernels is None:
            raise ValueError("there are no native kernels for this policy here")
        self._trainer = policy.kernels.trainer(instruction_set)

    def step(self, batch: Batch, draws: Draws) -> tuple[float, float]:
        """One gradient step. Returns the plain loss and the Sobolev term, before its weight lambda.

        Where a loss is not finite, the weights stay as they are.

        Raises:
            ValueError: a shape does not fit, or an entry of the batch or of the draws is not finite.
        """
        losses = self._run(batch, draws, learning_rate(self.config, self.done, self.total_steps))
        self.done += 1
        return losses

    def gradient(self, batch: Batch, draws: Draws) -> tuple[tuple[float, float], dict[str, Tensor]]:
        """The losses and the gradient of their sum by parameter name, without a step."""
        losses = self._run(batch, draws, 0.0)
        gradients = {name: torch.zeros_like(p) for name, p in self.policy.network.named_parameters()}
        self._trainer.gradient({name: g.numpy() for name, g in gradients.items()})
        return losses, gradients

    def finish(self) -> None:
        """Write the weights into the policy."""
        weights = {name: np.empty(p.shape, np.float32) for name, p in self.policy.network.named_parameters()}
        self._trainer.weights(weights)
        with torch.no_grad():
            for name, parameter in self.policy.network.named_parameters():
                parameter.copy_(torch.from_numpy(weights[name]))

    def _run(self, batch: Batch, draws: Draws, rate: float) -> tuple[float, float]:
        sobolev, weight = self.sobolev, batch.sobolev_weight
        estimator, projections = "none", None
        if sobolev is not None:
            weight = weight * step_weight(self.policy, sobolev, draws.step)
            estimator = "state" if sobolev.estimator == "state" else "output"
            full = sobolev.estimator == "full"
            projections = array(_basis(batch) if full else draws.projections)
        denoises = self.policy.denoising_steps > 0
        return self._trainer.step(
            array(batch.observation),
            array(batch.observation_jacobian),
            array(batch.chunk),
            array(batch.chunk_jacobian),
            array(weight),
            steps=np.ascontiguousarray(draws.step.numpy(), np.int64) if denoises else None,
            noise=array(draws.noise) if denoises else None,
            projections=projections,
            estimator=estimator,
            weight=sobolev.weight if sobolev else 0.0,
            rate=rate,
        )


def _basis(batch: Batch) -> Tensor:
    """Unit vectors of all unknown entries of a chunk: with them the stochastic term is the full one (8)."""
    _, horizon, action_dim = batch.chunk.shape
    vectors = torch.eye(horizon * action_dim)[batch.known * action_dim :]
    return vectors.view(-1, 1, horizon, action_dim).expand(-1, len(batch.chunk), -1, -1)
