"""Figures, tables and animations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config.section import PositiveFloat, PositiveInt, Section


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


class IterationsFigure(Section):
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


class ActionLengthTable(Section):
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
    """One of the experiment's methods."""
    iteration: PositiveInt | None = None
    """Of Algorithm 1; none: the last."""


class VariantsTable(Section):
    kind: Literal["variants"]
    """One change at a time: policies by T_a, before and after refining, on seeds that all of them have."""
    variants: Annotated[dict[str, Variant], Field(min_length=1)]
    """Label of the row -> what it shows, in the order of the rows."""
    caption: str
    """Caption."""


class ToAloneTable(Section):
    kind: Literal["to_alone"]
    """How the solver does alone, a row per task, beside the best known costs."""
    tasks: tuple[str, ...]
    """Some of `tasks`."""
    timed_instances: PositiveInt = 20
    """How many instances of the first seed are timed for the seconds."""
    caption: str
    """Caption."""


FigureConfig = Annotated[
    SampleEfficiencyFigure | IterationsFigure | SolutionsFigure, Field(discriminator="kind")
]
TableConfig = Annotated[
    SampleEfficiencyTable | TimingTable | ActionLengthTable | VariantsTable | ToAloneTable,
    Field(discriminator="kind"),
]
