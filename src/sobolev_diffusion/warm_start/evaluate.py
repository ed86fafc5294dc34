"""Evaluate TO alone and policies on the evaluation instances: a tidy table, a row per instance."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sobolev_diffusion.config import GuessConfig, SolverSettings, WarmSettings
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve, value_of
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
from sobolev_diffusion.tasks.problems import Problem
from sobolev_diffusion.warm_start.guesses import Guess, GuessChooser
from sobolev_diffusion.warm_start.refine import refine_guess
from sobolev_diffusion.warm_start.rollout import Rollouts, roll_out
from sobolev_diffusion.weakened import counted, weaken

log = logging.getLogger(__name__)

Row = dict[str, Any]


def evaluate_runs(task: Task, runs: Demonstrations) -> pd.DataFrame:
    """TO alone: what the evaluation keeps of runs from the interpolated guess.

    Returns:
        Columns: instance, and those of `refinement_columns`.
    """
    return pd.DataFrame(
        {
            "instance": int(number),
            **refinement_columns(task, theta, task.problem(theta), solution),
        }
        for number, theta, solution in zip(runs.instance, runs.theta, runs.solutions(), strict=True)
    )


def evaluate(
    task: Task,
    policy: Policy,
    config: WarmSettings,
    seed: int,
    instances: int,
    action_lengths: Sequence[int],
    refine: bool = True,
    workers: int = 1,
) -> pd.DataFrame:
    """Roll the policy out for every T_a, and refine each rollout with the solver.

    Returns:
        Columns: action_length, instance, those of `policy_columns`, and with `refine` those of
        `refinement_columns`.

    Raises:
        TaskError: the task does not do what a task should.
        ValueError: no instances.
    """
    thetas = _checked_thetas(task, seed, instances)
    tables = []
    for action_length in policy.config.applicable(action_lengths):
        generators = [evaluation_noise(task, seed, number) for number in range(instances)]
        rollouts = roll_out(task, policy, thetas, action_length, generators)

        def valued(number: int, rollouts: Rollouts = rollouts) -> Row:
            problem = task.problem(thetas[number])
            return policy_columns(task, thetas[number], problem, rollouts.xs[number], rollouts.us[number])

        def refined(number: int, rollouts: Rollouts = rollouts) -> Row:
            problem = task.problem(thetas[number])
            guess = warm_guess(task, rollouts.xs[number], rollouts.us[number], config)
            solution = solve(problem, guess, config)
            return refinement_columns(task, thetas[number], problem, solution)

        tables.append(_tabulated(action_length, instances, valued, refined if refine else None, workers))
    return pd.concat(tables, ignore_index=True)


def evaluate_chosen(
    task: Task,
    policy: Policy,
    demonstrations: Demonstrations,
    guesses: GuessConfig,
    cold: SolverSettings,
    warm: WarmSettings,
    seed: int,
    instances: int,
    action_lengths: Sequence[int],
    workers: int = 1,
) -> pd.DataFrame:
    """As `evaluate`, from guesses that are chosen by what they cost.

    Args:
        demonstrations: what the policy learnt from.
        guesses: how they are chosen.
        cold, warm: solver settings from the interpolated guess, and from a rollout.

    Returns:
        Columns: action_length, instance, those of `policy_columns` for the best rollout, guess_source,
        guess_stopped, guess_tried (see `Guess`) and those of `refinement_columns`.

    Raises:
        TaskError: the task does not do what a task should.
        ValueError: no instances; see `GuessChooser`.
    """
    thetas = _checked_thetas(task, seed, instances)
    problems = [task.problem(theta) for theta in thetas]
    chooser = GuessChooser(task, policy, demonstrations, guesses, cold.tolerance)
    tables = []
    for action_length in policy.config.applicable(action_lengths):
        generators = [evaluation_noise(task, seed, number) for number in range(instances)]
        chosen = chooser.choose(thetas, problems, action_length, generators)

        def valued(number: int, chosen: Sequence[Guess] = chosen) -> Row:
            guess = chosen[number]
            if not np.isfinite(guess.cost):
                return FAILED_ROLLOUT
            return policy_columns(task, thetas[number], problems[number], guess.xs, guess.us)

        def refined(number: int, chosen: Sequence[Guess] = chosen) -> Row:
            theta, problem, guess = thetas[number], problems[number], chosen[number]
            solution = refine_guess(task, theta, problem, guess, warm, cold, restart=guesses.restart)
            return refinement_columns(task, theta, problem, solution)

        table = _tabulated(action_length, instances, valued, refined, workers)
        for name in ("source", "stopped", "tried"):
            table[f"guess_{name}"] = [getattr(guess, name) for guess in chosen]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _checked_thetas(task: Task, seed: int, instances: int) -> list[Array]:
    """theta of the evaluation instances, of a task that does what a task should."""
    check_once(task)
    if instances < 1:
        raise ValueError(f"instances: at least 1, got {instances}")
    return evaluation_thetas(task, seed, instances)


def _tabulated(
    action_length: int,
    instances: int,
    valued: Callable[[int], Row],
    refined: Callable[[int], Row] | None,
    workers: int,
) -> pd.DataFrame:
    """A row per instance, each in a process that may die."""
    values = call_on_all(valued, instances, workers=workers)
    refinements = call_on_all(refined, instances, workers=workers) if refined else []
    rows: list[Row] = []
    for number, value in enumerate(values):
        row = {"action_length": action_length, "instance": number}
        row |= _or_failure(value, FAILED_ROLLOUT)
        if refined:
            row |= _or_failure(refinements[number], FAILED_REFINEMENT)
        rows.append(row)
    costs = np.array([row["policy_cost"] for row in rows])
    log.info("T_a = %d: mean cost %.4g, median %.4g", action_length, costs.mean(), np.median(costs))
    died = counted(value.reason for value in values if isinstance(value, Failure))
    weaken(
        f"rollouts (T_a = {action_length}) have no cost", int((~np.isfinite(costs)).sum()), instances, died
    )
    failed = [str(row["error"]) for row in rows if row.get("failed")]
    weaken(f"refinements (T_a = {action_length}) have no result", len(failed), instances, counted(failed))
    return pd.DataFrame(rows)


def policy_columns(task: Task, theta: Array, problem: Problem, xs: Array, us: Array) -> Row:
    """What the evaluation keeps of a policy's rollout: cost, largest constraint violation, distance from the
    goal at the end, whether that counts as there; where something stands in the way, least clearance (m)."""
    value = value_of(problem, xs, us)
    clearances = [clearance for x in xs if (clearance := task.clearance(x)) is not None]
    nearest = {"policy_clearance": min(clearances)} if clearances else {}
    return {
        "policy_cost": value.cost,
        "policy_violation": value.violation,
        "policy_distance": task.goal_distance(theta, xs[-1]),
        "policy_reached": task.reached(theta, xs[-1]),
        **nearest,
    }


FAILED_ROLLOUT: Row = {
    "policy_cost": np.inf,
    "policy_violation": np.inf,
    "policy_distance": np.inf,
    "policy_reached": False,
}


def refinement_columns(task: Task, theta: Array, problem: Problem, solution: Solution) -> Row:
    """What the evaluation keeps of a solution: cost, iterations, how it ended, violation, distance."""
    if solution.error:
        return {**FAILED_REFINEMENT, "iterations": solution.iterations, "error": solution.error}
    return {
        "cost": solution.cost,
        "iterations": solution.iterations,
        "converged": solution.converged,
        "stalled": solution.stalled,
        "failed": False,
        "error": "",
        "primal_infeasibility": solution.primal_infeasibility,
        "dual_infeasibility": solution.dual_infeasibility,
        "violation": value_of(problem, solution.xs, solution.us).violation,
        "distance": task.goal_distance(theta, solution.xs[-1]),
        "reached": task.reached(theta, solution.xs[-1]),
    }


FAILED_REFINEMENT: Row = {
    "cost": np.inf,
    "iterations": 0,
    "converged": False,
    "stalled": False,
    "failed": True,
    "error": "",
    "primal_infeasibility": np.inf,
    "dual_infeasibility": np.inf,
    "violation": np.inf,
    "distance": np.inf,
    "reached": False,
}


def _or_failure(answer: Row | Failure, failed: Row) -> Row:
    """The answer, or the row that stands for an item that has none."""
    if not isinstance(answer, Failure):
        return answer
    return {**failed, "error": answer.reason} if "error" in failed else failed
