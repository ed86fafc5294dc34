"""The whole configuration: read, merged, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from sobolev_diffusion.config.drawings import AnimationConfig, FigureConfig, TableConfig, Variant
from sobolev_diffusion.config.experiments import EvaluationConfig, ExperimentConfig, TimingConfig
from sobolev_diffusion.config.methods import MethodConfig
from sobolev_diffusion.config.section import ConfigError, PositiveInt, Section
from sobolev_diffusion.config.tasks import BUILT_IN_TASKS, ReferenceConfig, TaskConfig

DRAWN = ("figures", "tables", "animations")
REMOVABLE = ("tasks", "methods", "experiments", "timings", *DRAWN)
"""Sections whose entries a later configuration file can remove, by setting them to null."""


class Config(Section):
    results: str = "results"
    """Folder of everything that is computed and drawn."""
    seeds: PositiveInt = 5
    """Independent repetitions."""
    first_seed: Annotated[int, Field(ge=0)] = 0
    """Number of the first; sweeps of settings take others than the evaluation does."""
    evaluation: EvaluationConfig = EvaluationConfig()
    block_size: PositiveInt = 10
    """Cold solves per job."""
    cache: Literal["prefer", "require", "off"] = "prefer"
    """prefer: take frozen artefacts where the key matches. require: a miss is an error. off: recompute."""
    tasks: dict[str, TaskConfig]
    methods: dict[str, MethodConfig]
    experiments: dict[str, ExperimentConfig]
    timings: dict[str, TimingConfig] = {}
    reference: ReferenceConfig = ReferenceConfig()
    """The search for best known costs."""
    figures: dict[str, FigureConfig]
    tables: dict[str, TableConfig]
    animations: dict[str, AnimationConfig] = {}
    draw: tuple[str, ...] | None = None
    """Names of the figures, tables and animations that there are; none: all of these sections."""

    @model_validator(mode="before")
    @classmethod
    def _removed(cls, content: Any) -> Any:
        """What a later file sets to null, or leaves out of `draw`, is as if it had never been there."""
        if not isinstance(content, dict):
            return content
        left = {
            section: {name: each for name, each in entries.items() if each is not None}
            if section in REMOVABLE and isinstance(entries, dict)
            else entries
            for section, entries in content.items()
        }
        chosen = left.get("draw")
        if not isinstance(chosen, list | tuple):
            return left
        sections = {section: left[section] for section in DRAWN if isinstance(left.get(section), dict)}
        for name in chosen:
            _known("draw", name, {each: None for entries in sections.values() for each in entries})
        for section, entries in sections.items():
            left[section] = {name: each for name, each in entries.items() if name in chosen}
        return left

    @field_validator("cache", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: Any) -> Any:
        return "off" if value is False else value  # YAML reads a bare off as false

    @model_validator(mode="after")
    def _check(self) -> Config:
        for name, experiment in self.experiments.items():
            where = f"experiments.{name}"
            _known(f"{where}.task", experiment.task, self.tasks)
            for method in experiment.methods:
                _known(f"{where}.methods", method, self.methods)
                limit = self.method(experiment.task, method).policy
                if limit.kind != "nearest" and limit.kind not in experiment.epochs:
                    raise ValueError(f"{where}.epochs: no entry for {limit.kind}, the kind of {method}")
                for key in ("action_lengths", "last_action_lengths"):
                    longest = max(getattr(experiment, key), default=1)
                    if limit.kind == "diffusion" and longest > limit.max_action_length:
                        raise ValueError(
                            f"{where}.{key}: T_a = {longest} exceeds "
                            f"T_p - T_h = {limit.max_action_length} of method {method}"
                        )
        for name, figure in self.figures.items():
            where = f"figures.{name}"
            if figure.kind == "solutions":
                _known(f"{where}.task", figure.task, self.tasks)
                continue
            _known(f"{where}.experiment", figure.experiment, self.experiments)
            experiment = self.experiments[figure.experiment]
            if figure.kind == "iterations":
                lengths, key = (figure.action_length,), "action_length"
                _one_n_traj(where, figure.experiment, experiment)
            else:
                lengths, key = figure.action_lengths, "action_lengths"
            for length in lengths:
                if length not in experiment.action_lengths:
                    raise ValueError(
                        f"{where}.{key}: T_a = {length} is not evaluated by "
                        f"experiments.{figure.experiment}.action_lengths"
                    )
        for name, animation in self.animations.items():
            _known(f"animations.{name}.task", animation.task, self.tasks)
        for name, table in self.tables.items():
            if table.kind in ("timing", "action_lengths"):
                _known(f"tables.{name}.timing", table.timing, self.timings)
            if table.kind == "timing":
                continue
            if table.kind == "action_lengths":
                _known(f"tables.{name}.experiment", table.experiment, self.experiments)
                if self.timings[table.timing].experiment != table.experiment:
                    raise ValueError(f"tables.{name}.timing: {table.timing} times another experiment")
                methods = self.experiments[table.experiment].methods
                _known(f"tables.{name}.method", table.method, dict.fromkeys(methods))
            elif table.kind == "variants":
                for label, variant in table.variants.items():
                    self._check_variant(f"tables.{name}.variants.{label}", variant)
            elif table.kind == "to_alone":
                for task in table.tasks:
                    _known(f"tables.{name}.tasks", task, self.tasks)
            else:
                _known(f"tables.{name}.experiment", table.experiment, self.experiments)
        for name, timing in self.timings.items():
            _known(f"timings.{name}.experiment", timing.experiment, self.experiments)
            if timing.n_traj not in self.experiments[timing.experiment].n_traj:
                raise ValueError(f"timings.{name}.n_traj: {timing.n_traj} is not in its experiment's n_traj")
            if timing.seed not in self.seed_numbers:
                raise ValueError(f"timings.{name}.seed: {timing.seed} is not among {self.seed_numbers}")
        for name, task in self.tasks.items():
            if task.module is None and task.kind is None and name not in BUILT_IN_TASKS:
                raise ValueError(
                    f"tasks.{name}: not a built-in task; give its kind ({', '.join(BUILT_IN_TASKS)}) "
                    "or, for a task of your own, the path of its file as module"
                )
            if task.module is not None and task.kind is not None:
                raise ValueError(f"tasks.{name}: give either kind or module, not both")
            for method in task.methods:
                _known(f"tasks.{name}.methods", method, self.methods)
            for key in task.reference:
                _known(f"tasks.{name}.reference", key, ReferenceConfig.model_fields)
            self.search(name)
        return self

    def _check_variant(self, where: str, variant: Variant) -> None:
        _known(f"{where}.experiment", variant.experiment, self.experiments)
        experiment = self.experiments[variant.experiment]
        _known(f"{where}.method", variant.method, dict.fromkeys(experiment.methods))
        _one_n_traj(where, variant.experiment, experiment)
        if (variant.iteration or 1) > experiment.iterations:
            raise ValueError(
                f"{where}.iteration: {variant.experiment} has {experiment.iterations}, no {variant.iteration}"
            )

    @property
    def seed_numbers(self) -> range:
        """The seeds, by number."""
        return range(self.first_seed, self.first_seed + self.seeds)

    def seeds_of(self, experiment: str) -> range:
        """The seeds that an experiment is run with, by number."""
        return self.seed_numbers[: self.experiments[experiment].seeds]

    def method(self, task: str, method: str) -> MethodConfig:
        """The settings of a method on a task: `methods` with the task's overrides merged in."""
        settings = self.methods[method].model_dump(mode="json")
        return MethodConfig.model_validate(_merge(settings, self.tasks[task].methods.get(method, {})))

    def search(self, task: str) -> ReferenceConfig:
        """How best known costs of a task are searched for: `reference` with its overrides merged in."""
        settings = self.reference.model_dump(mode="json")
        return ReferenceConfig.model_validate(_merge(settings, self.tasks[task].reference))


