"""Solver runs with their gains, of training or evaluation instances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import ContinuationConfig, SolverSettings, WarmSettings
from sobolev_diffusion.config.section import LATER
from sobolev_diffusion.experiment.job import Job, OnTask, Stage

if TYPE_CHECKING:
    from sobolev_diffusion.solver.demonstrations import Demonstrations

STAGE = Stage(
    name="demonstrations",
    rule="demonstrations",
    suffix=".npz",
    message="solving training instances",
)


class Runs(OnTask):
    """Of instances in a row."""

    stage = STAGE

    seed: int
    first: int
    """Number of the first instance."""
    count: int
    """How many."""

    @property
    def numbers(self) -> range:
        """Of the instances."""
        return range(self.first, self.first + self.count)


class RunsAlone(Runs):
    """TO alone."""

    solver: SolverSettings
    purpose: Annotated[Literal["training", "evaluation"], Field(json_schema_extra=LATER)] = "training"
    """What the instances are for."""

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.solver.collect import collect
        from sobolev_diffusion.tasks.instances import EVALUATION, TRAINING

        purpose = EVALUATION if self.purpose == "evaluation" else TRAINING
        task = self.task.checked()
        collect(task, self.solver, self.seed, self.numbers, job.workers, purpose).save(output)


class RunsFromPolicy(Runs):
    """From a policy's rollouts."""

    solver: WarmSettings
    action_length: int
    """T_a of the rollouts."""

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.warm_start.refine import collect_warm

        task, policy = self.task.checked(), Policy.load(job.files[0])
        length, workers = self.action_length, job.workers
        collect_warm(task, policy, self.solver, self.seed, self.numbers, length, workers).save(output)


class RunsFromNeighbours(Runs):
    """From the runs of neighbours, the job's inputs."""

    solver: WarmSettings
    continuation: ContinuationConfig

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.solver.continuation import collect_from_neighbours
        from sobolev_diffusion.solver.demonstrations import Demonstrations

        task, rules, numbers = self.task.checked(), self.continuation, self.numbers
        known = _each_once([Demonstrations.load(path) for path in job.files], before=numbers.stop)
        runs = collect_from_neighbours(task, self.solver, rules, known, numbers.start, job.workers)
        runs.save(output)


def _each_once(sets: Sequence[Demonstrations], before: int) -> Demonstrations:
    """All instances below a number; where several sets have one, the run of the first of them."""
    import numpy as np

    from sobolev_diffusion.solver.demonstrations import Demonstrations

    runs = Demonstrations.concatenate(list(sets))
    _, index = np.unique(runs.instance, return_index=True)
    return runs.take(index[runs.instance[index] < before])
