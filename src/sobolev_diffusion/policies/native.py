"""The compiled CPU kernels behind the interfaces of the PyTorch policies: predictions and training.

The PyTorch files stay the reference; what the kernels compute agrees with them to rounding. The kernels
exist for several instruction sets, chosen at run time; the environment variable
SOBOLEV_DIFFUSION_INSTRUCTION_SET overrides the choice (see `default_instruction_set`).
"""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from sobolev_diffusion.config import PolicyConfig, SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.gradient_step import Draws, learning_rate, step_weight
from sobolev_diffusion.policies.interface import PolicyInterface
from sobolev_diffusion.policies.losses import Batch
from sobolev_diffusion.policies.schedule import square_cosine

try:
    from sobolev_diffusion import _native
except ImportError:  # the package runs from its sources, unbuilt
    _native = None  # type: ignore[assignment]

INSTRUCTION_SET_VARIABLE = "SOBOLEV_DIFFUSION_INSTRUCTION_SET"
LONGEST_CHUNK = 32
WIDEST_LAYER = 1024


def instruction_sets() -> list[str]:
    """What the kernels were built for and this processor supports, fastest first; empty: not built."""
    return [] if _native is None else _native.instruction_sets()


def default_instruction_set() -> str:
    """What the kernels use unless told otherwise; empty: not built."""
    return os.environ.get(INSTRUCTION_SET_VARIABLE, "") or next(iter(instruction_sets()), "")


def applies(config: PolicyConfig) -> bool:
    """Whether the kernels know this architecture."""
    if _native is None:
        return False
    if config.kind == "direct":
        return True
    horizon, unet = config.prediction_horizon, config.unet
    return (
        horizon <= LONGEST_CHUNK
        and horizon & (horizon - 1) == 0
        and unet.kernel_size in (3, 5, 7)
        and max(unet.hidden_dims) <= WIDEST_LAYER
    )


def trains(config: PolicyConfig, sobolev: SobolevConfig | None) -> bool:
    """Whether the kernels know how to train this: what `applies`, but not the chain's derivative (10)."""
    return applies(config) and (sobolev is None or sobolev.through == "step")


def on_cpu(policy: PolicyInterface) -> bool:
    """Whether all parameters are what the kernels read: float32 on the CPU."""
    return all(p.device.type == "cpu" and p.dtype == torch.float32 for p in policy.network.parameters())


class Predictor(Protocol):
    """The network's weights, packed for the kernels."""

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """As Policy.predict_normalised, on float32 arrays.

        Raises:
            ValueError: a shape does not fit, or an entry is not finite.
        """
        ...


class NativeSampler:
    """DDPM with the U-Net: what DiffusionPolicy.predict_normalised computes."""

    def __init__(self, policy: PolicyInterface, instruction_set: str | None = None) -> None:
        self._sampler = _native.Sampler(
            parameters=_arrays(policy.network),
            **_unet_arguments(policy),
            instruction_set=instruction_set or default_instruction_set(),
        )

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(B, no), (B, T_h, na), (B, N_diff, T_p, na), normalised float32 -> chunk (B, T_p, na)."""
        return self._sampler.sample(observation, history, noise)


class NativePerceptron:
    """The perceptron: what DirectPolicy.predict_normalised computes."""

    def __init__(self, policy: PolicyInterface, instruction_set: str | None = None) -> None:
        self._predictor = _native.MlpPredictor(
            parameters=_arrays(policy.network),
            **_mlp_arguments(policy),
            instruction_set=instruction_set or default_instruction_set(),
        )

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(B, no), normalised float32 -> action (B, 1, na); history and noise are empty."""
        return self._predictor.predict(observation)[:, None]


def predictor(policy: PolicyInterface, instruction_set: str | None = None) -> Predictor:
    """Pack a policy's weights. Only for a policy that `applies` and is `on_cpu`."""
    kind = NativePerceptron if policy.config.kind == "direct" else NativeSampler
    return kind(policy, instruction_set)


class NativeTrainer:
    """Adam on the loss (6) or (9)/(11) as TorchTrainer, gradients by the kernels.

    The weights live in the kernels' layout during the training; `finish` writes them into the policy.
    """

    def __init__(
        self,
        policy: PolicyInterface,
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
        direct = policy.config.kind == "direct"
        build = _native.Trainer.mlp if direct else _native.Trainer.unet
        arguments = _mlp_arguments(policy) if direct else _unet_arguments(policy)
        self._trainer = build(
            parameters=_arrays(policy.network),
            **arguments,
            instruction_set=instruction_set or default_instruction_set(),
        )

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
            projections = _array(_basis(batch) if full else draws.projections)
        diffusion = self.policy.config.kind == "diffusion"
        return self._trainer.step(
            _array(batch.observation),
            _array(batch.observation_jacobian),
            _array(batch.chunk),
            _array(batch.chunk_jacobian),
            _array(weight),
            steps=np.ascontiguousarray(draws.step.numpy(), np.int64) if diffusion else None,
            noise=_array(draws.noise) if diffusion else None,
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


def _arrays(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: _array(parameter.detach()) for name, parameter in network.named_parameters()}


def _array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.numpy(), np.float32)


def _mlp_arguments(policy: PolicyInterface) -> dict[str, Any]:
    return {
        "action_dim": policy.action_dim,
        "observation_dim": policy.observation_dim,
        "hidden_dims": list(policy.config.mlp.hidden_dims),
    }


def _unet_arguments(policy: PolicyInterface) -> dict[str, Any]:
    unet, schedule = policy.config.unet, square_cosine(policy.config.diffusion_steps)
    return {
        "action_dim": policy.action_dim,
        "observation_dim": policy.observation_dim,
        "horizon": policy.prediction_horizon,
        "hidden_dims": list(unet.hidden_dims),
        "step_embedding_dim": unet.step_embedding_dim,
        "kernel_size": unet.kernel_size,
        "groups": unet.groups,
        "alpha_bar": schedule.alpha_bar.tolist(),
        "clean": schedule.clean.tolist(),
        "noisy": schedule.noisy.tolist(),
        "deviation": schedule.deviation.tolist(),
        "predicts_noise": policy.config.predict == "noise",
        "history": policy.history,
    }
