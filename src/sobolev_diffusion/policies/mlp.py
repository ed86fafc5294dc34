"""The direct policy of PDDP: one action from one observation, no diffusion."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.base import Policy
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
        *hidden, last = list(self)[::2]
        passed: list[Tangents] = []
        for layer in hidden:
            x, through_mish = mish(layer(x))
            passed.append(through_mish)

        def tangents(dx: Tensor) -> Tensor:
            for layer, through_mish in zip(hidden, passed, strict=True):
                dx = through_mish(functional.linear(dx, layer.weight))
            return functional.linear(dx, last.weight)

        return last(x), tangents


class DirectPolicy(Policy):
    """a_{t+1} = pi(o_t), a multi-layer perceptron."""

    kind = "direct"

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
    def noise_shape(self) -> tuple[int, ...]:
        return (0,)

    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        return self.network(observation)[:, None]
