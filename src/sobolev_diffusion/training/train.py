"""Train one policy on a set of demonstrations: a fixed number of epochs, the last weights kept."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass

import numpy as np
import torch
from tqdm import tqdm

from sobolev_diffusion.config import MethodConfig, SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.training.minibatches import Minibatches, TrainingInput
from sobolev_diffusion.training.native_trainer import NativeTrainer, trains
from sobolev_diffusion.training.torch_trainer import TorchTrainer
from sobolev_diffusion.training.training_failed import TrainingFailed
from sobolev_diffusion.weakened import weaken

log = logging.getLogger(__name__)

REPORTS = 20  # log lines of one training
DROWNS = 1e3  # times the loss: the Sobolev term then leaves nothing of it


@dataclass(frozen=True)
class Trained:
    """A trained policy and how its losses went, (steps,) each."""

    policy: ChunkPolicy
    plain: np.ndarray
    sobolev: np.ndarray


def train(
    task: Task,
    demonstrations: Demonstrations,
    method: MethodConfig,
    epochs: int,
    seed: int,
    before: ChunkPolicy | None = None,
) -> Trained:
    """Train a policy on the demonstrations, one thread.

    Args:
        task: gives observations and actions.
        demonstrations, seed, before: see `TrainingInput`.
        method: policy, Sobolev term and training settings.
        epochs: K_epochs; see `gradient_steps` for the size of an epoch.

    Raises:
        TaskError: the task does not do what a task should.
        TrainingFailed: the loss is not finite.
        ValueError: no demonstrations.
    """
    check_once(task)
    torch.set_num_threads(1)
    minibatches = Minibatches(task, TrainingInput(demonstrations, seed, before), method, epochs)
    policy, steps = minibatches.policy, minibatches.steps
    trainer = make_trainer(policy, method.training, method.sobolev, steps)
    losses = np.empty((steps, 2))
    report = max(1, steps // REPORTS)
    for step, minibatch in enumerate(tqdm(minibatches, disable=not sys.stderr.isatty(), unit="step")):
        losses[step] = trainer.step(*minibatch)
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
                raise TrainingFailed(plain, term, step + 1)
    trainer.finish()
    warn_of_drowning(method.sobolev, losses)
    return Trained(policy.eval(), losses[:, 0], losses[:, 1])


def warn_of_drowning(sobolev: SobolevConfig | None, losses: np.ndarray) -> None:
    """Warn if nothing was left of the loss itself beside the Sobolev term; losses are (steps, 2)."""
    if sobolev is None:
        return
    drowned = sobolev.weight * losses[:, 1] > DROWNS * losses[:, 0]
    why = f"sobolev.weight is {sobolev.weight:g}; lower it"
    weaken("gradient steps follow the Sobolev term alone", int(drowned.sum()), len(losses), why)


def make_trainer(
    policy: ChunkPolicy, config: TrainingConfig, sobolev: SobolevConfig | None, total_steps: int
) -> TorchTrainer | NativeTrainer:
    """The trainer that `config.engine` asks for; call its `finish` after the last step.

    Raises:
        ValueError: "native" is asked for what the kernels do not know.
    """
    applies = trains(policy, sobolev)
    if config.engine == "native" and not applies:
        raise ValueError(
            "training.engine: native does not apply to this policy and loss here; take auto or torch"
        )
    kind = NativeTrainer if applies and config.engine != "torch" else TorchTrainer
    return kind(policy, config, sobolev, total_steps)
