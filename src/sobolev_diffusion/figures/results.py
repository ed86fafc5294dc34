"""What a drawing can ask for, and what it is then given to read.

The room of the workflow answers: here nothing is known of keys, files and stamps.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from sobolev_diffusion.config import Computation

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.base import Task


class Artefact(Protocol):
    """Something computed that can be shown."""

    def labelled(self, **labels: str) -> Artefact:
        """The same, with more columns that tell its rows apart."""


Artefacts = tuple[Artefact, ...]
"""In the order in which their rows will be read."""


class Results(Protocol):
    """All that is computed, by what the configuration calls it."""

    @property
    def config(self) -> Computation: ...

    def evaluations(self, experiment: str) -> Artefacts:
        """The evaluations of an experiment: TO alone, then every policy of every iteration."""

    def alone(self, experiment: str, seeds: Collection[int] | None = None) -> Artefacts:
        """TO alone on the evaluation instances of an experiment, of all of its seeds or of some."""

    def longest_evaluations(
        self,
        experiment: str,
        method: str,
        n_traj: int | None = None,
        iteration: int | None = None,
        seeds: Collection[int] | None = None,
    ) -> Artefacts:
        """One method's longest trained policies: of one n_traj or of all, of an iteration or the last, of
        some seeds or of all."""

    def collections(self, experiment: str) -> Artefacts:
        """How the collecting of an experiment went, in every run of Algorithm 1."""

    def timing(self, name: str) -> Artefact:
        """Wall-clock times of an experiment's methods."""

    def profile(self, name: str, action_length: int) -> Artefact:
        """Every iterate of a timing's methods, with the seconds that it took to come there."""

    def solver_evaluation(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed."""

    def best_known(self, task: str, seed: int) -> Artefact:
        """The best known costs of the evaluation instances of a seed."""

    def solver_timing(self, task: str, instances: int) -> Artefact:
        """Wall-clock times of TO alone on some evaluation instances of the first seed."""

    def solutions(self, task: str) -> Artefact:
        """Runs of TO alone: the first block of training instances of the first seed."""

    def solver_paths(self, experiment: str, instances: int) -> Artefact:
        """The way that TO alone finds on the first evaluation instances of the first seed."""

    def policy_paths(self, experiment: str, method: str, action_length: int, instances: int) -> Artefact:
        """The way that a policy takes on them: last iteration, longest training."""


class Inputs(Protocol):
    """What the artefacts of a drawing hold, in their order."""

    def rows(self) -> pd.DataFrame:
        """The rows of all of them, each with its labels, where they are tables."""

    def solutions(self) -> list[tuple[Task, Demonstrations]]:
        """The task and the converged runs of each (all runs if none converged), where they are runs."""
