"""What the policy of a job learns from: the demonstrations of its iterations, chosen by the rules."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.policies import load_policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.selection import IterationRuns, learnt
from sobolev_diffusion.tasks.random_streams import torch_seed
from sobolev_diffusion.training.minibatches import TrainingInput

log = logging.getLogger(__name__)


def training_input(job: Job) -> TrainingInput:
    """What the policy of a job learns from."""
    s = job.settings
    rules = InterplayConfig(**s.get("interplay", {}))
    iteration = s.get("iteration", 1)
    paths = job.paths
    before = None
    if iteration > 1 and not rules.reset:
        before = load_policy(paths.pop())
    iterations = runs_of_iterations(paths, s.get("chunks", [(0, s["instances"])]))
    chosen = learnt(iterations, rules)
    log.info("%d of %d instances to learn from", len(chosen), sum(len(cold) for cold, _ in iterations))
    seed = torch_seed("training", s["task"]["name"], s["seed"], iteration)
    return TrainingInput(chosen, seed, before)


def runs_of_iterations(paths: Sequence[Path], instances: Sequence[tuple[int, int]]) -> list[IterationRuns]:
    """What iterations collected: cold runs, and warm ones where there are any.

    Args:
        paths: the blocks of cold solves that hold the instances, then the warm solves of later iterations.
        instances: first and last (exclusive) of each iteration.
    """
    sets = [Demonstrations.load(path) for path in paths]
    needed = {number for first, last in instances for number in range(first, last)}
    covered: set[int] = set()
    blocks = []
    while not needed <= covered:
        blocks.append(sets.pop(0))
        covered |= set(blocks[-1].instance.tolist())
    cold = Demonstrations.concatenate(blocks)
    none = [None] * (len(instances) - len(sets))
    return [
        (cold.take((cold.instance >= first) & (cold.instance < last)), warm)
        for (first, last), warm in zip(instances, [*none, *sets], strict=True)
    ]
