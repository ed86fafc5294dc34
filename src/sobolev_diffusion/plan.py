"""The plan of a configuration: every artefact it asks for, its key, its place and its inputs.

Reading a plan needs no torch and no solver, so that the workflow is quick to look at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sobolev_diffusion.config import (
    AnimationConfig,
    Config,
    ConfigError,
    ExperimentConfig,
    FigureConfig,
    TableConfig,
)
from sobolev_diffusion.keys import artefact_key

SUFFIX = {
    "demonstrations": ".npz",
    "policies": ".safetensors",
    "evaluations": ".parquet",
    "timings": ".parquet",
    "references": ".parquet",
}
TO_ALONE, BEST_KNOWN = "to_alone", "best_known"


@dataclass(frozen=True)
class Artefact:
    """One file that a stage computes.

    Attributes:
        stage: which stage.
        name: readable place below the stage's folder, without key and suffix.
        settings: all that the stage reads besides its inputs; JSON.
        inputs: the artefacts it is computed from, in order.
        labels: columns that identify it in tables (task, method, seed, ...).
    """

    stage: str
    name: str
    settings: dict[str, Any]
    inputs: tuple[Artefact, ...] = ()
    labels: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        return artefact_key(self.stage, self.settings, [each.key for each in self.inputs])

    @property
    def file(self) -> str:
        """Path below the results folder: readable, and distinct for every key, so that nothing goes stale."""
        return f"{self.stage}/{self.name}.{self.key}{SUFFIX[self.stage]}"

    @property
    def cached_file(self) -> str:
        """Path below the cache folder of its frozen copy."""
        return f"{self.stage}/{self.key}{SUFFIX[self.stage]}"


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
        self._experiments: dict[str, tuple[Artefact, ...]] = {}

    def experiment(self, name: str) -> tuple[Artefact, ...]:
        """The evaluations of an experiment: TO alone, then every policy of every iteration."""
        if name not in self._experiments:
            self._experiments[name] = self._evaluations(name)
        return self._experiments[name]

    def _evaluations(self, name: str) -> tuple[Artefact, ...]:
        spec = self.config.experiments[name]
        seeds = self.config.seed_numbers
        evaluations = [self.solver_evaluation(spec.task, seed) for seed in seeds]
        for method in spec.methods:
            for n_traj in spec.n_traj:
                for epochs in spec.epochs[self.config.method(spec.task, method).policy.kind]:
                    for seed in seeds:
                        for iteration in range(1, spec.iterations + 1):
                            policy = self.policy(spec.task, method, n_traj, epochs, seed, iteration)
                            evaluations.append(self.evaluation(spec, policy))
        return tuple(evaluations)

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
            return tuple(each(*pair) for pair in pairs for each in (self.solver_evaluation, self.reference))
        return self.experiment(spec.experiment)

    def solver_evaluation(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed."""
        return self._remember(
            "evaluations",
            f"{task}/{TO_ALONE}/seed{seed}",
            {
                "task": self._task(task),
                "solver": _json(self.config.tasks[task].cold),
                "seed": seed,
                "instances": self.config.evaluation.instances,
            },
            (),
            {"task": task, "method": TO_ALONE, "seed": seed},
        )

    def reference(self, task: str, seed: int) -> Artefact:
        """The best known costs of the evaluation instances of a seed."""
        settings = self.config.tasks[task]
        return self._remember(
            "references",
            f"{task}/seed{seed}",
            {
                "task": self._task(task),
                "cold": _json(settings.cold),
                "warm": _json(settings.warm),
                "reference": _json(self.config.reference),
                "seed": seed,
                "instances": self.config.evaluation.instances,
            },
            (),
            {"task": task, "method": BEST_KNOWN, "seed": seed},
        )

    def evaluation(self, spec: ExperimentConfig, policy: Artefact) -> Artefact:
        """A policy on the evaluation instances of its seed."""
        task, seed = policy.labels["task"], policy.labels["seed"]
        kind = self.config.method(task, policy.labels["method"]).policy
        return self._remember(
            "evaluations",
            policy.name,
            {
                "task": self._task(task),
                "solver": _json(self.config.tasks[task].warm) if spec.refine else None,
                "seed": seed,
                "instances": self.config.evaluation.instances,
                "action_lengths": kind.applicable(spec.action_lengths),
            },
            (policy,),
            policy.labels,
        )

    def timing(self, name: str) -> Artefact:
        """Wall-clock times of an experiment's methods."""
        timing = self.config.timings[name]
        spec = self.config.experiments[timing.experiment]
        policies = [
            self.policy(
                spec.task,
                method,
                timing.n_traj,
                max(spec.epochs[self.config.method(spec.task, method).policy.kind]),
                timing.seed,
                spec.iterations,
            )
            for method in spec.methods
        ]
        return self._remember(
            "timings",
            name,
            {
                "task": self._task(spec.task),
                "cold": _json(self.config.tasks[spec.task].cold),
                "warm": _json(self.config.tasks[spec.task].warm),
                "seed": timing.seed,
                "instances": timing.instances,
                "methods": list(spec.methods),
                "action_lengths": list(spec.action_lengths),
            },
            tuple(policies),
            {"task": spec.task, "seed": timing.seed},
        )

    def policy(
        self,
        task: str,
        method: str,
        n_traj: int,
        epochs: int,
        seed: int,
        iteration: int = 1,
    ) -> Artefact:
        """The policy trained in one iteration of Algorithm 1."""
        return self._remember(
            "policies",
            f"{task}/{method}/n{n_traj}/epochs{epochs}/seed{seed}/iter{iteration}",
            {
                "task": self._task(task),
                "method": _json(self.config.method(task, method)),
                "epochs": epochs,
                "seed": seed,
                "instances": iteration * n_traj,
            },
            tuple(self.cold_blocks(task, seed, iteration * n_traj)),
            {
                "task": task,
                "method": method,
                "n_traj": n_traj,
                "epochs": epochs,
                "seed": seed,
                "iteration": iteration,
            },
        )

    def cold_blocks(self, task: str, seed: int, instances: int) -> list[Artefact]:
        """The blocks of cold solves that hold the first instances of a seed."""
        size = self.config.block_size
        return [self.cold_block(task, seed, block) for block in range(-(-instances // size))]

    def cold_block(self, task: str, seed: int, block: int) -> Artefact:
        """TO alone on a block of training instances."""
        size = self.config.block_size
        return self._remember(
            "demonstrations",
            f"{task}/{TO_ALONE}/seed{seed}/block{block}",
            {
                "task": self._task(task),
                "solver": _json(self.config.tasks[task].cold),
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
    ) -> Artefact:
        artefact = Artefact(stage, name, settings, inputs, labels)
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


def _json(section: Any) -> dict[str, Any]:
    return section.model_dump(mode="json")
