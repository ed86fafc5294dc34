"""What the policy of a job learns from: the demonstrations of its iterations, chosen by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sobolev_diffusion.experiment.learnt_runs import LearntRuns
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.selection import IterationRuns, learnt


def chosen_demonstrations(runs: LearntRuns, files: Sequence[Path]) -> Demonstrations:
    """The runs that a policy learns from.

    Args:
        runs: which.
        files: see `runs_of_iterations`.
    """
    return learnt(runs_of_iterations(files, runs.of_iterations), runs.rules)


def runs_of_iterations(files: Sequence[Path], instances: Sequence[tuple[int, int]]) -> list[IterationRuns]:
    """What iterations collected: cold runs, and warm ones where there are any.

    Args:
        files: the blocks of cold solves that hold the instances, then the warm solves of later iterations.
        instances: first and last (exclusive) of each iteration.
    """
    sets = [Demonstrations.load(path) for path in files]
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
