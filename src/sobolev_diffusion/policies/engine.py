"""Which engine takes the gradient steps."""

from __future__ import annotations

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.trainer import TorchTrainer


def make_trainer(
    policy: Policy,
    config: TrainingConfig,
    sobolev: SobolevConfig | None,
    total_steps: int,
) -> TorchTrainer:
    """The trainer that `config.engine` asks for."""
    return TorchTrainer(policy, config, sobolev, total_steps)
