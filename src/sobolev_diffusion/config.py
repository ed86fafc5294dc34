"""The typed configuration: every key, its type, its default and what it means. Imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class ConfigError(ValueError):
    """A configuration that cannot be used: one line that names the key and what is allowed."""


class Section(BaseModel):
    """A part of the configuration. Unknown keys are errors; values never change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, strict=False)


class UnetConfig(Section):
    hidden_dims: tuple[PositiveInt, ...] = (16, 32, 64)
    """Channels of each level of the U-Net; every level but the last halves the chunk."""
    step_embedding_dim: Annotated[int, Field(ge=4, multiple_of=2)] = 32
    """Size of the embedding of the diffusion step."""
    kernel_size: Annotated[int, Field(ge=1)] = 5
    """Width of the convolutions; odd."""
    groups: PositiveInt = 8
    """Groups of GroupNorm; divides every entry of hidden_dims."""

    @model_validator(mode="after")
    def _check(self) -> UnetConfig:
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}")
        for width in self.hidden_dims:
            if width % self.groups:
                raise ValueError(f"hidden_dims: {width} is not a multiple of groups = {self.groups}")
        return self


class MlpConfig(Section):
    hidden_dims: tuple[PositiveInt, ...] = (384, 384, 384)
    """Widths of the hidden layers; about as many parameters as the U-Net."""


class PolicyConfig(Section):
    kind: Literal["diffusion", "direct"] = "diffusion"
    """diffusion: chunks by DDPM with the U-Net. direct: one action by a perceptron (PDDP)."""
    prediction_horizon: PositiveInt = 16
    """T_p: entries of a chunk."""
    history: Annotated[int, Field(ge=0)] = 1
    """T_h: known entries at the start of a chunk, overwritten at every denoising step."""
    diffusion_steps: PositiveInt = 5
    """N_diff: denoising steps."""
    predict: Literal["sample", "noise"] = "sample"
    """What the network outputs: the clean chunk tau_0 (the paper's choice) or the noise."""
    unet: UnetConfig = UnetConfig()
    mlp: MlpConfig = MlpConfig()

    @model_validator(mode="after")
    def _check(self) -> PolicyConfig:
        halvings = 2 ** (len(self.unet.hidden_dims) - 1)
        if self.prediction_horizon % halvings:
            raise ValueError(
                f"prediction_horizon: {self.prediction_horizon} cannot be halved by the U-Net's "
                f"{len(self.unet.hidden_dims)} levels; take a multiple of {halvings}"
            )
        if self.history >= self.prediction_horizon:
            raise ValueError(
                f"history: {self.history} must be below prediction_horizon = {self.prediction_horizon}"
            )
        return self

    @property
    def max_action_length(self) -> int:
        """The largest T_a: T_p - T_h for diffusion, 1 for a direct policy."""
        return 1 if self.kind == "direct" else self.prediction_horizon - self.history

    def applicable(self, action_lengths: Iterable[int]) -> list[int]:
        """The T_a to evaluate such a policy at, ascending: those asked for, cut at its largest."""
        return sorted({min(length, self.max_action_length) for length in action_lengths})


class SobolevConfig(Section):
    weight: PositiveFloat = 0.01
    """lambda in (9) and (11)."""
    estimator: Literal["output", "state", "full"] = "output"
    """output: random v in the space of chunks (the paper). state: random direction in the tangent
    space of the state, scaled to the same expectation. full: the whole Jacobian, equation (8)."""
    projections: PositiveInt = 1
    """N_proj: random vectors per sample."""
    norm_scale: PositiveFloat | None = None
    """s in the weight 1 / (1 + (|J|_F / s)^2) of a sample's first-order term; none: all weigh 1. Ours,
    not the paper's: tames heavy-tailed sensitivities."""
    through: Literal["step", "chain"] = "step"
    """step: derivative of each denoising step, (11). chain: of the whole denoising chain, (10)."""
    over_steps: Literal["constant", "growing", "shrinking"] = "constant"
    """How lambda depends on the diffusion step i; the mean over i is the same."""


