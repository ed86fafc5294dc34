"""What one training sees: an untrained policy, then minibatch and random numbers of every gradient step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from sobolev_diffusion.config import MethodConfig, gradient_steps
from sobolev_diffusion.policies import ChunkPolicy, make_policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.training.chunks import TrainingSet, prepare
from sobolev_diffusion.training.gradient_step import Draws, draw
from sobolev_diffusion.training.losses import Batch
from sobolev_diffusion.training.torch_trainer import moved


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
        device: where the minibatches are cut from the training set.

    Attributes:
        policy: on the CPU, its normalisers fitted.
        steps: how many gradient steps there are.

    Raises:
        ValueError: no demonstrations, or a kind of policy without a network.
    """

    def __init__(
        self,
        task: Task,
        given: TrainingInput,
        method: MethodConfig,
        epochs: int,
        device: torch.device | str = "cpu",
    ) -> None:
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
        self._training_set = TrainingSet(
            moved(training_set.everything, torch.device(device)), training_set.pairs
        )
        self._starts = len(training_set) // len(
            given.demonstrations
        )  # chunks of a trajectory, one after the other
        self._method = method
        self._generator = torch.Generator().manual_seed(given.seed)

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[tuple[Batch, Draws]]:
        training, chunks, generator = self._method.training, self._training_set, self._generator
        device = chunks.everything.chunk.device
        for _ in range(self.steps):
            index = torch.randint(0, len(chunks), (training.batch_size,), generator=generator)
            if training.first_chunk_share:
                first = torch.rand(index.shape, generator=generator) < training.first_chunk_share
                index = torch.where(first, index - index % self._starts, index)
            batch = _blur_known(chunks.batch(index.to(device)), training.history_noise, generator)
            yield batch, draw(self.policy, batch, self._method.sobolev, generator)


def _blur_known(batch: Batch, size: float, generator: torch.Generator) -> Batch:
    """Noise on the known entries, so that they are not worth copying."""
    if not (size and batch.known):
        return batch
    chunk = batch.chunk.clone()
    known = chunk[:, : batch.known]
    known += size * torch.randn(known.shape, generator=generator).to(known.device)
    return replace(batch, chunk=chunk)
