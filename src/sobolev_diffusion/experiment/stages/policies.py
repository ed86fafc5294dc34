"""Policies, trained on the demonstrations of one or more iterations."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def train_policy(job: Job, output: Path) -> None:
    """A policy, trained; or the demonstrations to follow, where nothing is."""
    from sobolev_diffusion.config import MethodConfig
    from sobolev_diffusion.experiment.learning_data import training_input
    from sobolev_diffusion.policies import Policy
    from sobolev_diffusion.policies.nearest import NearestDemonstration
    from sobolev_diffusion.tasks.fingerprint import fingerprint
    from sobolev_diffusion.training.train import train

    s, task = job.settings, job.task()
    given, method = training_input(job), MethodConfig(**s["method"])
    runs = given.demonstrations
    policy: Policy
    if method.policy.trained:
        policy = train(task, runs, method, s["epochs"], given.seed, given.before).policy
    else:
        in_parameters = runs.gains_in_parameters(task) if method.parameters else None
        policy = NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains, in_parameters)
        policy.trained_on = fingerprint(task)
    policy.save(output)


STAGE = Stage(
    name="policies",
    rule="policy",
    suffix=".safetensors",
    message="training",
    compute=train_policy,
)
