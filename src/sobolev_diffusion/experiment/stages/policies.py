"""Policies, trained on the demonstrations of one or more iterations."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def train_policy(job: Job, output: Path) -> None:
    """A policy, trained; or the demonstrations to follow, where nothing is."""
    from sobolev_diffusion.config import MethodConfig
    from sobolev_diffusion.experiment.learning_data import training_input
    from sobolev_diffusion.policies.nearest import NearestDemonstration
    from sobolev_diffusion.training.train import train

    s = job.settings
    given, method = training_input(job), MethodConfig(**s["method"])
    if method.policy.kind == "nearest":
        runs = given.demonstrations
        NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains).save(output)
    else:
        task, runs = job.task(), given.demonstrations
        train(task, runs, method, s["epochs"], given.seed, given.before).policy.save(output)


STAGE = Stage(
    name="policies",
    rule="policy",
    suffix=".safetensors",
    message="training",
    compute=train_policy,
)
