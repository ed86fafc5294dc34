"""Best known costs of the evaluation instances."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def search(job: Job, output: Path) -> None:
    """The cheapest trajectory that was found for each evaluation instance."""
    from sobolev_diffusion.config import ReferenceConfig, SolverConfig, WarmConfig
    from sobolev_diffusion.experiment.parquet import write_labelled
    from sobolev_diffusion.solver.best_known import best_known
    from sobolev_diffusion.solver.demonstrations import Demonstrations

    s = job.settings
    cold, warm = SolverConfig(**s["cold"]), WarmConfig(**s["warm"])
    search, ((alone, _),) = ReferenceConfig(**s["reference"]), job.inputs
    runs = Demonstrations.load(alone)
    table = best_known(job.task(), runs, cold, warm, search, s["seed"], job.workers)
    write_labelled(output, job.labels, table)


STAGE = Stage(
    name="references",
    rule="reference",
    suffix=".parquet",
    message="best known costs",
    compute=search,
)
