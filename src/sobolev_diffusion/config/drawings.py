"""Figures, tables and animations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config.section import Entry, PositiveFloat, PositiveInt, Section


class SampleEfficiencyFigure(Entry):
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


class IterationsFigure(Entry):
    kind: Literal["iterations"]
    """Over the iterations of Algorithm 1: cost before and after refining, solver iterations, rejections."""
    experiment: str
    """One of `experiments`, with one n_traj; its longest trainings are drawn."""
    action_length: PositiveInt
    """T_a of the diffusion policies."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""
    caption: str = ""
    """Caption in the report, with the number in the paper."""


class ActionLengthFigure(Entry):
    kind: Literal["action_lengths"]
    """Against T_a, last iteration: cost before and after refining, solver iterations, convergence."""
    experiment: str
    """One of `experiments`, with one n_traj; its longest trainings are drawn."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""
    caption: str = ""
    """Caption in the report, with the number in the paper."""


class TopViewsFigure(Entry):
    kind: Literal["top_views"]
    """Paths from above, of TO alone and of policies on the same instances: a row per experiment."""
    experiments: Annotated[tuple[str, ...], Field(min_length=1)]
    """Some of `experiments`, each with one n_traj; last iteration, longest training, first seed."""
    methods: Annotated[tuple[str, ...], Field(min_length=1)]
    """Methods that all of them have, a column for each."""
    action_length: PositiveInt
    """T_a of the diffusion policies."""
    instances: PositiveInt = 10
    """How many: the first evaluation instances, or all if they are fewer."""
    caption: str = ""
    """Caption in the report, with the number in the paper."""


class SolutionsFigure(Entry):
    kind: Literal["solutions"]
    """A few solutions of TO alone: coordinates and controls over time, and paths in space."""
    task: str
    """One of `tasks`."""
    count: PositiveInt = 5
    """How many: the first converged ones of the first block."""
    caption: str = ""
    """Caption in the report."""


class AnimationConfig(Entry):
    task: str
    """One of `tasks`."""
    title: str
    """Title of the page."""
    count: PositiveInt = 4
    """How many solutions move at once."""


class SampleEfficiencyTable(Entry):
    kind: Literal["sample_efficiency"]
    """Every number of an experiment, means and intervals over seeds."""
    experiment: str
    """One of `experiments`."""
    caption: str
    """Caption, with the number in the paper."""


class TimingTable(Entry):
    kind: Literal["timing"]
    """Rollout, solving and total seconds by method and T_a."""
    timing: str
    """One of `timings`."""
    caption: str
    """Caption, with the number in the paper."""


class ActionLengthTable(Entry):
    kind: Literal["action_lengths"]
    """Cost, solver iterations, convergence and seconds of one method by T_a, beside the paper's numbers."""
    experiment: str
    """One of `experiments`; its last iteration, longest training."""
    timing: str
    """One of `timings`, of the same experiment."""
    method: str
    """One of the experiment's methods."""
    paper: dict[str, dict[str, float]] = {}
    """The paper's numbers: row -> T_a, or to_alone -> value."""
    caption: str
    """Caption, with the number in the paper."""


class Variant(Section):
    experiment: str
    """One of `experiments`, with one n_traj; its longest training."""
    method: str
    """One of the experiment's methods, or to_alone."""
    iteration: PositiveInt | None = None
    """Of Algorithm 1; none: the last."""


class VariantsTable(Entry):
    kind: Literal["variants"]
    """One change at a time: policies by T_a, before and after refining, on seeds that all of them have."""
    variants: Annotated[dict[str, Variant], Field(min_length=1)]
    """Label of the row -> what it shows, in the order of the rows."""
    caption: str
    """Caption."""


class SampleEfficiencyPanel(Section):
    experiment: str
    """One of `experiments`."""
    action_length: PositiveInt
    """T_a of the diffusion policies."""


class TrajectoriesNeededTable(Entry):
    kind: Literal["trajectories_needed"]
    """From how many trajectories on a method's policy costs little more than TO alone, or than the best of
    another method, and how many times more the other needs."""
    panels: Annotated[dict[str, SampleEfficiencyPanel], Field(min_length=1)]
    """Title of the row -> what it shows; longest training."""
    methods: tuple[str, str]
    """The method that should need more trajectories, and the one that should need fewer."""
    target: Literal["to_alone", "best_of_first"] = "to_alone"
    """What to come near: the mean cost of TO alone, or the lowest of the first method over n_traj."""
    margin: PositiveFloat = 0.05
    """A policy is there once its mean cost is at most (1 + margin) times the target."""
    caption: str
    """Caption, with the number in the paper."""


class SummaryTable(Entry):
    kind: Literal["summary"]
    """TO alone and refining from policies, a row per task and method: effort, cost, convergence."""
    timings: Annotated[dict[str, PositiveInt], Field(min_length=1)]
    """One of `timings` -> T_a of the diffusion policies; the policies that it times, of all seeds."""
    methods: Annotated[tuple[str, ...], Field(min_length=1)]
    """Methods that all of their experiments have."""
    best_known: bool = True
    """Whether costs are compared with the best known ones."""
    caption: str
    """Caption, with the number in the paper."""


class ToAloneTable(Entry):
    kind: Literal["to_alone"]
    """How the solver does alone, a row per task, beside the best known costs."""
    tasks: tuple[str, ...]
    """Some of `tasks`."""
    timed_instances: PositiveInt = 20
    """How many instances of the first seed are timed for the seconds."""
    caption: str
    """Caption."""


FigureConfig = Annotated[
    SampleEfficiencyFigure | IterationsFigure | ActionLengthFigure | TopViewsFigure | SolutionsFigure,
    Field(discriminator="kind"),
]
TableConfig = Annotated[
    SampleEfficiencyTable
    | TimingTable
    | ActionLengthTable
    | VariantsTable
    | TrajectoriesNeededTable
    | SummaryTable
    | ToAloneTable,
    Field(discriminator="kind"),
]
