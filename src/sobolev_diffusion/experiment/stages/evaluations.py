"""A row per evaluation instance: policies before and after refining, or TO alone."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.config import GuessConfig, SolverSettings, WarmConfig, WarmSettings
from sobolev_diffusion.experiment.job import Job, OnTask, Stage
from sobolev_diffusion.experiment.learnt_runs import LearntRuns

STAGE = Stage(
    name="evaluations",
    rule="evaluation",
    suffix=".parquet",
    message="evaluation",
)


class SolverEvaluation(OnTask):
    """TO alone, from its runs."""

    stage = STAGE

    solver: SolverSettings
    seed: int
    instances: int

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.solver.demonstrations import Demonstrations
        from sobolev_diffusion.warm_start.evaluate import evaluate_runs

        (source,) = job.files
        table = evaluate_runs(self.task.checked(), Demonstrations.load(source))
        write_parquet(output, table)


class PolicyEvaluation(OnTask):
    """A policy by T_a."""

    stage = STAGE

    solver: WarmSettings | None
    """Refines the rollouts; none: they are not refined."""
    seed: int
    instances: int
    action_lengths: tuple[int, ...]

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.warm_start.evaluate import evaluate

        (source,) = job.files
        table = evaluate(
            self.task.checked(),
            Policy.load(source),
            self.solver or WarmConfig(),
            self.seed,
            self.instances,
            self.action_lengths,
            refine=self.solver is not None,
            workers=job.workers,
        )
        write_parquet(output, table)


class ChosenEvaluation(OnTask):
    """A policy by T_a, where the guess that is refined is chosen."""

    stage = STAGE

    guess: GuessConfig
    cold: SolverSettings
    solver: WarmSettings
    seed: int
    instances: int
    action_lengths: tuple[int, ...]
    learnt: LearntRuns
    """What the policy learnt from, which follows it among the job's inputs."""

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.experiment.read_runs import chosen_demonstrations
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.warm_start.evaluate import evaluate_chosen

        source, *runs = job.files
        table = evaluate_chosen(
            self.task.checked(),
            Policy.load(source),
            chosen_demonstrations(self.learnt, runs),
            self.guess,
            self.cold,
            self.solver,
            self.seed,
            self.instances,
            self.action_lengths,
            workers=job.workers,
        )
        write_parquet(output, table)
