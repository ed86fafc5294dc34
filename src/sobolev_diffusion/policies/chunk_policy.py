"""Policies with a network, which predict the actions to come."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.affine import AffinePart
from sobolev_diffusion.policies.base import HEADER, Policy
from sobolev_diffusion.policies.native_kernels import Kernels
from sobolev_diffusion.policies.normaliser import Normaliser
from sobolev_diffusion.policies.prediction_engine import Engine, PredictionEngine
from sobolev_diffusion.policies.prepared_policy import PreparedPolicy
from sobolev_diffusion.policies.receding_horizon import RecedingHorizon
from sobolev_diffusion.policies.tangents import Tangents
from sobolev_diffusion.tasks.overriding import inherits

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task


class ChunkPolicy(Policy, nn.Module):
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

    header_key = HEADER
    network: nn.Module

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
    @abstractmethod
    def denoising_steps(self) -> int:
        """N_diff; 0 for a policy whose network gives the chunk at once."""

    @property
    @abstractmethod
    def noise_shape(self) -> tuple[int, ...]:
        """Shape of the standard normal numbers that one prediction consumes."""

    @property
    @abstractmethod
    def kernels(self) -> Kernels | None:
        """The native kernels for the network as it is now; None where they do not apply."""

    @abstractmethod
    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        """(B, no), (B, T_h, na), (B, *noise_shape), all float32 -> chunk (B, T_p, na)."""

    @abstractmethod
    def linearise(self, observation: Tensor, history: Tensor, noise: Tensor) -> tuple[Tensor, Tangents]:
        """`predict_normalised`, and the map from tangents of the observation to those of the chunk."""

    @abstractmethod
    def output(self, observation: Tensor, chunk: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        """What the network says while it learns, (B, T_p, na).

        Args:
            observation: (B, no), as all here normalised.
            chunk: the clean chunk tau_0, (B, T_p, na).
            step, noise: which of the `denoising_steps` and how the chunk is noised there, (B,) and as chunk;
                not read where there are none.
        """

    @abstractmethod
    def target(self, chunk: Tensor, noise: Tensor) -> Tensor:
        """What `output` should be, (B, T_p, na)."""

    @abstractmethod
    def linearise_step(
        self, observation: Tensor, chunk: Tensor, step: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tangents]:
        """The clean chunk that `output` stands for, and how it changes with the observation."""

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
        return self.prepared().predict(observation, history, noise)

    def prepared(self) -> PreparedPolicy:
        """It as it is now, for many predictions.

        Raises:
            ValueError: `engine` is "native" where the kernels do not apply.
        """
        return PreparedPolicy(
            self._prediction.predictor(self, self.engine),
            self.normalise_observation.scaling(),
            self.normalise_action.scaling(),
            None if self.affine is None else self.affine.map(),
            (self.observation_dim, self.history, self.action_dim),
            self.noise_shape,
        )

    def check_sizes(self, task: Task) -> None:
        mine = self.observation_dim, self.action_dim
        wanted = task.observation_dim, task.action_dim
        if mine != wanted:
            raise ValueError(
                f"the policy was made for another task: it takes observations of {mine[0]} numbers and gives "
                f"actions of {mine[1]}, those of {task.name} have {wanted[0]} and {wanted[1]}"
            )

    def start(
        self,
        task: Task,
        thetas: Sequence[Array],
        generators: Sequence[np.random.Generator],
        action_length: int,
    ) -> RecedingHorizon:
        policy = self.prepared() if inherits(self, ChunkPolicy, "predict") else self
        return RecedingHorizon(task, policy, thetas, generators, action_length)

    def _apply(self, function: Callable[..., Any], recurse: bool = True) -> Self:
        self._prediction.forget()  # moved to another device or type
        return super()._apply(function, recurse)

    def load_state_dict(self, *arguments: Any, **options: Any) -> Any:
        self._prediction.forget()
        return super().load_state_dict(*arguments, **options)

    def header(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "config": self.config.identity(),
            "action_dim": self.action_dim,
            "observation_dim": self.observation_dim,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights and normalisation."""
        return {name: tensor.detach().cpu().numpy() for name, tensor in self.state_dict().items()}

    @classmethod
    def restored(cls, header: Any, arrays: dict[str, np.ndarray]) -> Self:
        config = PolicyConfig.model_validate(header["config"])
        size = header["action_dim"], header["observation_dim"]
        with torch.device("meta"):  # before memory is asked for: is what should be there there?
            shapes = {name: tuple(tensor.shape) for name, tensor in cls(config, *size).state_dict().items()}
        if shapes != {name: array.shape for name, array in arrays.items()}:
            raise ValueError("its weights are not those of its settings")
        policy = cls(config, *size)
        policy.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
        return policy.eval()
