"""What one training sees: an untrained policy, then minibatch and random numbers of every gradient step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from sobolev_diffusion.config import MethodConfig, gradient_steps
from sobolev_diffusion.policies import ChunkPolicy, make_policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.training.chunks import prepare
from sobolev_diffusion.training.gradient_step import Draws, draw
from sobolev_diffusion.training.losses import Batch


@dataclass(frozen=True)
class TrainingInput:
    """What tells one training from others of its task, method and epochs.

    Attributes:
        demonstrations: converged runs.
        seed: of weights, minibatches and noise.
        before: a policy of the same method to go on from, with its normalisation; none: fresh weights.
    """

    demonstrations: Demonstrations
    seed: int
    before: ChunkPolicy | None = None


@dataclass(frozen=True)
class Drawn:
    """All that is random in one gradient step.

    Attributes:
        index: which chunks of the training set, (B,).
        blur: what is added to their known entries, so that these are not worth copying, (B, T_h, na); (0,)
            where nothing is.
        draws: the random numbers of the losses.
    """

    index: Tensor
    blur: Tensor
    draws: Draws


class Minibatches:
    """The gradient steps of one training, a function of its arguments alone: who computes them plays no part.

    Chunks are drawn with replacement: an epoch then is a length, not a pass. They are drawn uniformly, but
    for `first_chunk_share`. All random numbers come from generators of the CPU; iterating again goes on with
    them.

    Args:
        task: gives observations and actions.
        given: demonstrations, seed, and maybe a policy to go on from.
        method: policy, Sobolev term and training settings.
        epochs: K_epochs; see `gradient_steps` for the size of an epoch.

    Attributes:
        policy: its normalisers fitted.
        steps: how many gradient steps there are.
        chunks: what minibatches are cut from.

    Raises:
        ValueError: no demonstrations, or a kind of policy without a network.
    """

    def __init__(self, task: Task, given: TrainingInput, method: MethodConfig, epochs: int) -> None:
        torch.manual_seed(given.seed)
        self.policy = make_policy(task, method.policy)
        if given.before is not None:
            given.before.check_fits(task)
            self.policy.load_state_dict(given.before.state_dict())
        training_set = prepare(
            task, given.demonstrations, self.policy, method.sobolev, fit=given.before is None
        )
        horizon, size = self.policy.prediction_horizon, method.training.batch_size
        self.steps = gradient_steps(epochs, training_set.pairs, horizon, size)
        self.chunks = training_set.everything
        self._starts = len(training_set) // len(
            given.demonstrations
        )  # chunks of a trajectory, one after the other
        self._method = method
        self._generator = torch.Generator().manual_seed(given.seed)

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[tuple[Batch, Draws]]:
        for drawn in self.drawn():
            yield minibatch(self.chunks, drawn.index, drawn.blur), drawn.draws

    def drawn(self) -> Iterator[Drawn]:
        """What every step draws, for who cuts the minibatches elsewhere; keeps no hold of the chunks."""
        return draw_steps(
            self.policy,
            self._method,
            self.steps,
            len(self.chunks.chunk),
            self._starts,
            self.chunks.observation_jacobian.shape[-1],
            self._generator,
        )


def draw_steps(
    policy: ChunkPolicy,
    method: MethodConfig,
    steps: int,
    count: int,
    starts: int,
    tangent_dim: int,
    generator: torch.Generator,
) -> Iterator[Drawn]:
    """Draw what every gradient step needs, on the CPU.

    Args:
        policy: what is trained.
        method: its training settings and first-order term.
        steps: how many.
        count: chunks to draw from.
        starts: how many of them a trajectory has, one after the other.
        tangent_dim: see `draw`.
        generator: of the random numbers; it goes on.
    """
    training, size = method.training, method.training.batch_size
    for _ in range(steps):
        index = torch.randint(0, count, (size,), generator=generator)
        if training.first_chunk_share:
            first = torch.rand(index.shape, generator=generator) < training.first_chunk_share
            index = torch.where(first, index - index % starts, index)
        blur = torch.empty(0)
        if training.history_noise and policy.history:
            known = (size, policy.history, policy.action_dim)
            blur = training.history_noise * torch.randn(known, generator=generator)
        yield Drawn(index, blur, draw(policy, size, tangent_dim, method.sobolev, generator))


def minibatch(chunks: Batch, index: Tensor, blur: Tensor) -> Batch:
    """The chunks of an index of any shape, which then stands in place of B; all on one device."""
    chunk = chunks.chunk[index]
    if blur.numel():
        chunk[..., : chunks.known, :] += blur
    return Batch(
        chunks.observation[index],
        chunks.observation_jacobian[index],
        chunk,
        chunks.chunk_jacobian[index],
        chunks.sobolev_weight[index],
        chunks.known,
    )
