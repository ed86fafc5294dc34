"""Affine normalisation that lives inside the policy, so that a policy file is complete on its own."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

SMALLEST_SCALE = 1e-6  # a constant channel is centred, not blown up


class Normaliser(nn.Module):
    """z = (raw - mean) / scale, channel by channel. Statistics are buffers in float64."""

    mean: Tensor
    scale: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim, dtype=torch.float64))
        self.register_buffer("scale", torch.ones(dim, dtype=torch.float64))

    def fit(self, samples: np.ndarray, floor: float = 0.0) -> None:
        """Take mean and standard deviation from samples (..., dim), none below `floor` times the largest."""
        flat = samples.reshape(-1, samples.shape[-1])
        scale = flat.std(axis=0)
        scale = np.maximum(scale, floor * scale.max())
        scale[scale < SMALLEST_SCALE] = 1.0
        self.mean.copy_(torch.from_numpy(flat.mean(axis=0)))
        self.scale.copy_(torch.from_numpy(scale))

    def forward(self, raw: np.ndarray) -> np.ndarray:
        mean, scale = self._statistics()
        return (raw - mean) / scale

    def inverse(self, normalised: np.ndarray) -> np.ndarray:
        mean, scale = self._statistics()
        return normalised * scale + mean

    def _statistics(self) -> tuple[np.ndarray, np.ndarray]:
        # a module's attributes cost more than the arithmetic
        buffers = cast(dict[str, Tensor], self._buffers)
        return buffers["mean"].cpu().numpy(), buffers["scale"].cpu().numpy()
