"""PyTorch's weights in the order in which the C++ kernels read them (src/native/conventions.h)."""

from __future__ import annotations

import numpy as np
from torch import Tensor

BLOCK = 16
"""Channels are padded to multiples of it."""


def padded(channels: int) -> int:
    """The next multiple of BLOCK."""
    return -(-channels // BLOCK) * BLOCK


def vector(values: Tensor | np.ndarray) -> np.ndarray:
    """(n,) -> (padded(n),), zeros at the end."""
    packed = np.zeros(padded(len(values)), np.float32)
    packed[: len(values)] = values
    return packed


def linear_map(weight: Tensor | np.ndarray, inputs: np.ndarray, packed_inputs: int) -> np.ndarray:
    """A convolution's weights, (out, in, width) -> (out / BLOCK, in, width, BLOCK), flat.

    Args:
        weight: as PyTorch has it.
        inputs: where each input channel lies among the packed ones, (in,).
        packed_inputs: how many of these there are.
    """
    out, _, width = weight.shape
    spread = np.zeros((padded(out), packed_inputs, width), np.float32)
    spread[:out, inputs] = weight
    blocks = spread.reshape(padded(out) // BLOCK, BLOCK, packed_inputs, width)
    return blocks.transpose(0, 2, 3, 1).ravel()


def dense(weight: Tensor | np.ndarray) -> np.ndarray:
    """A linear layer's weights, (out, in) -> (out / BLOCK, padded in, BLOCK), flat."""
    inputs = weight.shape[1]
    return linear_map(np.asarray(weight)[:, :, None], np.arange(inputs), padded(inputs))
