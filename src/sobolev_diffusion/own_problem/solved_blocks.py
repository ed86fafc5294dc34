"""Training instances solved block by block, and what of them is learnt from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sobolev_diffusion.config import ContinuationConfig, SolverConfig, WarmConfig
from sobolev_diffusion.own_problem.fit_job import FitJob
from sobolev_diffusion.own_problem.fitted import FitError
from sobolev_diffusion.own_problem.scan import good
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.continuation import collect_from_neighbours
from sobolev_diffusion.solver.demonstrations import Demonstrations

BLOCK = 10
"""Solves that are lost, at most, when it is stopped."""
LEAST = 5
"""Demonstrations, below which nothing is learnt."""
SCATTERED = 0.2
"""Share of instances for which neighbours lead to better solutions, from which on those are asked for all."""
CONTINUATION = ContinuationConfig(neighbours=4, rounds=4)


class SolvedBlocks:
    """The training instances of one fit.

    Args:
        job: the fit.
        cold: settings of the solver alone.
        advance: told how many instances have been solved, and of how many.
    """

    def __init__(self, job: FitJob, cold: SolverConfig, advance: Callable[[int, int], None]) -> None:
        self._job, self._cold, self._advance = job, cold, advance
        self._scattered = True

    def first(self, count: int) -> Demonstrations:
        """The runs of the first instances, from the task's own guess."""
        parts = []
        for first in range(0, count, BLOCK):
            numbers = range(first, min(first + BLOCK, count))
            path = self._job.folder.path("solves", [self._cold, list(numbers)], ".npz")
            if not path.exists():
                collect(self._job.task, self._cold, self._job.seed, numbers, self._job.workers).save(path)
            parts.append(Demonstrations.load(path))
            self._advance(numbers.stop, count)
        return Demonstrations.concatenate(parts)

    def usable(self, runs: Demonstrations) -> Demonstrations:
        """Those that converged.

        Raises:
            FitError: too few.
        """
        usable = runs.take(runs.converged)
        if len(usable) < LEAST:
            raise FitError(
                f"{self._job.task.name}: {len(usable)} of {len(runs)} training instances were solved, at "
                f"least {LEAST} are needed ({runs.how_they_ended()}); take more solves, or make the problem "
                "easier"
            )
        return usable

    def selected(self, runs: Demonstrations, warm: WarmConfig) -> Demonstrations:
        """What is learnt from: also solved from neighbours' solutions, as long as that found better ones."""
        if not self._scattered:
            return self.usable(runs)
        again = self._from_neighbours(runs, warm)
        costs = np.where(runs.converged, runs.cost, np.inf)
        better = again.converged & ~good(costs, runs.converged, again.cost)
        self._scattered = bool(better.mean() >= SCATTERED)
        self._job.tried.note(
            f"{len(runs)} solves",
            "again from neighbours",
            f"{runs.converged.sum()} converged alone, {again.converged.sum()} with neighbours; "
            f"{better.sum()} found a better solution",
            taken=self._scattered,
        )
        return self.usable(again if self._scattered else runs)

    def _from_neighbours(self, runs: Demonstrations, warm: WarmConfig) -> Demonstrations:
        job = self._job
        job.tried.say(f"solving {len(runs)} training instances again, from their neighbours")
        config = warm.model_copy(update={"parameter_gains": self._cold.parameter_gains})
        path = job.folder.path("neighbours", [self._cold, config, CONTINUATION, len(runs)], ".npz")
        if not path.exists():
            first = int(runs.instance.min())
            collect_from_neighbours(job.task, config, CONTINUATION, runs, first, job.workers).save(path)
        return Demonstrations.load(path)
