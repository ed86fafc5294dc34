"""Solve instances of a task, each in a process that may die."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import numpy as np

from sobolev_diffusion.config import SolverSettings
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import check_settings, solve
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.reused_problem import ReusedProblem
from sobolev_diffusion.weakened import weaken

log = logging.getLogger(__name__)


def solve_instances(
    task: Task,
    config: SolverSettings,
    numbers: Sequence[int],
    thetas: Sequence[Array],
    guesses: Sequence[tuple[Array, Array]] | None = None,
    workers: int = 1,
) -> Demonstrations:
    """Solve every instance, from its guess or, without one, from the task's interpolated guess.

    Whatever happens to a solve, its instance is there: with its error if there is no result.

    Raises:
        ValueError: no instances.
        TaskError: the task does not do what a task should; gains in the parameters are asked for, and already
            the first instance's problem has no derivatives in them.
    """
    if not len(thetas):
        raise ValueError("numbers: no instances to solve")
    check_once(task, thetas)
    check_settings(task, config)
    n_p = len(task.parameters) if config.parameter_gains else 0
    if n_p:  # before anything is solved
        derive_by_parameters(task, thetas[0], *(guesses[0] if guesses else task.guess(thetas[0])))

    reused, moved = ReusedProblem(task), ReusedProblem(task)  # of each process

    def solve_one(index: int) -> Solution:
        guess = guesses[index] if guesses else task.guess(thetas[index])
        theta = thetas[index]
        derivatives = partial(derive_by_parameters, task, theta, reused=moved) if n_p else None
        return solve(reused.of(theta), guess, config, with_gains=True, by_parameters=derivatives)

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
    runs = Demonstrations.stack(numbers, thetas, solutions, task.space.ndx, n_p)
    failed = runs.take(runs.error != "")
    weaken("solves ended without a result", len(failed), len(runs), failed.how_they_ended())
    return runs


def _staying(task: Task, theta: Array) -> tuple[Array, Array]:
    """x_0 throughout, without control: stands where there is not even a guess."""
    xs = np.repeat(task.initial_state(theta)[None], task.horizon + 1, axis=0)
    return xs, np.zeros((task.horizon, task.nu))


def collect(
    task: Task,
    config: SolverSettings,
    seed: int,
    numbers: Sequence[int],
    workers: int = 1,
    purpose: str = TRAINING,
) -> Demonstrations:
    """TO alone on training instances, or those of another purpose."""
    thetas = [instance(task, purpose, seed, number) for number in numbers]
    return solve_instances(task, config, numbers, thetas, workers=workers)
