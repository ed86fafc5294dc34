"""What computes a training: the native CPU kernels where they apply, PyTorch everywhere else."""

from __future__ import annotations

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies import native
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.native import NativeTrainer
from sobolev_diffusion.policies.trainer import TorchTrainer


def make_trainer(
    policy: Policy, config: TrainingConfig, sobolev: SobolevConfig | None, total_steps: int
) -> TorchTrainer | NativeTrainer:
    """The trainer that `config.engine` asks for; call its `finish` after the last step.

    Raises:
        ValueError: "native" is asked for what the kernels do not know.
    """
    applies = native.trains(policy.config, sobolev) and native.on_cpu(policy)
    if config.engine == "native" and not applies:
        raise ValueError(
            "training.engine: native does not apply to this policy and loss here; take auto or torch"
        )
    kind = NativeTrainer if applies and config.engine != "torch" else TorchTrainer
    return kind(policy, config, sobolev, total_steps)
