"""Train several policies of one task and method at once: on other demonstrations, from other seeds."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tqdm import tqdm

from sobolev_diffusion.config import MethodConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.training.minibatches import Minibatches, TrainingInput
from sobolev_diffusion.training.stacked.stacked_minibatches import StackedMinibatches
from sobolev_diffusion.training.stacked.stacked_trainer import StackedTrainer
from sobolev_diffusion.training.train import REPORTS, Trained, warn_of_drowning
from sobolev_diffusion.training.training_failed import TrainingFailed

log = logging.getLogger(__name__)


def train_together(
    task: Task,
    given: Sequence[TrainingInput],
    method: MethodConfig,
    epochs: int,
    device: torch.device | str = "cpu",
) -> Iterator[tuple[int, Trained | TrainingFailed]]:
    """Train a policy for every input, as `train` does for it alone: to rounding, the same policy.

    Args:
        task, method, epochs: as of `train`.
        given: what each policy is trained on.
        device: where to compute.

    Yields:
        Index of an input and its policy, as soon as that is trained: those of less data come first. A
        training whose loss is not finite does not keep the others from theirs.

    Raises:
        ValueError: no input, or one without demonstrations.
    """
    torch.set_num_threads(1)
    minibatches = [Minibatches(task, each, method, epochs) for each in given]
    policies, totals = [each.policy for each in minibatches], [each.steps for each in minibatches]
    trainer = StackedTrainer(policies, method.training, method.sobolev, totals, device)
    chunks, drawn = zip(*((each.chunks, each.drawn()) for each in minibatches), strict=True)
    steps = StackedMinibatches(chunks, drawn, device)
    del minibatches, chunks  # gigabytes, which now lie on the device
    longest = max(totals)
    losses = torch.full((longest, len(given), 2), torch.nan, device=device)  # read seldom: reading waits
    rows = torch.arange(len(given), device=device)  # of `losses`
    report = max(1, longest // REPORTS)
    for step in tqdm(range(longest), disable=not sys.stderr.isatty(), unit="step"):
        running = trainer.running
        found = trainer.step(*steps.next(running))
        losses[step, rows] = found
        if (step + 1) % report == 0:
            plain, term = found.mean(dim=0).tolist()
            log.info(
                "step %d of %d, %d policies: loss %.3g, Sobolev term %.3g",
                step + 1,
                longest,
                len(running),
                plain,
                term,
            )
        if len(trainer.running) < len(running):
            rows = torch.tensor(trainer.running, dtype=torch.int64, device=device)
            for index in set(running).difference(trainer.running):
                yield (
                    index,
                    _outcome(policies[index], method, losses[: step + 1, index].double().cpu().numpy()),
                )


def _outcome(policy: ChunkPolicy, method: MethodConfig, losses: np.ndarray) -> Trained | TrainingFailed:
    finite = np.isfinite(losses).all(axis=1)
    if not finite.all():
        first = int(np.argmin(finite))
        plain, term = losses[first].tolist()
        return TrainingFailed(plain, term, first + 1)
    warn_of_drowning(method.sobolev, losses)
    return Trained(policy.eval(), losses[:, 0], losses[:, 1])
