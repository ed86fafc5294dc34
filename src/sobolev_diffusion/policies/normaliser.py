"""Affine normalisation that lives inside the policy, so that a policy file is complete on its own."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn

SMALLEST_SCALE = 1e-6  # a constant channel is centred, not blown up

Numbers = TypeVar("Numbers", np.ndarray, Tensor)


def scales(samples: np.ndarray, floor: float = 0.0) -> np.ndarray:
    """Standard deviations of samples (..., dim), none below `floor` of the largest; 1 if constant. (dim,)."""
    scale = samples.reshape(-1, samples.shape[-1]).std(axis=0)
    scale = np.maximum(scale, floor * scale.max())
    scale[scale < SMALLEST_SCALE] = 1.0
    return scale


class Fitted(nn.Module):
    """A module whose buffers are used by NumPy."""

    def _array(self, name: str) -> np.ndarray:
        # a module's attributes cost more than the arithmetic
        return cast(dict[str, Tensor], self._buffers)[name].cpu().numpy()


class Scaling(Generic[Numbers]):
    """z = (raw - mean) / scale with these mean and scale, (dim,), arrays or tensors."""

    __slots__ = ("mean", "scale")

    def __init__(self, mean: Numbers, scale: Numbers) -> None:
        self.mean: Numbers = mean
        self.scale: Numbers = scale

    def forward(self, raw: Numbers) -> Numbers:
        return (raw - self.mean) / self.scale

    def inverse(self, normalised: Numbers) -> Numbers:
        return normalised * self.scale + self.mean


class Normaliser(Fitted):
    """z = (raw - mean) / scale, channel by channel. Statistics are buffers in float64."""

    mean: Tensor
    scale: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim, dtype=torch.float64))
        self.register_buffer("scale", torch.ones(dim, dtype=torch.float64))

    def fit(self, samples: np.ndarray, floor: float = 0.0) -> None:
        """Take mean and `scales` from samples (..., dim)."""
        self.mean.copy_(torch.from_numpy(samples.reshape(-1, samples.shape[-1]).mean(axis=0)))
        self.scale.copy_(torch.from_numpy(scales(samples, floor)))

    def scaling(self) -> Scaling[np.ndarray]:
        """It as it is now."""
        return Scaling(self._array("mean"), self._array("scale"))

    def forward(self, raw: np.ndarray) -> np.ndarray:
        return self.scaling().forward(raw)

    def inverse(self, normalised: np.ndarray) -> np.ndarray:
        return self.scaling().inverse(normalised)
