"""What every policy offers: predict, the network to train, one file on disk."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import safetensors
from safetensors.torch import save
from torch import Tensor, nn

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.policies.affine import AffinePart
from sobolev_diffusion.policies.normaliser import Normaliser
from sobolev_diffusion.policies.prediction_engine import Engine, PredictionEngine

METADATA_KEY = "sobolev_diffusion"  # a single key: the order of several is not defined


class Policy(nn.Module):
    """A policy o -> actions to come, with its normalisation.

    The time axis, for history T_h and prediction horizon T_p (in torque control a_t = u_{t-1}, the
    action that led to x_t; in state control a_t is a function of x_t):

        chunk  = a_{t-T_h+1} .. a_t | a_{t+1} .. a_{t-T_h+T_p}
                 known, T_h entries | predicted, T_p - T_h entries

    Attributes:
        config: the architecture.
        action_dim: na.
        observation_dim: no.
        network: the module that is trained; works on normalised float32 tensors.
        affine: what is predicted besides the network's output, if anything; the normalisation of actions is
            that of the rest.
        engine: what computes predictions; auto takes the native CPU kernels where they apply.
    """

    kinds: ClassVar[dict[str, type[Policy]]] = {}
    kind: ClassVar[str]
    network: nn.Module

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Policy.kinds[cls.kind] = cls

    def __init__(self, config: PolicyConfig, action_dim: int, observation_dim: int) -> None:
        super().__init__()
        self.config = config
        self.action_dim = action_dim
        self.observation_dim = observation_dim
        self.engine: Engine = "auto"
        self._prediction = PredictionEngine()
        self.normalise_action = Normaliser(action_dim)
        self.normalise_observation = Normaliser(observation_dim)
        self.affine = (
            AffinePart(observation_dim, self.prediction_horizon, action_dim) if config.affine else None
        )

    @property
    def prediction_horizon(self) -> int:
        """T_p: length of the chunk that the network works on."""
        return self.config.prediction_horizon

    @property
    def history(self) -> int:
        """T_h: how many entries of the chunk are known."""
        return self.config.history

    @property
    def max_action_length(self) -> int:
        """The largest T_a: T_p - T_h."""
        return self.prediction_horizon - self.history

    @property
    @abstractmethod
    def noise_shape(self) -> tuple[int, ...]:
        """Shape of the standard normal numbers that one prediction consumes."""

    @abstractmethod
    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        """(B, no), (B, T_h, na), (B, *noise_shape), all float32 -> chunk (B, T_p, na)."""

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """The actions to come.

        Args:
            observation: (B, no), in the task's units.
            history: a_{t-T_h+1} .. a_t, (B, T_h, na), in the task's units.
            noise: standard normal numbers, (B, *noise_shape).

        Returns:
            a_{t+1} .. a_{t-T_h+T_p}, (B, T_p - T_h, na), in the task's units, float64.

        Raises:
            ValueError: a shape does not fit, the observation or the prediction is not finite, or `engine` is
                "native" where the kernels do not apply.
        """
        batch = len(observation)
        expected = {
            "observation": (observation, (batch, self.observation_dim)),
            "history": (history, (batch, self.history, self.action_dim)),
            "noise": (noise, (batch, *self.noise_shape)),
        }
        for name, (array, shape) in expected.items():
            if array.shape != shape:
                raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
        known = self.history
        normalised = self.normalise_observation.forward(observation)
        affine = None if self.affine is None else self.affine.forward(normalised)
        if affine is not None:
            history = history - affine[:, :known]
        chunk = self._prediction.chunk(
            self,
            self.engine,
            np.ascontiguousarray(normalised, np.float32),
            np.ascontiguousarray(self.normalise_action.forward(history), np.float32),
            np.ascontiguousarray(noise, np.float32),
        )
        actions = self.normalise_action.inverse(chunk[:, known:].astype(np.float64))
        if affine is not None:
            actions += affine[:, known:]
        if not np.isfinite(actions).all():
            raise ValueError("the policy predicted NaN or infinite actions; it was not trained well")
        return actions

    def _apply(self, function: Callable[..., Any], recurse: bool = True) -> Policy:
        self._prediction.forget()  # moved to another device or type
        return super()._apply(function, recurse)

    def load_state_dict(self, *arguments: Any, **options: Any) -> Any:
        self._prediction.forget()
        return super().load_state_dict(*arguments, **options)

    def save(self, path: Path) -> None:
        """Write one .safetensors file: weights, normalisation and configuration. Same policy, same bytes."""
        header = {
            "kind": self.kind,
            "config": self.config.identity(),
            "action_dim": self.action_dim,
            "observation_dim": self.observation_dim,
        }
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()}
        metadata = {METADATA_KEY: json.dumps(header, sort_keys=True)}
        write_atomically(path, lambda partial: partial.write_bytes(save(tensors, metadata=metadata)))

    @staticmethod
    def load(path: Path) -> Policy:
        """Read what `save` wrote. Runs no code from the file.

        Raises:
            BadArtefact: the file is missing, truncated, or not a policy.
        """
        try:
            with safetensors.safe_open(path, framework="pt", device="cpu") as file:
                header = json.loads((file.metadata() or {})[METADATA_KEY])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            policy = Policy.kinds[header["kind"]](
                PolicyConfig.model_validate(header["config"]),
                header["action_dim"],
                header["observation_dim"],
            )
            policy.load_state_dict(tensors)
        except Exception as error:
            raise BadArtefact(path, f"is not a policy file ({error})", "train it again") from error
        return policy.eval()
