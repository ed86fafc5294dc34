"""Evaluate TO alone and policies on the evaluation instances: a tidy table, a row per instance."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sobolev_diffusion.collect import EVALUATION, instance
from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.rollout import roll_out
from sobolev_diffusion.solver import Solution, evaluate, solve
from sobolev_diffusion.streams import stream
from sobolev_diffusion.tasks.base import Array, Task

log = logging.getLogger(__name__)


def evaluation_thetas(task: Task, seed: int, instances: int) -> list[Array]:
    """theta of the evaluation instances of a seed."""
    return [instance(task, EVALUATION, seed, number) for number in range(instances)]


def evaluate_solver(task: Task, config: SolverConfig, seed: int, instances: int) -> pd.DataFrame:
    """TO alone: the solver from the interpolated guess.

    Returns:
        Columns: instance, and those of `refinement_columns`.
    """
    rows = []
    for number, theta in enumerate(evaluation_thetas(task, seed, instances)):
        problem = task.problem(theta)
        solution = solve(problem, task.guess(theta), config)
        rows.append({"instance": number, **refinement_columns(task, theta, problem, solution)})
    return pd.DataFrame(rows)


def evaluate_policy(
    task: Task,
    policy: Policy,
    config: SolverConfig,
    seed: int,
    instances: int,
    action_lengths: Sequence[int],
    refine: bool = True,
) -> pd.DataFrame:
    """Roll the policy out for every T_a, and refine each rollout with the solver.

    Returns:
        Columns: action_length, instance, policy_cost, policy_violation (largest constraint violation),
        policy_distance (from the goal at the end), policy_reached, and with `refine` those of
        `refinement_columns`.
    """
    thetas = evaluation_thetas(task, seed, instances)
    rows = []
    for action_length in sorted({min(length, policy.max_action_length) for length in action_lengths}):
        generators = [stream("evaluation noise", task.name, seed, number) for number in range(instances)]
        rollouts = roll_out(task, policy, thetas, action_length, generators)
        for number, theta in enumerate(thetas):
            xs, us = rollouts.xs[number], rollouts.us[number]
            problem = task.problem(theta)
            value = evaluate(problem, xs, us)
            row = {
                "action_length": action_length,
                "instance": number,
                "policy_cost": value.cost,
                "policy_violation": value.violation,
                "policy_distance": task.goal_distance(theta, xs[-1]),
                "policy_reached": task.reached(theta, xs[-1]),
            }
            if refine:
                row |= refinement_columns(task, theta, problem, solve(problem, (xs, us), config))
            rows.append(row)
        costs = np.array([row["policy_cost"] for row in rows[-instances:]])
        log.info(
            "T_a = %d: mean cost %.4g, median %.4g",
            action_length,
            costs.mean(),
            np.median(costs),
        )
    return pd.DataFrame(rows)


def refinement_columns(task: Task, theta: Array, problem: object, solution: Solution) -> dict[str, object]:
    """What the evaluation keeps of a solution: cost, iterations, how it ended, violation, distance."""
    return {
        "cost": solution.cost,
        "iterations": solution.iterations,
        "converged": solution.converged,
        "stalled": solution.stalled,
        "failed": bool(solution.error),
        "primal_infeasibility": solution.primal_infeasibility,
        "dual_infeasibility": solution.dual_infeasibility,
        "violation": evaluate(problem, solution.xs, solution.us).violation,
        "distance": task.goal_distance(theta, solution.xs[-1]),
        "reached": task.reached(theta, solution.xs[-1]),
    }
