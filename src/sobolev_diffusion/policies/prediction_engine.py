"""What computes a prediction: the native CPU kernels where they apply, PyTorch everywhere else."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from sobolev_diffusion.policies.native_kernels import Kernels, Predictor

Engine = Literal["auto", "native", "torch"]


class Network(Protocol):
    """What is computed: in PyTorch, and with kernels where there are any for it."""

    @property
    def network(self) -> nn.Module:
        """Its weights."""

    @property
    def kernels(self) -> Kernels | None:
        """The native kernels for the network as it is now; None where they do not apply."""

    def predict_normalised(self, observation: Tensor, history: Tensor, noise: Tensor) -> Tensor:
        """(B, no), (B, T_h, na), (B, *noise_shape), all float32 -> chunk (B, T_p, na)."""


class PredictionEngine:
    """What computes the chunks of one policy; packs its weights for the kernels when first asked."""

    def __init__(self) -> None:
        self._packed: _Packed | None = None

    def predictor(self, policy: Network, engine: Engine) -> Predictor:
        """What computes `policy.predict_normalised` on float32 arrays, with the weights as they are now.

        Raises:
            ValueError: `engine` is "native" where the kernels do not apply.
        """
        if engine != "torch":
            native = self._native(policy)
            if native is not None:
                return native
            if engine == "native":
                raise ValueError("engine: native does not apply to this policy; take auto or torch")
        return _PyTorch(policy)

    def forget(self) -> None:
        """The weights are others now, or elsewhere."""
        self._packed = None

    def __getstate__(self) -> dict[str, None]:
        return {"_packed": None}  # made again by a copy

    def _native(self, policy: Network) -> Predictor | None:
        """The packed weights, packed again when they have changed; none where the kernels do not apply."""
        if self._packed is None or self._packed.outdated():
            kernels = policy.kernels
            self._packed = _Packed(policy.network, kernels.predictor() if kernels else None)
        return self._packed.predictor


class _Packed:
    """A predictor with the state of the weights that it was made from."""

    def __init__(self, network: nn.Module, predictor: Predictor | None) -> None:
        self.predictor = predictor
        # PyTorch counts the changes of every tensor, but for those made in inference mode
        self._parameters = [p for p in network.parameters() if not p.is_inference()]
        self._versions = self._count()

    def outdated(self) -> bool:
        return self._count() != self._versions

    def _count(self) -> list[int]:
        return [parameter._version for parameter in self._parameters]


class _PyTorch:
    """Predicts where the network is."""

    def __init__(self, policy: Network) -> None:
        self._policy = policy

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        for name, array in (("observation", observation), ("history", history), ("noise", noise)):
            if not np.isfinite(array).all():  # the kernels check it themselves
                raise ValueError(f"{name}: holds NaN or infinite values")
        device = next(self._policy.network.parameters()).device
        with torch.inference_mode():
            chunk = self._policy.predict_normalised(
                *(torch.from_numpy(array).to(device) for array in (observation, history, noise))
            )
        return chunk.cpu().numpy()