class TrainingConfig(Section):
    batch_size: PositiveInt = 64
    """Samples per gradient step."""
    learning_rate: PositiveFloat = 1e-3
    """Peak learning rate of Adam."""
    warmup_steps: Annotated[int, Field(ge=0)] = 100
    """Gradient steps of linear warm-up."""
    final_fraction: Fraction = 0.02
    """Learning rate at the end of the cosine decay, as a fraction of the peak."""
    engine: Literal["auto", "native", "torch"] = "auto"
    """What computes the gradients: auto takes the native CPU kernels where they apply."""


class MethodConfig(Section):
    policy: PolicyConfig = PolicyConfig()
    sobolev: SobolevConfig | None = None
    """The first-order term; none for the plain methods."""
    training: TrainingConfig = TrainingConfig()


class SolverConfig(Section):
    tolerance: PositiveFloat = 1e-3
    """Target of primal and dual infeasibility."""
    mu: PositiveFloat = 1e-2
    """Initial augmented-Lagrangian penalty."""
    step_acceptance: Literal["filter", "armijo", "nonmonotone"] = "filter"
    """Globalisation of the step."""
    rollout: Literal["linear", "nonlinear"] = "linear"
    """Forward pass: linear steps, or a rollout of the dynamics."""
    max_iterations: PositiveInt = 1000
    """Cap K_solve on iterations."""
    min_regularisation: PositiveFloat = 1e-10
    """Smallest non-zero regularisation of the Hessian."""


BUILT_IN_TASKS = ("pendulum", "double_pendulum", "ur5", "quadrotor", "quadrotor_columns")


class TaskConfig(Section):
    kind: Literal[BUILT_IN_TASKS] | None = None  # type: ignore[valid-type]
    """Which built-in task it is a variant of; by default the one of its own name."""
    module: str | None = None
    """Path of a Python file with the task, for tasks that are not built in."""
    options: dict[str, Any] = {}
    """Arguments of the task's constructor (horizon, control mode, ...)."""
    cold: SolverConfig = SolverConfig()
    """Solver settings from the interpolated guess (TO alone)."""
    warm: SolverConfig = SolverConfig()
    """Solver settings from a policy's rollout (refining)."""
    methods: dict[str, dict[str, Any]] = {}
    """What a method does differently on this task: overrides of `methods`, merged key by key."""


class ExperimentConfig(Section):
    task: str
    """One of `tasks`."""
    methods: tuple[str, ...]
    """Some of `methods`."""
    n_traj: tuple[PositiveInt, ...]
    """Instances solved per iteration of Algorithm 1; several: a sweep."""
    iterations: PositiveInt = 1
    """N_iter of Algorithm 1."""
    epochs: dict[Literal["diffusion", "direct"], tuple[PositiveInt, ...]]
    """K_epochs by kind of policy; several: each is a training of its own, with its own schedule."""
    action_lengths: tuple[PositiveInt, ...] = (1,)
    """T_a to evaluate; direct policies are evaluated at 1."""
    refine: bool = True
    """Whether to refine the rollouts with the solver in the evaluation."""


class TimingConfig(Section):
    experiment: str
    """One of `experiments`: its task, methods and T_a."""
    n_traj: PositiveInt
    """Which of the experiment's policies: the longest trained, last iteration, of this n_traj."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of this seed."""
    instances: PositiveInt = 20
    """How many evaluation instances are timed."""


class ReferenceConfig(Section):
    """How hard to look for the best known cost of an instance."""

    restarts: Annotated[int, Field(ge=0)] = 4
    """Cold solves from randomly deformed guesses."""
    deformation: PositiveFloat = 1.0
    """Standard deviation of the deformations, in tangent coordinates of the state."""
    neighbours: Annotated[int, Field(ge=0)] = 4
    """Warm solves of a round, from the best trajectories of the nearest instances."""
    rounds: Annotated[int, Field(ge=0)] = 2
    """How often what was found is passed on to neighbours."""


