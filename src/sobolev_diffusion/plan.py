"""The plan of a configuration: every artefact that its experiments, figures and tables ask for.

Reading a plan needs no torch and no solver, so that the workflow is quick to look at.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from sobolev_diffusion.artefact import Artefact
from sobolev_diffusion.chain import Chain
from sobolev_diffusion.config import (
    AnimationConfig,
    Config,
    ConfigError,
    FigureConfig,
    TableConfig,
)
from sobolev_diffusion.recipes import Recipes
from sobolev_diffusion.shown import shown


class Plan:
    """Every artefact of a configuration.

    Args:
        config: validated.
        root: folder that relative paths of task modules start from.
    """

    def __init__(self, config: Config, root: Path = Path()) -> None:
        self.config = config
        self.recipes = Recipes(config, root)
        self._experiments: dict[str, tuple[Artefact, ...]] = {}

    def experiment(self, name: str) -> tuple[Artefact, ...]:
        """The evaluations of an experiment: TO alone, then every policy of every iteration."""
        if name not in self._experiments:
            self._experiments[name] = self._evaluations(name)
        return self._experiments[name]

    def _evaluations(self, name: str) -> tuple[Artefact, ...]:
        spec = self.config.experiments[name]
        evaluations = [*self.alone(name)]
        for chain in self._chains(name):
            evaluations += [
                self.recipes.evaluation(spec, chain, iteration) for iteration in range(1, spec.iterations + 1)
            ]
        return tuple(evaluations)

    def alone(self, name: str) -> tuple[Artefact, ...]:
        """TO alone on the evaluation instances of an experiment."""
        task = self.config.experiments[name].task
        return tuple(self.recipes.solver_evaluation(task, seed) for seed in self.config.seeds_of(name))

    def last_evaluations(self, name: str, method: str, n_traj: int | None = None) -> tuple[Artefact, ...]:
        """One method's longest trained policies of the last iteration, of one n_traj or of all."""
        spec = self.config.experiments[name]
        return tuple(
            self.recipes.evaluation(spec, chain, spec.iterations)
            for chain in self.longest_trained(name, method)
            if n_traj in (None, chain.n_traj)
        )

    def policies(self, name: str, iteration: int) -> tuple[Artefact, ...]:
        """The policies that one iteration of an experiment trains.

        Raises:
            ConfigError: there is no such experiment, or it has fewer iterations.
        """
        if name not in self.config.experiments:
            known = ", ".join(self.config.experiments)
            raise ConfigError(f"config: experiments: no {name}; known: {known}")
        spec = self.config.experiments[name]
        if not 1 <= iteration <= spec.iterations:
            raise ConfigError(f"config: experiments.{name}: {spec.iterations} iterations, no {iteration}")
        return tuple(self.recipes.policy(chain, iteration) for chain in self._chains(name))

    def collections(self, name: str) -> tuple[Artefact, ...]:
        """How the collecting of an experiment went, in every run of Algorithm 1."""
        spec = self.config.experiments[name]
        return tuple(self.recipes.collection(chain, spec.iterations) for chain in self._chains(name))

    def _chains(self, name: str) -> list[Chain]:
        spec = self.config.experiments[name]
        return [
            Chain(spec.task, method, n_traj, epochs, seed, spec.interplay)
            for method in spec.methods
            for n_traj in spec.n_traj
            for epochs in spec.epochs.get(self.config.method(spec.task, method).policy.kind, (None,))
            for seed in self.config.seeds_of(name)
        ]

    def longest_trained(self, name: str, method: str) -> list[Chain]:
        """The chains of a method of an experiment with the most epochs; all where nothing is trained."""
        chains = [chain for chain in self._chains(name) if chain.method == method]
        longest = max((chain.epochs or 0 for chain in chains), default=0)
        return [chain for chain in chains if (chain.epochs or 0) == longest]

    def drawn(self, spec: FigureConfig | TableConfig | AnimationConfig) -> tuple[Artefact, ...]:
        """The artefacts that a figure, a table or an animation is drawn from."""
        return shown(self, spec)

    def find(self, file: str) -> Artefact:
        """The artefact that belongs at a path below the results folder.

        Raises:
            ConfigError: this configuration asks for no such file.
        """
        if file not in self._by_file:
            raise ConfigError(
                f"results/{file}: no artefact of this configuration; its name carries a key that belongs to "
                "other settings"
            )
        return self._by_file[file]

    @cached_property
    def _by_file(self) -> dict[str, Artefact]:
        for name in self.config.experiments:
            self.experiment(name)
        for name in self.config.timings:
            self.recipes.timing(name)
        for section in (self.config.figures, self.config.tables, self.config.animations):
            for spec in section.values():
                self.drawn(spec)
        return {artefact.file: artefact for artefact in self.recipes.asked_for}

    def artefacts(self) -> list[Artefact]:
        """Everything the configuration's experiments ask for."""
        return list(self._by_file.values())
