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

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.schedule import square_cosine

try:
    from sobolev_diffusion import _native
except ImportError:  # the package runs from its sources, unbuilt
    _native = None  # type: ignore[assignment]

INSTRUCTION_SET_VARIABLE = "SOBOLEV_DIFFUSION_INSTRUCTION_SET"
KERNEL_SIZES = (3, 5, 7)
LONGEST_CHUNK = 32
WIDEST_LAYER = 1024


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


def instruction_sets() -> list[str]:
    """What the kernels were built for and this processor supports, fastest first; empty: not built."""
    return [] if _native is None else _native.instruction_sets()


def default_instruction_set() -> str:
    """What the kernels use unless told otherwise; empty: not built."""
    return os.environ.get(INSTRUCTION_SET_VARIABLE, "") or next(iter(instruction_sets()), "")


def applies(config: PolicyConfig) -> bool:
    """Whether the kernels are there and know this architecture."""
    return _native is not None and known(config)


def known(config: PolicyConfig) -> bool:
    """Whether the kernels, built or not, know this architecture."""
    if config.kind == "direct":
        return True
    horizon, unet = config.prediction_horizon, config.unet
    return (
        horizon <= LONGEST_CHUNK
        and horizon & (horizon - 1) == 0
        and unet.kernel_size in KERNEL_SIZES
        and max(unet.hidden_dims) <= WIDEST_LAYER
    )


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
            parameters=arrays(policy.network),
            **unet_arguments(policy),
            instruction_set=instruction_set or default_instruction_set(),
        )

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(B, no), (B, T_h, na), (B, N_diff, T_p, na), normalised float32 -> chunk (B, T_p, na)."""
        return self._sampler.sample(observation, history, noise)


class NativePerceptron:
    """The perceptron: what DirectPolicy.predict_normalised computes."""

    def __init__(self, policy: PolicyInterface, instruction_set: str | None = None) -> None:
        self._predictor = _native.MlpPredictor(
            parameters=arrays(policy.network),
            **mlp_arguments(policy),
            instruction_set=instruction_set or default_instruction_set(),
        )

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """(B, no), normalised float32 -> action (B, 1, na); history and noise are empty."""
        return self._predictor.predict(observation)[:, None]


def predictor(policy: PolicyInterface, instruction_set: str | None = None) -> Predictor:
    """Pack a policy's weights. Only for a policy that `applies` and is `on_cpu`."""
    kind = NativePerceptron if policy.config.kind == "direct" else NativeSampler
    return kind(policy, instruction_set)


def arrays(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: array(parameter.detach()) for name, parameter in network.named_parameters()}


def array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.numpy(), np.float32)


def mlp_arguments(policy: PolicyInterface) -> dict[str, Any]:
    return {
        "action_dim": policy.action_dim,
        "observation_dim": policy.observation_dim,
        "hidden_dims": list(policy.config.mlp.hidden_dims),
    }


def unet_arguments(policy: PolicyInterface) -> dict[str, Any]:
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
