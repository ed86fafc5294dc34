"""Policies, trained on the demonstrations of one or more iterations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sobolev_diffusion.config import MethodConfig
from sobolev_diffusion.experiment.job import Job, OnTask, Stage
from sobolev_diffusion.experiment.learnt_runs import LearntRuns

if TYPE_CHECKING:
    from sobolev_diffusion.training.minibatches import TrainingInput

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
        from sobolev_diffusion.policies import Policy
        from sobolev_diffusion.policies.nearest import NearestDemonstration
        from sobolev_diffusion.tasks.fingerprint import fingerprint
        from sobolev_diffusion.training.train import train

        task, given, method = self.task.checked(), self.training_input(job.files), self.method
        runs = given.demonstrations
        policy: Policy
        if self.epochs is not None:
            policy = train(task, runs, method, self.epochs, given.seed, given.before).policy
        else:
            in_parameters = runs.gains_in_parameters(task) if method.parameters else None
            policy = NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains, in_parameters)
            policy.trained_on = fingerprint(task)
        policy.save(output)

    def training_input(self, files: Sequence[Path]) -> TrainingInput:
        """What the policy learns from.

        Args:
            files: see `read_runs.runs_of_iterations`; then the policy that it goes on from, if any.
        """
        from sobolev_diffusion.experiment.read_runs import chosen_demonstrations
        from sobolev_diffusion.policies import ChunkPolicy, Policy
        from sobolev_diffusion.tasks.random_streams import torch_seed
        from sobolev_diffusion.training.minibatches import TrainingInput

        runs, iteration, before = list(files), self.iteration or 1, None
        if iteration > 1 and not self.rules.reset:
            before = Policy.load(runs.pop())
        seed = torch_seed("training", self.task.name, self.seed, iteration)
        chosen = chosen_demonstrations(self, runs)
        return TrainingInput(chosen, seed, before if isinstance(before, ChunkPolicy) else None)
