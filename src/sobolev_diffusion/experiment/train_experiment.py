"""Train the policies of an experiment together, and leave them where the workflow looks for them."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import torch

from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.cache import Cache, place_of
from sobolev_diffusion.experiment.circumstances import machine
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.run_job import check_sources, write
from sobolev_diffusion.experiment.stages.policies import PolicySettings
from sobolev_diffusion.experiment.weaknesses import noted
from sobolev_diffusion.training.stacked.train_together import train_together
from sobolev_diffusion.training.training_failed import TrainingFailed

log = logging.getLogger(__name__)


def trainable(plan: Plan, name: str, iteration: int, cache: Cache) -> list[Artefact]:
    """The policies of an experiment's iteration that are not there yet and whose inputs are.

    Policies without a network to train are left to the workflow.

    Raises:
        ConfigError: there is no such experiment or iteration.
    """

    def there(artefact: Artefact) -> bool:
        return _place(plan, artefact, cache).exists()

    return [
        policy
        for policy in plan.experiments.policies(name, iteration)
        if _settings(policy).method.policy.trained and not there(policy) and all(map(there, policy.inputs))
    ]


def train_experiment(
    plan: Plan, policies: list[Artefact], cache: Cache, device: torch.device
) -> Iterator[tuple[Path, TrainingFailed | None]]:
    """Train policies, those of one task, method and epochs at once, and write each with its stamp.

    Args:
        plan: of the configuration that asks for them; its task modules and results lie below its root.
        policies: as `trainable` gives them.
        cache: the frozen artefacts.
        device: where to train.

    Yields:
        The file of each policy, as soon as it is written, or with it why the training failed.

    Raises:
        BadArtefact: an input is altered.
        ValueError: no demonstration to learn from.
    """
    for _, group in groupby(sorted(policies, key=_method), _method):
        start = time.perf_counter()
        artefacts = list(group)
        jobs = [policy.job([_place(plan, each, cache) for each in policy.sources]) for policy in artefacts]
        for job in jobs:
            check_sources(job)
        settings = _settings(artefacts[0])
        log.info("%d policies of %s together", len(jobs), jobs[0].labels["method"])
        outputs = [Path(plan.config.results) / artefact.file for artefact in artefacts]
        given, weakened = [], []
        for artefact, job, output in zip(artefacts, jobs, outputs, strict=True):
            with noted(job, output) as found:
                given.append(_settings(artefact).training_input(job.files))
            weakened.append(found)
        assert settings.epochs is not None  # they have a network to train
        outcomes = train_together(settings.task.checked(), given, settings.method, settings.epochs, device)
        for index, outcome in outcomes:
            if isinstance(outcome, TrainingFailed):
                yield outputs[index], outcome
                continue
            how = _described(device, len(jobs))
            write(jobs[index], outputs[index], outcome.policy.save, start, how, weakened[index])
            yield outputs[index], None


def _place(plan: Plan, artefact: Artefact, cache: Cache) -> Path:
    config = plan.config
    return place_of(artefact, Path(config.results), None if config.cache == "off" else cache)


def _method(policy: Artefact) -> str:
    """What policies that are trained together have in common."""
    settings = _settings(policy)
    return json.dumps([settings.task.identity(), settings.method.identity(), settings.epochs], sort_keys=True)


def _settings(policy: Artefact) -> PolicySettings:
    assert isinstance(policy.settings, PolicySettings)
    return policy.settings


def _described(device: torch.device, count: int) -> str:
    processor = torch.cuda.get_device_name(device) if device.type == "cuda" else machine()["processor"]
    return f"{processor}, {count} policies together"
