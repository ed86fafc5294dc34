"""How the collecting went: both solves of every instance of every iteration."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.experiment.job import Job, Stage, StageSettings
from sobolev_diffusion.experiment.learnt_runs import Ranges

STAGE = Stage(
    name="collections",
    rule="collection",
    suffix=".parquet",
    message="what was collected",
)


class Collecting(StageSettings):
    """How the collecting of all iterations of Algorithm 1 went."""

    stage = STAGE

    seed: int
    ranges: Ranges = Field(serialization_alias="chunks")
    interplay: InterplayConfig

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.experiment.read_runs import runs_of_iterations
        from sobolev_diffusion.solver.selection import collecting

        iterations = runs_of_iterations(job.files, self.ranges)
        write_parquet(output, collecting(iterations, self.interplay))
