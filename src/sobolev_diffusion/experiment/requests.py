"""Which artefacts the experiments of a configuration ask for."""

from __future__ import annotations

from collections.abc import Collection

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.chain import Chain
from sobolev_diffusion.experiment.recipes import Recipes


class Experiments:
    """The artefacts of every experiment, and others that drawings ask for (`figures.results.Results`).

    Args:
        recipes: of the configuration.
    """

    def __init__(self, recipes: Recipes) -> None:
        self.config = recipes.config
        self.recipes = recipes
        self._evaluated: dict[str, tuple[Artefact, ...]] = {}

    def evaluations(self, name: str) -> tuple[Artefact, ...]:
        """The evaluations of an experiment: TO alone, then every policy of every iteration."""
        if name not in self._evaluated:
            self._evaluated[name] = self._evaluations(name)
        return self._evaluated[name]

    def _evaluations(self, name: str) -> tuple[Artefact, ...]:
        spec = self.config.experiments[name]
        evaluations = [*self.alone(name)]
        for chain in self._chains(name):
            first = 1 if chain.collects else spec.iterations
            evaluations += [
                self.recipes.evaluation(spec, chain, iteration)
                for iteration in range(first, spec.iterations + 1)
            ]
        return tuple(evaluations)

    def alone(self, name: str, seeds: Collection[int] | None = None) -> tuple[Artefact, ...]:
        """TO alone on the evaluation instances of an experiment, of all of its seeds or of some."""
        task = self.config.experiments[name].task
        return tuple(
            self.recipes.solver_evaluation(task, seed)
            for seed in self.config.seeds_of(name)
            if seeds is None or seed in seeds
        )

    def longest_evaluations(
        self,
        name: str,
        method: str,
        n_traj: int | None = None,
        iteration: int | None = None,
        seeds: Collection[int] | None = None,
    ) -> tuple[Artefact, ...]:
        """One method's longest trained policies: of one n_traj or of all, of an iteration or the last, of
        some seeds or of all."""
        spec = self.config.experiments[name]
        return tuple(
            self.recipes.evaluation(spec, chain, iteration or spec.iterations)
            for chain in self.longest_trained(name, method, iteration)
            if n_traj in (None, chain.n_traj) and (seeds is None or chain.seed in seeds)
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
        return tuple(self.recipes.policy(chain, iteration) for chain in self._chains(name, iteration))

    def collections(self, name: str) -> tuple[Artefact, ...]:
        """How the collecting of an experiment went, in every run of Algorithm 1."""
        spec = self.config.experiments[name]
        return tuple(
            self.recipes.collection(chain, spec.iterations) for chain in self._chains(name) if chain.collects
        )

    def timing(self, name: str) -> Artefact:
        """Wall-clock times of an experiment's methods."""
        return self.recipes.timing(name)

    def profile(self, name: str, action_length: int) -> Artefact:
        """Every iterate of a timing's methods, with the seconds that it took to come there."""
        return self.recipes.profile(name, action_length)

    def solver_evaluation(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed."""
        return self.recipes.solver_evaluation(task, seed)

    def best_known(self, task: str, seed: int) -> Artefact:
        """The best known costs of the evaluation instances of a seed."""
        return self.recipes.best_known(task, seed)

    def solver_timing(self, task: str, instances: int) -> Artefact:
        """Wall-clock times of TO alone on some evaluation instances of the first seed."""
        return self.recipes.solver_timing(task, instances)

    def solutions(self, task: str) -> Artefact:
        """Runs of TO alone: the first block of training instances of the first seed."""
        return self.recipes.cold_block(task, self.config.first_seed, 0)

    def solver_paths(self, name: str, instances: int) -> Artefact:
        """The way that TO alone finds on the first evaluation instances of the first seed."""
        task = self.config.experiments[name].task
        return self.recipes.solver_paths(task, self.config.first_seed, instances)

    def policy_paths(self, name: str, method: str, action_length: int, instances: int) -> Artefact:
        """The way that a policy takes on them: last iteration, longest training."""
        first = self.config.first_seed
        chain = next(chain for chain in self.longest_trained(name, method) if chain.seed == first)
        iterations = self.config.experiments[name].iterations
        return self.recipes.paths(chain, iterations, action_length, instances)

    def _chains(self, name: str, iteration: int | None = None) -> list[Chain]:
        """Those that train in an iteration, the last unless given."""
        spec = self.config.experiments[name]
        is_last, seeds = iteration in (None, spec.iterations), self.config.seeds_of(name)
        return [
            chain
            for method in spec.methods
            for n_traj in spec.n_traj
            for chain in self.recipes.chains(spec, method, n_traj, seeds)
            if is_last or chain.collects
        ]

    def longest_trained(self, name: str, method: str, iteration: int | None = None) -> list[Chain]:
        """The chains of a method of an experiment with the most epochs in an iteration, the last unless
        given; all where nothing is trained."""
        chains = [chain for chain in self._chains(name, iteration) if chain.method == method]
        longest = max((chain.epochs or 0 for chain in chains), default=0)
        return [chain for chain in chains if (chain.epochs or 0) == longest]
