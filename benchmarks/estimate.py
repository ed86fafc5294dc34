"""What an experiment costs in core-hours, by stage: measured unit costs times the counts of its plan."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from statistics import mean
from typing import Any

import torch

from benchmarks.configuration import CONFIG, ROOT
from benchmarks.policies import random_batch, tangent_dim
from sobolev_diffusion.config import MethodConfig, PolicyConfig, gradient_steps
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.job import StageSettings
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import PROJECT, load
from sobolev_diffusion.experiment.stages.best_known import Search
from sobolev_diffusion.experiment.stages.collections import Collecting
from sobolev_diffusion.experiment.stages.demonstrations import RunsAlone, RunsFromNeighbours, RunsFromPolicy
from sobolev_diffusion.experiment.stages.evaluations import (
    ChosenEvaluation,
    PolicyEvaluation,
    SolverEvaluation,
)
from sobolev_diffusion.experiment.stages.paths import PolicyPaths, SolverPaths
from sobolev_diffusion.experiment.stages.policies import PolicySettings
from sobolev_diffusion.experiment.stages.profiles import Profile
from sobolev_diffusion.experiment.stages.timings import Timing
from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.instances import EVALUATION, instance
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.train import make_trainer
from sobolev_diffusion.warm_start.rollout import roll_out

PAPER_SIZE = ROOT / "benchmarks/paper_size.yaml"
SOLVES = 3  # of a task, to know what one costs
ROLLOUTS = 10  # at once
STEPS = 10  # of a training


def report() -> str:
    """Core-hours by stage, in Markdown: of config/, and of an experiment of the paper's size."""
    lines = [
        "# Estimate of the whole experiment",
        "",
        f"Processor time: {SOLVES} solves of each task, {STEPS} gradient steps of each method, rollouts of "
        f"{ROLLOUTS} instances, untrained; times the counts of the plan, every instance taken to converge. "
        "Warm solves start from another instance's solution, followed with its gains.",
    ]
    sizes = {"config/": CONFIG, "the paper's size": load(PAPER_SIZE, folder=ROOT / PROJECT)}
    lines += ["", "| core-hours | " + " | ".join(sizes) + " |", "|---|" + "---|" * len(sizes)]
    hours = {name: core_hours(each) for name, each in sizes.items()}
    stages = sorted({stage for each in hours.values() for stage in each})
    for stage in (*stages, "total"):
        values = [sum(h.values()) if stage == "total" else h.get(stage, 0.0) for h in hours.values()]
        lines.append(f"| {stage} | " + " | ".join(f"{value:.3g}" for value in values) + " |")
    lines += [
        "",
        "| unit | seconds |",
        "|---|---|",
        *(f"| {n} | {s:.3g} |" for n, s in sorted(UNITS.items())),
    ]
    return "\n".join(lines) + "\n"


UNITS: dict[str, float] = {}
"""What was measured, by name."""


def core_hours(settings: Config) -> dict[str, float]:
    """Core-hours by stage of everything that a configuration asks for."""
    seconds: dict[str, float] = defaultdict(float)
    for artefact in Plan(settings, ROOT).artefacts():
        seconds[artefact.stage] += _COSTS[type(artefact.settings)](settings, artefact, artefact.settings)
    return {stage: total / 3600 for stage, total in seconds.items()}


def _alone(config: Config, artefact: Artefact, runs: RunsAlone) -> float:
    return runs.count * cold_solve(runs.task.name)


def _from_neighbours(config: Config, artefact: Artefact, runs: RunsFromNeighbours) -> float:
    return runs.count * runs.continuation.neighbours * warm_solve(runs.task.name)


def _from_policy(config: Config, artefact: Artefact, runs: RunsFromPolicy) -> float:
    task, policy = runs.task.name, _policy_of(config, artefact)
    return runs.count * (rollout(task, policy, runs.action_length) + warm_solve(task))


def _trained(config: Config, artefact: Artefact, policy: PolicySettings) -> float:
    if policy.epochs is None:
        return 0.0
    task, kind, size = policy.task.name, policy.method.policy, policy.method.training.batch_size
    length = kind.prediction_horizon if kind.predicts_chunks else 1
    pairs = policy.instances * the_task(task).horizon
    steps = gradient_steps(policy.epochs, pairs, length, size)
    return steps * size * training_sample(task, policy.method)


def _evaluated(config: Config, artefact: Artefact, asked: PolicyEvaluation | ChosenEvaluation) -> float:
    task, policy = asked.task.name, _policy_of(config, artefact)
    refining = warm_solve(task) if asked.solver else 0.0
    return asked.instances * sum(rollout(task, policy, length) + refining for length in asked.action_lengths)


def _timed(config: Config, artefact: Artefact, asked: Timing | Profile) -> float:
    task, each = asked.task.name, cold_solve(asked.task.name)
    lengths = asked.action_lengths if isinstance(asked, Timing) else (asked.action_length,)
    for method in asked.methods:
        policy = config.method(task, method).policy
        for length in policy.applicable(lengths):
            each += rollout(task, policy, length) + warm_solve(task)
    return asked.instances * each


def _followed(config: Config, artefact: Artefact, paths: PolicyPaths) -> float:
    return paths.instances * rollout(paths.task.name, _policy_of(config, artefact), paths.action_length)


