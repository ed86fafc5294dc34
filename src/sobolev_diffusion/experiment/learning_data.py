"""What the policy of a job learns from: the demonstrations of its iterations, chosen by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sobolev_diffusion.experiment.learnt_runs import LearntRuns
from sobolev_diffusion.policies import ChunkPolicy, Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.selection import IterationRuns, learnt
from sobolev_diffusion.tasks.random_streams import torch_seed
from sobolev_diffusion.training.minibatches import TrainingInput

if TYPE_CHECKING:
    from sobolev_diffusion.experiment.stages.policies import PolicySettings


def training_input(policy: PolicySettings, paths: Sequence[Path]) -> TrainingInput:
    """What a policy learns from.

    Args:
        policy: its settings.
        paths: see `runs_of_iterations`; then the policy that it goes on from, if any.
    """
    runs, iteration, before = list(paths), policy.iteration or 1, None
    if iteration > 1 and not policy.rules.reset:
        before = Policy.load(runs.pop())
    chosen = chosen_demonstrations(policy, runs)
    seed = torch_seed("training", policy.task.name, policy.seed, iteration)
    return TrainingInput(chosen, seed, before if isinstance(before, ChunkPolicy) else None)


def chosen_demonstrations(runs: LearntRuns, paths: Sequence[Path]) -> Demonstrations:
    """The runs that a policy learns from.

    Args:
        runs: which.
        paths: see `runs_of_iterations`.
    """
    return learnt(runs_of_iterations(paths, runs.of_iterations), runs.rules)


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
