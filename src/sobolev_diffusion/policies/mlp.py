"""The direct policy of PDDP: one action from one observation, no diffusion."""

from __future__ import annotations

from torch import Tensor, nn

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.base import Policy


class DirectPolicy(Policy):
    """a_{t+1} = pi(o_t), a multi-layer perceptron."""

    kind = "direct"

    def __init__(self, config: PolicyConfig, action_dim: int, observation_dim: int) -> None:
        super().__init__(config, action_dim, observation_dim)
        layers: list[nn.Module] = []
        width = observation_dim
        for hidden in config.mlp.hidden_dims:
            layers += [nn.Linear(width, hidden), nn.Mish()]
            width = hidden
        self.network = nn.Sequential(*layers, nn.Linear(width, action_dim))

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
