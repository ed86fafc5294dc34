"""The compiled CPU kernels behind the interfaces of the PyTorch policies: predictions and training.

The PyTorch files stay the reference; what the kernels compute agrees with them to rounding.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.instruction_sets import default_instruction_set

try:
    from sobolev_diffusion import _native
except ImportError:  # the package runs from its sources, unbuilt
    _native = None  # type: ignore[assignment]

KERNEL_SIZES = (3, 5, 7)
LONGEST_CHUNK = 32
WIDEST_LAYER = 1024


def library() -> Path | None:
    """The file of the compiled kernels; None: not built."""
    return None if _native is None else Path(str(_native.__file__))


class Predictor(Protocol):
    """The network's weights, packed for the kernels."""

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """As ChunkPolicy.predict_normalised, on float32 arrays.

        Raises:
            ValueError: a shape does not fit, or an entry is not finite.
        """
        ...


class Kernels(ABC):
    """The kernels for a network. What they make holds a copy of its weights.

    Args:
        network: its parameters are float32, on the CPU.
        arguments: its architecture, as the compiled module takes it.
    """

    def __init__(self, network: nn.Module, arguments: dict[str, Any]) -> None:
        self._network, self._arguments = network, arguments

    @abstractmethod
    def predictor(self, instruction_set: str | None = None) -> Predictor:
        """What predicts."""

    @abstractmethod
    def trainer(self, instruction_set: str | None = None) -> _native.Trainer:
        """What takes gradient steps."""

    def _all(self, instruction_set: str | None) -> dict[str, Any]:
        return {
            "parameters": arrays(self._network),
            **self._arguments,
            "instruction_set": instruction_set or default_instruction_set(),
        }


class UnetKernels(Kernels):
    """DDPM with the U-Net."""

    def predictor(self, instruction_set: str | None = None) -> Predictor:
        return _Sampler(_native.Sampler(**self._all(instruction_set)))

    def trainer(self, instruction_set: str | None = None) -> _native.Trainer:
        return _native.Trainer.unet(**self._all(instruction_set))


class PerceptronKernels(Kernels):
    """The perceptron."""

    def predictor(self, instruction_set: str | None = None) -> Predictor:
        return _Perceptron(_native.MlpPredictor(**self._all(instruction_set)))

    def trainer(self, instruction_set: str | None = None) -> _native.Trainer:
        return _native.Trainer.mlp(**self._all(instruction_set))


def knows_unet(config: PolicyConfig) -> bool:
    """Whether the kernels, built or not, know the architecture of this U-Net."""
    horizon, unet = config.prediction_horizon, config.unet
    return (
        horizon <= LONGEST_CHUNK
        and horizon & (horizon - 1) == 0
        and unet.kernel_size in KERNEL_SIZES
        and max(unet.hidden_dims) <= WIDEST_LAYER
    )


def unet_kernels(
    network: nn.Module,
    config: PolicyConfig,
    coefficients: dict[str, np.ndarray],
    action_dim: int,
    observation_dim: int,
) -> UnetKernels | None:
    """The kernels for a U-Net; None for an architecture that they do not know, or weights that they cannot
    read."""
    if not (knows_unet(config) and _readable(network)):
        return None
    horizon, unet = config.prediction_horizon, config.unet
    arguments = {
        "action_dim": action_dim,
        "observation_dim": observation_dim,
        "horizon": horizon,
        "hidden_dims": list(unet.hidden_dims),
        "step_embedding_dim": unet.step_embedding_dim,
        "kernel_size": unet.kernel_size,
        "groups": unet.groups,
        **{name: each.tolist() for name, each in coefficients.items()},
        "predicts_noise": config.predict == "noise",
        "history": config.history,
    }
    return UnetKernels(network, arguments)


def perceptron_kernels(
    network: nn.Module, config: PolicyConfig, action_dim: int, observation_dim: int
) -> PerceptronKernels | None:
    """The kernels for a perceptron; None for weights that they cannot read."""
    if not _readable(network):
        return None
    arguments = {
        "action_dim": action_dim,
        "observation_dim": observation_dim,
        "hidden_dims": list(config.mlp.hidden_dims),
    }
    return PerceptronKernels(network, arguments)


def arrays(network: nn.Module) -> dict[str, np.ndarray]:
    """The parameters by name, float32."""
    return {name: array(parameter.detach()) for name, parameter in network.named_parameters()}


def array(tensor: Tensor) -> np.ndarray:
    """The same on the CPU in float32."""
    return np.ascontiguousarray(tensor.numpy(), np.float32)


def _readable(network: nn.Module) -> bool:
    """Whether the kernels are there, and all parameters are float32 on the CPU."""
    return _native is not None and all(
        p.device.type == "cpu" and p.dtype == torch.float32 for p in network.parameters()
    )


class _Sampler:
    def __init__(self, sampler: _native.Sampler) -> None:
        self._sampler = sampler

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(B, no), (B, T_h, na), (B, N_diff, T_p, na), normalised float32 -> chunk (B, T_p, na)."""
        return self._sampler.sample(observation, history, noise)


class _Perceptron:
    def __init__(self, predictor: _native.MlpPredictor) -> None:
        self._predictor = predictor

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(B, no), normalised float32 -> action (B, 1, na); history and noise are empty."""
        return self._predictor.predict(observation)[:, None]
