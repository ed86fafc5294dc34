"""Wall-clock times of rollout and solve, one instance at a time, on a machine that does nothing else."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from sobolev_diffusion.config import SolverSettings, WarmSettings
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import Failure
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
from sobolev_diffusion.warm_start.rollout import roll_out
from sobolev_diffusion.warm_start.steady import solved, timed
from sobolev_diffusion.weakened import counted, weaken


def time_policies(
    task: Task,
    policies: Mapping[str, Policy],
    cold: SolverSettings,
    warm: WarmSettings,
    seed: int,
    instances: int,
    action_lengths: Sequence[int],
) -> pd.DataFrame:
    """Time TO alone, and rollout plus refining of each policy at each T_a.

    Each solve has a process of its own, which may die; how seconds are taken: `steady`.

    Returns:
        A row per (method, action_length, instance): rollout_seconds, solve_seconds, total_seconds,
        iterations, converged. TO alone has no rollout.
    """
    check_once(task)
    thetas = evaluation_thetas(task, seed, instances)
    rows = []
    errors: list[str] = []

    def add(
        method: str, length: int | None, number: int, rollout_seconds: float, guess: tuple[Array, Array]
    ) -> None:
        start = time.perf_counter()
        solution = solved(lambda: solve(task.problem(thetas[number]), guess, warm if length else cold))
        if isinstance(solution, Failure):  # the process died, or a guess was not finite
            solution = replace(Solution.failed(guess, solution.reason), seconds=time.perf_counter() - start)
        if solution.error:
            errors.append(solution.error)
        rows.append(
            {
                "method": method,
                "action_length": length,
                "instance": number,
                "rollout_seconds": rollout_seconds,
                "solve_seconds": solution.seconds,
                "total_seconds": rollout_seconds + solution.seconds,
                "iterations": solution.iterations,
                "converged": solution.converged,
            }
        )

    def roll(policy: Policy, length: int, number: int) -> tuple[Array, Array]:
        generator = evaluation_noise(task, seed, number)
        rollouts = roll_out(task, policy, [thetas[number]], length, [generator])
        return warm_guess(task, rollouts.xs[0], rollouts.us[0], warm)

    for number, theta in enumerate(thetas):
        add(TO_ALONE, None, number, 0.0, task.guess(theta))
        for method, policy in policies.items():
            for length in policy.config.applicable(action_lengths):
                guess, seconds = timed(partial(roll, policy, length, number))
                add(method, length, number, seconds, guess)
    weaken("timed solves have no result", len(errors), len(rows), counted(errors))
    return pd.DataFrame(rows).astype({"action_length": "Int64"})
