"""Every iterate of TO alone, of refining and of its floor, with the seconds that it took to come there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from sobolev_diffusion.config import GuessConfig, SolverSettings, WarmSettings
from sobolev_diffusion.config.section import LATER
from sobolev_diffusion.experiment.job import Job, OnTask, Stage
from sobolev_diffusion.experiment.learnt_runs import LearntRuns

STAGE = Stage(
    name="profiles",
    rule="profile",
    suffix=".parquet",
    message="profile",
    alone=True,
)


class Profile(OnTask):
    """Cost and feasibility against wall-clock time, one instance at a time."""

    stage = STAGE

    cold: SolverSettings
    warm: WarmSettings
    guess: GuessConfig
    seed: int
    instances: int
    methods: tuple[str, ...]
    """Of the policies, the job's first inputs."""
    action_length: int
    learnt: Annotated[tuple[LearntRuns, ...], Field(json_schema_extra=LATER)] = ()
    """What each of them learnt from, where guesses are chosen among that; it follows among the inputs."""
    runs: Annotated[tuple[int, ...], Field(json_schema_extra=LATER)] = ()
    """How many files they are, of each."""

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.circumstances import machine
        from sobolev_diffusion.experiment.parquet import write_parquet
        from sobolev_diffusion.experiment.read_runs import chosen_demonstrations
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.warm_start.profiles import profile

        methods, files = self.methods, job.files
        policies = {method: Policy.load(path) for method, path in zip(methods, files, strict=False)}
        learnt = dict.fromkeys(methods)
        first = len(methods)
        for method, runs, count in zip(methods, self.learnt, self.runs, strict=False):
            learnt[method] = chosen_demonstrations(runs, files[first : first + count])
            first += count
        table = profile(
            self.task.checked(),
            policies,
            learnt,
            self.guess,
            self.cold,
            self.warm,
            self.seed,
            self.instances,
            self.action_length,
        )
        write_parquet(output, table.assign(processor=machine()["processor"]))
