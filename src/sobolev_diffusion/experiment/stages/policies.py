"""Policies, trained on the demonstrations of one or more iterations."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.config import MethodConfig
from sobolev_diffusion.experiment.job import Job, OnTask, Stage
from sobolev_diffusion.experiment.learnt_runs import LearntRuns

STAGE = Stage(
    name="policies",
    rule="policy",
    suffix=".safetensors",
    message="training",
)


class PolicySettings(OnTask, LearntRuns):
    """A policy, trained; or the demonstrations to follow, where nothing is."""

    stage = STAGE

    method: MethodConfig
    epochs: int | None
    """K_epochs; none where nothing is trained."""
    seed: int

    def compute(self, job: Job, output: Path) -> None:
        from sobolev_diffusion.experiment.learning_data import training_input
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.policies.nearest import NearestDemonstration
        from sobolev_diffusion.tasks.fingerprint import fingerprint
        from sobolev_diffusion.training.train import train

        task, given, method = self.task.checked(), training_input(self, job.paths), self.method
        runs = given.demonstrations
        policy: Policy
        if self.epochs is not None:
            policy = train(task, runs, method, self.epochs, given.seed, given.before).policy
        else:
            in_parameters = runs.gains_in_parameters(task) if method.parameters else None
            policy = NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains, in_parameters)
            policy.trained_on = fingerprint(task)
        policy.save(output)
