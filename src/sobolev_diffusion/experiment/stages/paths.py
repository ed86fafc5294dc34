"""Paths of the robot to draw, on the first evaluation instances of a seed."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.config import SolverSettings
from sobolev_diffusion.experiment.job import Job, OnTask, Stage

STAGE = Stage(
    name="paths",
    rule="paths",
    suffix=".parquet",
    message="paths to draw",
)


class SolverPaths(OnTask):
    """Of TO alone, from its runs."""

    stage = STAGE

    solver: SolverSettings
    seed: int
    instances: int

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.figures.trajectories import paths
        from sobolev_diffusion.solver.demonstrations import Demonstrations
        from sobolev_diffusion.tasks.instances import evaluation_thetas

        task, (source,), count = self.task.checked(), job.files, self.instances
        thetas, xs = evaluation_thetas(task, self.seed, count), Demonstrations.load(source).xs[:count]
        write_parquet(output, paths(task, range(count), thetas, xs))


class PolicyPaths(OnTask):
    """Of a policy's rollouts."""

    stage = STAGE

    seed: int
    instances: int
    action_length: int

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.figures.trajectories import paths
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
        from sobolev_diffusion.warm_start.rollout import roll_out

        task, (source,), numbers = self.task.checked(), job.files, range(self.instances)
        thetas = evaluation_thetas(task, self.seed, self.instances)
        generators = [evaluation_noise(task, self.seed, number) for number in numbers]
        xs = roll_out(task, Policy.load(source), thetas, self.action_length, generators).xs
        write_parquet(output, paths(task, numbers, thetas, xs))
