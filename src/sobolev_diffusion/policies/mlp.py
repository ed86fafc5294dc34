"""The direct policy of PDDP: one action from one observation, no diffusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.native_kernels import Kernels, perceptron_kernels
from sobolev_diffusion.policies.tangents import Tangents, mish


class Perceptron(nn.Sequential):
    """Linear layers with Mish between them. (B, inputs) -> (B, outputs)."""

    def __init__(self, inputs: int, hidden_dims: Sequence[int], outputs: int) -> None:
        layers: list[nn.Module] = []
        width = inputs
        for hidden in hidden_dims:
            layers += [nn.Linear(width, hidden), nn.Mish()]
            width = hidden
        super().__init__(*layers, nn.Linear(width, outputs))

    def linearise(self, x: Tensor) -> tuple[Tensor, Tangents]:
        """The output, and the map from tangents of x to its tangents."""
        *hidden, last = cast(list[nn.Linear], list(self)[::2])
        passed: list[Tangents] = []
        for layer in hidden:
            x, through_mish = mish(layer(x))
            passed.append(through_mish)

        def tangents(dx: Tensor) -> Tensor:
            for layer, through_mish in zip(hidden, passed, strict=True):
                dx = through_mish(functional.linear(dx, layer.weight))
            return functional.linear(dx, last.weight)

        return last(x), tangents


class DirectPolicy(ChunkPolicy):
    """a_{t+1} = pi(o_t), a multi-layer perceptron."""

    kind = "direct"
    network: Perceptron

    def __init__(self, config: PolicyConfig, action_dim: int, observation_dim: int) -> None:
        super().__init__(config, action_dim, observation_dim)
        self.network = Perceptron(observation_dim, config.mlp.hidden_dims, action_dim)

    @property
    def prediction_horizon(self) -> int:
        return 1

    @property
    def history(self) -> int:
        return 0

    @property
    def denoising_steps(self) -> int:
        return 0

    @property
    def noise_shape(self) -> tuple[int, ...]:
        return (0,)

    @property
    def kernels(self) -> Kernels | None:
        return perceptron_kernels(self.network, self.config, self.action_dim, self.observation_dim)

    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        return self.network(observation)[:, None]

    def linearise(self, observation: Tensor, history: Tensor, noise: Tensor) -> tuple[Tensor, Tangents]:
        action, tangents = self.network.linearise(observation)
        return action[:, None], lambda direction: tangents(direction)[:, None]

    def output(self, observation: Tensor, chunk: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        return self.network(observation)[:, None]

    def target(self, chunk: Tensor, noise: Tensor) -> Tensor:
        return chunk

    def linearise_step(
        self, observation: Tensor, chunk: Tensor, step: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tangents]:
        return self.linearise(observation, chunk[:, :0], noise)
