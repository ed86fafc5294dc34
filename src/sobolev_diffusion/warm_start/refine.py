"""Refining: the solver started from a policy's rollouts."""

from __future__ import annotations

from collections.abc import Sequence

from sobolev_diffusion.config import SolverSettings, WarmSettings
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.problems import Problem
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.warm_start.guesses import Guess
from sobolev_diffusion.warm_start.rollout import Rollouts, roll_out


def refine(
    task: Task,
    thetas: Sequence[Array],
    rollouts: Rollouts,
    config: WarmSettings,
    numbers: Sequence[int] | None = None,
    workers: int = 1,
) -> Demonstrations:
    """Solve every instance from its rollout, in processes that may die.

    Args:
        task: builds the problems.
        thetas: task parameters of n instances.
        rollouts: of the same instances.
        config: solver settings from a rollout.
        numbers: of the instances; from 0 on unless given.
        workers: processes side by side; the result does not depend on it.
    """
    guesses = [warm_guess(task, xs, us, config) for xs, us in zip(rollouts.xs, rollouts.us, strict=True)]
    numbers = range(len(thetas)) if numbers is None else numbers
    return solve_instances(task, config, numbers, thetas, guesses, workers)


def refine_guess(
    task: Task,
    theta: Array,
    problem: Problem,
    guess: Guess,
    warm: WarmSettings,
    cold: SolverSettings,
    *,
    restart: bool,
    with_history: bool = False,
) -> Solution:
    """Solve an instance from the guess chosen for it.

    Args:
        task, theta, problem: the instance.
        guess: a rollout, or that the solver is to start from the interpolated guess.
        warm, cold: solver settings from a rollout, and from the interpolated guess.
        restart: start again from the interpolated guess where the solver does not converge from the rollout;
            iterations, seconds and history are then of both.
        with_history: see `solve`.
    """
    if guess.source == "interpolated":
        return solve(problem, task.guess(theta), cold, with_history=with_history)
    solution = solve(problem, warm_guess(task, guess.xs, guess.us, warm), warm, with_history=with_history)
    if solution.converged or not restart:
        return solution
    again = solve(problem, task.guess(theta), cold, with_history=with_history)
    return again.after(solution)


def collect_warm(
    task: Task,
    policy: Policy,
    config: WarmSettings,
    seed: int,
    numbers: Sequence[int],
    action_length: int,
    workers: int = 1,
) -> Demonstrations:
    """Training instances refined from a policy's rollouts (Algorithm 1, from its second iteration on)."""
    thetas = [instance(task, TRAINING, seed, number) for number in numbers]
    generators = [stream("collecting noise", task.name, seed, number) for number in numbers]
    rollouts = roll_out(task, policy, thetas, action_length, generators)
    return refine(task, thetas, rollouts, config, numbers, workers)
