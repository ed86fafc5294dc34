"""One run of Algorithm 1, as its artefacts are named and labelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.experiment.learnt_runs import LearntRuns

LABELS = ("task", "method", "n_traj", "epochs", "seed", "block", "iteration")
"""Columns that tell artefacts apart in tables."""


@dataclass(frozen=True)
class Chain:
    """One run of Algorithm 1: demonstrations 1 -> policy 1 -> demonstrations 2 -> policy 2 ...

    Attributes:
        task, method: names in the configuration.
        n_traj: instances of each iteration.
        epochs: K_epochs; none where there is nothing to train.
        seed: of instances, weights and noise.
        rules: how iterations collect and train.
        collecting_epochs: K_epochs of the policies that collect, where they are trained for a length of their
            own.
    """

    task: str
    method: str
    n_traj: int
    epochs: int | None
    seed: int
    rules: InterplayConfig
    collecting_epochs: int | None = None

    @property
    def collects(self) -> bool:
        """Whether its own policies collect what it learns from."""
        return self.collecting_epochs is None

    @property
    def collecting(self) -> Chain:
        """The run whose policies collect what this one learns from; itself, unless they have a length of
        their own."""
        return self if self.collects else replace(self, epochs=self.collecting_epochs, collecting_epochs=None)

    def instances(self, iteration: int) -> tuple[int, int]:
        """First and last (exclusive) training instance of an iteration."""
        first = (iteration - 1) * self.n_traj if self.rules.new_instances else 0
        return first, first + self.n_traj

    def learnt_iterations(self, iteration: int) -> range:
        """The iterations whose runs the policy of an iteration learns from."""
        return range(1 if self.rules.accumulate else iteration, iteration + 1)

    def learnt_runs(self, iteration: int) -> LearntRuns:
        """Which runs the policy of an iteration learns from."""
        rules, instances = self.rules, iteration * self.n_traj
        if iteration == 1 and rules.reject and not (rules.reject_local_minima or rules.continuation):
            return LearntRuns(instances=instances)
        ranges = tuple(self.instances(each) for each in self.learnt_iterations(iteration))
        return LearntRuns(instances=instances, ranges=ranges, interplay=rules, iteration=iteration)

    @property
    def place(self) -> str:
        """Readable place of its artefacts, below the stage's folder."""
        epochs = [] if self.epochs is None else [f"epochs{self.epochs}"]
        return "/".join([self.task, self.method, f"n{self.n_traj}", *epochs, f"seed{self.seed}"])

    @property
    def labels(self) -> dict[str, Any]:
        """Columns that tell it apart in tables."""
        epochs = {} if self.epochs is None else {"epochs": self.epochs}
        return {"task": self.task, "method": self.method, "n_traj": self.n_traj, **epochs, "seed": self.seed}