def _searched(config: Config, artefact: Artefact, asked: Search) -> float:
    task, search = asked.task.name, asked.best_known
    cold, warm = search.restarts, search.rounds * (1 if search.frugal else search.neighbours)
    return asked.instances * (cold * cold_solve(task) + warm * warm_solve(task))


def _nothing(config: Config, artefact: Artefact, asked: StageSettings) -> float:
    """Read from runs that are counted as demonstrations."""
    return 0.0


def _policy_of(config: Config, artefact: Artefact) -> PolicyConfig:
    return config.method(artefact.labels["task"], artefact.labels["method"]).policy


_COSTS: dict[type[StageSettings], Callable[[Config, Artefact, Any], float]] = {
    RunsAlone: _alone,
    RunsFromNeighbours: _from_neighbours,
    RunsFromPolicy: _from_policy,
    Collecting: _nothing,
    PolicySettings: _trained,
    SolverEvaluation: _nothing,
    PolicyEvaluation: _evaluated,
    ChosenEvaluation: _evaluated,
    Timing: _timed,
    Profile: _timed,
    Search: _searched,
    SolverPaths: _nothing,
    PolicyPaths: _followed,
}


@cache
def the_task(name: str) -> Task:
    return make_task(name, CONFIG.tasks[name])


@cache
def _cold(name: str) -> list[tuple[float, Solution]]:
    """A few cold solves with gains, and their seconds."""
    task, solver = the_task(name), CONFIG.tasks[name].cold

    def cold(number: int) -> tuple[float, Solution]:
        theta = instance(task, EVALUATION, 0, number)
        return _seconds_of(lambda: solve(task.problem(theta), task.guess(theta), solver, with_gains=True))

    return _answers(name, "cold", cold)


def cold_solve(name: str) -> float:
    """Seconds of a solve from the interpolated guess, with gains; problem and guess included."""
    return _unit(f"cold solve, {name}", lambda: mean(seconds for seconds, _ in _cold(name)))


def warm_solve(name: str) -> float:
    """Seconds of a solve from where another instance's gains lead; problem included."""
    task, solver, others = the_task(name), CONFIG.tasks[name].warm, [solution for _, solution in _cold(name)]

    def warm(number: int) -> tuple[float, Solution]:
        theta, other = instance(task, EVALUATION, 0, number), others[(number + 1) % len(others)]
        assert other.linearisation
        gains = other.linearisation.gains
        guess = follow(task, other.xs, other.us, gains, task.initial_state(theta))
        return _seconds_of(lambda: solve(task.problem(theta), guess, solver))

    return _unit(f"warm solve, {name}", lambda: mean(seconds for seconds, _ in _answers(name, "warm", warm)))


def _seconds_of(solving: Callable[[], Solution]) -> tuple[float, Solution]:
    start = time.process_time()
    solution = solving()
    return time.process_time() - start, solution


def _answers(
    name: str, kind: str, function: Callable[[int], tuple[float, Solution]]
) -> list[tuple[float, Solution]]:
    answers = [a for a in call_on_all(function, SOLVES) if not (isinstance(a, Failure) or a[1].error)]
    if not answers:
        raise RuntimeError(f"{name}: no {kind} solve ended with a result; none can be timed")
    return answers


def rollout(name: str, policy: PolicyConfig, action_length: int) -> float:
    """Seconds of one instance's rollout among ROLLOUTS."""
    task = the_task(name)
    if not policy.trained:
        return _unit(f"rollout, nearest, {name}", lambda: _following(name))

    def measure() -> float:
        made = make_policy(task, policy).eval()
        thetas = [instance(task, EVALUATION, 0, number) for number in range(ROLLOUTS)]
        generators = [stream("benchmark", number) for number in range(ROLLOUTS)]
        roll_out(task, made, thetas[:1], policy.max_action_length, generators[:1])
        start = time.process_time()
        roll_out(task, made, thetas, action_length, generators)
        return (time.process_time() - start) / ROLLOUTS

    predictions = math.ceil(task.horizon / action_length)
    return _unit(f"rollout, {policy.kind}, {name}, T_a = {action_length}, {predictions} predictions", measure)


def _following(name: str) -> float:
    task, (_, other) = the_task(name), _cold(name)[0]
    assert other.linearisation
    start = time.process_time()
    for number in range(ROLLOUTS):
        x0 = task.initial_state(instance(task, EVALUATION, 0, number))
        follow(task, other.xs, other.us, other.linearisation.gains, x0)
    return (time.process_time() - start) / ROLLOUTS


def training_sample(name: str, method: MethodConfig) -> float:
    """Seconds of a gradient step over its batch size."""
    task, size = the_task(name), method.training.batch_size
    term = "Sobolev" if method.sobolev else "plain"

    def measure() -> float:
        policy = make_policy(task, method.policy)
        directions = tangent_dim(task, method.sobolev)
        batch = random_batch(policy, size, directions)
        generator = torch.Generator().manual_seed(0)
        trainer = make_trainer(policy, method.training, method.sobolev, 10**9)
        trainer.step(batch, draw(policy, size, directions, method.sobolev, generator))
        start = time.process_time()
        for _ in range(STEPS):
            trainer.step(batch, draw(policy, size, directions, method.sobolev, generator))
        return (time.process_time() - start) / STEPS / size

    return _unit(f"training sample, {method.policy.kind}, {term}, batch {size}, {name}", measure)


def _unit(name: str, measure: Callable[[], float]) -> float:
    if name not in UNITS:
        UNITS[name] = measure()
    return UNITS[name]
