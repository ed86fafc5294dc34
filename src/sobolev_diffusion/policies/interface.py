"""What predictions and gradient steps read of a policy, whatever its kind."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn

from sobolev_diffusion.config import PolicyConfig


class PolicyInterface(Protocol):
    """See `Policy`, which has all this."""

    config: PolicyConfig
    action_dim: int
    observation_dim: int
    network: nn.Module

    @property
    def prediction_horizon(self) -> int: ...

    @property
    def history(self) -> int: ...

    @property
    def noise_shape(self) -> tuple[int, ...]: ...

    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor: ...
