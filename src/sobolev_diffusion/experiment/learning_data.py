"""What the policy of a job learns from: the demonstrations of its iterations, chosen by the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.policies import ChunkPolicy, Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.selection import IterationRuns, learnt
from sobolev_diffusion.tasks.random_streams import torch_seed
from sobolev_diffusion.training.minibatches import TrainingInput


def training_input(job: Job) -> TrainingInput:
    """What the policy of a job learns from."""
    s, paths = job.settings, job.paths
    iteration = s.get("iteration", 1)
    before = None
    if iteration > 1 and not InterplayConfig(**s.get("interplay", {})).reset:
        before = Policy.load(paths.pop())
    chosen = chosen_demonstrations(s, paths)
    seed = torch_seed("training", s["task"]["name"], s["seed"], iteration)
    return TrainingInput(chosen, seed, before if isinstance(before, ChunkPolicy) else None)


def chosen_demonstrations(settings: Mapping[str, Any], paths: Sequence[Path]) -> Demonstrations:
    """The runs that a policy learns from, by the rules of its settings.

    Args:
        settings: a policy's: instances, and where it is not the first iteration by the paper's rules, chunks
            and interplay.
        paths: see `runs_of_iterations`.
    """
    iterations = runs_of_iterations(paths, settings.get("chunks", [(0, settings["instances"])]))
    return learnt(iterations, InterplayConfig(**settings.get("interplay", {})))


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
