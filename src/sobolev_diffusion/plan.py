"""The plan of a configuration: every artefact it asks for, its key, its place and its inputs.

Reading a plan needs no torch and no solver, so that the workflow is quick to look at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sobolev_diffusion.artefact import BEST_KNOWN, CONTINUED, TO_ALONE, Artefact
from sobolev_diffusion.chain import Chain
from sobolev_diffusion.config import (
    ActionLengthTable,
    AnimationConfig,
    Config,
    ConfigError,
    ExperimentConfig,
    FigureConfig,
    TableConfig,
    VariantsTable,
)


class Plan:
    """Every artefact of a configuration.

    Args:
        config: validated.
        root: folder that relative paths of task modules start from.
    """

    def __init__(self, config: Config, root: Path = Path()) -> None:
        self.config = config
        self.root = root
        self._known: dict[tuple, Artefact] = {}
        self._policies: dict[tuple[Chain, int], Artefact] = {}  # each is asked for by all that come after it
        self._experiments: dict[str, tuple[Artefact, ...]] = {}

    def experiment(self, name: str) -> tuple[Artefact, ...]:
        """The evaluations of an experiment: TO alone, then every policy of every iteration."""
        if name not in self._experiments:
            self._experiments[name] = self._evaluations(name)
        return self._experiments[name]

    def _evaluations(self, name: str) -> tuple[Artefact, ...]:
        spec = self.config.experiments[name]
        evaluations = [self.solver_evaluation(spec.task, seed) for seed in self.config.seeds_of(name)]
        for chain in self._chains(name):
            evaluations += [
                self.evaluation(spec, chain, iteration) for iteration in range(1, spec.iterations + 1)
            ]
        return tuple(evaluations)

    def last_evaluations(self, spec: ActionLengthTable) -> tuple[Artefact, ...]:
        """TO alone, and one method's longest trained policies of the last iteration."""
        experiment = self.config.experiments[spec.experiment]
        alone = [
            self.solver_evaluation(experiment.task, seed) for seed in self.config.seeds_of(spec.experiment)
        ]
        policies = [
            self.evaluation(experiment, chain, experiment.iterations)
            for chain in self._longest_trained(spec.experiment, spec.method)
            if chain.n_traj == self.config.timings[spec.timing].n_traj
        ]
        return (*alone, *policies)

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
        return tuple(self.policy(chain, iteration) for chain in self._chains(name))

    def collections(self, name: str) -> tuple[Artefact, ...]:
        """How the collecting of an experiment went, in every run of Algorithm 1."""
        spec = self.config.experiments[name]
        return tuple(self.collection(chain, spec.iterations) for chain in self._chains(name))

    def variants(self, spec: VariantsTable) -> tuple[Artefact, ...]:
        """The evaluations of every row of the table, labelled with it, on the seeds that all of them have."""
        rows = spec.variants.items()
        seeds = min((self.config.seeds_of(each.experiment) for _, each in rows), key=len)
        evaluations = []
        for label, variant in rows:
            experiment = self.config.experiments[variant.experiment]
            shown = [
                self.evaluation(experiment, chain, variant.iteration or experiment.iterations)
                for chain in self._longest_trained(variant.experiment, variant.method)
                if chain.seed in seeds
            ]
            evaluations += [replace(each, labels={**each.labels, "variant": label}) for each in shown]
        return tuple(evaluations)

    def _chains(self, name: str) -> list[Chain]:
        spec = self.config.experiments[name]
        return [
            Chain(spec.task, method, n_traj, epochs, seed, spec.interplay)
            for method in spec.methods
            for n_traj in spec.n_traj
            for epochs in spec.epochs.get(self.config.method(spec.task, method).policy.kind, (None,))
            for seed in self.config.seeds_of(name)
        ]

    def _longest_trained(self, name: str, method: str) -> list[Chain]:
        """The chains of a method of an experiment with the most epochs; all where nothing is trained."""
        chains = [chain for chain in self._chains(name) if chain.method == method]
        longest = max((chain.epochs or 0 for chain in chains), default=0)
        return [chain for chain in chains if (chain.epochs or 0) == longest]

    def drawn(self, spec: FigureConfig | TableConfig | AnimationConfig) -> tuple[Artefact, ...]:
        """The artefacts that a figure, a table or an animation is drawn from."""
        if isinstance(spec, AnimationConfig):
            return (self.cold_block(spec.task, self.config.first_seed, 0),)
        if spec.kind == "timing":
            return (self.timing(spec.timing),)
        if spec.kind == "solutions":
            return (self.cold_block(spec.task, self.config.first_seed, 0),)
        if spec.kind == "to_alone":
            pairs = [(task, seed) for task in spec.tasks for seed in self.config.seed_numbers]
            compared = [each(*pair) for pair in pairs for each in (self.solver_evaluation, self.reference)]
            return (*compared, *(self.solver_timing(task, spec.timed_instances) for task in spec.tasks))
        if spec.kind == "variants":
            return self.variants(spec)
        if spec.kind == "action_lengths":
            return (*self.last_evaluations(spec), self.timing(spec.timing))
        if spec.kind == "iterations":
            return (*self.experiment(spec.experiment), *self.collections(spec.experiment))
        return self.experiment(spec.experiment)

    def evaluation_runs(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed, trajectories and gains."""
        return self._remember(
            "demonstrations",
            f"{task}/{TO_ALONE}/seed{seed}/evaluation",
            {
                "task": self._task(task),
                "solver": self.config.tasks[task].cold.identity(),
                "seed": seed,
                "purpose": "evaluation",
                "first": 0,
                "count": self.config.evaluation.instances,
            },
            (),
            {"task": task, "method": TO_ALONE, "seed": seed},
        )

    def solver_evaluation(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed."""
        return self._remember(
            "evaluations",
            f"{task}/{TO_ALONE}/seed{seed}",
            {
                "task": self._task(task),
                "solver": self.config.tasks[task].cold.identity(),
                "seed": seed,
                "instances": self.config.evaluation.instances,
            },
            (),
            {"task": task, "method": TO_ALONE, "seed": seed},
            (self.evaluation_runs(task, seed),),
        )

    def reference(self, task: str, seed: int) -> Artefact:
        """The best known costs of the evaluation instances of a seed."""
        settings = self.config.tasks[task]
        return self._remember(
            "references",
            f"{task}/seed{seed}",
            {
                "task": self._task(task),
                "cold": settings.cold.identity(),
                "warm": settings.warm.identity(),
                "reference": self.config.search(task).identity(),
                "seed": seed,
                "instances": self.config.evaluation.instances,
            },
            (),
            {"task": task, "method": BEST_KNOWN, "seed": seed},
            (self.evaluation_runs(task, seed),),
        )

    def evaluation(self, spec: ExperimentConfig, chain: Chain, iteration: int) -> Artefact:
        """A policy on the evaluation instances of its seed."""
        policy = self.policy(chain, iteration)
        lengths = [*spec.action_lengths, *(spec.last_action_lengths if iteration == spec.iterations else ())]
        kind = self.config.method(chain.task, chain.method).policy
        return self._remember(
            "evaluations",
            policy.name,
            {
                "task": self._task(chain.task),
                "solver": self.config.tasks[chain.task].warm.identity() if spec.refine else None,
                "seed": chain.seed,
                "instances": self.config.evaluation.instances,
                "action_lengths": kind.applicable(lengths),
            },
            (policy,),
            policy.labels,
        )

    def timing(self, name: str) -> Artefact:
        """Wall-clock times of an experiment's methods."""
        timing = self.config.timings[name]
        spec = self.config.experiments[timing.experiment]
        policies = []
        for method in spec.methods:
            epochs = spec.epochs.get(self.config.method(spec.task, method).policy.kind)
            longest = max(epochs) if epochs else None
            chain = Chain(spec.task, method, timing.n_traj, longest, timing.seed, spec.interplay)
            policies.append(self.policy(chain, spec.iterations))
        lengths = sorted({*spec.action_lengths, *spec.last_action_lengths})
        return self._timing(
            name,
            spec.task,
            timing.seed,
            timing.instances,
            dict(zip(spec.methods, policies, strict=True)),
            lengths,
        )

    def solver_timing(self, task: str, instances: int) -> Artefact:
        """Wall-clock times of TO alone on some evaluation instances of the first seed."""
        return self._timing(f"{task}/{TO_ALONE}", task, self.config.first_seed, instances, {}, [])

    def _timing(
        self,
        name: str,
        task: str,
        seed: int,
        instances: int,
        policies: Mapping[str, Artefact],
        action_lengths: list[int],
    ) -> Artefact:
        return self._remember(
            "timings",
            name,
            {
                "task": self._task(task),
                "cold": self.config.tasks[task].cold.identity(),
                "warm": self.config.tasks[task].warm.identity(),
                "seed": seed,
                "instances": instances,
                "methods": list(policies),
                "action_lengths": action_lengths,
            },
            tuple(policies.values()),
            {"task": task, "seed": seed},
        )

    def policy(self, chain: Chain, iteration: int) -> Artefact:
        """The policy trained in one iteration of Algorithm 1."""
        if (chain, iteration) in self._policies:
            return self._policies[chain, iteration]
        rules = chain.rules
        before = () if rules.reset or iteration == 1 else (self.policy(chain, iteration - 1),)
        learnt = range(1, iteration + 1) if rules.accumulate else range(iteration, iteration + 1)
        settings = {
            "task": self._task(chain.task),
            "method": self.config.method(chain.task, chain.method).identity(),
            "epochs": chain.epochs,
            "seed": chain.seed,
            "instances": iteration * chain.n_traj,
        }
        if iteration > 1 or not rules.reject or rules.reject_local_minima or rules.continuation:
            settings["chunks"] = [self._instances(chain, each) for each in learnt]
            settings["interplay"] = rules.identity()
            settings["iteration"] = iteration
        policy = self._remember(
            "policies",
            f"{chain.place}/iter{iteration}",
            settings,
            (*self._data(chain, learnt), *before),
            {**chain.labels, "iteration": iteration},
        )
        self._policies[chain, iteration] = policy
        return policy

    def warm_demonstrations(self, chain: Chain, iteration: int) -> Artefact:
        """Solves of an iteration's instances from the rollout of the policy of the iteration before."""
        policy = self.policy(chain, iteration - 1)
        first, last = self._instances(chain, iteration)
        (length,) = self.config.method(chain.task, chain.method).policy.applicable(
            [chain.rules.action_length]
        )
        return self._remember(
            "demonstrations",
            f"{chain.place}/iter{iteration}",
            {
                "task": self._task(chain.task),
                "solver": self.config.tasks[chain.task].warm.identity(),
                "seed": chain.seed,
                "first": first,
                "count": last - first,
                "action_length": length,
            },
            (policy,),
            {**chain.labels, "iteration": iteration},
        )

    def collection(self, chain: Chain, iterations: int) -> Artefact:
        """How the collecting went: both solves of every instance of every iteration."""
        chunks = range(1, iterations + 1)
        return self._remember(
            "collections",
            chain.place,
            {
                "seed": chain.seed,
                "chunks": [self._instances(chain, each) for each in chunks],
                "interplay": chain.rules.identity(),
            },
            tuple(self._data(chain, chunks)),
            chain.labels,
        )

    def continued(self, chain: Chain, iteration: int) -> Artefact:
        """Solves of an iteration's instances from those of their neighbours in it and in those before."""
        assert chain.rules.continuation is not None
        before = range(1, iteration) if chain.rules.new_instances else range(0)
        first, last = self._instances(chain, iteration)
        return self._remember(
            "demonstrations",
            f"{chain.task}/{CONTINUED}/n{chain.n_traj}/seed{chain.seed}/iter{iteration}",
            {
                "task": self._task(chain.task),
                "solver": self.config.tasks[chain.task].warm.identity(),
                "continuation": chain.rules.continuation.identity(),
                "seed": chain.seed,
                "first": first,
                "count": last - first,
            },
            (
                *(self.continued(chain, each) for each in before),
                *self._cold_blocks(chain, range(iteration, iteration + 1)),
            ),
            {"task": chain.task, "method": CONTINUED, "seed": chain.seed, "iteration": iteration},
        )

    def _data(self, chain: Chain, iterations: range) -> list[Artefact]:
        """What these iterations collect: runs that no policy had a part in, then the warm ones of each."""
        warm = [
            self.warm_demonstrations(chain, each)
            for each in iterations
            if each > 1 and chain.rules.warm_start
        ]
        if chain.rules.continuation:
            continued = (self.continued(chain, each) for each in iterations)
            return [*{each.key: each for each in continued}.values(), *warm]
        return [*self._cold_blocks(chain, iterations), *warm]

    def _cold_blocks(self, chain: Chain, iterations: range) -> list[Artefact]:
        """The blocks of cold solves that hold the instances of these iterations."""
        size = self.config.block_size
        instances = (range(*self._instances(chain, each)) for each in iterations)
        blocks = {number // size for numbers in instances for number in numbers}
        return [
            self.cold_block(chain.task, chain.seed, block, chain.rules.max_iterations)
            for block in sorted(blocks)
        ]

    @staticmethod
    def _instances(chain: Chain, iteration: int) -> tuple[int, int]:
        """First and last (exclusive) training instance of an iteration."""
        first = (iteration - 1) * chain.n_traj if chain.rules.new_instances else 0
        return first, first + chain.n_traj

    def cold_block(self, task: str, seed: int, block: int, max_iterations: int | None = None) -> Artefact:
        """TO alone on a block of training instances; K_solve is that of the task unless given."""
        size, solver = self.config.block_size, self.config.tasks[task].cold
        if max_iterations is not None:
            solver = solver.model_copy(update={"max_iterations": max_iterations})
        return self._remember(
            "demonstrations",
            f"{task}/{TO_ALONE}/seed{seed}/block{block}",
            {
                "task": self._task(task),
                "solver": solver.identity(),
                "seed": seed,
                "first": block * size,
                "count": size,
            },
            (),
            {"task": task, "method": TO_ALONE, "seed": seed, "block": block},
        )

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
            self.timing(name)
        for section in (self.config.figures, self.config.tables, self.config.animations):
            for spec in section.values():
                self.drawn(spec)
        return {artefact.file: artefact for artefact in self._known.values()}

    def artefacts(self) -> list[Artefact]:
        """Everything the configuration's experiments ask for."""
        return list(self._by_file.values())

    def _remember(
        self,
        stage: str,
        name: str,
        settings: dict[str, Any],
        inputs: tuple[Artefact, ...],
        labels: dict[str, Any],
        shared: tuple[Artefact, ...] = (),
    ) -> Artefact:
        artefact = Artefact(stage, name, settings, inputs, labels, shared)
        return self._known.setdefault((stage, name, artefact.key), artefact)

    def _task(self, name: str) -> dict[str, Any]:
        """What identifies a task: its name, its kind or its file's content, and its options."""
        spec = self.config.tasks[name]
        if spec.module is None:
            kind = {"kind": spec.kind} if spec.kind else {}
            return {"name": name, "options": spec.options, "module": None, **kind}
        path = self.root / spec.module
        if not path.is_file():
            raise ConfigError(f"config: tasks.{name}.module: no Python file at {path}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return {"name": name, "options": spec.options, "module": spec.module, "sha256": digest}
