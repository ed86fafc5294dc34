"""How the collecting went: both solves of every instance of every iteration."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def report(job: Job, output: Path) -> None:
    """How the collecting of all iterations of Algorithm 1 went."""
    from sobolev_diffusion.config import InterplayConfig
    from sobolev_diffusion.experiment.learning_data import runs_of_iterations
    from sobolev_diffusion.experiment.parquet import write_labelled
    from sobolev_diffusion.solver.selection import collecting

    s = job.settings
    rules = InterplayConfig(**s["interplay"])
    iterations = runs_of_iterations(job.paths, s["chunks"])
    write_labelled(output, job.labels, collecting(iterations, rules))


STAGE = Stage(
    name="collections",
    rule="collection",
    suffix=".parquet",
    message="what was collected",
    compute=report,
)
