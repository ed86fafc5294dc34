"""Minibatches of several trainings at once, cut on the device that computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from sobolev_diffusion.training.gradient_step import Draws
from sobolev_diffusion.training.losses import Batch
from sobolev_diffusion.training.minibatches import Drawn, minibatch
from sobolev_diffusion.training.stacked.side_by_side import join, to_device
from sobolev_diffusion.training.torch_trainer import moved


class StackedMinibatches:
    """The minibatches of several trainings side by side: the same numbers as each alone.

    The chunks of all lie one after the other on the device, and one gather a step cuts the minibatches of all
    trainings. Which chunks, and all other random numbers, are drawn on the host as for each alone.

    Args:
        chunks: of each training.
        drawn: what its steps draw, as of `Minibatches`.
        device: where to cut.
    """

    def __init__(
        self, chunks: Sequence[Batch], drawn: Sequence[Iterator[Drawn]], device: torch.device | str
    ) -> None:
        self.device = torch.device(device)
        self._drawn = drawn
        self._chunks = moved(join(chunks, torch.cat), self.device)
        ends = torch.tensor([len(each.chunk) for each in chunks]).cumsum(0)
        self._first = torch.cat([torch.zeros(1, dtype=ends.dtype), ends[:-1]])

    def next(self, running: Sequence[int]) -> tuple[Batch, Draws]:
        """The next of some trainings, (R, B, ...), on the device, and their draws, (R, ...), on the host."""
        drawn = [next(self._drawn[each]) for each in running]
        index = torch.stack([each.index for each in drawn]) + self._first[list(running), None]
        blur = torch.stack([each.blur for each in drawn])
        batch = minibatch(self._chunks, to_device(index, self.device), to_device(blur, self.device))
        return batch, join([each.draws for each in drawn])
