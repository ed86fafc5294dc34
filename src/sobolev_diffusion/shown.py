"""Which artefacts of a plan a figure, a table or an animation is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sobolev_diffusion.artefact import Artefact
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

if TYPE_CHECKING:
    from sobolev_diffusion.plan import Plan

Artefacts = tuple[Artefact, ...]


def shown(plan: Plan, spec: FigureConfig | TableConfig | AnimationConfig) -> Artefacts:
    """The artefacts that a drawing is made from; where a drawing tells rows of its own apart, each is
    labelled with the one it belongs to."""
    return _KINDS[type(spec)](plan, spec)


def _experiment(
    plan: Plan, spec: SampleEfficiencyFigure | SampleEfficiencyTable | ActionLengthFigure
) -> Artefacts:
    return plan.experiment(spec.experiment)


def _iterations(plan: Plan, spec: IterationsFigure) -> Artefacts:
    return (*plan.experiment(spec.experiment), *plan.collections(spec.experiment))


def _solutions(plan: Plan, spec: SolutionsFigure | AnimationConfig) -> Artefacts:
    return (plan.recipes.cold_block(spec.task, plan.config.first_seed, 0),)


def _top_views(plan: Plan, spec: TopViewsFigure) -> Artefacts:
    paths: list[Artefact] = []
    for name in spec.experiments:
        experiment = plan.config.experiments[name]
        seed = plan.config.first_seed
        paths += _labelled([plan.recipes.solver_paths(experiment.task, seed, spec.instances)], "row", name)
        for method in spec.methods:
            chain = next(chain for chain in plan.longest_trained(name, method) if chain.seed == seed)
            made = plan.recipes.paths(chain, experiment.iterations, spec.action_length, spec.instances)
            paths += _labelled([made], "row", name)
    return tuple(paths)


def _timing(plan: Plan, spec: TimingTable) -> Artefacts:
    return (plan.recipes.timing(spec.timing),)


def _action_lengths(plan: Plan, spec: ActionLengthTable) -> Artefacts:
    n_traj = plan.config.timings[spec.timing].n_traj
    return (
        *plan.alone(spec.experiment),
        *plan.last_evaluations(spec.experiment, spec.method, n_traj),
        plan.recipes.timing(spec.timing),
    )


def _variants(plan: Plan, spec: VariantsTable) -> Artefacts:
    """On the seeds that all rows have."""
    rows = spec.variants.items()
    seeds = min((plan.config.seeds_of(each.experiment) for _, each in rows), key=len)
    evaluations: list[Artefact] = []
    for label, variant in rows:
        experiment = plan.config.experiments[variant.experiment]
        each = [
            plan.recipes.evaluation(experiment, chain, variant.iteration or experiment.iterations)
            for chain in plan.longest_trained(variant.experiment, variant.method)
            if chain.seed in seeds
        ]
        evaluations += _labelled(each, "variant", label)
    return tuple(evaluations)


def _trajectories_needed(plan: Plan, spec: TrajectoriesNeededTable) -> Artefacts:
    evaluations: list[Artefact] = []
    for title, panel in spec.panels.items():
        each = [*plan.alone(panel.experiment)]
        for method in spec.methods:
            each += plan.last_evaluations(panel.experiment, method)
        evaluations += _labelled(each, "row", title)
    return tuple(evaluations)


def _summary(plan: Plan, spec: SummaryTable) -> Artefacts:
    artefacts: list[Artefact] = []
    for name in spec.timings:
        timing = plan.config.timings[name]
        experiment = plan.config.experiments[timing.experiment]
        each = [*plan.alone(timing.experiment), plan.recipes.timing(name)]
        for method in spec.methods:
            each += plan.last_evaluations(timing.experiment, method, timing.n_traj)
        if spec.best_known:
            seeds = plan.config.seeds_of(timing.experiment)
            each += [plan.recipes.reference(experiment.task, seed) for seed in seeds]
        artefacts += _labelled(each, "row", name)
    return tuple(artefacts)


def _to_alone(plan: Plan, spec: ToAloneTable) -> Artefacts:
    make = plan.recipes
    pairs = [(task, seed) for task in spec.tasks for seed in plan.config.seed_numbers]
    compared = [each(*pair) for pair in pairs for each in (make.solver_evaluation, make.reference)]
    return (*compared, *(make.solver_timing(task, spec.timed_instances) for task in spec.tasks))


_KINDS: dict[type, Callable[[Plan, Any], Artefacts]] = {
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
