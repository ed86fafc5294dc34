"""Solve instances of a task, cold or from a policy's rollout."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from sobolev_diffusion.config import ContinuationConfig, SolverConfig, WarmConfig
from sobolev_diffusion.continuation import BestRuns, spread_to_neighbours
from sobolev_diffusion.demonstrations import Demonstrations
from sobolev_diffusion.rollout import AnyPolicy, roll_out
from sobolev_diffusion.solver import Solution, solve
from sobolev_diffusion.streams import stream
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.warm_guess import warm_guess
from sobolev_diffusion.workers import Failure, call_on_all

log = logging.getLogger(__name__)

TRAINING, EVALUATION = "training instance", "evaluation instance"
WORTH_PASSING_ON = 1e-3  # share by which a run must be cheaper for its neighbours to be solved from it again


def instance(task: Task, purpose: str, seed: int, number: int) -> Array:
    """theta of one instance: depends on (task, purpose, seed, number) alone."""
    return task.sample(stream(purpose, task.name, seed, number))


def evaluation_thetas(task: Task, seed: int, instances: int) -> list[Array]:
    """theta of the evaluation instances of a seed."""
    return [instance(task, EVALUATION, seed, number) for number in range(instances)]


def solve_instances(
    task: Task,
    config: SolverConfig,
    numbers: Sequence[int],
    thetas: Sequence[Array],
    guesses: Sequence[tuple[Array, Array]] | None = None,
    workers: int = 1,
) -> Demonstrations:
    """Solve every instance, from its guess or, without one, from the task's interpolated guess.

    Whatever happens to a solve, its instance is there: with its error if there is no result.
    """

    def solve_one(index: int) -> Solution:
        guess = guesses[index] if guesses else task.guess(thetas[index])
        return solve(task.problem(thetas[index]), guess, config, with_gains=True)

    solutions = []
    for index, answer in enumerate(call_on_all(solve_one, len(thetas), workers=workers)):
        if isinstance(answer, Failure):
            guess = guesses[index] if guesses else _staying(task, thetas[index])
            answer = Solution.failed(guess, answer.reason)
        log.info(
            "instance %d: %s after %d iterations, cost %.4g %s",
            numbers[index],
            "converged" if answer.converged else "not converged",
            answer.iterations,
            answer.cost,
            answer.error,
        )
        solutions.append(answer)
    failures = sum(bool(solution.error) for solution in solutions)
    if failures:
        log.warning("%d of %d solves ended without a result", failures, len(solutions))
    return Demonstrations.stack(numbers, thetas, solutions, task.space.ndx)


def _staying(task: Task, theta: Array) -> tuple[Array, Array]:
    """x_0 throughout, without control: stands where there is not even a guess."""
    xs = np.repeat(task.initial_state(theta)[None], task.horizon + 1, axis=0)
    return xs, np.zeros((task.horizon, task.nu))


def collect_cold(
    task: Task,
    config: SolverConfig,
    seed: int,
    numbers: Sequence[int],
    workers: int = 1,
    purpose: str = TRAINING,
) -> Demonstrations:
    """TO alone on training instances, or those of another purpose."""
    thetas = [instance(task, purpose, seed, number) for number in numbers]
    return solve_instances(task, config, numbers, thetas, workers=workers)


def collect_from_neighbours(
    task: Task,
    config: WarmConfig,
    rules: ContinuationConfig,
    runs: Demonstrations,
    first: int,
    workers: int = 1,
) -> Demonstrations:
    """Training instances solved from the solutions of those near them.

    Args:
        task: builds the problems.
        config: solver settings for warm starts.
        rules: from how many neighbours, in how many rounds.
        runs: a run of each instance so far, each instance once.
        first: number of the first instance to solve; those before it only lead.

    Returns:
        The instances from `first` on, in order: the cheapest converged run of each, or where none has
        converged the run it came with.
    """
    runs = runs.take(np.argsort(runs.instance, kind="stable"))
    leading = int((runs.instance < first).sum())
    solutions = runs.solutions()
    best = BestRuns(len(runs), lambda run: run.converged, gain=WORTH_PASSING_ON)
    best.offer("collected", range(len(runs)), solutions)
    spread_to_neighbours(
        task,
        config,
        list(runs.theta),
        best,
        neighbours=rules.neighbours,
        rounds=rules.rounds,
        first=leading,
        frugal=True,
        workers=workers,
    )
    chosen = [run or solution for run, solution in zip(best.runs, solutions, strict=True)]
    return Demonstrations.stack(
        runs.instance[leading:], runs.theta[leading:], chosen[leading:], task.space.ndx
    )


def collect_warm(
    task: Task,
    policy: AnyPolicy,
    config: WarmConfig,
    seed: int,
    numbers: Sequence[int],
    action_length: int,
    workers: int = 1,
) -> Demonstrations:
    """Training instances solved from a policy's rollout."""
    thetas = [instance(task, TRAINING, seed, number) for number in numbers]
    generators = [stream("collecting noise", task.name, seed, number) for number in numbers]
    rollouts = roll_out(task, policy, thetas, action_length, generators)
    guesses = [warm_guess(task, xs, us, config) for xs, us in zip(rollouts.xs, rollouts.us, strict=True)]
    return solve_instances(task, config, numbers, thetas, guesses, workers)
