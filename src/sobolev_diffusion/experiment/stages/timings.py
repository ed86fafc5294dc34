"""Wall-clock times of TO alone and of policies."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def measure(job: Job, output: Path) -> None:
    """Wall-clock seconds of rollout and solve, one instance at a time."""
    from sobolev_diffusion.config import SolverConfig, WarmConfig
    from sobolev_diffusion.experiment.circumstances import machine
    from sobolev_diffusion.experiment.parquet import write_parquet
    from sobolev_diffusion.policies import Policy
    from sobolev_diffusion.warm_start.timing import time_policies

    s = job.settings
    policies = {method: Policy.load(path) for method, (path, _) in zip(s["methods"], job.inputs, strict=True)}
    cold, warm = SolverConfig(**s["cold"]), WarmConfig(**s["warm"])
    table = time_policies(job.task(), policies, cold, warm, s["seed"], s["instances"], s["action_lengths"])
    write_parquet(output, table.assign(processor=machine()["processor"]))


STAGE = Stage(
    name="timings",
    rule="timing",
    suffix=".parquet",
    message="timing",
    compute=measure,
    alone=True,
)
