"""Wall-clock times of TO alone and of policies."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.config import SolverSettings, WarmSettings
from sobolev_diffusion.experiment.job import Job, OnTask, Stage

STAGE = Stage(
    name="timings",
    rule="timing",
    suffix=".parquet",
    message="timing",
    alone=True,
)


class Timing(OnTask):
    """Wall-clock seconds of rollout and solve, one instance at a time."""

    stage = STAGE

    cold: SolverSettings
    warm: WarmSettings
    seed: int
    instances: int
    methods: tuple[str, ...]
    """Of the policies, the job's inputs."""
    action_lengths: tuple[int, ...]

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.circumstances import machine
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.warm_start.timing import time_policies

        policies = {method: Policy.load(path) for method, path in zip(self.methods, job.files, strict=True)}
        table = time_policies(
            self.task.checked(),
            policies,
            self.cold,
            self.warm,
            self.seed,
            self.instances,
            self.action_lengths,
        )
        write_parquet(output, table.assign(processor=machine()["processor"]))
