"""Train several policies of one task and method at once: on other demonstrations, from other seeds."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tqdm import tqdm

from sobolev_diffusion.config import MethodConfig
from sobolev_diffusion.demonstrations import Demonstrations
from sobolev_diffusion.minibatches import Minibatches
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.stacked_trainer import StackedTrainer
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.train import REPORTS, Trained, TrainingFailed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lesson:
    """What tells one training from those beside it; see `Minibatches`."""

    demonstrations: Demonstrations
    seed: int
    before: Policy | None = None


def train_together(
    task: Task,
    lessons: Sequence[Lesson],
    method: MethodConfig,
    epochs: int,
    device: torch.device | str = "cpu",
) -> Iterator[tuple[int, Trained | TrainingFailed]]:
    """Train a policy for every lesson, as `train` does for it alone: to rounding, the same policy.

    Args:
        task, method, epochs: as of `train`.
        lessons: data and seed of each policy.
        device: where to compute.

    Yields:
        Index of a lesson and its policy, as soon as that is trained: those of less data come first. A
        training whose loss is not finite does not keep the others from theirs.

    Raises:
        ValueError: no lesson, or one without demonstrations.
    """
    torch.set_num_threads(1)
    minibatches = [
        Minibatches(task, each.demonstrations, method, epochs, each.seed, each.before, device)
        for each in lessons
    ]
    policies, totals = [each.policy for each in minibatches], [each.steps for each in minibatches]
    trainer = StackedTrainer(policies, method.training, method.sobolev, totals, device)
    steps = [iter(each) for each in minibatches]
    longest = max(totals)
    losses = torch.full((longest, len(lessons), 2), torch.nan, device=device)  # read seldom: reading waits
    report = max(1, longest // REPORTS)
    for step in tqdm(range(longest), disable=not sys.stderr.isatty(), unit="step"):
        running = trainer.running
        batches, draws = zip(*(next(steps[index]) for index in running), strict=True)
        found = trainer.step(batches, draws)
        for row, index in enumerate(running):
            losses[step, index] = found[row]
        if (step + 1) % report == 0:
            plain, term = losses[step, running].mean(dim=0).tolist()
            log.info(
                "step %d of %d, %d policies: loss %.3g, Sobolev term %.3g",
                step + 1,
                longest,
                len(running),
                plain,
                term,
            )
        for index in running:
            if index not in trainer.running:
                yield index, _outcome(policies[index], losses[: step + 1, index].double().cpu().numpy())


def _outcome(policy: Policy, losses: np.ndarray) -> Trained | TrainingFailed:
    finite = np.isfinite(losses).all(axis=1)
    if not finite.all():
        first = int(np.argmin(finite))
        return TrainingFailed(*losses[first].tolist(), first + 1)
    return Trained(policy.eval(), losses[:, 0], losses[:, 1])
