"""Batches and draws of several policies side by side: in every tensor a first dimension for the policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from sobolev_diffusion.training.gradient_step import Draws
from sobolev_diffusion.training.losses import Batch

Parts = TypeVar("Parts", Batch, Draws)
BATCH = ("observation", "observation_jacobian", "chunk", "chunk_jacobian", "sobolev_weight")
DRAWS = tuple(field.name for field in fields(Draws))


def join(parts: Sequence[Parts], by: Callable[[list[Tensor]], Tensor] = torch.stack) -> Parts:
    """Those of R policies in one: by default stacked, (R, ...)."""
    names = BATCH if isinstance(parts[0], Batch) else DRAWS
    joined: dict[str, Any] = {name: by([getattr(each, name) for each in parts]) for name in names}
    return replace(parts[0], **joined)


def to_device(tensor: Tensor, device: torch.device) -> Tensor:
    """On the device; from pinned memory a copy does not wait for the step before."""
    if device.type == "cuda" and tensor.device.type == "cpu" and tensor.numel():
        tensor = tensor.pin_memory()
    return tensor.to(device, non_blocking=True)
