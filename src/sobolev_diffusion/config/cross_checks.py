"""What one part of the configuration names must be there in another, and go with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sobolev_diffusion.config.computation import Computation
from sobolev_diffusion.config.drawings import (
    ActionLengthFigure,
    ActionLengthTable,
    IterationsFigure,
    SampleEfficiencyFigure,
    SampleEfficiencyTable,
    SolutionsFigure,
    SummaryTable,
    TimingTable,
    ToAloneTable,
    TopViewsFigure,
    TrajectoriesNeededTable,
    VariantsTable,
)
from sobolev_diffusion.config.experiments import ExperimentConfig
from sobolev_diffusion.config.section import known
from sobolev_diffusion.config.tasks import BUILT_IN_TASKS, ReferenceConfig


def check(config: Computation) -> None:
    """Check every name that stands for an entry of another section, and what is asked of that entry.

    Raises:
        ValueError: the first problem, in one line that names the key and what is allowed.
    """
    for name in config.tasks:
        _task(config, name)
    for name in config.experiments:
        _experiment(config, name)
    for name in config.timings:
        _timing(config, name)
    for section in ("figures", "tables"):
        for name, drawing in getattr(config, section).items():
            _DRAWINGS[type(drawing)](config, f"{section}.{name}", drawing)
    for name, animation in config.animations.items():
        known(f"animations.{name}.task", animation.task, config.tasks)


def _task(config: Computation, name: str) -> None:
    task = config.tasks[name]
    if task.module is None and task.kind is None and name not in BUILT_IN_TASKS:
        raise ValueError(
            f"tasks.{name}: not a built-in task; give its kind ({', '.join(BUILT_IN_TASKS)}) "
            "or, for a task of your own, the path of its file as module"
        )
    if task.module is not None and task.kind is not None:
        raise ValueError(f"tasks.{name}: give either kind or module, not both")
    for method in task.methods:
        known(f"tasks.{name}.methods", method, config.methods)
    for key in task.reference:
        known(f"tasks.{name}.reference", key, ReferenceConfig.model_fields)
    config.search(name)


def _experiment(config: Computation, name: str) -> None:
    experiment, where = config.experiments[name], f"experiments.{name}"
    known(f"{where}.task", experiment.task, config.tasks)
    for method in experiment.methods:
        known(f"{where}.methods", method, config.methods)
        limit = config.method(experiment.task, method).policy
        if limit.kind != "nearest" and limit.kind not in experiment.epochs:
            raise ValueError(f"{where}.epochs: no entry for {limit.kind}, the kind of {method}")
        for key in ("action_lengths", "last_action_lengths"):
            longest = max(getattr(experiment, key), default=1)
            if limit.kind == "diffusion" and longest > limit.max_action_length:
                raise ValueError(
                    f"{where}.{key}: T_a = {longest} exceeds "
                    f"T_p - T_h = {limit.max_action_length} of method {method}"
                )


def _timing(config: Computation, name: str) -> None:
    timing, where = config.timings[name], f"timings.{name}"
    n_traj = _named_experiment(config, where, timing.experiment).n_traj
    if timing.n_traj not in n_traj:
        raise ValueError(f"{where}.n_traj: {timing.n_traj} is not in its experiment's n_traj")


def _sample_efficiency_figure(config: Computation, where: str, figure: SampleEfficiencyFigure) -> None:
    _named_experiment(config, where, figure.experiment)
    for length in figure.action_lengths:
        _evaluated(config, f"{where}.action_lengths", figure.experiment, length)


def _sample_efficiency_table(config: Computation, where: str, table: SampleEfficiencyTable) -> None:
    _named_experiment(config, where, table.experiment)


def _iterations(config: Computation, where: str, figure: IterationsFigure) -> None:
    _with_one_n_traj(config, where, figure.experiment)
    _evaluated(config, f"{where}.action_length", figure.experiment, figure.action_length)


def _over_action_lengths(config: Computation, where: str, figure: ActionLengthFigure) -> None:
    _refined(where, figure.experiment, _with_one_n_traj(config, where, figure.experiment))


def _top_views(config: Computation, where: str, figure: TopViewsFigure) -> None:
    for name in figure.experiments:
        experiment = _with_one_n_traj(config, where, name)
        for method in figure.methods:
            known(f"{where}.methods", method, experiment.methods)
            limit = config.method(experiment.task, method).policy
            if limit.kind == "diffusion" and figure.action_length > limit.max_action_length:
                raise ValueError(
                    f"{where}.action_length: {figure.action_length} exceeds "
                    f"T_p - T_h = {limit.max_action_length} of method {method}"
                )


def _solutions(config: Computation, where: str, figure: SolutionsFigure) -> None:
    known(f"{where}.task", figure.task, config.tasks)


def _timing_table(config: Computation, where: str, table: TimingTable) -> None:
    known(f"{where}.timing", table.timing, config.timings)


def _action_length_table(config: Computation, where: str, table: ActionLengthTable) -> None:
    known(f"{where}.timing", table.timing, config.timings)
    experiment = _named_experiment(config, where, table.experiment)
    if config.timings[table.timing].experiment != table.experiment:
        raise ValueError(f"{where}.timing: {table.timing} times another experiment")
    known(f"{where}.method", table.method, experiment.methods)


def _variants(config: Computation, where: str, table: VariantsTable) -> None:
    for label, variant in table.variants.items():
        place = f"{where}.variants.{label}"
        experiment = _named_experiment(config, place, variant.experiment)
        known(f"{place}.method", variant.method, (*experiment.methods, "to_alone"))
        _with_one_n_traj(config, place, variant.experiment)
        if (variant.iteration or 1) > experiment.iterations:
            raise ValueError(
                f"{place}.iteration: {variant.experiment} has {experiment.iterations}, no {variant.iteration}"
            )


def _trajectories_needed(config: Computation, where: str, table: TrajectoriesNeededTable) -> None:
    for title, panel in table.panels.items():
        place = f"{where}.panels.{title}"
        experiment = _named_experiment(config, place, panel.experiment)
        _evaluated(config, f"{place}.action_length", panel.experiment, panel.action_length)
        for method in table.methods:
            known(f"{where}.methods", method, experiment.methods)


def _summary(config: Computation, where: str, table: SummaryTable) -> None:
    for name, length in table.timings.items():
        known(f"{where}.timings", name, config.timings)
        timed = config.timings[name].experiment
        experiment = config.experiments[timed]
        _refined(where, timed, experiment)
        _evaluated(config, f"{where}.timings.{name}", timed, length)
        for method in table.methods:
            known(f"{where}.methods", method, experiment.methods)


def _to_alone(config: Computation, where: str, table: ToAloneTable) -> None:
    for task in table.tasks:
        known(f"{where}.tasks", task, config.tasks)


_DRAWINGS: dict[type, Callable[[Any, str, Any], None]] = {
    SampleEfficiencyFigure: _sample_efficiency_figure,
    IterationsFigure: _iterations,
    ActionLengthFigure: _over_action_lengths,
    TopViewsFigure: _top_views,
    SolutionsFigure: _solutions,
    SampleEfficiencyTable: _sample_efficiency_table,
    TimingTable: _timing_table,
    ActionLengthTable: _action_length_table,
    VariantsTable: _variants,
    TrajectoriesNeededTable: _trajectories_needed,
    SummaryTable: _summary,
    ToAloneTable: _to_alone,
}


def _named_experiment(config: Computation, where: str, name: str) -> ExperimentConfig:
    known(f"{where}.experiment", name, config.experiments)
    return config.experiments[name]


def _with_one_n_traj(config: Computation, where: str, name: str) -> ExperimentConfig:
    experiment = _named_experiment(config, where, name)
    if len(experiment.n_traj) > 1:
        raise ValueError(f"{where}.experiment: {name} has more than one n_traj")
    return experiment


def _evaluated(config: Computation, key: str, name: str, length: int) -> None:
    if length not in config.experiments[name].action_lengths:
        raise ValueError(f"{key}: T_a = {length} is not evaluated by experiments.{name}.action_lengths")


def _refined(where: str, name: str, experiment: ExperimentConfig) -> None:
    if not experiment.refine:
        raise ValueError(f"{where}: experiments.{name} evaluates without refining (refine: false)")
