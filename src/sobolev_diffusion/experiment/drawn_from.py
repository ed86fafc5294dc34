"""Which artefacts a figure, a table or an animation is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sobolev_diffusion.config import (
    ActionLengthFigure,
    ActionLengthTable,
    AnimationConfig,
    FigureConfig,
    IterationsFigure,
    SampleEfficiencyFigure,
    SampleEfficiencyTable,
    SolutionsFigure,
    SummaryTable,
    TableConfig,
    TimingTable,
    ToAloneTable,
    TopViewsFigure,
    TrajectoriesNeededTable,
    VariantsTable,
)
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.requests import Experiments

Artefacts = tuple[Artefact, ...]


def shown(experiments: Experiments, spec: FigureConfig | TableConfig | AnimationConfig) -> Artefacts:
    """The artefacts that a drawing is made from; where a drawing tells rows of its own apart, each is
    labelled with the one it belongs to."""
    return _KINDS[type(spec)](experiments, spec)


def _experiment(
    experiments: Experiments, spec: SampleEfficiencyFigure | SampleEfficiencyTable | ActionLengthFigure
) -> Artefacts:
    return experiments.evaluations(spec.experiment)


def _iterations(experiments: Experiments, spec: IterationsFigure) -> Artefacts:
    return (*experiments.evaluations(spec.experiment), *experiments.collections(spec.experiment))


def _solutions(experiments: Experiments, spec: SolutionsFigure | AnimationConfig) -> Artefacts:
    return (experiments.recipes.cold_block(spec.task, experiments.config.first_seed, 0),)


def _top_views(experiments: Experiments, spec: TopViewsFigure) -> Artefacts:
    paths: list[Artefact] = []
    instances = min(spec.instances, experiments.config.evaluation.instances)
    for name in spec.experiments:
        experiment = experiments.config.experiments[name]
        seed = experiments.config.first_seed
        paths += _labelled([experiments.recipes.solver_paths(experiment.task, seed, instances)], "row", name)
        for method in spec.methods:
            chain = next(chain for chain in experiments.longest_trained(name, method) if chain.seed == seed)
            made = experiments.recipes.paths(chain, experiment.iterations, spec.action_length, instances)
            paths += _labelled([made], "row", name)
    return tuple(paths)


def _timing(experiments: Experiments, spec: TimingTable) -> Artefacts:
    return (experiments.recipes.timing(spec.timing),)


def _action_lengths(experiments: Experiments, spec: ActionLengthTable) -> Artefacts:
    n_traj = experiments.config.timings[spec.timing].n_traj
    return (
        *experiments.alone(spec.experiment),
        *experiments.longest_evaluations(spec.experiment, spec.method, n_traj),
        experiments.recipes.timing(spec.timing),
    )


def _variants(experiments: Experiments, spec: VariantsTable) -> Artefacts:
    """On the seeds that all rows have."""
    rows = spec.variants.items()
    seeds = min((experiments.config.seeds_of(each.experiment) for _, each in rows), key=len)
    evaluations: list[Artefact] = []
    for label, variant in rows:
        if variant.method == TO_ALONE:
            row = experiments.alone(variant.experiment)
        else:
            row = experiments.longest_evaluations(
                variant.experiment, variant.method, iteration=variant.iteration
            )
        each = [evaluation for evaluation in row if evaluation.labels["seed"] in seeds]
        evaluations += _labelled(each, "variant", label)
    return tuple(evaluations)


def _trajectories_needed(experiments: Experiments, spec: TrajectoriesNeededTable) -> Artefacts:
    evaluations: list[Artefact] = []
    for title, panel in spec.panels.items():
        each = [*experiments.alone(panel.experiment)]
        for method in spec.methods:
            each += experiments.longest_evaluations(panel.experiment, method)
        evaluations += _labelled(each, "row", title)
    return tuple(evaluations)


def _summary(experiments: Experiments, spec: SummaryTable) -> Artefacts:
    artefacts: list[Artefact] = []
    for name in spec.timings:
        timing = experiments.config.timings[name]
        experiment = experiments.config.experiments[timing.experiment]
        each = [*experiments.alone(timing.experiment), experiments.recipes.timing(name)]
        for method in spec.methods:
            each += experiments.longest_evaluations(timing.experiment, method, timing.n_traj)
        if spec.best_known:
            seeds = experiments.config.seeds_of(timing.experiment)
            each += [experiments.recipes.reference(experiment.task, seed) for seed in seeds]
        artefacts += _labelled(each, "row", name)
    return tuple(artefacts)


def _to_alone(experiments: Experiments, spec: ToAloneTable) -> Artefacts:
    make = experiments.recipes
    pairs = [(task, seed) for task in spec.tasks for seed in experiments.config.seed_numbers]
    compared = [each(*pair) for pair in pairs for each in (make.solver_evaluation, make.reference)]
    return (*compared, *(make.solver_timing(task, spec.timed_instances) for task in spec.tasks))


_KINDS: dict[type, Callable[[Experiments, Any], Artefacts]] = {
    SampleEfficiencyFigure: _experiment,
    IterationsFigure: _iterations,
    ActionLengthFigure: _experiment,
    TopViewsFigure: _top_views,
    SolutionsFigure: _solutions,
    SampleEfficiencyTable: _experiment,
    TimingTable: _timing,
    ActionLengthTable: _action_lengths,
    VariantsTable: _variants,
    TrajectoriesNeededTable: _trajectories_needed,
    SummaryTable: _summary,
    ToAloneTable: _to_alone,
    AnimationConfig: _solutions,
}


def _labelled(artefacts: list[Artefact], label: str, value: str) -> list[Artefact]:
    return [replace(each, labels={**each.labels, label: value}) for each in artefacts]
