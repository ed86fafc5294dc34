"""Best known costs of the evaluation instances."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from sobolev_diffusion.config import BestKnownConfig, SolverSettings, WarmSettings
from sobolev_diffusion.experiment.job import Job, OnTask, Stage

STAGE = Stage(
    name="references",
    rule="reference",
    suffix=".parquet",
    message="best known costs",
)


class Search(OnTask):
    """The cheapest trajectory that was found for each evaluation instance."""

    stage = STAGE

    cold: SolverSettings
    warm: WarmSettings
    best_known: BestKnownConfig = Field(serialization_alias="reference")
    seed: int
    instances: int

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.solver.best_known import best_known
        from sobolev_diffusion.solver.demonstrations import Demonstrations

        task, (alone,) = self.task.checked(), job.files
        runs = Demonstrations.load(alone)
        table = best_known(task, runs, self.cold, self.warm, self.best_known, self.seed, job.workers)
        write_parquet(output, table)