def load(*paths: Path) -> Config:
    """Read and validate one configuration from YAML files; later files override earlier ones.

    Raises:
        ConfigError: see `validate`; also when a file is missing or is not YAML.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        try:
            content = yaml.safe_load(path.read_text())
        except (OSError, yaml.YAMLError) as error:
            raise ConfigError(f"{path}: cannot be read as YAML ({error})") from error
        merged = _merge(merged, content or {})
    return validate(merged)


def validate(content: dict[str, Any]) -> Config:
    """Check a configuration.

    Raises:
        ConfigError: the first problem, in one line that names the key and what is allowed.
    """
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"]) or "config"
        if problem["type"] == "extra_forbidden":
            allowed = ", ".join(_fields_at(problem["loc"][:-1]))
            raise ConfigError(f"config: unknown key {key}; allowed here: {allowed}") from None
        message = problem["msg"].removeprefix("Value error, ")
        given = "" if problem["type"] == "value_error" else f", got {problem['input']!r}"
        raise ConfigError(f"config: {key}: {message}{given}") from None


def _known(key: str, name: str, names: dict[str, Any]) -> None:
    if name not in names:
        raise ValueError(f"{key}: unknown name {name!r}; known: {', '.join(sorted(names))}")


def _one_n_traj(key: str, name: str, experiment: ExperimentConfig) -> None:
    if len(experiment.n_traj) > 1:
        raise ValueError(f"{key}.experiment: {name} has more than one n_traj")


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _fields_at(location: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed at a location of the configuration, from its JSON schema."""
    schema = Config.model_json_schema()
    definitions = schema["$defs"]
    node: dict[str, Any] = schema
    for part in location:
        variants = node.get("discriminator", {}).get("mapping", {})
        if part in variants:
            node = definitions[variants[part].rsplit("/", 1)[-1]]
            continue
        node = node.get("properties", {}).get(part) or node.get("additionalProperties", {}) or {}
        for option in [node, *node.get("anyOf", []), *node.get("allOf", [])]:
            if "$ref" in option:
                node = definitions[option["$ref"].rsplit("/", 1)[-1]]
                break
    return sorted(node.get("properties", {}))
