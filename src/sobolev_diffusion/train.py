"""Train one policy on a set of demonstrations: a fixed number of epochs, the last weights kept."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from tqdm import tqdm

from sobolev_diffusion.config import MethodConfig, gradient_steps
from sobolev_diffusion.data import TrainingSet, make_policy, prepare
from sobolev_diffusion.demonstrations import Demonstrations
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.gradient_step import draw
from sobolev_diffusion.policies.losses import Batch
from sobolev_diffusion.policies.training_engine import make_trainer
from sobolev_diffusion.tasks.base import Task

log = logging.getLogger(__name__)

REPORTS = 20  # log lines of one training


class TrainingFailed(RuntimeError):
    """The loss became NaN or infinite."""


@dataclass(frozen=True)
class Trained:
    """A trained policy and how its losses went, (steps,) each."""

    policy: Policy
    plain: np.ndarray
    sobolev: np.ndarray


def train(
    task: Task,
    demonstrations: Demonstrations,
    method: MethodConfig,
    epochs: int,
    seed: int,
    before: Policy | None = None,
) -> Trained:
    """Train a policy on the demonstrations, one thread.

    Args:
        task: gives observations and actions.
        demonstrations: converged runs.
        method: policy, Sobolev term and training settings.
        epochs: K_epochs; see `gradient_steps` for the size of an epoch.
        seed: of weights, minibatches and noise.
        before: a policy of the same method to go on from, with its normalisation; none: fresh weights.

    Raises:
        TrainingFailed: the loss is not finite.
        ValueError: no demonstrations.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    policy = make_policy(task, method.policy)
    if before is not None:
        policy.load_state_dict(before.state_dict())
    data = prepare(task, demonstrations, policy, method.sobolev, fit=before is None)
    generator = torch.Generator().manual_seed(seed)
    steps = gradient_steps(epochs, data.pairs, policy.prediction_horizon, method.training.batch_size)
    trainer = make_trainer(policy, method.training, method.sobolev, steps)
    next_index = _minibatches(data, method.training.batch_size, generator)
    losses = np.empty((steps, 2))
    report = max(1, steps // REPORTS)
    for step in tqdm(range(steps), disable=not sys.stderr.isatty(), unit="step"):
        batch = _blur_known(data.batch(next_index()), method.training.history_noise, generator)
        losses[step] = trainer.step(batch, draw(policy, batch, method.sobolev, generator))
        if (step + 1) % report == 0:
            plain, term = losses[step + 1 - report : step + 1].mean(axis=0)
            log.info(
                "step %d of %d: loss %.3g, Sobolev term %.3g",
                step + 1,
                steps,
                plain,
                term,
            )
            if not np.isfinite(plain + term):
                raise TrainingFailed(
                    f"loss is {plain}, Sobolev term {term} at step {step + 1}; "
                    "lower training.learning_rate or sobolev.weight"
                )
    trainer.finish()
    return Trained(policy.eval(), losses[:, 0], losses[:, 1])


def _blur_known(batch: Batch, size: float, generator: torch.Generator) -> Batch:
    """Noise on the known entries, so that they are not worth copying."""
    if not (size and batch.known):
        return batch
    chunk = batch.chunk.clone()
    known = chunk[:, : batch.known]
    known += size * torch.randn(known.shape, generator=generator)
    return replace(batch, chunk=chunk)


def _minibatches(data: TrainingSet, size: int, generator: torch.Generator) -> Callable[[], torch.Tensor]:
    """Chunks drawn uniformly with replacement: an epoch then is a length, not a pass."""

    def next_index() -> torch.Tensor:
        return torch.randint(0, len(data), (size,), generator=generator)

    return next_index
