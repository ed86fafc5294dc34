"""Adam on the weights of several networks at once, each with a learning rate of its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # the defaults of torch.optim.Adam


class StackedAdam:
    """What torch.optim.Adam computes, row by row of stacked weights W, (E, P); g the gradient, t from 1:

    m <- b1 m + (1 - b1) g,   s <- b2 s + (1 - b2) g^2,
    W <- W - rate / (1 - b1^t) m / (sqrt(s) / sqrt(1 - b2^t) + eps).

    What depends on t is computed by `factors` outside of `update`, so that an update captured in a CUDA graph
    is the same at every step.

    Args:
        weights: (E, P); `update` changes them in place.
    """

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights
        self.mean = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)
        self.done = 0

    @property
    def state(self) -> tuple[Tensor, Tensor, Tensor]:
        """All that `update` changes, (E, P) each."""
        return self.weights, self.mean, self.square

    def factors(self, rates: Sequence[float]) -> tuple[Tensor, Tensor]:
        """rate / (1 - b1^t) of each row, (E,), and sqrt(1 - b2^t), (); t is one more with every call."""
        self.done += 1
        sizes = [rate / (1 - BETA_1**self.done) for rate in rates]
        return torch.tensor(sizes), torch.tensor((1 - BETA_2**self.done) ** 0.5)

    @torch.no_grad()
    def update(self, gradient: Tensor, sizes: Tensor, correction: Tensor) -> None:
        """One step against the gradient, (E, P), with the `factors` of this step."""
        self.mean.lerp_(gradient, 1 - BETA_1)
        self.square.mul_(BETA_2).addcmul_(gradient, gradient, value=1 - BETA_2)
        deviation = (self.square.sqrt() / correction).add_(EPSILON)
        self.weights.sub_(sizes[:, None] * (self.mean / deviation))

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows alone."""
        index = torch.tensor(rows, dtype=torch.int64, device=self.weights.device)
        weights, self.mean, self.square = (each.detach()[index] for each in self.state)
        self.weights = weights.requires_grad_(True)