class SampleEfficiencyFigure(Section):
    kind: Literal["sample_efficiency"]
    """Mean policy cost against n_traj."""
    experiment: str
    """One of `experiments`."""
    action_lengths: tuple[PositiveInt, ...]
    """T_a of the panels."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""
    caption: str = ""
    """Caption in the report, with the number in the paper."""


class SolutionsFigure(Section):
    kind: Literal["solutions"]
    """A few solutions of TO alone: coordinates and controls over time, and paths in space."""
    task: str
    """One of `tasks`."""
    count: PositiveInt = 5
    """How many: the first converged ones of the first block."""
    caption: str = ""
    """Caption in the report."""


class AnimationConfig(Section):
    task: str
    """One of `tasks`."""
    title: str
    """Title of the page."""
    count: PositiveInt = 4
    """How many solutions move at once."""


class SampleEfficiencyTable(Section):
    kind: Literal["sample_efficiency"]
    """Every number of an experiment, means and intervals over seeds."""
    experiment: str
    """One of `experiments`."""
    caption: str
    """Caption, with the number in the paper."""


class TimingTable(Section):
    kind: Literal["timing"]
    """Rollout, solving and total seconds by method and T_a."""
    timing: str
    """One of `timings`."""
    caption: str
    """Caption, with the number in the paper."""


class ToAloneTable(Section):
    kind: Literal["to_alone"]
    """How the solver does alone, a row per task, beside the best known costs."""
    tasks: tuple[str, ...]
    """Some of `tasks`."""
    caption: str
    """Caption."""


FigureConfig = Annotated[SampleEfficiencyFigure | SolutionsFigure, Field(discriminator="kind")]
TableConfig = Annotated[SampleEfficiencyTable | TimingTable | ToAloneTable, Field(discriminator="kind")]


class EvaluationConfig(Section):
    instances: PositiveInt = 50
    """Random instances per seed."""


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
                if limit.kind not in experiment.epochs:
                    raise ValueError(f"{where}.epochs: no entry for {limit.kind}, the kind of {method}")
                if limit.kind == "diffusion" and max(experiment.action_lengths) > limit.max_action_length:
                    raise ValueError(
                        f"{where}.action_lengths: T_a = {max(experiment.action_lengths)} exceeds "
                        f"T_p - T_h = {limit.max_action_length} of method {method}"
                    )
        for name, figure in self.figures.items():
            if figure.kind == "solutions":
                _known(f"figures.{name}.task", figure.task, self.tasks)
                continue
            _known(f"figures.{name}.experiment", figure.experiment, self.experiments)
            for length in figure.action_lengths:
                if length not in self.experiments[figure.experiment].action_lengths:
                    raise ValueError(
                        f"figures.{name}.action_lengths: T_a = {length} is not evaluated by "
                        f"experiments.{figure.experiment}.action_lengths"
                    )
        for name, animation in self.animations.items():
            _known(f"animations.{name}.task", animation.task, self.tasks)
        for name, table in self.tables.items():
            if table.kind == "timing":
                _known(f"tables.{name}.timing", table.timing, self.timings)
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
        return self

    @property
    def seed_numbers(self) -> range:
        """The seeds, by number."""
        return range(self.first_seed, self.first_seed + self.seeds)

    def method(self, task: str, method: str) -> MethodConfig:
        """The settings of a method on a task: `methods` with the task's overrides merged in."""
        settings = self.methods[method].model_dump(mode="json")
        return MethodConfig.model_validate(_merge(settings, self.tasks[task].methods.get(method, {})))


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


def gradient_steps(epochs: int, pairs: int, chunk_length: int, batch_size: int) -> int:
    """Gradient steps of a training, with epochs sized as in the paper.

    An epoch is |D| state-action pairs for direct policies and |D| / T_p chunks for diffusion, so that
    both see the same data; at least one step an epoch.
    """
    return epochs * max(1, math.ceil(pairs / chunk_length / batch_size))
