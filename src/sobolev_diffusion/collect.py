"""Solve instances of a task, cold or from a policy's rollout."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.demonstrations import Demonstrations
from sobolev_diffusion.solver import solve
from sobolev_diffusion.streams import stream
from sobolev_diffusion.tasks.base import Array, Task

log = logging.getLogger(__name__)

TRAINING, EVALUATION = "training instance", "evaluation instance"


def instance(task: Task, purpose: str, seed: int, number: int) -> Array:
    """theta of one instance: depends on (task, purpose, seed, number) alone."""
    return task.sample(stream(purpose, task.name, seed, number))


def solve_instances(
    task: Task,
    config: SolverConfig,
    numbers: Sequence[int],
    thetas: Sequence[Array],
    guesses: Sequence[tuple[Array, Array]] | None = None,
) -> Demonstrations:
    """Solve every instance, from its guess or, without one, from the task's interpolated guess."""
    solutions = []
    for index, theta in enumerate(thetas):
        guess = guesses[index] if guesses else task.guess(theta)
        solutions.append(solve(task.problem(theta), guess, config, with_gains=True))
        log.info(
            "instance %d: %s after %d iterations, cost %.4g %s",
            numbers[index],
            "converged" if solutions[-1].converged else "not converged",
            solutions[-1].iterations,
            solutions[-1].cost,
            solutions[-1].error,
        )
    return Demonstrations.stack(list(numbers), list(thetas), solutions)


def collect_cold(task: Task, config: SolverConfig, seed: int, numbers: Sequence[int]) -> Demonstrations:
    """TO alone on training instances."""
    thetas = [instance(task, TRAINING, seed, number) for number in numbers]
    return solve_instances(task, config, numbers, thetas)
